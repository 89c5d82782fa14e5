"""Parameters of the controller, with the values it is tuned to. Units: SI and radians."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class WholeBodyGains:
    """Weights and gains of the whole-body QP."""

    momentum_weight: float = 10.0  # on Σf/m, linear momentum rate
    angular_momentum_weight: float = 0.02
    angular_momentum_damping: float = 2.0  # [1/s]
    torso_kp: float = 150.0  # [1/s²]
    torso_kd: float = 22.0  # [1/s]
    torso_weights: tuple[float, float, float] = (1.5, 0.3, 1.5)  # roll, pitch, yaw
    posture_kp: float = 100.0
    posture_kd: float = 18.0
    posture_weight_legs: float = 0.02
    arm_kp: float = 400.0
    arm_kd: float = 36.0
    posture_weight_arms: float = 0.7
    posture_weight_hand: float = 0.0002  # of an arm whose hand follows a pose
    swing_kp: float = 500.0
    swing_kp_z: float = 700.0
    swing_kd: float = 40.0
    swing_kd_z: float = 45.0
    swing_linear_weight: float = 4.0
    swing_angular_weight: float = 20.0
    stance_kd: float = 15.0
    hand_kp: float = 200.0
    hand_kd: float = 25.0
    hand_weight: float = 2.0
    hand_orientation_weight: float = 1.0
    force_regularisation: tuple[float, ...] = (5e-5, 5e-5, 2e-6, 5e-5, 5e-5, 5e-5)  # per wrench component
    friction: float = 0.5  # Coulomb coefficient assumed under the soles
    cop_margin: float = 0.008  # kept from the sole's edge [m]
    torque_margin: float = 0.98  # share of the torque limit that is used


@dataclass(frozen=True)
class WalkingGains:
    """Gait and balance of DCM walking."""

    com_height: float = 0.80  # above the soles [m]
    single_support: float = 0.40  # [s]
    double_support: float = 0.10  # [s]
    first_double_support: float = 0.60  # shift of weight before the first step [s]
    last_double_support: float = 0.40  # [s]
    step_length_max: float = 0.42  # [m]
    step_length_back_max: float = 0.15
    step_growth_max: float = 0.10  # change of step length from one step to the next [m]
    step_turn_max: float = 0.20  # [rad]
    step_side_max: float = 0.08  # [m]
    foot_spread: float = 0.20  # between the soles' middles when standing [m]
    swing_height: float = 0.06
    swing_apex_phase: float = 0.45
    touchdown_velocity: float = -0.2  # [m/s]
    zmp_heel: float = 0.0  # ZMP ahead of the ankle at lift-off of the other foot [m]
    zmp_toe: float = 0.03  # and at its touchdown [m]
    dcm_gain: float = 2.5  # p = p_ref + gain (ξ − ξ_ref)
    height_kp: float = 80.0
    height_kd: float = 16.0
    early_touchdown_phase: float = 0.65
    touchdown_force: float = 40.0  # [N]
    placement_deadband: float = 0.015  # [m]
    placement_max: float = 0.15  # largest shift of a foothold [m]
    sole_share: float = 0.8  # of the sole that step placement may use for the CoP


@dataclass(frozen=True)
class EstimatorGains:
    """Contact-aided base estimator."""

    tare_start: float = 0.5  # time to come to rest before the gyro's bias is taken [s]
    tare_time: float = 1.5  # over which it is taken, standing on both feet [s]
    gravity_time_constant: float = 4.0  # of the accelerometer's pull on roll and pitch [s]
    bias_time_constant: float = 20.0  # of the same pull on the gyro's bias [s]
    velocity_time_constant: float = 0.06  # of the stance legs' pull on velocity [s]
    anchor_time_constant: float = 0.02  # of the stance feet's pull on position [s]
    contact_force_min: float = 60.0  # normal force from which a foot is trusted [N]
    ground_time_constant: float = 0.3  # of a new anchor's pull to the ground plane [s]


@dataclass(frozen=True)
class PayloadGains:
    """Online estimate of the load in one hand."""

    decimation: int = 5  # control ticks per update
    low_pass_hz: float = 8.0
    forgetting_time: float = 0.4  # [s]
    torque_deviation: float = 1.0  # of the arm's torque residual [N·m]
    feet_mass_deviation: float = 0.3  # of the weight on the feet [kg]
    deadband: float = 0.15  # change of mass that is applied to the model [kg]
    blend_time: float = 0.15  # [s]
    mass_max: float = 5.0  # [kg]


@dataclass(frozen=True)
class DriveGains:
    """How the solved torques are sent to the drives."""

    leg_damping: float = 1.0  # on the error to the solved joint velocity [N·m·s/rad]
    arm_damping: float = 1.0
    arm_stiffness: float = 20.0  # on the error to the solved joint position: overcomes stiction [N·m/rad]
    velocity_time_constant: float = 0.05  # of the solved joint velocity's pull to the measured one [s]
    position_time_constant: float = 0.1  # of the solved joint position's pull to the measured one [s]
    friction_share: float = 0.5  # of the Coulomb friction that is compensated


@dataclass(frozen=True)
class ControllerConfig:
    """All parameters of the controller."""

    whole_body: WholeBodyGains = field(default_factory=WholeBodyGains)
    walking: WalkingGains = field(default_factory=WalkingGains)
    estimator: EstimatorGains = field(default_factory=EstimatorGains)
    drive: DriveGains = field(default_factory=DriveGains)
    payload: PayloadGains = field(default_factory=PayloadGains)

"""Parameters of the controller, with the values it is tuned to. Units: SI and radians."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

WRENCH_SIZE = 6
"""Components of a contact wrench: force, then torque."""
Number = TypeVar("Number", int, float)


def bounded(default: Number, low: float, high: float) -> Number:
    """A parameter with the range that a configuration file may set it to."""
    value: Number = field(default=default, metadata={"min": low, "max": high})
    return value


@dataclass(frozen=True)
class WholeBodyGains:
    """Weights and gains of the whole-body QP."""

    momentum_weight: float = bounded(40.0, 0.0, 1000.0)  # on Σf/m, linear momentum rate
    angular_momentum_weight: float = bounded(0.02, 0.0, 1000.0)
    angular_momentum_damping: float = bounded(2.0, 0.0, 500.0)  # [1/s]
    torso_kp: float = bounded(150.0, 0.0, 5000.0)  # [1/s²]
    torso_kd: float = bounded(22.0, 0.0, 500.0)  # [1/s]
    torso_weights: tuple[float, float, float] = (1.5, 0.3, 1.5)  # roll, pitch, yaw
    posture_kp: float = bounded(100.0, 0.0, 5000.0)
    posture_kd: float = bounded(18.0, 0.0, 500.0)
    posture_weight_legs: float = bounded(0.02, 1e-6, 1000.0)
    arm_kp: float = bounded(400.0, 0.0, 5000.0)
    arm_kd: float = bounded(36.0, 0.0, 500.0)
    posture_weight_arms: float = bounded(0.7, 1e-6, 1000.0)
    posture_weight_hand: float = bounded(0.0002, 1e-6, 1000.0)  # of an arm whose hand follows a pose
    swing_kp: float = bounded(500.0, 0.0, 5000.0)
    swing_kp_z: float = bounded(700.0, 0.0, 5000.0)
    swing_kd: float = bounded(40.0, 0.0, 500.0)
    swing_kd_z: float = bounded(45.0, 0.0, 500.0)
    swing_linear_weight: float = bounded(4.0, 0.0, 1000.0)
    swing_angular_weight: float = bounded(20.0, 0.0, 1000.0)
    stance_kd: float = bounded(15.0, 0.0, 500.0)
    hand_kp: float = bounded(200.0, 0.0, 5000.0)
    hand_kd: float = bounded(25.0, 0.0, 500.0)
    hand_weight: float = bounded(2.0, 0.0, 1000.0)
    hand_orientation_weight: float = bounded(1.0, 0.0, 1000.0)
    force_regularisation: tuple[float, ...] = (5e-5, 5e-5, 2e-6, 5e-5, 5e-5, 5e-5)  # per wrench component
    friction: float = bounded(0.5, 0.05, 2.0)  # Coulomb coefficient assumed under the soles
    cop_margin: float = bounded(0.008, 0.0, 0.03)  # kept from the sole's edge [m]
    torque_margin: float = bounded(0.98, 0.0, 1.0)  # share of the torque limit that is used

    def __post_init__(self) -> None:
        """Refuse weights with which the program has no unique solution."""
        for name in ("torso_weights", "force_regularisation"):
            values = getattr(self, name)
            if min(values) <= 0.0:
                raise ValueError(f"{name}: {values}: every weight must be > 0")
        if len(self.force_regularisation) != WRENCH_SIZE:
            raise ValueError(f"force_regularisation: {len(self.force_regularisation)} weights, must be {WRENCH_SIZE}")


@dataclass(frozen=True)
class WalkingGains:
    """Gait and balance of DCM walking."""

    com_height: float = bounded(0.80, 0.3, 1.5)  # above the soles [m]
    single_support: float = bounded(0.40, 0.2, 2.0)  # [s]
    double_support: float = bounded(0.10, 0.02, 3.0)  # [s]
    quick_single_support: float = bounded(0.30, 0.2, 2.0)  # at `quick_speed` and above [s]
    quick_double_support: float = bounded(0.06, 0.02, 3.0)  # [s]
    calm_speed: float = bounded(0.8, 0.0, 3.0)  # up to which steps take their ordinary time [m/s]
    quick_speed: float = bounded(1.0, 0.0, 3.0)  # [m/s]
    first_double_support: float = bounded(0.60, 0.02, 3.0)  # shift of weight before the first step [s]
    last_double_support: float = bounded(0.40, 0.02, 3.0)  # [s]
    step_length_max: float = bounded(0.42, 0.0, 1.0)  # [m]
    step_length_back_max: float = bounded(0.15, 0.0, 1.0)
    step_growth_max: float = bounded(0.10, 0.0, 1.0)  # change of step length from one step to the next [m]
    step_turn_max: float = bounded(0.20, 0.0, 1.0)  # [rad]
    step_side_max: float = bounded(0.08, 0.0, 1.0)  # [m]
    foot_spread: float = bounded(0.20, 0.15, 0.6)  # between the soles' middles when standing [m]
    swing_height: float = bounded(0.06, 0.0, 1.0)
    swing_apex_phase: float = bounded(0.45, 0.0, 1.0)
    touchdown_velocity: float = bounded(-0.2, -1.0, 0.0)  # [m/s]
    zmp_heel: float = bounded(0.0, -0.1, 0.1)  # ZMP ahead of the ankle at lift-off of the other foot [m]
    zmp_toe: float = bounded(0.03, -0.1, 0.1)  # and at its touchdown [m]
    dcm_gain: float = bounded(2.5, 1.0, 10.0)  # p = p_ref + gain (ξ − ξ_ref)
    height_kp: float = bounded(80.0, 0.0, 5000.0)
    height_kd: float = bounded(16.0, 0.0, 500.0)
    early_touchdown_phase: float = bounded(0.65, 0.0, 1.0)
    touchdown_force: float = bounded(40.0, 0.0, 1000.0)  # [N]
    zmp_brake: float = bounded(0.05, 0.01, 0.1)  # farthest ZMP ahead of the ankle while stopping [m]
    placement_deadband: float = bounded(0.015, 0.0, 1.0)  # [m]
    placement_max: float = bounded(0.15, 0.0, 1.0)  # by which a shifted foothold may exceed the longest step [m]
    placement_side_max: float = bounded(0.35, 0.0, 1.0)  # and the foot spread [m]
    sole_share: float = bounded(0.8, 0.0, 1.0)  # of the sole that step placement may use for the CoP


@dataclass(frozen=True)
class EstimatorGains:
    """Contact-aided base estimator."""

    tare_start: float = bounded(0.5, 0.0, 30.0)  # on both feet, from which on the soles are taken to be at rest [s]
    tare_time: float = bounded(1.5, 0.002, 120.0)  # after it, standing, until the gyro's bias is known [s]
    gyro_noise: float = bounded(0.003, 1e-6, 1.0)  # of one reading [rad/s]
    accelerometer_noise: float = bounded(0.06, 1e-6, 10.0)  # of one reading [m/s²]
    accelerometer_change_share: float = bounded(0.15, 0.0, 1.0)  # noise from a change between two readings
    gyro_bias_walk: float = bounded(3e-6, 0.0, 0.1)  # [rad/s/√s]
    accelerometer_bias_walk: float = bounded(1e-4, 0.0, 1.0)  # [m/s²/√s]
    gyro_bias_deviation: float = bounded(0.01, 0.0, 1.0)  # before anything is known [rad/s]
    accelerometer_bias_deviation: float = bounded(0.03, 0.0, 1.0)  # likewise [m/s²]
    tilt_deviation: float = bounded(0.01, 0.0, 1.0)  # of the first levelling [rad]
    velocity_deviation: float = bounded(0.02, 0.0, 1.0)  # of rest at the start [m/s]
    encoder_noise: float = bounded(1.1e-4, 0.0, 0.1)  # of one joint [rad]
    joint_velocity_noise: float = bounded(0.004, 1e-6, 1.0)  # of one joint [rad/s]
    contact_force_min: float = bounded(60.0, 0.0, 1000.0)  # normal force from which a foot is trusted [N]
    landing_time: float = bounded(0.08, 0.002, 1.0)  # until a foot that landed stays where it is [s]
    landing_speed: float = bounded(0.3, 0.0, 5.0)  # deviation of its velocity when it lands [m/s]
    foot_velocity_noise: float = bounded(0.1, 1e-6, 1.0)  # of a standing foot, beside the encoders' [m/s]
    foot_position_noise: float = bounded(3e-3, 1e-6, 0.1)  # likewise [m]
    foot_heading_noise: float = bounded(3e-3, 1e-6, 1.0)  # likewise [rad]
    foot_creep_stepping: float = bounded(1.2e-2, 0.0, 1.0)  # of a foot's place while walking [m/√s]
    foot_creep_standing: float = bounded(2.5e-3, 0.0, 1.0)  # and while standing [m/√s]
    foot_turn_stepping: float = bounded(1e-2, 0.0, 1.0)  # of a foot's heading while walking [rad/√s]
    foot_turn_standing: float = bounded(2e-4, 0.0, 1.0)  # and while standing [rad/√s]
    slip_gate: float = bounded(25.0, 1.0, 1e6)  # squared Mahalanobis distance beyond which a foot slips
    lost_rate: float = bounded(0.1, 0.0, 10.0)  # deviation of a rate that nobody measured [rad/s]
    lost_force: float = bounded(1.0, 0.0, 100.0)  # of a specific force that nobody measured [m/s²]
    lost_speed: float = bounded(5.0, 0.0, 100.0)  # of a foot's velocity, per second without encoders [m/s²]


@dataclass(frozen=True)
class PayloadGains:
    """Online estimate of the load in one hand."""

    decimation: int = bounded(5, 1, 100)  # control ticks per update
    low_pass_hz: float = bounded(8.0, 0.1, 100.0)
    forgetting_time: float = bounded(0.4, 0.002, 120.0)  # [s]
    torque_deviation: float = bounded(0.3, 0.01, 100.0)  # of a joint's torque residual, beside its friction [N·m]
    feet_mass_deviation: float = bounded(0.1, 0.01, 100.0)  # of the mass on the feet [kg]
    deadband: float = bounded(0.15, 0.0, 1.0)  # change of mass that is applied to the model [kg]
    blend_time: float = bounded(0.15, 0.002, 120.0)  # [s]
    mass_max: float = bounded(5.0, 0.0, 50.0)  # [kg]


@dataclass(frozen=True)
class DriveGains:
    """How the solved torques are sent to the drives."""

    leg_damping: float = bounded(1.0, 0.0, 500.0)  # on the error to the solved joint velocity [N·m·s/rad]
    arm_damping: float = bounded(1.0, 0.0, 500.0)
    arm_stiffness: float = bounded(20.0, 0.0, 5000.0)  # against stiction [N·m/rad]
    velocity_time_constant: float = bounded(0.05, 0.002, 120.0)  # of its pull to the measured velocity [s]
    position_time_constant: float = bounded(0.1, 0.002, 120.0)  # of its pull to the measured position [s]
    friction_share: float = bounded(0.5, 0.0, 1.0)  # of the Coulomb friction that is compensated


@dataclass(frozen=True)
class ControllerConfig:
    """All parameters of the controller."""

    whole_body: WholeBodyGains = field(default_factory=WholeBodyGains)
    walking: WalkingGains = field(default_factory=WalkingGains)
    estimator: EstimatorGains = field(default_factory=EstimatorGains)
    drive: DriveGains = field(default_factory=DriveGains)
    payload: PayloadGains = field(default_factory=PayloadGains)

"""Online estimate of the load in one hand, from the arm's torques and the weight on the feet.

The residual of the arm's inverse dynamics without the load is linear in the load's mass and first moment,
τ − τ_unloaded = J_armᵀ Y [m, m·c], with Y the first four columns of the body regressor [Atkeson1986]. Both sides go
through the same low-pass; the bias seen with the empty hand is subtracted; the weight on the soles is one more row.
"""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.config import PayloadGains
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import LEFT, RIGHT, Field, PayloadMode, Record, make_record, make_robot_state
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import FIRST_GRIP, GRAVITY

STANDING_SHARE = 0.15
"""Share of the weight that the lighter foot carries when the robot stands on both."""
STANDING_TIME = 0.6
"""Time on both feet after which their weight tells the load: a step accelerates the body up and down [s]."""
SPECIFIC_FORCE_MIN = 3.0
"""Below this vertical specific force the feet carry next to nothing and weigh nothing [m/s²]."""
COM_MAX = 0.35
"""Largest distance of the load's centre of mass from the grip along one axis [m]."""
RIDGE = np.diag((1e-3, 50.0, 50.0, 50.0))
"""What is known before: of the mass [1/kg²] nothing; of the first moment [1/(kg·m)²] that it is some 0.15 kg·m, which
decides along the vertical, where the torques tell nothing."""


def load_fields(rows: int) -> list[Field]:
    """What a `PayloadEstimator` keeps, for arms of up to `rows` − 1 joints; the last row is for the feet."""
    return [
        ("regressor", "f8", (rows, 4)),  # low-passed
        ("output", "f8", (rows,)),  # low-passed torque that the unloaded arm does not explain [N·m]; mass on the feet
        ("bias", "f8", (rows,)),  # of the output with the empty hand
        ("weights", "f8", (2, rows)),  # of each arm's rows
        ("information", "f8", (4, 4)),
        ("moment", "f8", (4,)),
        ("applied", "f8", (4,)),  # mass and first moment of the load in the model [kg, kg·m]
        ("imu_rotation", "f8", (3, 3)),  # sensor in the base
        ("period", "f8"),  # time between two updates [s]
        ("smoothing", "f8"),  # share of the new value in a low-pass
        ("forget", "f8"),  # factor on what was known, an update
        ("feet_weight", "f8"),  # of the mass on the feet of a standing robot [1/kg²]
        ("own_mass", "f8"),  # [kg]
        ("standing", "f8"),  # time on both feet [s]
        ("arm", "i8", (2, rows)),  # joints of each arm
        ("arm_size", "i8", (2,)),
    ]


@compiled
def filter_load(side: int, acceleration: np.ndarray, state: np.ndarray, model: np.ndarray, load: np.ndarray) -> None:
    """Low-pass regressor and residual of an arm and of the feet.

    Args:
        side: which arm.
        acceleration: generalised accelerations in force, shape (nv,).
        state, model, load: records of the sensors, of `model_state_fields` and of `load_fields`.
    """
    m, p = model[0], load[0]
    frame = FIRST_GRIP + side
    filter_arm(
        p.smoothing,
        p.arm[side, : p.arm_size[side]],
        m.jacobian[frame],
        m.drift[frame],
        m.rotation[frame],
        m.mass_matrix,
        m.bias,
        acceleration,
        state,
        p.applied,
        p.regressor,
        p.output,
    )
    mass, lighter = weigh_feet(state, m.rotation[LEFT], m.rotation[RIGHT], m.base_rotation, p.imu_rotation)
    last = p.output.size - 1
    p.regressor[last, 0] += p.smoothing * (1.0 - p.regressor[last, 0])
    p.output[last] += p.smoothing * (mass - p.own_mass - p.output[last])
    p.standing = p.standing + p.period if lighter > STANDING_SHARE else 0.0


@compiled
def filter_arm(
    smoothing: float,
    arm: np.ndarray,
    jacobian: np.ndarray,
    drift: np.ndarray,
    rotation: np.ndarray,
    mass_matrix: np.ndarray,
    bias: np.ndarray,
    acceleration: np.ndarray,
    state: np.ndarray,
    applied: np.ndarray,
    regressor: np.ndarray,
    output: np.ndarray,
) -> None:
    """Low-pass the regressor of the arm's torques and what of them the unloaded arm does not explain.

    Args:
        smoothing: share of the new value.
        arm: joints of the arm, n of them.
        jacobian, drift, rotation: of the grip, as in `FrameState`.
        mass_matrix, bias: of the model with the applied load, shapes (nv, nv) and (nv,).
        acceleration: generalised, shape (nv,).
        state: sensor record.
        applied: mass and first moment of the load in the model, shape (4,) [kg, kg·m].
        regressor, output: filtered in place, shapes (≥ n, 4) and (≥ n,).
    """
    force = np.zeros(3)
    for i in range(3):
        force[i] = drift[i] + GRAVITY * rotation[2, i]
        for j in range(acceleration.size):
            force[i] += jacobian[i, j] * acceleration[j]
    x, y, z = force
    row = np.zeros(4)
    for i in range(arm.size):
        joint = 6 + arm[i]
        a, b, c = jacobian[3, joint], jacobian[4, joint], jacobian[5, joint]
        row[0] = x * jacobian[0, joint] + y * jacobian[1, joint] + z * jacobian[2, joint]
        row[1], row[2], row[3] = c * y - b * z, a * z - c * x, b * x - a * y
        residual = state[0].joint_torque[arm[i]] - bias[joint]
        for j in range(acceleration.size):
            residual -= mass_matrix[joint, j] * acceleration[j]
        for k in range(4):
            residual += row[k] * applied[k]
            regressor[i, k] += smoothing * (row[k] - regressor[i, k])
        output[i] += smoothing * (residual - output[i])


@compiled
def weigh_feet(
    state: np.ndarray,
    left_rotation: np.ndarray,
    right_rotation: np.ndarray,
    base_rotation: np.ndarray,
    imu_rotation: np.ndarray,
) -> tuple[float, float]:
    """Mass on both feet [kg], and share of the weight on the one that carries less.

    The vertical force is divided by the vertical specific force that the inertial sensor feels, not by gravity: a body
    that heaves weighs now more, now less, its mass stays.

    Args:
        state: sensor record.
        left_rotation, right_rotation, base_rotation: soles and base in world, shape (3, 3).
        imu_rotation: sensor in the base, shape (3, 3).
    """
    wrench, force, total, felt = state[0].foot_wrench, state[0].imu_linear_acceleration, 0.0, 0.0
    for k in range(3):
        total += left_rotation[2, k] * wrench[0, k] + right_rotation[2, k] * wrench[1, k]
        for i in range(3):
            felt += base_rotation[2, k] * imu_rotation[k, i] * force[i]
    return total / max(felt, SPECIFIC_FORCE_MIN), min(wrench[0, 2], wrench[1, 2]) / max(total, 1.0)


@compiled
def update_least_squares(side: int, load: np.ndarray) -> None:
    """One step of recursive least squares with exponential forgetting, in information form; arguments as above."""
    p = load[0]
    last = p.output.size - 1
    p.weights[side, last] = p.feet_weight if p.standing > STANDING_TIME else 0.0
    for a in range(4):
        p.moment[a] *= p.forget
        for b in range(4):
            p.information[a, b] *= p.forget
    for i in range(last + 1):
        for a in range(4):
            weighted = p.weights[side, i] * p.regressor[i, a]
            p.moment[a] += weighted * (p.output[i] - p.bias[i])
            for b in range(4):
                p.information[a, b] += weighted * p.regressor[i, b]


@compiled
def divide_moment(estimate: np.ndarray, mass: float, com: np.ndarray) -> None:
    """Write the centre of mass of an estimate of mass and first moment, shape (4,), within `COM_MAX`; 0 for no mass."""
    for i in range(3):
        com[i] = min(max(estimate[1 + i] / mass, -COM_MAX), COM_MAX) if mass > 0.0 else 0.0


class PayloadEstimator:
    """Estimates the load in a hand and applies it to the model.

    Attributes:
        mode: what it does, as asked for.
        mass: estimated [kg].
        com: estimated centre of mass in the grip frame, shape (3,) [m].
        mass_applied: in the model now [kg].
    """

    def __init__(self, model: RobotModel, gains: PayloadGains, period: float) -> None:
        self.model, self.gains = model, gains
        self._load = self._make_load(gains.decimation * period)
        self.mode, self._side, self._tick, self._tared = PayloadMode.NONE, RIGHT, 0, 0
        self.mass, self.mass_applied, self._mass_target = 0.0, 0.0, 0.0
        self.com, self._com_applied = np.zeros(3), np.zeros(3)
        load, state = self._load.data, make_robot_state(model.nu).data
        self._filter = bind(filter_load, RIGHT, np.zeros(model.nv), state, model.state.data, load)
        self._update = bind(update_least_squares, RIGHT, load)

    def _make_load(self, period: float) -> Record:
        """A record of `load_fields`, its constants filled in for updates `period` apart [s]."""
        model, gains = self.model, self.gains
        arms = [model.arm_joints(side) for side in (LEFT, RIGHT)]
        out = make_record(load_fields(max(arm.size for arm in arms) + 1))
        for side, arm in enumerate(arms):
            out.arm[side, : arm.size], out.arm_size[side] = arm, arm.size
            deviation_squared = gains.torque_deviation**2 + model.parameters.friction[arm] ** 2
            out.weights[side, : arm.size] = 1.0 / deviation_squared  # a joint tells as little as its friction hides
        out.imu_rotation[:] = model.model.frames[model.imu_id].placement.rotation
        out.period[...], out.own_mass[...] = period, model.own_mass
        out.smoothing[...] = 1.0 - math.exp(-2.0 * math.pi * gains.low_pass_hz * period)
        out.forget[...] = math.exp(-period / gains.forgetting_time)
        out.feet_weight[...] = 1.0 / gains.feet_mass_deviation**2
        return out

    def update(self, state: Record, acceleration: np.ndarray, motion: Record) -> None:
        """Fold in one reading; most ticks only count.

        Args:
            state: sensor readings.
            acceleration: generalised accelerations in force, shape (nv,).
            motion: motion command with the payload mode and hand.
        """
        self._tick += 1
        if self._tick % self.gains.decimation:
            return
        self._switch(PayloadMode(int(motion.payload_mode)), int(motion.payload_hand))
        if self.mode == PayloadMode.NONE:
            self._mass_target = self.mass = 0.0
        else:
            self._filter(self._side, acceleration, state.data, self.model.state.data, self._load.data)
            if self.mode == PayloadMode.TARE:
                self._tared += 1
                self._load.bias[:] += (self._load.output - self._load.bias) / self._tared
            else:
                self._estimate()
        if self.mode == PayloadMode.TRACK and abs(self.mass - self._mass_target) > self.gains.deadband:
            self._mass_target = self.mass
        self._apply()

    def _switch(self, mode: PayloadMode, side: int) -> None:
        if mode == self.mode and side == self._side:
            return
        if mode == PayloadMode.TARE:
            self._tared = 0
            self._load.bias[:] = 0.0
        if mode in (PayloadMode.TARE, PayloadMode.TRACK) and self.mode in (PayloadMode.NONE, PayloadMode.TARE):
            self._load.information[:], self._load.moment[:] = 0.0, 0.0
        self.mode, self._side = mode, side

    def _estimate(self) -> None:
        gains, load = self.gains, self._load
        self._update(self._side, load.data)
        estimate = np.linalg.solve(load.information + RIDGE, load.moment)
        self.mass = min(max(float(estimate[0]), 0.0), gains.mass_max)
        divide_moment(estimate, self.mass if self.mass > gains.deadband else 0.0, self.com)

    def _apply(self) -> None:
        """Blend the model's payload towards the estimate."""
        step = float(self._load.period) / self.gains.blend_time
        change = self._mass_target - self.mass_applied
        moved = abs(change) > 1e-6
        if self.mode == PayloadMode.TRACK and self.mass_applied > 0.0:
            self._com_applied += min(step, 1.0) * 0.2 * (self.com - self._com_applied)
            moved = True
        if not moved:
            return
        if self.mass_applied == 0.0:
            self._com_applied[:] = self.com
        self.mass_applied += change if abs(change) < 0.02 else min(step, 1.0) * change
        if self.mass_applied < 0.02 and self._mass_target == 0.0:
            self.mass_applied = 0.0
        self._load.applied[0], self._load.applied[1:] = self.mass_applied, self.mass_applied * self._com_applied
        self.model.set_payload(self._side, self.mass_applied, self._com_applied)

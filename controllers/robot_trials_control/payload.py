"""Online estimate of the load in one hand, from the arm's torques and the weight on the feet.

The residual of the arm's inverse dynamics without the load is linear in the load's mass and first moment,
τ − τ_unloaded = J_armᵀ Y [m, m·c], with Y the first four columns of the body regressor [Atkeson1986]. Both sides go
through the same low-pass; the bias seen with the empty hand is subtracted; the weight on the soles is one more row.
"""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.compiled import compiled
from robot_trials_control.config import PayloadGains
from robot_trials_control.model import GRAVITY, RobotModel
from robot_trials_control.records import LEFT, RIGHT, PayloadMode, Record

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
def update_least_squares(
    forget: float,
    weights: np.ndarray,
    regressor: np.ndarray,
    output: np.ndarray,
    information: np.ndarray,
    moment: np.ndarray,
) -> None:
    """One step of recursive least squares with exponential forgetting, in information form.

    Args:
        forget: factor on what was known.
        weights, output: one per row, shape (m,).
        regressor: shape (m, 4).
        information, moment: updated in place, shapes (4, 4) and (4,).
    """
    for a in range(4):
        moment[a] *= forget
        for b in range(4):
            information[a, b] *= forget
    for i in range(weights.size):
        for a in range(4):
            weighted = weights[i] * regressor[i, a]
            moment[a] += weighted * output[i]
            for b in range(4):
                information[a, b] += weighted * regressor[i, b]


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
        self._dt = gains.decimation * period
        self._smoothing = 1.0 - math.exp(-2.0 * math.pi * gains.low_pass_hz * self._dt)
        self._forget = math.exp(-self._dt / gains.forgetting_time)
        self._arms = tuple(model.arm_joints(side) for side in (LEFT, RIGHT))
        rows = max(len(arm) for arm in self._arms) + 1
        self._regressor, self._output = np.zeros((rows, 4)), np.zeros(rows)
        self._bias = np.zeros(rows)
        self._information, self._moment = np.zeros((4, 4)), np.zeros(4)
        self._applied = np.zeros(4)
        self._weights = tuple(self._weigh_rows(arm, rows) for arm in self._arms)
        self._imu_rotation = model.model.frames[model.imu_id].placement.rotation.copy()
        self._standing = 0.0
        self.mode, self._side, self._tick, self._tared = PayloadMode.NONE, RIGHT, 0, 0
        self.mass, self.mass_applied, self._mass_target = 0.0, 0.0, 0.0
        self.com, self._com_applied = np.zeros(3), np.zeros(3)

    def _weigh_rows(self, arm: np.ndarray, rows: int) -> np.ndarray:
        """Weight of each row: a joint tells as little as its friction hides; the last row is for the feet."""
        weights = np.zeros(rows)
        weights[: len(arm)] = 1.0 / (self.gains.torque_deviation**2 + self.model.parameters.friction[arm] ** 2)
        return weights

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
            self._filter(state, acceleration)
            if self.mode == PayloadMode.TARE:
                self._tared += 1
                self._bias += (self._output - self._bias) / self._tared
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
            self._bias[:] = 0.0
        if mode in (PayloadMode.TARE, PayloadMode.TRACK) and self.mode in (PayloadMode.NONE, PayloadMode.TARE):
            self._information[:], self._moment[:] = 0.0, 0.0
        self.mode, self._side = mode, side

    def _filter(self, state: Record, acceleration: np.ndarray) -> None:
        """Low-pass the regressor and the residual of the unloaded arm, row by row."""
        model, arm = self.model, self._arms[self._side]
        grip = model.grips[self._side]
        self._applied[0], self._applied[1:] = self.mass_applied, self.mass_applied * self._com_applied
        filter_arm(
            self._smoothing,
            arm,
            grip.jacobian,
            grip.drift,
            grip.rotation,
            model.mass_matrix,
            model.bias,
            acceleration,
            state.data,
            self._applied,
            self._regressor,
            self._output,
        )
        left, right = model.feet
        mass, lighter = weigh_feet(state.data, left.rotation, right.rotation, model.base_rotation, self._imu_rotation)
        k = self._smoothing
        self._regressor[-1, 0] += k * (1.0 - self._regressor[-1, 0])
        self._output[-1] += k * (mass - model.own_mass - self._output[-1])
        self._standing = self._standing + self._dt if lighter > STANDING_SHARE else 0.0

    def _estimate(self) -> None:
        gains = self.gains
        weights = self._weights[self._side]
        weights[-1] = 1.0 / gains.feet_mass_deviation**2 if self._standing > STANDING_TIME else 0.0
        residual = self._output - self._bias
        update_least_squares(self._forget, weights, self._regressor, residual, self._information, self._moment)
        estimate = np.linalg.solve(self._information + RIDGE, self._moment)
        self.mass = min(max(float(estimate[0]), 0.0), gains.mass_max)
        divide_moment(estimate, self.mass if self.mass > gains.deadband else 0.0, self.com)

    def _apply(self) -> None:
        """Blend the model's payload towards the estimate."""
        step = self._dt / self.gains.blend_time
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
        self.model.set_payload(self._side, self.mass_applied, self._com_applied)

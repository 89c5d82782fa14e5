"""Inverse dynamics by one quadratic program a tick: accelerations and contact wrenches, then joint torques."""

from __future__ import annotations

import numpy as np

from robot_trials_control.config import WholeBodyGains
from robot_trials_control.constraints import bound_joints, bound_torques, bound_wrench
from robot_trials_control.contacts import compute_wrench_cone
from robot_trials_control.model import FrameState, RobotModel
from robot_trials_control.qp import WRENCH_SIZE, WholeBodyQp
from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.reduced_dynamics import ReducedDynamics, compute_stance_target, recover
from robot_trials_control.tasks import (
    compute_pose_target,
    compute_posture_target,
    write_cost,
    write_frame_task,
    write_momentum_task,
    write_torso_task,
    write_wrench_task,
)

LIMIT_MARGIN = 0.02
"""Kept from the end of a joint's range [rad]."""
FORCE_MAX = 5000.0
"""Bound of one foot's normal force when it carries the robot freely [N]."""
SECOND_FOOT_WEIGHT = 1e4
"""Weight on the second foot's rest: it stays to 0.1 % of what the other tasks would move it by."""
FIXED_ROWS = 15
"""Rows of the momentum, torso and wrench tasks, which are always there."""


class PoseReference:
    """Where one frame should be, in world; written in place.

    Attributes:
        values: all of it, shape (6, 3): position, velocity, acceleration, and the rotation's rows.
    """

    __slots__ = ("_acceleration", "_position", "_rotation", "_velocity", "values")

    def __init__(self) -> None:
        self.values = np.zeros((6, 3))
        self._position, self._velocity, self._acceleration = self.values[:3]
        self._rotation = self.values[3:]
        self._rotation[:] = np.eye(3)

    @property
    def position(self) -> np.ndarray:
        """Shape (3,) [m]."""
        return self._position

    @property
    def velocity(self) -> np.ndarray:
        """Shape (3,) [m/s]."""
        return self._velocity

    @property
    def acceleration(self) -> np.ndarray:
        """Shape (3,) [m/s²]."""
        return self._acceleration

    @property
    def rotation(self) -> np.ndarray:
        """Shape (3, 3)."""
        return self._rotation


class PoseGains:
    """Gains and square-rooted weights of a pose task, linear then angular.

    Attributes:
        gains: stiffness and damping, shape (2, 6) [1/s², 1/s].
        scale: shape (6,).
    """

    __slots__ = ("gains", "scale")

    def __init__(
        self, kp: tuple[float, ...], kd: tuple[float, ...], linear_weight: float, angular_weight: float
    ) -> None:
        self.gains = np.array((kp, kd), dtype=float)
        self.scale = np.sqrt(np.repeat([linear_weight, angular_weight], 3))


class WholeBodyReference:
    """What the whole body should do at one tick; written in place by walking and arms.

    Attributes:
        com_acceleration: world, shape (3,) [m/s²].
        torso_rotation: base in world, shape (3, 3).
        stance: whether each foot is on the ground, two bools.
        normal_force_max: bound of each foot's normal force, shape (2,) [N].
        swing: sole frame of the foot in the air.
        hand_active: whether each hand follows its pose task, two bools.
        hands: grip frames, left and right.
        posture: joint angles of the posture task, shape (nu,) [rad].
        posture_weight: weight of that task, added to the legs' own, shape (nu,).
    """

    def __init__(self, nominal_joints: np.ndarray) -> None:
        self.com_acceleration = np.zeros(3)
        self.torso_rotation = np.eye(3)
        self.stance = [True, True]
        self.normal_force_max = np.full(2, FORCE_MAX)
        self.swing = PoseReference()
        self.hand_active = [False, False]
        self.hands = (PoseReference(), PoseReference())
        self.posture = nominal_joints.copy()
        self.posture_weight = np.zeros_like(nominal_joints)


class WholeBodyController:
    """Turns a `WholeBodyReference` into joint torques that the contacts and the drives can bear.

    Cost: linear momentum rate as a pure force task, angular momentum damping, torso orientation, posture, swing foot
    and hand poses, and rest of the second foot. Constraints: rest of the first foot and rigid-body dynamics, which are
    eliminated (`reduced_dynamics`), coupled wrench cones, torque bounds.

    Attributes:
        torque: joint torques of the last solve, shape (nu,) [N·m].
        acceleration: generalised accelerations of the last solve, shape (nv,).
        exit_flag: the solver's word on the last solve; 1 is solved.
        failures: solves without a solution since construction.
    """

    def __init__(self, model: RobotModel, gains: WholeBodyGains) -> None:
        self.model, self.gains = model, gains
        parameters, nu = model.parameters, model.nu
        self._cone = compute_wrench_cone(
            parameters.sole_half_length - gains.cop_margin,
            parameters.sole_half_width - gains.cop_margin,
            gains.friction,
        )
        self._qps = {feet: WholeBodyQp(nu, feet, self._cone) for feet in (1, 2)}
        self._dynamics = (ReducedDynamics(model, LEFT), ReducedDynamics(model, RIGHT))
        self._torque_bound = gains.torque_margin * parameters.torque_limits
        is_arm = np.array([not model.moves_a_foot(i) for i in range(nu)])
        self._upper_body = np.flatnonzero(is_arm)
        self._joint_min = model.model.lowerPositionLimit[7:][self._upper_body] + LIMIT_MARGIN
        self._joint_max = model.model.upperPositionLimit[7:][self._upper_body] - LIMIT_MARGIN
        self._posture_gains = np.array(
            (np.where(is_arm, gains.arm_kp, gains.posture_kp), np.where(is_arm, gains.arm_kd, gains.posture_kd))
        )
        self._leg_weight = np.where(is_arm, 0.0, gains.posture_weight_legs)
        self._diagonal = np.concatenate([np.zeros(nu), gains.force_regularisation])
        self._target = np.zeros(nu + WRENCH_SIZE)
        self._rows, self._values = np.zeros((FIXED_ROWS + 18, nu + WRENCH_SIZE)), np.zeros(FIXED_ROWS + 18)
        self._frame_rows, self._frame_constant = np.zeros((6, nu)), np.zeros(6)
        self._frame_target = np.zeros(6)
        self._momentum_gains = (
            float(np.sqrt(gains.momentum_weight)),
            float(np.sqrt(gains.angular_momentum_weight)),
            gains.angular_momentum_damping,
        )
        self._torso_scale = np.sqrt(gains.torso_weights)
        self._wrench_scale = np.sqrt(gains.force_regularisation)
        self._rest_scale = np.full(6, np.sqrt(SECOND_FOOT_WEIGHT))
        kp, kd = gains.swing_kp, gains.swing_kd
        self._swing_gains = PoseGains(
            (kp, kp, gains.swing_kp_z, kp, kp, kp),
            (kd, kd, gains.swing_kd_z, kd, kd, kd),
            gains.swing_linear_weight,
            gains.swing_angular_weight,
        )
        self._hand_gains = PoseGains(
            (gains.hand_kp,) * 6, (gains.hand_kd,) * 6, gains.hand_weight, gains.hand_orientation_weight
        )
        self.torque, self.acceleration = np.zeros(nu), np.zeros(model.nv)
        self.failures, self.exit_flag = 0, 0

    def step(self, v: np.ndarray, joints: np.ndarray, reference: WholeBodyReference) -> bool:
        """Solve for the model's current state.

        Args:
            v: generalised velocity, shape (nv,).
            joints: joint angles, shape (nu,) [rad].
            reference: what to do.

        Returns:
            Whether the program had a solution; if not, `torque` and `acceleration` keep the last good ones.
        """
        first = _first_foot(reference)
        qp, dynamics = self._qps[sum(reference.stance)], self._dynamics[first]
        dynamics.update(v, self.gains.stance_kd, qp.matrix)
        rows = self._write_foot_task(qp, dynamics, 1 - first, v, reference)
        rows = self._write_hand_tasks(rows, dynamics, v, reference)
        self._write_body_tasks(dynamics, v, joints, reference)
        write_cost(self._rows[:rows], self._values, self._diagonal, self._target, qp.hessian, qp.gradient)
        self._write_constraints(qp, dynamics, reference.normal_force_max[first], v, joints)
        solved = qp.solve()
        self.exit_flag = qp.exit_flag
        if not solved:
            self.failures += 1
            return False
        recover(
            qp.solution,
            dynamics.turn,
            dynamics.offset,
            qp.matrix,
            dynamics.joint_constant,
            self.acceleration,
            self.torque,
        )
        return True

    def wrenches(self, reference: WholeBodyReference) -> np.ndarray:
        """Ground on each foot of the last solution, in and about the sole frames, shape (2, 6) [N, N·m]."""
        first = _first_foot(reference)
        y, dynamics = self._qps[sum(reference.stance)].solution, self._dynamics[first]
        found = np.zeros((2, 6))
        found[first] = dynamics.wrench_rows[:, : y.size] @ y + dynamics.wrench_constant
        if all(reference.stance):
            found[1 - first] = y[self.model.nu :]
        return found

    def _write_constraints(
        self, qp: WholeBodyQp, dynamics: ReducedDynamics, normal_force_max: float, v: np.ndarray, joints: np.ndarray
    ) -> None:
        bound_torques(self._torque_bound, dynamics.joint_constant, qp.size, qp.lower, qp.upper)
        bound_joints(self._upper_body, self._joint_min, self._joint_max, joints, v, qp.lower, qp.upper)
        bound_wrench(
            self._cone,
            normal_force_max,
            dynamics.wrench_rows,
            dynamics.wrench_constant,
            qp.normal_row,
            qp.matrix,
            qp.lower,
            qp.upper,
        )

    def _write_body_tasks(
        self, dynamics: ReducedDynamics, v: np.ndarray, joints: np.ndarray, reference: WholeBodyReference
    ) -> None:
        model, gains = self.model, self.gains
        write_momentum_task(
            dynamics.base_rows,
            dynamics.base_constant,
            model.base_rotation,
            model.base_position,
            model.com,
            reference.com_acceleration,
            model.angular_momentum,
            model.mass,
            self._momentum_gains,
            self._rows,
            self._values,
        )
        write_torso_task(
            dynamics.turn,
            dynamics.offset,
            model.base_rotation,
            reference.torso_rotation,
            v,
            (gains.torso_kp, gains.torso_kd),
            self._torso_scale,
            self._rows,
            self._values,
        )
        write_wrench_task(dynamics.wrench_rows, dynamics.wrench_constant, self._wrench_scale, self._rows, self._values)
        compute_posture_target(reference.posture, joints, v, self._posture_gains, self._target)
        np.add(self._leg_weight, reference.posture_weight, out=self._diagonal[: model.nu])

    def _write_foot_task(
        self, qp: WholeBodyQp, dynamics: ReducedDynamics, side: int, v: np.ndarray, reference: WholeBodyReference
    ) -> int:
        """The other foot rests and carries, or swings; returns the number of rows then in use."""
        foot = self.model.feet[side]
        dynamics.project(foot, self._frame_rows, self._frame_constant)
        if reference.stance[side]:
            dynamics.add_foot(foot, self._frame_rows, qp.matrix)
            normal = self.model.nu + 2
            qp.lower[normal], qp.upper[normal] = 0.0, reference.normal_force_max[side]
            compute_stance_target(foot.jacobian, foot.drift, v, self.gains.stance_kd, self._frame_target)
            scale = self._rest_scale
        else:
            self._compute_pose_target(foot, reference.swing, self._swing_gains, v)
            scale = self._swing_gains.scale
        return self._write_frame_task(FIXED_ROWS, scale)

    def _write_hand_tasks(
        self, rows: int, dynamics: ReducedDynamics, v: np.ndarray, reference: WholeBodyReference
    ) -> int:
        for side in (LEFT, RIGHT):
            if reference.hand_active[side]:
                grip = self.model.grips[side]
                dynamics.project(grip, self._frame_rows, self._frame_constant)
                self._compute_pose_target(grip, reference.hands[side], self._hand_gains, v)
                rows = self._write_frame_task(rows, self._hand_gains.scale)
        return rows

    def _compute_pose_target(
        self, frame: FrameState, reference: PoseReference, gains: PoseGains, v: np.ndarray
    ) -> None:
        compute_pose_target(
            frame.jacobian,
            frame.drift,
            frame.rotation,
            frame.position,
            reference.values,
            v,
            gains.gains,
            self._frame_target,
        )

    def _write_frame_task(self, first: int, scale: np.ndarray) -> int:
        write_frame_task(
            self._frame_rows, self._frame_constant, self._frame_target, scale, first, self._rows, self._values
        )
        return first + 6


def _first_foot(reference: WholeBodyReference) -> int:
    """The foot that may carry most of those on the ground."""
    if all(reference.stance):
        left, right = reference.normal_force_max
        return LEFT if left > right else RIGHT
    return LEFT if reference.stance[LEFT] else RIGHT

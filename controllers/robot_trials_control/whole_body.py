"""Inverse dynamics by one quadratic program a tick: accelerations and contact wrenches, then joint torques."""

from __future__ import annotations

import numpy as np

from robot_trials_control.config import WholeBodyGains
from robot_trials_control.contacts import compute_wrench_cone
from robot_trials_control.model import GRAVITY, FrameState, RobotModel
from robot_trials_control.qp import WholeBodyQp
from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.rotations import rotation_error

LIMIT_HORIZON = 0.06
"""Time ahead over which the upper body's joints stay within their range [s]."""
LIMIT_MARGIN = 0.02
"""Kept from the end of a joint's range [rad]."""
LIMIT_ACCELERATION = 30.0
"""Largest acceleration that a joint limit may demand [rad/s²]."""
BASE_REGULARISATION = 1e-4
"""Weight on the base's linear acceleration, which the other tasks determine."""
FORCE_MAX = 5000.0
"""Bound of one foot's normal force when it carries the robot freely [N]."""


class PoseReference:
    """Where one frame should be, in world.

    Attributes:
        position, velocity, acceleration: shape (3,) [m, m/s, m/s²].
        rotation: shape (3, 3).
    """

    __slots__ = ("acceleration", "position", "rotation", "velocity")

    def __init__(self) -> None:
        self.position, self.velocity, self.acceleration = np.zeros(3), np.zeros(3), np.zeros(3)
        self.rotation = np.eye(3)


class PoseGains:
    """Gains and square-rooted weights of a pose task, linear then angular."""

    __slots__ = ("kd", "kp", "scale")

    def __init__(
        self, kp: tuple[float, ...], kd: tuple[float, ...], linear_weight: float, angular_weight: float
    ) -> None:
        self.kp, self.kd = np.array(kp, dtype=float), np.array(kd, dtype=float)
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
    and hand poses. Constraints: rigid-body dynamics, feet that stay, coupled wrench cones, torque bounds.

    Attributes:
        torque: joint torques of the last solve, shape (nu,) [N·m].
        acceleration: generalised accelerations of the last solve, shape (nv,).
        exit_flag: the solver's word on the last solve; 1 is solved.
        failures: solves without a solution since construction.
    """

    def __init__(self, model: RobotModel, gains: WholeBodyGains) -> None:
        self.model, self.gains = model, gains
        parameters = model.parameters
        cone = compute_wrench_cone(
            parameters.sole_half_length - gains.cop_margin,
            parameters.sole_half_width - gains.cop_margin,
            gains.friction,
        )
        self._qps = {k: WholeBodyQp(model.nv, k, cone) for k in (1, 2)}
        self._torque_bound = gains.torque_margin * parameters.torque_limits
        is_arm = np.array([not model.moves_a_foot(i) for i in range(model.nu)])
        self._upper_body = np.flatnonzero(is_arm)
        self._joint_min = model.model.lowerPositionLimit[7:][self._upper_body] + LIMIT_MARGIN
        self._joint_max = model.model.upperPositionLimit[7:][self._upper_body] - LIMIT_MARGIN
        self._posture_kp = np.where(is_arm, gains.arm_kp, gains.posture_kp)
        self._posture_kd = np.where(is_arm, gains.arm_kd, gains.posture_kd)
        self._leg_weight = np.where(is_arm, 0.0, gains.posture_weight_legs)
        self._diagonal = np.concatenate([np.full(3, BASE_REGULARISATION), gains.torso_weights, np.zeros(model.nu)])
        self._target, self._square = np.zeros(model.nv), np.zeros((model.nv, model.nv))
        self._tasks, self._task_target = np.zeros((18, model.nv)), np.zeros(18)
        self._momentum, self._momentum_target = np.zeros((6, 12)), np.zeros(6)
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
        self._force_diagonal = np.tile(gains.force_regularisation, 2)
        self._scale_linear = np.sqrt(gains.momentum_weight)
        self._scale_angular = np.sqrt(gains.angular_momentum_weight)
        self.torque, self.acceleration = np.zeros(model.nu), np.zeros(model.nv)
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
        feet = [side for side in (LEFT, RIGHT) if reference.stance[side]]
        qp = self._qps[len(feet)]
        self._fill_constraints(qp, feet, v, joints, reference)
        self._fill_force_cost(qp, feet, reference)
        self._fill_acceleration_cost(qp, v, joints, reference)
        solved = qp.solve()
        self.exit_flag = qp.exit_flag
        if not solved:
            self.failures += 1
            return False
        x = qp.solution
        self.acceleration[:] = x[qp.wrench_size :]
        np.dot(qp.matrix[6 : self.model.nv], x, out=self.torque)
        self.torque += self.model.bias[6:]
        return True

    def _bound_arms(self, lower: np.ndarray, upper: np.ndarray, v: np.ndarray, joints: np.ndarray) -> None:
        """Accelerations that keep the upper body's joints within their range over `LIMIT_HORIZON`.

        The bounds never ask for more than `LIMIT_ACCELERATION`, so that they cannot contradict the torque limits.
        """
        upper_body, scale = self._upper_body, 2.0 / LIMIT_HORIZON**2
        reached = joints[upper_body] + LIMIT_HORIZON * v[6:][upper_body]
        upper[upper_body] = np.maximum(scale * (self._joint_max - reached), -LIMIT_ACCELERATION)
        lower[upper_body] = np.minimum(scale * (self._joint_min - reached), LIMIT_ACCELERATION)

    def _fill_constraints(
        self, qp: WholeBodyQp, feet: list[int], v: np.ndarray, joints: np.ndarray, reference: WholeBodyReference
    ) -> None:
        model, nw = self.model, qp.wrench_size
        matrix, lower, upper = qp.matrix, qp.lower, qp.upper
        matrix[: model.nv, nw:] = model.mass_matrix
        bias, n = model.bias, qp.size
        upper[n : n + 6] = lower[n : n + 6] = -bias[:6]
        upper[n + 6 : n + model.nv] = self._torque_bound - bias[6:]
        lower[n + 6 : n + model.nv] = -self._torque_bound - bias[6:]
        self._bound_arms(lower[nw + 6 : n], upper[nw + 6 : n], v, joints)
        for i, side in enumerate(feet):
            jacobian = model.feet[side].jacobian
            matrix[: model.nv, 6 * i : 6 * i + 6] = -jacobian.T
            row = qp.first_stance + 6 * i
            matrix[row : row + 6, nw:] = jacobian
            target = jacobian.dot(v)
            target *= -self.gains.stance_kd
            target -= model.feet[side].drift
            upper[n + row : n + row + 6] = lower[n + row : n + row + 6] = target
            upper[6 * i + 2] = reference.normal_force_max[side]
            lower[6 * i + 2] = 0.0

    def _fill_force_cost(self, qp: WholeBodyQp, feet: list[int], reference: WholeBodyReference) -> None:
        model, nw = self.model, qp.wrench_size
        momentum = self._momentum[:, :nw]
        for i, side in enumerate(feet):
            rotation = model.feet[side].rotation
            x, y, z = (model.feet[side].position - model.com).tolist()
            arm = np.array(((0.0, -z, y), (z, 0.0, -x), (-y, x, 0.0)))
            columns = momentum[:, 6 * i : 6 * i + 6]
            np.multiply(rotation, self._scale_linear / model.mass, out=columns[:3, :3])
            turned = np.multiply(rotation, self._scale_angular, out=columns[3:, 3:])
            columns[3:, :3] = arm.dot(turned)
        target = self._momentum_target
        target[:3] = reference.com_acceleration
        target[2] += GRAVITY
        target[:3] *= self._scale_linear
        target[3:] = (-self.gains.angular_momentum_damping * self._scale_angular) * model.angular_momentum
        block = qp.hessian[:nw, :nw]
        block[:] = momentum.T.dot(momentum)
        qp.wrench_diagonal += self._force_diagonal[:nw]
        np.negative(target.dot(momentum), out=qp.gradient[:nw])

    def _fill_acceleration_cost(
        self, qp: WholeBodyQp, v: np.ndarray, joints: np.ndarray, reference: WholeBodyReference
    ) -> None:
        nw, gains = qp.wrench_size, self.gains
        target = self._target
        base_rotation = self.model.base_rotation
        target[3:6] = gains.torso_kp * rotation_error(base_rotation, reference.torso_rotation) - gains.torso_kd * v[3:6]
        target[6:] = self._posture_kp * (reference.posture - joints) - self._posture_kd * v[6:]
        rows = 0
        if not all(reference.stance):
            foot = self.model.feet[RIGHT if reference.stance[LEFT] else LEFT]
            self._fill_pose_task(rows, foot, reference.swing, self._swing_gains, v)
            rows += 6
        for side in (LEFT, RIGHT):
            if reference.hand_active[side]:
                self._fill_pose_task(rows, self.model.grips[side], reference.hands[side], self._hand_gains, v)
                rows += 6
        tasks = self._tasks[:rows]
        gradient = qp.gradient[nw:]
        np.add(self._leg_weight, reference.posture_weight, out=self._diagonal[6:])
        np.multiply(self._diagonal, target, out=gradient)
        gradient += self._task_target[:rows].dot(tasks)
        np.negative(gradient, out=gradient)
        qp.hessian[nw:, nw:] = np.dot(tasks.T, tasks, out=self._square)
        qp.acceleration_diagonal += self._diagonal

    def _fill_pose_task(
        self, row: int, frame: FrameState, reference: PoseReference, gains: PoseGains, v: np.ndarray
    ) -> None:
        """Rows of scale · (J a − (a_desired − J̇v)), in the frame's own axes."""
        rotation, scale = frame.rotation, gains.scale
        twist = frame.jacobian.dot(v)
        target = self._task_target[row : row + 6]
        linear = reference.position - frame.position
        linear *= gains.kp[:3]
        linear += gains.kd[:3] * (reference.velocity - rotation.dot(twist[:3]))
        linear += reference.acceleration
        target[:3] = linear.dot(rotation)
        np.multiply(gains.kp[3:], rotation_error(rotation, reference.rotation), out=target[3:])
        target[3:] -= gains.kd[3:] * twist[3:]
        target -= frame.drift
        target *= scale
        np.multiply(frame.jacobian, scale[:, None], out=self._tasks[row : row + 6])

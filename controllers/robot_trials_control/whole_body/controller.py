"""Inverse dynamics by one quadratic program a tick: accelerations and contact wrenches, then joint torques."""

from __future__ import annotations

import numpy as np

from robot_trials_control.config import WholeBodyGains
from robot_trials_control.numeric.compiled import bind
from robot_trials_control.records import LEFT, RIGHT, Record, make_record
from robot_trials_control.robot.contacts import compute_wrench_cone
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.whole_body.program import (
    choose_feet,
    program_gain_fields,
    program_work_fields,
    recover_motion,
    write_program,
)
from robot_trials_control.whole_body.qp import UNBOUNDED, WholeBodyQp
from robot_trials_control.whole_body.references import WholeBodyReference

LIMIT_MARGIN = 0.02
"""Kept from the end of a joint's range [rad]."""
SECOND_FOOT_WEIGHT = 1e4
"""Weight on the second foot's rest: it stays to 0.1 % of what the other tasks would move it by."""
SOFT_ARM_GAINS = np.array(((60.0,), (10.0,)))
"""Stiffness [1/s²] and damping [1/s] of arms that give way to a person. A hand held so sinks by some 15 mm where the
load is not known well; softer ones sink by 60 mm."""


def make_program_gains(model: RobotModel, gains: WholeBodyGains) -> Record:
    """The program's constants for a robot, as a record of `program_gain_fields`."""
    parameters, nu = model.parameters, model.nu
    upper = ~model.limbs.is_leg
    out = make_record(program_gain_fields(nu))
    out.stance_kd[...] = gains.stance_kd
    out.rest_scale[:] = np.sqrt(SECOND_FOOT_WEIGHT)
    kp, kd = gains.swing_kp, gains.swing_kd
    out.swing_gains[:] = (kp, kp, gains.swing_kp_z, kp, kp, kp), (kd, kd, gains.swing_kd_z, kd, kd, kd)
    out.swing_scale[:] = np.sqrt(np.repeat((gains.swing_linear_weight, gains.swing_angular_weight), 3))
    out.hand_gains[0], out.hand_gains[1] = gains.hand_kp, gains.hand_kd
    out.hand_scale[:] = np.sqrt(np.repeat((gains.hand_weight, gains.hand_orientation_weight), 3))
    out.momentum_gains[:2] = np.sqrt((gains.momentum_weight, gains.angular_momentum_weight))
    out.momentum_gains[2] = gains.angular_momentum_damping
    out.torso_gains[:] = gains.torso_kp, gains.torso_kd
    out.torso_scale[:] = np.sqrt(gains.torso_weights)
    out.wrench_scale[:] = np.sqrt(gains.force_regularisation)
    out.force_regularisation[:] = gains.force_regularisation
    out.posture_gains[0] = np.where(upper, gains.arm_kp, gains.posture_kp)
    out.posture_gains[1] = np.where(upper, gains.arm_kd, gains.posture_kd)
    out.leg_weight[:] = np.where(upper, 0.0, gains.posture_weight_legs)
    out.torque_bound[:] = gains.torque_margin * parameters.torque_limits
    out.joint_min[:] = np.where(upper, model.model.lowerPositionLimit[7:] + LIMIT_MARGIN, -UNBOUNDED)
    out.joint_max[:] = np.where(upper, model.model.upperPositionLimit[7:] - LIMIT_MARGIN, UNBOUNDED)
    out.cone[:] = compute_wrench_cone(
        parameters.sole_half_length - gains.cop_margin, parameters.sole_half_width - gains.cop_margin, gains.friction
    )
    return out


class WholeBodyController:
    """Turns a `WholeBodyReference` into joint torques that the contacts and the drives can bear.

    Cost: linear momentum rate as a pure force task, angular momentum damping, torso orientation, posture, swing foot
    and hand poses, and rest of the second foot. Constraints: rest of the first foot and rigid-body dynamics, which are
    eliminated (`reduced_dynamics`), coupled wrench cones, torque bounds.

    Attributes:
        gains: the program's constants, record of `program_gain_fields`.
        torque: joint torques of the last solve, shape (nu,) [N·m].
        acceleration: generalised accelerations of the last solve, shape (nv,).
        exit_flag: the solver's word on the last solve; 1 is solved.
        failures: solves without a solution since construction.
    """

    def __init__(self, model: RobotModel, gains: WholeBodyGains) -> None:
        self.model = model
        self.gains = make_program_gains(model, gains)
        self._qps = {feet: WholeBodyQp(model.nu, feet, self.gains.cone) for feet in (1, 2)}
        self._work = make_record(program_work_fields(model.nu))
        self.torque, self.acceleration = np.zeros(model.nu), np.zeros(model.nv)
        self.failures, self.exit_flag = 0, 0
        self._legs_limited = self._arms_soft = False
        self._arms = np.concatenate([model.arm_joints(side) for side in (LEFT, RIGHT)])
        self._arm_gains = self.gains.posture_gains[:, self._arms].copy()
        self._bind()

    def _bind(self) -> None:
        model, work = self.model, self._work.data
        reference, joints = WholeBodyReference(model.nominal_joints).record.data, model.nominal_joints
        qp = self._qps[2]
        parts = model.state.data, reference, self.gains.data
        self._choose_feet = bind(choose_feet, reference)
        self._write_program = bind(write_program, *parts, 0, self.acceleration, joints, work, *qp.arrays)
        self._recover = bind(recover_motion, qp.solution, 0, work, qp.matrix, self.acceleration, self.torque)

    def step(self, v: np.ndarray, joints: np.ndarray, reference: WholeBodyReference) -> bool:
        """Solve for the model's current state.

        Args:
            v: generalised velocity, shape (nv,).
            joints: joint angles, shape (nu,) [rad].
            reference: what to do.

        Returns:
            Whether the program had a solution; if not, `torque` and `acceleration` keep the last good ones.
        """
        wanted, work = reference.record.data, self._work.data
        first, feet = self._choose_feet(wanted)
        qp = self._qps[feet]
        self._write_program(self.model.state.data, wanted, self.gains.data, first, v, joints, work, *qp.arrays)
        solved = qp.solve() and self._recover(qp.solution, first, work, qp.matrix, self.acceleration, self.torque)
        self.exit_flag = qp.exit_flag
        self.failures += not solved
        return solved

    def soften_arms(self, on: bool) -> None:
        """Hold arms in posture mode so softly that a person moves them easily."""
        if on == self._arms_soft:
            return
        self._arms_soft = on
        self.gains.posture_gains[:, self._arms] = SOFT_ARM_GAINS if on else self._arm_gains

    def limit_legs(self, on: bool) -> None:
        """Keep the legs within their ranges too, which a walk may leave to its own plan."""
        if on == self._legs_limited:
            return
        self._legs_limited, gains, limits = on, self.gains, self.model.model
        for i in np.flatnonzero(gains.leg_weight).tolist():
            gains.joint_min[i] = limits.lowerPositionLimit[7 + i] + LIMIT_MARGIN if on else -UNBOUNDED
            gains.joint_max[i] = limits.upperPositionLimit[7 + i] - LIMIT_MARGIN if on else UNBOUNDED

    def wrenches(self, reference: WholeBodyReference) -> np.ndarray:
        """Ground on each foot of the last solution, in and about the sole frames, shape (2, 6) [N, N·m]."""
        first, feet = choose_feet(reference.record.data)
        y, work, found = self._qps[feet].solution, self._work, np.zeros((2, 6))
        found[first] = work.wrench_rows[:, : y.size] @ y + work.wrench_constant
        if feet == 2:
            found[1 - first] = y[self.model.nu :]
        return found

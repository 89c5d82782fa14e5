"""The whole-body program as one compiled call: tasks and constraints at the model's state, in the QP's own arrays."""

from __future__ import annotations

import numpy as np

from robot_trials_control.checks import is_finite
from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.records import Field
from robot_trials_control.robot.model_state import FIRST_GRIP
from robot_trials_control.whole_body.constraints import bound_joints, bound_torques, bound_wrench
from robot_trials_control.whole_body.qp import CONE_ROWS, WRENCH_SIZE
from robot_trials_control.whole_body.reduced_dynamics import (
    compute_stance_target,
    project_rows,
    recover,
    reduce_dynamics,
    share_wrench,
)
from robot_trials_control.whole_body.tasks import (
    compute_pose_target,
    compute_posture_target,
    write_cost,
    write_frame_task,
    write_momentum_task,
    write_torso_task,
    write_wrench_task,
)

FIXED_ROWS = 15
"""Rows of the momentum, torso and wrench tasks, which are always there."""
ROWS_MAX = FIXED_ROWS + 18
"""With the tasks of the second foot and of both hands."""


def program_gain_fields(nu: int) -> list[Field]:
    """Constants of the program.

    Gains are stiffness then damping, scales square-rooted weights, both linear then angular where they have six.
    """
    return [
        ("stance_kd", "f8"),  # [1/s]
        ("rest_scale", "f8", (6,)),  # second foot at rest
        ("swing_gains", "f8", (2, 6)),
        ("swing_scale", "f8", (6,)),
        ("hand_gains", "f8", (2, 6)),
        ("hand_scale", "f8", (6,)),
        ("momentum_gains", "f8", (3,)),  # scale linear, scale angular, damping [1/s]
        ("torso_gains", "f8", (2,)),
        ("torso_scale", "f8", (3,)),
        ("wrench_scale", "f8", (6,)),
        ("force_regularisation", "f8", (6,)),
        ("posture_gains", "f8", (2, nu)),
        ("leg_weight", "f8", (nu,)),
        ("torque_bound", "f8", (nu,)),  # [N·m]
        ("joint_min", "f8", (nu,)),  # range to keep, far beyond the real one for joints that are left free [rad]
        ("joint_max", "f8", (nu,)),
        ("cone", "f8", (CONE_ROWS, 6)),
    ]


def program_work_fields(nu: int) -> list[Field]:
    """What the program computes on its way; names and shapes as in `reduced_dynamics` and `tasks`."""
    return [
        ("turn", "f8", (6, nu)),
        ("offset", "f8", (6,)),
        ("inverse", "f8", (6, 6)),
        ("base_rows", "f8", (6, nu)),
        ("base_constant", "f8", (6,)),
        ("joint_constant", "f8", (nu,)),
        ("wrench_rows", "f8", (6, nu + WRENCH_SIZE)),
        ("wrench_constant", "f8", (6,)),
        ("frame_rows", "f8", (6, nu)),
        ("frame_constant", "f8", (6,)),
        ("frame_target", "f8", (6,)),
        ("rows", "f8", (ROWS_MAX, nu + WRENCH_SIZE)),
        ("values", "f8", (ROWS_MAX,)),
        ("target", "f8", (nu + WRENCH_SIZE,)),
        ("diagonal", "f8", (nu + WRENCH_SIZE,)),
    ]


@compiled
def choose_feet(reference: np.ndarray) -> tuple[int, int]:
    """The foot that may carry most of those on the ground, and how many are."""
    stance, limit = reference[0].stance, reference[0].normal_force_max
    if stance[0] and stance[1]:
        return (0 if limit[0] > limit[1] else 1), 2
    return (0 if stance[0] else 1), 1


@compiled
def write_program(
    model: np.ndarray,
    reference: np.ndarray,
    gains: np.ndarray,
    first: int,
    v: np.ndarray,
    joints: np.ndarray,
    work: np.ndarray,
    hessian: np.ndarray,
    gradient: np.ndarray,
    matrix: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
) -> None:
    """Write cost and constraints of one tick.

    Args:
        model, reference, gains: records of `model_state_fields`, `whole_body_reference_fields` and
            `program_gain_fields`.
        first: the foot whose wrench is eliminated.
        v: generalised velocity, shape (nv,).
        joints: joint angles, shape (nu,) [rad].
        work: receives what is needed again after solving, record of `program_work_fields`.
        hessian, gradient, matrix, lower, upper: of a `WholeBodyQp` for as many feet as stand.
    """
    write_dynamics(model, gains, first, v, work, matrix)
    rows = write_foot_task(model, reference, gains, first, v, work, matrix, lower, upper)
    rows = write_hand_tasks(model, reference, gains, first, v, rows, work)
    write_body_tasks(model, reference, gains, first, v, joints, work)
    w, g = work[0], gains[0]
    write_cost(w.rows[:rows], w.values, w.diagonal, w.target, hessian, gradient)
    bound_torques(g.torque_bound, w.joint_constant, matrix.shape[1], lower, upper)
    bound_joints(g.joint_min, g.joint_max, joints, v, lower, upper)
    force_max = reference[0].normal_force_max[first]
    bound_wrench(g.cone, force_max, w.wrench_rows, w.wrench_constant, joints.size, matrix, lower, upper)


@compiled
def write_dynamics(
    model: np.ndarray, gains: np.ndarray, first: int, v: np.ndarray, work: np.ndarray, matrix: np.ndarray
) -> None:
    """Equations of motion with the base and the first foot's wrench eliminated; arguments as for `write_program`."""
    m, g, w = model[0], gains[0], work[0]
    reduce_dynamics(
        m.jacobian[first],
        m.drift[first],
        v,
        g.stance_kd,
        m.mass_matrix,
        m.bias,
        w.inverse,
        w.turn,
        w.offset,
        w.base_rows,
        w.base_constant,
        matrix,
        w.joint_constant,
        w.wrench_rows,
        w.wrench_constant,
    )


@compiled
def write_body_tasks(
    model: np.ndarray,
    reference: np.ndarray,
    gains: np.ndarray,
    first: int,
    v: np.ndarray,
    joints: np.ndarray,
    work: np.ndarray,
) -> None:
    """Momentum, torso, first foot's wrench and posture; arguments as for `write_program`."""
    m, r, g, w = model[0], reference[0], gains[0], work[0]
    write_momentum_task(
        w.base_rows,
        w.base_constant,
        m.base_rotation,
        m.base_position,
        m.com,
        r.com_acceleration,
        m.angular_momentum,
        m.mass,
        g.momentum_gains,
        w.rows,
        w.values,
    )
    write_torso_task(
        w.turn, w.offset, m.base_rotation, r.torso_rotation, v, g.torso_gains, g.torso_scale, w.rows, w.values
    )
    write_wrench_task(w.wrench_rows, w.wrench_constant, g.wrench_scale, w.rows, w.values)
    compute_posture_target(r.posture, joints, v, g.posture_gains, w.target)
    for i in range(joints.size):
        w.diagonal[i] = g.leg_weight[i] + r.posture_weight[i]
    for i in range(WRENCH_SIZE):
        w.diagonal[joints.size + i] = g.force_regularisation[i]


@compiled
def write_foot_task(
    model: np.ndarray,
    reference: np.ndarray,
    gains: np.ndarray,
    first: int,
    v: np.ndarray,
    work: np.ndarray,
    matrix: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
) -> int:
    """The other foot rests and carries, or swings; arguments as for `write_program`, returns the rows then in use."""
    m, r, g, w = model[0], reference[0], gains[0], work[0]
    side = 1 - first
    jacobian, drift = m.jacobian[side], m.drift[side]
    project_rows(jacobian, w.turn, w.offset, w.frame_rows, w.frame_constant)
    if r.stance[side]:
        share_wrench(w.inverse, jacobian, w.frame_rows, w.wrench_rows, matrix)
        normal = w.frame_rows.shape[1] + 2
        lower[normal], upper[normal] = 0.0, r.normal_force_max[side]
        compute_stance_target(jacobian, drift, v, g.stance_kd, w.frame_target)
        scale = g.rest_scale
    else:
        rotation, position = m.rotation[side], m.position[side]
        compute_pose_target(jacobian, drift, rotation, position, r.swing, v, g.swing_gains, w.frame_target)
        scale = g.swing_scale
    write_frame_task(w.frame_rows, w.frame_constant, w.frame_target, scale, FIXED_ROWS, w.rows, w.values)
    return FIXED_ROWS + 6


@compiled
def write_hand_tasks(
    model: np.ndarray,
    reference: np.ndarray,
    gains: np.ndarray,
    first: int,
    v: np.ndarray,
    rows: int,
    work: np.ndarray,
) -> int:
    """Hands in use; arguments as for `write_program`, `rows` in use before and returned those in use after."""
    m, r, g, w = model[0], reference[0], gains[0], work[0]
    for side in range(2):
        if r.hand_active[side]:
            frame = FIRST_GRIP + side
            jacobian, drift, rotation, position = (
                m.jacobian[frame],
                m.drift[frame],
                m.rotation[frame],
                m.position[frame],
            )
            project_rows(jacobian, w.turn, w.offset, w.frame_rows, w.frame_constant)
            compute_pose_target(jacobian, drift, rotation, position, r.hands[side], v, g.hand_gains, w.frame_target)
            write_frame_task(w.frame_rows, w.frame_constant, w.frame_target, g.hand_scale, rows, w.rows, w.values)
            rows += 6
    return rows


@compiled
def recover_motion(
    y: np.ndarray, first: int, work: np.ndarray, matrix: np.ndarray, acceleration: np.ndarray, torque: np.ndarray
) -> bool:
    """Write generalised accelerations and joint torques of a solution; False, and nothing written, if not finite.

    Args:
        y: joint accelerations and, on two feet, the second foot's wrench, shape (n,).
        first, work, matrix: as for `write_program`.
        acceleration, torque: receive the result, shapes (nv,) and (nu,).
    """
    if not is_finite(y):
        return False
    w = work[0]
    recover(y, w.turn, w.offset, matrix, w.joint_constant, acceleration, torque)
    return True

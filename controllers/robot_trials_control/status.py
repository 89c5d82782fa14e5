"""Fills in the status record of a tick from the controller's parts."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from robot_trials_control.estimation.filter import VELOCITY
from robot_trials_control.estimation.payload import PayloadEstimator
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.numeric.rotations import quaternion_xyzw
from robot_trials_control.records import LEFT, RIGHT, Record, Support
from robot_trials_control.robot.contacts import compute_hull_margin, compute_zmp
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import FIRST_GRIP, FRAMES
from robot_trials_control.walking.gait import Phase
from robot_trials_control.walking.phases import Walking
from robot_trials_control.whole_body.arms import ArmReferences, measure_distance_to_goal

DECIMATION = 5
"""Poses of feet and hands, the ZMP margin and the load are written every so many ticks, in turn."""


class StatusWriter:
    """Writes `controller_status_fields` once a tick; poses, margin and load take turns."""

    def __init__(self, model: RobotModel) -> None:
        self.model = model
        parameters = model.parameters
        self._sole = np.array((parameters.sole_half_length, parameters.sole_half_width))
        self._limits = np.array(parameters.torque_limits, dtype=float)
        self._tick = 0
        self._write: Callable[..., None] | None = None

    def write(
        self,
        state: Record,
        estimate: Record,
        walking: Walking,
        arms: ArmReferences,
        command: Record,
        status: Record,
    ) -> None:
        """Write what the estimator, the walk and the arms hold, and how much of the torques the command takes."""
        self._tick = (self._tick + 1) % DECIMATION
        held = self.model.state.data, estimate.data, walking.gait.data, arms.state.data
        arguments = self._tick, self._sole, self._limits, state.data, *held, command.data, status.data
        if self._write is None:
            self._write = bind(write_status, *arguments)
        self._write(*arguments)
        status.at_target[...], status.steps[...] = walking.is_at_target, walking.steps

    def write_payload(self, payload: PayloadEstimator, status: Record) -> None:
        """Write the load, in its turn."""
        if self._tick:
            return
        status.payload_mass[...], status.payload_com[:] = payload.mass, payload.com
        status.payload_mass_applied[...], status.payload_mode[...] = payload.mass_applied, payload.mode


@compiled
def place_corners(sole: np.ndarray, rotation: np.ndarray, position: np.ndarray, out: np.ndarray) -> None:
    """Corners of a sole on the ground; half length and width, shape (2,), to at least four rows of shape (2,) [m]."""
    for i in range(4):
        along = sole[0] if i < 2 else -sole[0]
        aside = sole[1] if i % 2 else -sole[1]
        for k in range(2):
            out[i, k] = position[k] + along * rotation[k, 0] + aside * rotation[k, 1]


@compiled
def write_status(
    turn: int,
    sole: np.ndarray,
    limits: np.ndarray,
    state: np.ndarray,
    model: np.ndarray,
    estimate: np.ndarray,
    gait: np.ndarray,
    arms: np.ndarray,
    command: np.ndarray,
    status: np.ndarray,
) -> None:
    """Write all that the parts' records hold.

    Args:
        turn: which of the `DECIMATION` groups is written.
        sole: half length and width, shape (2,) [m].
        limits: of the torques, shape (nu,) [N·m].
        state, model, estimate, gait, arms, command, status: records of the sensors, of `model_state_fields`,
            `base_estimate_fields`, `GAIT_FIELDS`, `arm_fields`, of the command and of the status.
    """
    write_estimate(estimate, model, status)
    write_gait(state, model, gait, status)
    write_in_turn(turn, sole, model, gait, arms, status)
    status[0].torque_ratio = largest_ratio(command[0].torque, limits)


@compiled
def write_estimate(estimate: np.ndarray, model: np.ndarray, status: np.ndarray) -> None:
    """Write base and centre of mass; arguments as for `write_status`."""
    e, m, out = estimate[0], model[0], status[0]
    for i in range(3):
        out.base_position[i], out.base_linear_velocity[i] = e.position[i], e.velocity[i]
        out.base_angular_velocity_body[i] = e.v[3 + i]
        out.com[i], out.com_velocity[i] = m.com[i], m.com_velocity[i]
    for i in range(4):
        out.base_orientation_xyzw[i] = e.q[3 + i]
    out.speed_deviation = math.sqrt(e.covariance[VELOCITY, VELOCITY] + e.covariance[VELOCITY + 1, VELOCITY + 1])


@compiled
def write_gait(state: np.ndarray, model: np.ndarray, gait: np.ndarray, status: np.ndarray) -> None:
    """Write phase, DCM and ZMP; a ZMP that cannot be measured keeps its last value. Arguments as for `write_status`."""
    m, g, out = model[0], gait[0], status[0]
    zmp = compute_zmp(state[0].foot_wrench, m.rotation[LEFT], m.position[LEFT], m.rotation[RIGHT], m.position[RIGHT])
    for i in range(2):
        out.dcm[i], out.dcm_reference[i], out.zmp_reference[i] = g.dcm[i], g.dcm_reference[i], g.zmp_reference[i]
        if not math.isnan(zmp[i]):
            out.zmp[i] = zmp[i]
    out.walking = g.phase != Phase.STAND
    out.support = Support.BOTH.value
    if g.phase == Phase.SINGLE:
        out.support = Support.LEFT.value if g.stance_side == LEFT else Support.RIGHT.value


@compiled
def write_in_turn(
    turn: int, sole: np.ndarray, model: np.ndarray, gait: np.ndarray, arms: np.ndarray, status: np.ndarray
) -> None:
    """Write what changes slowly: one foot's pose, one hand's, or the margin. Arguments as for `write_status`."""
    m, out = model[0], status[0]
    if turn < FIRST_GRIP:
        write_pose(m.rotation[turn], m.position[turn], out.foot_pose[turn])
    elif turn < len(FRAMES):
        side = turn - FIRST_GRIP
        write_pose(m.rotation[turn], m.position[turn], out.hand_pose[side])
        out.hand_error[side] = measure_distance_to_goal(side, model, arms)
    else:
        corners, count = np.zeros((8, 2)), 0
        for side in range(2):
            if gait[0].phase != Phase.SINGLE or gait[0].stance_side == side:
                place_corners(sole, m.rotation[side], m.position[side], corners[count:])
                count += 4
        out.zmp_margin = compute_hull_margin(out.zmp, corners[:count])


@compiled
def write_pose(rotation: np.ndarray, position: np.ndarray, out: np.ndarray) -> None:
    """Write position and quaternion xyzw into `out`, shape (7,)."""
    for i in range(3):
        out[i] = position[i]
    out[3], out[4], out[5], out[6] = quaternion_xyzw(rotation)


@compiled
def largest_ratio(values: np.ndarray, limits: np.ndarray) -> float:
    """Largest |value| / limit of two arrays of one shape."""
    ratio = 0.0
    for i in range(values.size):
        ratio = max(ratio, abs(values[i]) / limits[i])
    return ratio

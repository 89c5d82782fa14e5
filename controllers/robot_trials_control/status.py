"""Fills in the status record of a tick from the controller's parts."""

from __future__ import annotations

import math

import numpy as np

from robot_trials_control.arms import ArmReferences
from robot_trials_control.compiled import compiled
from robot_trials_control.contacts import compute_hull_margin, compute_zmp
from robot_trials_control.estimator import BaseEstimator
from robot_trials_control.model import RobotModel
from robot_trials_control.payload import PayloadEstimator
from robot_trials_control.records import Record, Support
from robot_trials_control.rotations import quaternion_xyzw
from robot_trials_control.walking import Phase, Walking
from robot_trials_control.whole_body import WholeBodyReference

DECIMATION = 5
"""Poses of feet and hands and the ZMP margin are written every so many ticks, one group a tick."""


class StatusWriter:
    """Writes `controller_status_fields` once a tick; poses and margin take turns."""

    def __init__(self, model: RobotModel) -> None:
        self.model = model
        x, y = model.parameters.sole_half_length, model.parameters.sole_half_width
        self._sole, self._corners = np.array((x, y)), np.zeros((8, 2))
        self._tick = 0

    def write(
        self,
        state: Record,
        estimator: BaseEstimator,
        walking: Walking,
        arms: ArmReferences,
        reference: WholeBodyReference,
        status: Record,
    ) -> None:
        """Write what the estimator, the walk and the arms hold."""
        model = self.model
        write_estimate(
            estimator.position,
            estimator.velocity,
            estimator.q,
            estimator.v,
            model.com,
            model.com_velocity,
            status.data,
        )
        left, right = model.feet
        write_balance(
            state.data,
            walking.balance.dcm,
            walking.dcm_reference,
            walking.zmp_reference,
            left.rotation,
            left.position,
            right.rotation,
            right.position,
            status.data,
        )
        self._tick = turn = (self._tick + 1) % DECIMATION
        if turn < 2:
            foot = model.feet[turn]
            write_pose(foot.rotation, foot.position, status.foot_pose[turn])
        elif turn < 4:
            grip = model.grips[turn - 2]
            write_pose(grip.rotation, grip.position, status.hand_pose[turn - 2])
            status.hand_error[turn - 2] = arms.distance_to_goal(turn - 2)
        else:
            self._write_margin(reference, status)
        single = walking.phase is Phase.SINGLE
        status.support[...] = (Support.LEFT, Support.RIGHT)[walking.stance_side] if single else Support.BOTH
        status.walking[...] = walking.is_walking
        status.at_target[...] = walking.is_at_target
        status.steps[...] = walking.steps

    def write_payload(self, payload: PayloadEstimator, status: Record) -> None:
        """Write the load."""
        status.payload_mass[...], status.payload_com[:] = payload.mass, payload.com
        status.payload_mass_applied[...], status.payload_mode[...] = payload.mass_applied, payload.mode

    def _write_margin(self, reference: WholeBodyReference, status: Record) -> None:
        """Distance of the ZMP to the edge of the support polygon."""
        count = 0
        for foot, stands in zip(self.model.feet, reference.stance, strict=True):
            if stands:
                place_corners(self._sole, foot.rotation, foot.position, self._corners[count:])
                count += 4
        status.zmp_margin[...] = compute_hull_margin(status.zmp, self._corners[:count])


@compiled
def place_corners(sole: np.ndarray, rotation: np.ndarray, position: np.ndarray, out: np.ndarray) -> None:
    """Corners of a sole on the ground; half length and width, shape (2,), to at least four rows of shape (2,) [m]."""
    for i in range(4):
        along = sole[0] if i < 2 else -sole[0]
        aside = sole[1] if i % 2 else -sole[1]
        for k in range(2):
            out[i, k] = position[k] + along * rotation[k, 0] + aside * rotation[k, 1]


@compiled
def write_estimate(
    position: np.ndarray,
    velocity: np.ndarray,
    q: np.ndarray,
    v: np.ndarray,
    com: np.ndarray,
    com_velocity: np.ndarray,
    status: np.ndarray,
) -> None:
    """Write base and centre of mass into a status record."""
    out = status[0]
    for i in range(3):
        out.base_position[i], out.base_linear_velocity[i] = position[i], velocity[i]
        out.base_angular_velocity_body[i] = v[3 + i]
        out.com[i], out.com_velocity[i] = com[i], com_velocity[i]
    for i in range(4):
        out.base_orientation_xyzw[i] = q[3 + i]


@compiled
def write_balance(
    state: np.ndarray,
    dcm: tuple[float, float],
    dcm_reference: tuple[float, float],
    zmp_reference: tuple[float, float],
    left_rotation: np.ndarray,
    left_position: np.ndarray,
    right_rotation: np.ndarray,
    right_position: np.ndarray,
    status: np.ndarray,
) -> None:
    """Write DCM and ZMP into a status record; a ZMP that cannot be measured keeps its last value."""
    out = status[0]
    zmp = compute_zmp(state[0].foot_wrench, left_rotation, left_position, right_rotation, right_position)
    for i in range(2):
        out.dcm[i], out.dcm_reference[i], out.zmp_reference[i] = dcm[i], dcm_reference[i], zmp_reference[i]
        if not math.isnan(zmp[i]):
            out.zmp[i] = zmp[i]


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

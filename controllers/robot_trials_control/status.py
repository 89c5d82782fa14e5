"""Fills in the status record of a tick from the controller's parts."""

from __future__ import annotations

import numpy as np

from robot_trials_control.arms import ArmReferences
from robot_trials_control.contacts import compute_hull_margin, compute_zmp
from robot_trials_control.estimator import BaseEstimator
from robot_trials_control.model import FrameState, RobotModel
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
        self._corners = np.array(((x, y, 0.0), (x, -y, 0.0), (-x, -y, 0.0), (-x, y, 0.0)))
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
        self._write_estimate(estimator, status)
        status.dcm[:], status.dcm_reference[:] = walking.balance.dcm, walking.dcm_reference
        status.zmp_reference[:] = walking.zmp_reference
        self._write_zmp(state, status)
        self._tick = turn = (self._tick + 1) % DECIMATION
        if turn < 2:
            _write_pose(self.model.feet[turn], status.foot_pose[turn])
        elif turn < 4:
            _write_pose(self.model.grips[turn - 2], status.hand_pose[turn - 2])
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

    def _write_estimate(self, estimator: BaseEstimator, status: Record) -> None:
        status.base_position[:] = estimator.position
        status.base_orientation_xyzw[:] = estimator.q[3:7]
        status.base_linear_velocity[:] = estimator.velocity
        status.base_angular_velocity_body[:] = estimator.v[3:6]
        status.com[:], status.com_velocity[:] = self.model.com, self.model.com_velocity

    def _write_zmp(self, state: Record, status: Record) -> None:
        left, right = self.model.feet
        zmp = compute_zmp(state.foot_wrench, (left.rotation, right.rotation), (left.position, right.position))
        if zmp is not None:
            status.zmp[:] = zmp

    def _write_margin(self, reference: WholeBodyReference, status: Record) -> None:
        """Distance of the ZMP to the edge of the support polygon."""
        corners = [
            foot.position[:2] + self._corners.dot(foot.rotation[:2].T)
            for foot, stands in zip(self.model.feet, reference.stance, strict=True)
            if stands
        ]
        status.zmp_margin[...] = compute_hull_margin(status.zmp, np.concatenate(corners))


def _write_pose(frame: FrameState, out: np.ndarray) -> None:
    """Write position and quaternion xyzw into `out`, shape (7,)."""
    out[:3] = frame.position
    out[3:] = quaternion_xyzw(frame.rotation)

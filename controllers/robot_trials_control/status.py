"""Fills in the status record of a tick from the controller's parts."""

from __future__ import annotations

import numpy as np

from robot_trials_control.arms import ArmReferences
from robot_trials_control.contacts import compute_hull_margin, compute_zmp
from robot_trials_control.estimator import BaseEstimator
from robot_trials_control.model import FrameState, RobotModel
from robot_trials_control.payload import PayloadEstimator
from robot_trials_control.records import LEFT, RIGHT, Record, Support
from robot_trials_control.rotations import quaternion_xyzw
from robot_trials_control.walking import Phase, Walking
from robot_trials_control.whole_body import WholeBodyReference

MARGIN_DECIMATION = 5
"""The ZMP margin is computed every so many ticks."""


class StatusWriter:
    """Writes `controller_status_fields` once a tick."""

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
        self._write_zmp(state, reference, status)
        for side in (LEFT, RIGHT):
            _write_pose(self.model.feet[side], status.foot_pose[side])
            if not reference.hand_active[side]:
                self.model.grips[side].update()
            _write_pose(self.model.grips[side], status.hand_pose[side])
            status.hand_error[side] = arms.distance_to_goal(side)
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

    def _write_zmp(self, state: Record, reference: WholeBodyReference, status: Record) -> None:
        feet = self.model.feet
        rotations, positions = np.array([f.rotation for f in feet]), np.array([f.position for f in feet])
        if not compute_zmp(state.foot_wrench, rotations, positions, status.zmp):
            return
        self._tick += 1
        if self._tick % MARGIN_DECIMATION == 0:
            corners = [
                f.position[:2] + (self._corners @ f.rotation.T)[:, :2]
                for f, s in zip(feet, reference.stance, strict=True)
                if s
            ]
            status.zmp_margin[...] = compute_hull_margin(status.zmp, np.concatenate(corners))


def _write_pose(frame: FrameState, out: np.ndarray) -> None:
    """Write position and quaternion xyzw into `out`, shape (7,)."""
    out[:3] = frame.position
    out[3:] = quaternion_xyzw(frame.rotation)

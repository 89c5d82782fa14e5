"""Perception of one trial: from fiducials and the robot's own state to the context's estimates."""

from __future__ import annotations

import itertools
import math
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from robot_trials.behaviours.context import TrialContext
from robot_trials.config import Site
from robot_trials.geometry import compose_planar, invert_planar, invert_transform, list_to_transform
from robot_trials.perception.camera_kinematics import CameraKinematics
from robot_trials.perception.localization import Localization, SiteTag
from robot_trials.perception.pose_history import PoseHistory
from robot_trials.perception.targets import MountedTag, TargetTracker
from robot_trials.robots import RobotProfile
from robot_trials.robots.interface import FiducialObservation

GRIP_WINDOW_NS = 2_500_000_000
"""How much of the past is averaged for the torch in the hand that holds it, where it hardly moves [ns]."""


class Posture(NamedTuple):
    """What camera and working hand are placed by.

    Attributes:
        joint_position: of all actuated joints [rad].
        base_pose: of the base in odom, position and quaternion (x, y, z, w).
        hand_pose: the same of the working hand's grip frame.
    """

    joint_position: list[float]
    base_pose: list[float]
    hand_pose: list[float]


class Eyes:
    """Keeps the context's map→odom and targets up to date.

    Args:
        site: its fiducials.
        profile: where the robot's camera is.
    """

    def __init__(self, site: Site, profile: RobotProfile) -> None:
        self._kinematics = CameraKinematics(profile.urdf_path, profile.joint_names, profile.frames.camera_optical)
        self._site = site
        self._site_tags = {
            tag.id: SiteTag(tag.transform_mount_tag, tag.size) for tag in site.fiducials if tag.mount == "map"
        }
        worn = {tag.id: MountedTag(tag.mount, tag.transform_mount_tag) for tag in site.fiducials if tag.mount != "map"}
        self._tracker = TargetTracker(worn)
        self._targets = self._tracker.poses
        torch_tags = {tag_id: tag for tag_id, tag in worn.items() if tag.mount == "torch"}
        self._grip_tracker = TargetTracker(torch_tags, GRIP_WINDOW_NS)
        self._history: PoseHistory[Posture] = PoseHistory()
        self._localization: Localization | None = None
        self._last_position = (0.0, 0.0)
        self._last_ns = 0

    def update(self, context: TrialContext, fiducials: list[FiducialObservation]) -> None:
        """Take in the context's newest state and what the camera saw meanwhile.

        Perception needs finite poses; with a bad sensor the last estimates stay.
        """
        posture = _read_posture(context)
        if not all(map(math.isfinite, (*posture.base_pose[:3], *posture.joint_position))):
            return
        if context.time_ns > self._last_ns:
            self._history.append(context.time_ns, posture)
        last_ns = self._last_ns or context.time_ns
        localization = self._predict(context, posture)
        for time_ns, observations in itertools.groupby(fiducials, key=attrgetter("time_ns")):
            camera = self._history.at(time_ns, self._compute_camera)
            if camera is not None:
                self._see(context, localization, camera, list(observations))
        context.map_to_odom = localization.map_to_odom
        context.map_deviation = localization.deviation
        context.place_deviation = localization.deviation_at(posture.base_pose)
        if localization.newest_ns != context.localized_ns:
            context.blind_time = 0.0
        elif context.status.walking:
            context.blind_time += (context.time_ns - last_ns) * 1e-9
        context.localized_ns = localization.newest_ns
        context.targets = self._targets
        context.compute_transform_base_camera = self._kinematics.compute_transform_base_camera

    def _compute_camera(self, posture: Posture) -> np.ndarray:
        """Pose of the camera in odom, shape (4, 4)."""
        camera = self._kinematics.compute_transform_base_camera(np.array(posture.joint_position))
        return list_to_transform(posture.base_pose) @ camera

    def _see(
        self,
        context: TrialContext,
        localization: Localization,
        camera: np.ndarray,
        observations: list[FiducialObservation],
    ) -> None:
        """Take in one picture, given where the camera was."""
        for observation in observations:
            localization.update(observation, camera)
            self._tracker.update(observation, camera)
        self._see_grip(context, camera, observations)

    def _see_grip(self, context: TrialContext, camera: np.ndarray, observations: list[FiducialObservation]) -> None:
        """Where the torch is in the hand that holds it: the mean is taken there, for the hand moves meanwhile."""
        if not context.holding:
            context.torch_in_hand = None
            self._grip_tracker.forget()
            return
        hand = self._history.at(observations[0].time_ns, _compute_hand)
        if hand is None:
            return
        camera_in_hand = invert_transform(hand) @ camera
        updated = [self._grip_tracker.update(observation, camera_in_hand) for observation in observations]
        if "torch" in updated:
            context.torch_in_hand = self._grip_tracker.pose("torch")

    def _predict(self, context: TrialContext, posture: Posture) -> Localization:
        """Carry the filter on to the present; on the first call, start it at the site's start stance."""
        x, y = posture.base_pose[:2]
        if self._localization is None:
            start = compose_planar(self._site.start, invert_planar(context.robot_in_odom))
            self._localization = Localization(self._site_tags, start)
        else:
            walked = math.dist(self._last_position, (x, y))
            duration = max(0.0, (context.time_ns - self._last_ns) * 1e-9)
            self._localization.predict((x, y), walked, duration)
        self._last_position, self._last_ns = (x, y), context.time_ns
        return self._localization


def _read_posture(context: TrialContext) -> Posture:
    """The context's newest state, which the next one overwrites."""
    status = context.status
    base_pose = [*status.base_position.tolist(), *status.base_orientation_xyzw.tolist()]
    return Posture(context.state.joint_position.tolist(), base_pose, status.hand_pose[context.hand].tolist())


def _compute_hand(posture: Posture) -> np.ndarray:
    """Pose of the working hand's grip frame in odom, shape (4, 4)."""
    return list_to_transform(posture.hand_pose)

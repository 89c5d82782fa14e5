"""Perception of one trial: from fiducials and the robot's own state to the context's estimates."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.behaviours.context import TrialContext
from robot_trials.config import Site
from robot_trials.geometry import compose_planar, invert_planar, invert_transform, pose_to_transform
from robot_trials.perception.camera_kinematics import CameraKinematics
from robot_trials.perception.localization import Localization, SiteTag
from robot_trials.perception.pose_history import PoseHistory
from robot_trials.perception.targets import MountedTag, TargetTracker
from robot_trials.robots import RobotProfile
from robot_trials.robots.interface import FiducialObservation

GRIP_WINDOW_NS = 2_500_000_000
"""How much of the past is averaged for the torch in the hand that holds it, where it hardly moves [ns]."""


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
        self._mounts = sorted({tag.mount for tag in worn.values()})
        self._tracker = TargetTracker(worn)
        self._torch_tags = {tag_id: tag for tag_id, tag in worn.items() if tag.mount == "torch"}
        self._grip_tracker = TargetTracker(self._torch_tags, GRIP_WINDOW_NS)
        self._history, self._hand_history = PoseHistory(), PoseHistory()
        self._localization: Localization | None = None
        self._last_position = (0.0, 0.0)
        self._last_ns = 0

    def update(self, context: TrialContext, fiducials: list[FiducialObservation]) -> None:
        """Take in the context's newest state and what the camera saw meanwhile."""
        joints = context.state.joint_position
        context.transform_base_camera = self._kinematics.compute_transform_base_camera(joints)
        if context.time_ns > self._last_ns:
            self._history.append(context.time_ns, context.transform_odom_base @ context.transform_base_camera)
            self._hand_history.append(context.time_ns, pose_to_transform(context.status.hand_pose[context.hand]))
        last_ns = self._last_ns or context.time_ns
        localization = self._predict(context)
        for observation in fiducials:
            camera = self._history.at(observation.time_ns)
            if camera is not None:
                localization.update(observation, camera)
                self._tracker.update(observation, camera)
                self._see_grip(context, observation, camera)
        context.map_to_odom = localization.map_to_odom
        context.map_deviation = localization.deviation
        if localization.newest_ns != context.localized_ns:
            context.blind_time = 0.0
        elif context.status.walking:
            context.blind_time += (context.time_ns - last_ns) * 1e-9
        context.localized_ns = localization.newest_ns
        for mount in self._mounts:
            pose = self._tracker.pose(mount)
            if pose is not None:
                context.targets[mount] = pose

    def _see_grip(self, context: TrialContext, observation: FiducialObservation, camera: np.ndarray) -> None:
        """Where the torch is in the hand that holds it: the mean is taken there, for the hand moves meanwhile."""
        if not context.holding:
            context.torch_in_hand = None
            self._grip_tracker = TargetTracker(self._torch_tags, GRIP_WINDOW_NS)
            return
        hand = self._hand_history.at(observation.time_ns)
        if hand is not None and self._grip_tracker.update(observation, invert_transform(hand) @ camera) is not None:
            context.torch_in_hand = self._grip_tracker.pose("torch")

    def _predict(self, context: TrialContext) -> Localization:
        """Carry the filter on to the present; on the first call, start it at the site's start stance."""
        x, y, _ = context.status.base_position.tolist()
        if self._localization is None:
            start = compose_planar(self._site.start, invert_planar(context.robot_in_odom))
            self._localization = Localization(self._site_tags, start)
        else:
            walked = math.dist(self._last_position, (x, y))
            duration = max(0.0, (context.time_ns - self._last_ns) * 1e-9)
            self._localization.predict((x, y), walked, duration)
        self._last_position, self._last_ns = (x, y), context.time_ns
        return self._localization

"""Perception of one trial: from fiducials and the robot's own state to a percept."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from robot_trials.config import Site
from robot_trials.geometry import (
    PlanarPose,
    compose_planar,
    invert_planar,
    invert_transform,
    list_to_transform,
    yaw_of_quaternion,
)
from robot_trials.perception.camera_kinematics import CameraKinematics
from robot_trials.perception.localization import Localization, SiteTag
from robot_trials.perception.percept import Attention, Percept
from robot_trials.perception.pose_history import PoseHistory
from robot_trials.perception.targets import MountedTag, TargetTracker
from robot_trials.robots import RobotProfile
from robot_trials.robots.interface import FiducialObservation
from robot_trials_control.records import Record

GRIP_WINDOW_NS = 2_500_000_000
"""How much of the past is averaged for what a hand holds, where it hardly moves [ns]."""


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
    """Turns what the camera saw into percepts.

    Attributes:
        percept: the newest one.

    Args:
        site: its fiducials.
        profile: where the robot's camera is.
        map_to_odom: pose of odom in the map as known already; when omitted the robot stands at the site's start.
    """

    def __init__(self, site: Site, profile: RobotProfile, map_to_odom: PlanarPose | None = None) -> None:
        self.percept = Percept()
        self._kinematics = CameraKinematics(profile.urdf_path, profile.joint_names, profile.frames.camera_optical)
        self._site, self._map_to_odom = site, map_to_odom
        self._site_tags = {
            tag.id: SiteTag(tag.transform_mount_tag, tag.size) for tag in site.fiducials if tag.mount == "map"
        }
        self._worn = {
            tag.id: MountedTag(tag.mount, tag.transform_mount_tag) for tag in site.fiducials if tag.mount != "map"
        }
        self._tracker = TargetTracker(self._worn)
        self._held_tracker = TargetTracker({}, GRIP_WINDOW_NS)
        self._held = ""
        self._history: PoseHistory[Posture] = PoseHistory()
        self._localization: Localization | None = None
        self._last_position = (0.0, 0.0)
        self._last_ns = 0

    def look(
        self, state: Record, status: Record, time_ns: int, fiducials: list[FiducialObservation], attention: Attention
    ) -> Percept:
        """Take in the newest state and what the camera saw meanwhile.

        Perception needs finite poses; with a bad sensor the last estimates stay.

        Args:
            state: newest sensor readings.
            status: newest controller status.
            time_ns: of both.
            fiducials: seen since the last call.
            attention: what to follow in the working hand.
        """
        posture = _read_posture(state, status, attention.hand)
        if not all(map(math.isfinite, (*posture.base_pose[:3], *posture.joint_position))):
            return self.percept
        if time_ns > self._last_ns:
            self._history.append(time_ns, posture)
        last_ns = self._last_ns or time_ns
        walked = math.dist(self._last_position, posture.base_pose[:2]) if self._localization else 0.0
        localization = self._predict(posture, time_ns)
        self._attend(attention)
        for frame_ns, observations in itertools.groupby(fiducials, key=attrgetter("time_ns")):
            camera = self._history.at(frame_ns, self._compute_camera)
            if camera is not None:
                self._see(localization, camera, list(observations))
        self.percept = replace(
            self.percept,
            map_to_odom=localization.map_to_odom,
            map_deviation=localization.deviation,
            place_deviation=localization.deviation_at(posture.base_pose),
            blind_time=self._count_blind(localization, status, (time_ns - last_ns) * 1e-9, self.percept.blind_time),
            blind_way=self._count_blind(localization, status, walked, self.percept.blind_way),
            localized_ns=localization.newest_ns,
            targets=self._tracker.poses,
            transform_base_camera=self._kinematics.compute_transform_base_camera(state.joint_position),
        )
        return self.percept

    def _count_blind(self, localization: Localization, status: Record, more: float, before: float) -> float:
        """Time or way walked since the newest map fiducial, from what it was and what has come to it."""
        if localization.newest_ns != self.percept.localized_ns:
            return 0.0
        return before + (more if status.walking else 0.0)

    def _attend(self, attention: Attention) -> None:
        """Forget what was in the hand when something else is, or nothing."""
        if attention.held == self._held:
            return
        self._held = attention.held
        tags = {tag_id: tag for tag_id, tag in self._worn.items() if tag.mount == self._held}
        self._held_tracker = TargetTracker(tags, GRIP_WINDOW_NS)
        self.percept = replace(self.percept, in_hand=None)

    def _compute_camera(self, posture: Posture) -> np.ndarray:
        """Pose of the camera in odom, shape (4, 4)."""
        camera = self._kinematics.compute_transform_base_camera(np.array(posture.joint_position))
        return list_to_transform(posture.base_pose) @ camera

    def _see(self, localization: Localization, camera: np.ndarray, observations: list[FiducialObservation]) -> None:
        """Take in one picture, given where the camera was."""
        for observation in observations:
            localization.update(observation, camera)
            self._tracker.update(observation, camera)
        if self._held:
            self._see_held(camera, observations)

    def _see_held(self, camera: np.ndarray, observations: list[FiducialObservation]) -> None:
        """Where something is in the hand that holds it: the mean is taken there, for the hand moves meanwhile."""
        hand = self._history.at(observations[0].time_ns, _compute_hand)
        if hand is None:
            return
        camera_in_hand = invert_transform(hand) @ camera
        updated = [self._held_tracker.update(observation, camera_in_hand) for observation in observations]
        if self._held in updated:
            self.percept = replace(self.percept, in_hand=self._held_tracker.pose(self._held))

    def _predict(self, posture: Posture, time_ns: int) -> Localization:
        """Carry the filter on to the present; on the first call, start it where odom is known to be."""
        x, y = posture.base_pose[:2]
        if self._localization is None:
            start = compose_planar(self._site.start, invert_planar(_base_in_odom(posture)))
            self._localization = Localization(self._site_tags, self._map_to_odom or start)
        else:
            walked = math.dist(self._last_position, (x, y))
            duration = max(0.0, (time_ns - self._last_ns) * 1e-9)
            self._localization.predict((x, y), walked, duration)
        self._last_position, self._last_ns = (x, y), time_ns
        return self._localization


def _read_posture(state: Record, status: Record, hand: int) -> Posture:
    """The newest state, which the next one overwrites."""
    base_pose = [*status.base_position.tolist(), *status.base_orientation_xyzw.tolist()]
    return Posture(state.joint_position.tolist(), base_pose, status.hand_pose[hand].tolist())


def _base_in_odom(posture: Posture) -> PlanarPose:
    """Where the robot is and heads, by its own estimate."""
    return posture.base_pose[0], posture.base_pose[1], yaw_of_quaternion(posture.base_pose[3:])


def _compute_hand(posture: Posture) -> np.ndarray:
    """Pose of the working hand's grip frame in odom, shape (4, 4)."""
    return list_to_transform(posture.hand_pose)

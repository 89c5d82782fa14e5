"""Paths from the graph: followed by sending the control process the pose ahead, again and again, until the end."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from nav_msgs.msg import Path
from rclpy.node import Node

from robot_trials.geometry import quaternion_to_rotation, yaw_of_rotation
from robot_trials.nodes.common.offers import OfferWatch
from robot_trials.nodes.common.parameters import declare
from robot_trials.nodes.common.qos import COMMAND, to_rclpy
from robot_trials.nodes.control.command_gate import CommandGate
from robot_trials.path import PathFollower
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import DRIVE_DTYPE, DRIVE_TO
from robot_trials_control.records import Record


class PathInput:
    """Subscribes to `path` while attached; a path counts only while no trial runs, and until a velocity comes.

    An empty path ends the one before. A path is sent once, so that publishers on best effort are not heard.

    Attributes:
        offers: publishers that cannot be heard.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        speed = declare(node, "path_speed", 0.4, "walking speed along a path [m/s]", (0.05, 1.0))
        self._drive = Record(np.zeros(1, DRIVE_DTYPE))
        self._drive.kind[...], self._drive.speed[...] = DRIVE_TO, speed
        self._follower: PathFollower | None = None
        self._frame = ""
        self.offers = OfferWatch(node, "path", "nav_msgs/msg/Path", reliable_only=True)
        self._channel: Channel | None = None
        self._gate: CommandGate | None = None
        self._subscription: Any = None

    def attach(self, channel: Channel, odom_frame: str, gate: CommandGate) -> None:
        """Take paths in the frame `odom_frame` for the robot behind a channel, as far as `gate` lets them pass."""
        self.detach()
        self._channel, self._frame, self._gate = channel, odom_frame, gate
        self._subscription = self._node.create_subscription(Path, "path", self._take, to_rclpy(COMMAND))

    def detach(self) -> None:
        """Take no more, and let go of a path; idempotent."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
        self._subscription = self._channel = self._follower = self._gate = None

    def cancel(self) -> None:
        """Somebody drives by hand."""
        self._follower = None

    def update(self, status: Record) -> None:
        """Send the pose ahead of where the controller's status says the robot is; call it several times a second."""
        if self._follower is None or self._channel is None:
            return
        if self._gate is not None and not self._gate.lets_pass("path"):  # a trial or a stop has ended it
            self._follower = None
            return
        x, y, _ = status.base_position.tolist()
        yaw = yaw_of_rotation(quaternion_to_rotation(status.base_orientation_xyzw))
        target = self._follower.target((x, y, yaw))
        self._drive.target[:], self._drive.monotonic_ns[...] = target, time.monotonic_ns()
        self._channel.drive.write(self._drive.data)
        if target == self._follower.end and status.at_target:
            self._follower = None

    def _take(self, message: Path) -> None:
        """Begin to follow, unless no path counts now, it is in another frame, or no path."""
        if message.poses and self._gate is not None and not self._gate.lets_pass("path"):
            return
        frame = message.header.frame_id
        if message.poses and frame != self._frame:
            self._refuse(f"header.frame_id: {frame!r}: must be {self._frame!r}")
            return
        poses = [self._read(stamped.pose) for stamped in message.poses]
        if not all(math.isfinite(value) for pose in poses for value in pose):
            self._refuse("poses: must be finite")
            return
        try:
            self._follower = PathFollower(poses) if poses else None
        except ValueError as error:
            self._refuse(str(error))

    @staticmethod
    def _read(pose: Any) -> tuple[float, float, float]:
        q = pose.orientation
        yaw = math.atan2(2.0 * (q.w * q.z + q.x * q.y), 1.0 - 2.0 * (q.y * q.y + q.z * q.z))
        return pose.position.x, pose.position.y, yaw

    def _refuse(self, reason: str) -> None:
        if self._gate is not None:
            self._gate.note_ignored("path", reason)

"""Fiducial observations out of messages; `telemetry.messages.said` makes them."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Pose

from robot_trials.geometry import pose_to_transform
from robot_trials.nodes.common.stamps import from_stamp
from robot_trials.robots.interface import FiducialObservation
from robot_trials_msgs.msg import FiducialDetections


def from_message(message: FiducialDetections, start_time_ns: int) -> list[FiducialObservation]:
    """The observations of a message, with times since the trial's start."""
    time_ns = from_stamp(message.header.stamp) - start_time_ns
    return [FiducialObservation(time_ns, int(seen.id), _to_transform(seen.pose)) for seen in message.detections]


def _to_transform(pose: Pose) -> np.ndarray:
    p, q = pose.position, pose.orientation
    return pose_to_transform(np.array([p.x, p.y, p.z, q.x, q.y, q.z, q.w]))

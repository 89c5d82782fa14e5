"""Fiducial observations as messages and back."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Point, Pose, Quaternion
from std_msgs.msg import Header

from robot_trials.geometry import pose_to_transform, rotation_to_quaternion
from robot_trials.nodes.stamps import from_stamp, to_stamp
from robot_trials.robots.interface import FiducialObservation
from robot_trials_msgs.msg import FiducialDetection, FiducialDetections


def to_message(
    observations: list[FiducialObservation], time_ns: int, start_time_ns: int, frame_id: str
) -> FiducialDetections:
    """All observations of one frame.

    Args:
        observations: tags seen, possibly none.
        time_ns: capture time since the trial's start [ns].
        start_time_ns: civil time of the trial's start, since 1970 [ns].
        frame_id: camera's optical frame.
    """
    header = Header(stamp=to_stamp(start_time_ns + time_ns), frame_id=frame_id)
    detections = [
        FiducialDetection(header=header, id=seen.tag_id, pose=_to_pose(seen.transform_camera_tag))
        for seen in observations
    ]
    return FiducialDetections(header=header, detections=detections)


def from_message(message: FiducialDetections, start_time_ns: int) -> list[FiducialObservation]:
    """The observations of a message, with times since the trial's start."""
    time_ns = from_stamp(message.header.stamp) - start_time_ns
    return [FiducialObservation(time_ns, int(seen.id), _to_transform(seen.pose)) for seen in message.detections]


def _to_pose(transform: np.ndarray) -> Pose:
    x, y, z = (float(value) for value in transform[:3, 3])
    qx, qy, qz, qw = (float(value) for value in rotation_to_quaternion(transform[:3, :3]))
    return Pose(position=Point(x=x, y=y, z=z), orientation=Quaternion(x=qx, y=qy, z=qz, w=qw))


def _to_transform(pose: Pose) -> np.ndarray:
    p, q = pose.position, pose.orientation
    return pose_to_transform(np.array([p.x, p.y, p.z, q.x, q.y, q.z, q.w]))

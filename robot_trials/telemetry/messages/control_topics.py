"""How one control tick becomes messages: for every topic a template, and where each of its numbers comes from."""

from __future__ import annotations

import numpy as np

from robot_trials.telemetry import topics
from robot_trials.telemetry.messages.frames import FrameNames
from robot_trials.telemetry.messages.template import RecordTopic, Source
from robot_trials.telemetry.rotations import rotate_into_body
from robot_trials.telemetry.topics import Topic
from robot_trials_control.records import LEFT, RIGHT


def make_control_topics(joint_names: tuple[str, ...], frames: FrameNames, payload_hand: int) -> list[RecordTopic]:
    """All topics made from control samples.

    Args:
        joint_names: of the joint arrays, in order.
        frames: names for the headers.
        payload_hand: LEFT or RIGHT.
    """
    names = list(joint_names)
    zeros = np.zeros(len(names))
    return [
        RecordTopic(
            topics.JOINT_STATES,
            {"header": {}, "name": names, "position": zeros, "velocity": zeros, "effort": zeros},
            {
                "position": _take("state", "joint_position"),
                "velocity": _take("state", "joint_velocity"),
                "effort": _take("state", "joint_torque"),
            },
        ),
        _joint_commands(names, zeros),
        _imu(frames.imu),
        _odometry(topics.ODOM, "status", frames.odom, frames.base, "base_angular_velocity_body"),
        _balance_state(frames.odom),
        *_wrenches(frames.soles),
        _control_timing(frames.base),
        _odometry(topics.TRUE_ODOM, "truth", "world", frames.base, None),
        _true_state(),
        _payload_state(frames.grips[payload_hand], payload_hand),
        _stop_state(frames.base),
        _base_transform(frames),
        RecordTopic(
            topics.BATTERY,
            {"header": {}, "present": True, **dict.fromkeys(_BATTERY_UNKNOWN, np.nan)},
            {"percentage": _take("state", "battery")},
            every_ticks=500,
        ),
    ]


_BATTERY_UNKNOWN = ("voltage", "temperature", "current", "charge", "capacity", "design_capacity")


def _take(group: str, name: str) -> Source:
    """Column `name` of the samples' record `group`."""
    return lambda samples: samples[group][name]


def _joint_commands(names: list[str], zeros: np.ndarray) -> RecordTopic:
    """Impedance commands and the torques that the drives made of them."""
    fields = ("position", "velocity", "torque", "kp", "kd")
    return RecordTopic(
        topics.JOINT_COMMANDS,
        {"header": {}, "name": names, **dict.fromkeys((*fields, "torque_applied"), zeros)},
        {
            **{name: _take("command", name) for name in (*fields, "hand_closed")},
            "torque_applied": lambda samples: samples["torque_applied"],
        },
    )


def _imu(frame: str) -> RecordTopic:
    """Gyro and accelerometer; the orientation is not measured, which −1 in its covariance says."""
    unknown = [-1.0, *[0.0] * 8]
    return RecordTopic(
        topics.IMU,
        {"header": {"frame_id": frame}, "orientation": {"w": 1.0}, "orientation_covariance": unknown},
        {
            "angular_velocity": _take("state", "imu_angular_velocity"),
            "linear_acceleration": _take("state", "imu_linear_acceleration"),
        },
    )


def _odometry(topic: Topic, group: str, frame: str, base: str, angular: str | None) -> RecordTopic:
    """Pose of the base in `frame`; its twist in the base frame, as the message type wants it."""
    columns: dict[str, Source] = {
        "pose.pose.position": _take(group, "base_position"),
        "pose.pose.orientation": _take(group, "base_orientation_xyzw"),
        "twist.twist.linear": lambda samples: rotate_into_body(
            samples[group]["base_orientation_xyzw"], samples[group]["base_linear_velocity"]
        ),
    }
    unknown = {"x": np.nan, "y": np.nan, "z": np.nan}
    values = {"header": {"frame_id": frame}, "child_frame_id": base, "twist": {"twist": {"angular": unknown}}}
    if angular is not None:
        columns["twist.twist.angular"] = _take(group, angular)
    return RecordTopic(topic, values, columns)


def _balance_state(frame: str) -> RecordTopic:
    """What the controller believes and intends."""
    same = ("com", "com_velocity", "zmp_margin", "support", "walking", "steps", "mode", "torque_ratio")
    columns: dict[str, Source] = {
        name: _take("status", name) for name in (*same, "foot_pose", "hand_pose", "hand_error")
    }
    for name in ("dcm", "dcm_reference", "zmp", "zmp_reference"):
        columns[f"{name}.x"] = lambda samples, name=name: samples["status"][name][:, 0]  # type: ignore[misc]
        columns[f"{name}.y"] = lambda samples, name=name: samples["status"][name][:, 1]  # type: ignore[misc]
    return RecordTopic(topics.BALANCE_STATE, {"header": {"frame_id": frame}}, columns)


def _wrenches(frames: tuple[str, str]) -> list[RecordTopic]:
    """Ground on each foot, in its sole frame."""
    sides = ((topics.LEFT_WRENCH, LEFT), (topics.RIGHT_WRENCH, RIGHT))
    return [
        RecordTopic(
            topic,
            {"header": {"frame_id": frames[side]}},
            {"wrench": lambda samples, side=side: samples["state"]["foot_wrench"][:, side]},  # type: ignore[misc]
        )
        for topic, side in sides
    ]


def _control_timing(frame: str) -> RecordTopic:
    """Cost and health of the tick."""
    columns = {name: _take("timing", name) for name in ("tick", "wall_ns", "cpu_ns", "slack_ns", "deadline_misses")}
    columns |= {name: _take("status", name) for name in ("qp_status", "qp_failures", "fault")}
    return RecordTopic(topics.CONTROL_TIMING, {"header": {"frame_id": frame}}, columns)


def _true_state() -> RecordTopic:
    """What only a simulator knows, besides the base's pose."""
    names = ("prop_pose", "people_force", "people_hold", "robot_holds")
    columns = {name: _take("truth", name) for name in (*names, "ground_contacts", "unwanted_contacts")}
    return RecordTopic(topics.TRUE_STATE, {"header": {"frame_id": "world"}}, columns)


def _payload_state(frame: str, hand: int) -> RecordTopic:
    """The load in the hand, as estimated and as applied."""
    columns = {
        "mass": _take("status", "payload_mass"),
        "com": _take("status", "payload_com"),
        "mass_applied": _take("status", "payload_mass_applied"),
        "mode": _take("status", "payload_mode"),
    }
    return RecordTopic(topics.PAYLOAD_STATE, {"header": {"frame_id": frame}, "hand": hand}, columns, every_ticks=10)


def _stop_state(frame: str) -> RecordTopic:
    """Where the robot is on the stop ladder."""
    names = {"rung": "stop_rung", "over": "stop_over", "waits": "stop_waits"}
    names |= {"triggers": "stop_triggers", "elapsed": "stop_time"}
    columns = {field: _take("status", name) for field, name in names.items()}
    columns |= {name: _take("status", name) for name in ("sensors_held", "lowered")}
    return RecordTopic(topics.STOP_STATE, {"header": {"frame_id": frame}}, columns, every_ticks=5)


def _base_transform(frames: FrameNames) -> RecordTopic:
    """Transform from odom to the base."""
    transform = {"header": {"frame_id": frames.odom}, "child_frame_id": frames.base}
    columns = {
        "transforms[0].transform.translation": _take("status", "base_position"),
        "transforms[0].transform.rotation": _take("status", "base_orientation_xyzw"),
    }
    return RecordTopic(topics.TF, {"transforms": [transform]}, columns, every_ticks=10)

"""Messages made without rclpy are what rclpy would have made; messages read without rclpy are read right."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from robot_trials.robots.interface import FiducialObservation

sys.path.insert(0, str(Path(__file__).parents[1] / "runtime"))
from runtime_doubles import START_TIME_NS, make_info  # noqa: E402

from robot_trials_control.records import RIGHT, make_control_sample  # noqa: E402

pytestmark = pytest.mark.ros
if importlib.util.find_spec("rclpy") is None:
    pytest.skip("rclpy is not installed: call ./run test", allow_module_level=True)

from geometry_msgs.msg import TransformStamped  # noqa: E402
from rclpy.serialization import deserialize_message, serialize_message  # noqa: E402
from std_msgs.msg import Header  # noqa: E402
from tf2_msgs.msg import TFMessage  # noqa: E402

from robot_trials.nodes.common.message_types import find_message_type  # noqa: E402
from robot_trials.nodes.common.raw_messages import TRANSFORM_OFFSET, read_parent_frame, read_stamp  # noqa: E402
from robot_trials.nodes.common.sample_messages import make_frame_names, make_sample_messages  # noqa: E402
from robot_trials.nodes.common.stamps import from_stamp, to_stamp  # noqa: E402
from robot_trials.nodes.trial.fiducial_messages import from_message  # noqa: E402
from robot_trials.telemetry.messages.said import make_detections  # noqa: E402
from robot_trials_msgs.msg import FiducialDetections  # noqa: E402


def fill_with_numbers(sample):
    """Every field of a sample another number, so that a mixed-up one shows."""
    generator = np.random.default_rng(3)
    for group in ("state", "command", "status"):
        record = getattr(sample, group)
        for name in record.data.dtype.names:
            field = getattr(record, name)
            limit = 100 if field.dtype.kind in "iu" else 1.0
            field[...] = (generator.random(field.shape) * limit).astype(field.dtype)
    sample.state.time_ns[...] = 2_345_678_901
    sample.status.walking[...] = 1
    return sample


def test_every_message_of_a_sample_is_what_rclpy_would_have_written():
    messages = make_sample_messages(make_info("unused"), RIGHT)
    sample = fill_with_numbers(make_control_sample(3))
    seen = set()
    for topic, data in messages.encode(sample.data):
        message_type = find_message_type(topic.type_name)
        again = serialize_message(deserialize_message(data, message_type))
        assert len(data) == len(again), topic.name
        # rclpy leaves the bytes that align a number as they were; ours are zero
        assert all(ours in (theirs, 0) for ours, theirs in zip(data, again, strict=True)), topic.name
        seen.add(topic.name)
    assert {"/joint_states", "/odom", "/tf", "/imu/data", "/balance_state", "/payload_state"} <= seen
    assert not any(name.startswith("/ground_truth") for name in seen)


def test_joint_states_carry_the_sample_and_civil_time():
    messages = make_sample_messages(make_info("unused"), RIGHT)
    sample = fill_with_numbers(make_control_sample(3))
    decoded = {
        topic.name: deserialize_message(data, find_message_type(topic.type_name))
        for topic, data in messages.encode(sample.data)
    }
    joints = decoded["/joint_states"]
    assert list(joints.name) == list(make_info("unused").joint_names)
    assert list(joints.position) == sample.state.joint_position.tolist()
    assert from_stamp(joints.header.stamp) == START_TIME_NS + 2_345_678_901
    (transform,) = decoded["/tf"].transforms
    assert (transform.header.frame_id, transform.child_frame_id) == ("odom", "base_link")
    assert transform.transform.translation.x == float(sample.status.base_position[0])


def test_stamp_and_parent_frame_are_read_from_bytes():
    header = Header(stamp=to_stamp(1_234_567_890_123_456_789), frame_id="map")
    data = serialize_message(TFMessage(transforms=[TransformStamped(header=header, child_frame_id="odom")]))
    assert read_parent_frame(data) == "map"
    assert read_stamp(data, TRANSFORM_OFFSET) == 1_234_567_890_123_456_789
    assert read_parent_frame(serialize_message(TFMessage())) == ""
    assert read_stamp(serialize_message(header)) == 1_234_567_890_123_456_789


def hear_detections(time_ns, seen):
    """Fiducials of one frame as a node hears them."""
    made = make_detections(START_TIME_NS + time_ns, make_frame_names(make_info("unused")), seen)
    return deserialize_message(made.data, FiducialDetections)


def test_fiducials_survive_the_message():
    angle = 0.3
    transform = np.eye(4)
    transform[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    transform[:3, 3] = (0.1, -0.2, 1.5)
    seen = [FiducialObservation(80_000_000, 101, transform), FiducialObservation(80_000_000, 7, np.eye(4))]
    message = hear_detections(80_000_000, seen)
    assert message.header.frame_id == "camera_optical"
    back = from_message(message, START_TIME_NS)
    assert [(one.time_ns, one.tag_id) for one in back] == [(80_000_000, 101), (80_000_000, 7)]
    np.testing.assert_allclose(back[0].transform_camera_tag, transform, atol=1e-12)


def test_frame_without_tags_is_a_message_too():
    message = hear_detections(5, [])
    assert from_message(message, START_TIME_NS) == []
    assert from_stamp(message.header.stamp) == START_TIME_NS + 5

"""What a recorded bag holds, as other programs read it."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from greeting import load_greeting
from mcap.reader import make_reader
from recorded_frames import NAMED
from rosbags.highlevel import AnyReader
from ruamel.yaml import YAML
from telemetry_samples import (
    JOINT_NAMES,
    PERIOD_NS,
    START,
    SampleEvent,
    fill_sample,
    make_identity,
    make_recorder,
    record_ticks,
)

from robot_trials.clock import epoch_ns
from robot_trials.robots.interface import FiducialObservation
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.telemetry import MessageError, TrialRecorder, read_bag
from robot_trials.telemetry.rotations import rotate
from robot_trials.telemetry.site_description import describe_site
from robot_trials.telemetry.topics import TOPICS
from robot_trials_control.records import Fault, Record, make_control_sample, make_motion_command

TICKS = 634
FULL_RATE = (
    "/joint_states /joint_commands /imu/data /odom /balance_state /foot/left/wrench /foot/right/wrench "
    "/control_timing /ground_truth/odom /ground_truth/state"
).split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag with a message on every topic."""
    folder = tmp_path_factory.mktemp("run") / "bag"
    configuration = folder.parent / "config" / "robots" / "kuavo.yaml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text("name: kuavo\n")
    with TrialRecorder(
        folder, make_identity((configuration,)), JOINT_NAMES, "<robot name='kuavo'/>", site=load_site(), **NAMED
    ) as recorder:
        record_ticks(recorder, TICKS)
        recorder.write_phase(0, "preflight")
        recorder.write_phase(1_000_000_000, "walk_to_giver", "all checks passed")
        recorder.write_event(SampleEvent(1_200_000_000, "warning", values={"mass_kg": 1.6}))
        recorder.write_tick(1_000_000_000, (1.0, 2.0, np.pi / 2), make_asking_command())
        recorder.write_detections(1_200_000_000, [FiducialObservation(1_200_000_000, 7, np.eye(4))])
        recorder.write_health(make_faulty_sample())
        recorder.write_jpeg(1_200_000_000, b"\xff\xd8 not really")
    return folder


def make_asking_command() -> Record:
    """A motion command that asks for a stop."""
    command = make_motion_command()
    command.stop_asked[...] = Trigger.GEOFENCE
    command.hand_position[...] = ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    command.sequence[...] = 12
    return command


def make_faulty_sample() -> Record:
    """A control sample of a robot that has fallen with its battery nearly empty."""
    sample = make_control_sample(len(JOINT_NAMES))
    sample.state.time_ns[...] = 1_000_000_000
    sample.state.battery[...] = 0.12
    sample.status.fault[...] = Fault.FALLEN | Fault.QP_FAILED
    sample.status.qp_failures[...] = 9
    return sample


def load_site() -> str:
    """A site, as a bag carries it."""
    return describe_site(load_greeting())


def expected_counts() -> dict[str, int]:
    """Messages on every topic of that bag."""
    counts = dict.fromkeys((topic.name for topic in TOPICS), 1)
    counts |= dict.fromkeys(FULL_RATE, TICKS)
    counts |= {"/stop_state": 127, "/payload_state": 64, "/tf": 65, "/battery_state": 2, "/trial/phase": 2}
    return counts


def test_rosbags_reads_every_message(folder: Path) -> None:
    with AnyReader([folder]) as reader:
        assert {connection.topic: connection.msgcount for connection in reader.connections} == expected_counts()
        seen = dict.fromkeys(expected_counts(), 0)
        for connection, _, raw in reader.messages():
            seen[connection.topic] += 1
            reader.deserialize(raw, connection.msgtype)
    assert seen == expected_counts()


def test_mcap_reads_every_message_with_its_schema(folder: Path) -> None:
    with (folder / "bag_0.mcap").open("rb") as stream:
        reader = make_reader(stream, validate_crcs=True)
        summary = reader.get_summary()
        assert summary is not None and summary.statistics is not None
        names = {channel.id: channel.topic for channel in summary.channels.values()}
        counts = {names[number]: count for number, count in summary.statistics.channel_message_counts.items()}
        assert counts == expected_counts()
        assert {schema.encoding for schema in summary.schemas.values()} == {"ros2msg"}
        times = [message.log_time for schema, _, message in reader.iter_messages() if schema is not None]
        assert len(times) == sum(counts.values())
        assert times == sorted(times)
        records = {record.name: record.metadata for record in reader.iter_metadata()}
    assert records["robot_trials"]["trial"] == "torch_relay"
    assert "message_count" in records["rosbag2"]["serialized_metadata"]


def test_metadata_is_what_rosbag2_of_jazzy_writes(folder: Path) -> None:
    information = YAML(typ="safe").load(folder / "metadata.yaml")["rosbag2_bagfile_information"]
    assert information["version"] == 9
    assert information["storage_identifier"] == "mcap"
    assert information["ros_distro"] == "jazzy"
    assert information["relative_file_paths"] == ["bag_0.mcap"]
    assert information["files"][0]["path"] == "bag_0.mcap"
    assert information["message_count"] == sum(expected_counts().values())
    assert information["starting_time"]["nanoseconds_since_epoch"] == epoch_ns(START)
    assert information["duration"]["nanoseconds"] == (TICKS - 1) * PERIOD_NS
    topics = {
        entry["topic_metadata"]["name"]: entry["topic_metadata"] for entry in information["topics_with_message_count"]
    }
    odometry = "RIHS01_3cc97dc7fb7502f8714462c526d369e35b603cfc34d946e3f2eda2766dfec6e0"
    assert topics["/odom"]["type_description_hash"] == odometry
    description = topics["/robot_description"]["offered_qos_profiles"][0]
    assert (description["durability"], description["depth"], description["history"]) == (
        "transient_local",
        1,
        "keep_last",
    )
    assert topics["/imu/data"]["offered_qos_profiles"][0]["reliability"] == "best_effort"


def test_metadata_carries_the_identity_of_the_trial(folder: Path) -> None:
    custom = read_bag(folder, []).custom_data
    assert (custom["trial"], custom["robot"], custom["site"], custom["seed"]) == (
        "torch_relay",
        "kuavo",
        "shenzhen_relay",
        "7",
    )
    assert custom["start_time"] == "2026-11-22T09:00:00+08:00"
    assert custom["sha256:robots/kuavo.yaml"] == hashlib.sha256(b"name: kuavo\n").hexdigest()
    assert custom["configuration_hash"] == "0123abcd"
    assert custom["overrides"] == "length=60"
    assert custom["software_version"]
    assert custom["git_hash"]


def test_columns_are_the_recorded_numbers(folder: Path) -> None:
    bag = read_bag(folder)
    sample = make_control_sample(len(JOINT_NAMES))
    fill_sample(sample, 577)
    columns = {topic: bag.columns(topic) for topic in FULL_RATE}
    np.testing.assert_array_equal(columns["/joint_states"]["position"][577], sample.state.joint_position)
    np.testing.assert_array_equal(columns["/joint_commands"]["kp"][577], sample.command.kp)
    np.testing.assert_array_equal(columns["/joint_commands"]["torque_applied"][577], sample.torque_applied)
    np.testing.assert_array_equal(columns["/imu/data"]["angular_velocity"][577], sample.state.imu_angular_velocity)
    np.testing.assert_array_equal(columns["/foot/right/wrench"]["wrench"][577], sample.state.foot_wrench[1])
    np.testing.assert_array_equal(columns["/odom"]["pose.pose.position"][577], sample.status.base_position)
    np.testing.assert_array_equal(columns["/ground_truth/state"]["prop_pose"][577], sample.truth.prop_pose)
    np.testing.assert_array_equal(columns["/balance_state"]["foot_pose"][577], sample.status.foot_pose)
    assert columns["/balance_state"]["dcm.y"][577] == sample.status.dcm[1]
    assert columns["/balance_state"]["support"][577] == sample.status.support
    assert columns["/control_timing"]["wall_ns"][577] == 300_577
    assert bag.times("/joint_states")[577] == pytest.approx(1.154)
    assert bag.texts("/joint_states")["name"] == list(JOINT_NAMES)


def test_odometry_gives_velocity_in_the_base_frame(folder: Path) -> None:
    sample = make_control_sample(len(JOINT_NAMES))
    fill_sample(sample, 5)
    columns = read_bag(folder, ["/odom"]).columns("/odom")
    in_odom = rotate(columns["pose.pose.orientation"][5], columns["twist.twist.linear"][5])
    np.testing.assert_allclose(in_odom, sample.status.base_linear_velocity, atol=1e-12)


def test_messages_of_a_trial_come_back(folder: Path) -> None:
    bag = read_bag(folder)
    time, event = list(bag.messages("/trial/events"))[0]
    assert time == pytest.approx(1.2)
    assert (event.severity, event.source, event.text, event.values[0].key, event.values[0].value) == (
        30,
        "take_over",
        "load felt",
        "mass_kg",
        "1.6",
    )
    phases = [(time, message.previous, message.phase) for time, message in bag.messages("/trial/phase")]
    assert phases == [(0.0, "", "preflight"), (1.0, "preflight", "walk_to_giver")]
    transforms = [message.transforms[0] for _, message in bag.messages("/tf")]
    (map_to_odom,) = [transform for transform in transforms if transform.child_frame_id == "odom"]
    assert map_to_odom.transform.rotation.z == pytest.approx(np.sqrt(0.5))


def test_health_of_the_components_comes_back(folder: Path) -> None:
    ((_, message),) = read_bag(folder, ["/diagnostics"]).messages("/diagnostics")
    health = {status.name: status for status in message.status}
    controller = health["control: controller"]
    assert (controller.level, controller.message) == (2, "QP_FAILED, FALLEN")
    assert ("qp_failures", "9") in [(pair.key, pair.value) for pair in controller.values]
    assert (health["robot: battery"].level, health["robot: battery"].message) == (1, "12%")
    assert health["control: loop"].level == 0


def test_what_a_trial_asks_for_comes_back(folder: Path) -> None:
    topics = ("/motion_command", "/stop_requests", "/fiducials")
    bag = read_bag(folder)
    ((time, command), (_, request), (_, detections)) = (next(iter(bag.messages(topic))) for topic in topics)
    assert (time, command.sequence, command.header.frame_id) == (1.0, 12, "odom")
    assert [(point.x, point.y, point.z) for point in command.hand_position] == [(0.1, 0.2, 0.3), (0.4, 0.5, 0.6)]
    assert (request.kind, request.source, request.triggers, request.accepted) == (0, "trial", Trigger.GEOFENCE, True)
    assert (detections.header.frame_id, detections.detections[0].id) == ("head_camera_optical", 7)
    assert detections.detections[0].pose.orientation.w == 1.0


def test_site_comes_back(folder: Path) -> None:
    ((_, message),) = read_bag(folder, ["/site_description"]).messages("/site_description")
    site = json.loads(message.data)
    assert site["name"] == "greeting_corner"
    setup = load_greeting()
    assert site["meeting"] == list(setup.course.meeting)
    assert site["person"] == list(setup.course.person)
    assert len(site["fiducials"]) == len(setup.site.fiducials)


@pytest.fixture
def still_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit stays the same while a test runs."""
    monkeypatch.setattr("robot_trials.telemetry.identity.read_git_hash", lambda checkout: "0" * 40)


@pytest.mark.usefixtures("still_checkout")
def test_the_same_trial_makes_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with make_recorder(tmp_path / name / "bag") as recorder:
            record_ticks(recorder, 250)
    first, second = (sorted((tmp_path / name / "bag").iterdir()) for name in ("a", "b"))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


@pytest.mark.usefixtures("still_checkout")
def test_samples_in_one_array_make_the_same_file(tmp_path: Path) -> None:
    with make_recorder(tmp_path / "a" / "bag") as recorder:
        record_ticks(recorder, 250)
    rows = []
    sample = make_control_sample(len(JOINT_NAMES))
    for tick in range(250):
        fill_sample(sample, tick)
        rows.append(sample.data.copy())
    samples = np.concatenate(rows)
    with make_recorder(tmp_path / "b" / "bag") as recorder:
        for part in np.split(samples, [7, 130]):
            recorder.write_samples(part)
    first, second = ((tmp_path / name / "bag" / "bag_0.mcap").read_bytes() for name in ("a", "b"))
    assert first == second


def test_a_bag_is_not_overwritten(tmp_path: Path) -> None:
    make_recorder(tmp_path / "bag").close()
    with pytest.raises(FileExistsError):
        make_recorder(tmp_path / "bag")


def test_unknown_topic_is_named(tmp_path: Path) -> None:
    with make_recorder(tmp_path / "bag") as recorder, pytest.raises(MessageError, match="no topic /nose"):
        recorder.write_raw("/nose", 0, b"")


def test_identity_needs_a_time_zone() -> None:
    identity = make_identity()
    assert identity.start_time_ns == epoch_ns(START)
    assert identity.start_time.utcoffset() == timedelta(hours=8)

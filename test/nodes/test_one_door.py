"""What is said of a trial is the same message in both hosts: byte for byte, topic by topic, at the same rate."""

import importlib.util
import json
import os
import time
from types import SimpleNamespace

import numpy as np
import pytest
import ros_domain

from robot_trials.clock import epoch_ns
from robot_trials.config import load_trial_setup
from robot_trials.kinds.common.events import TrialEvent
from robot_trials.robots import load_profile
from robot_trials.robots.interface import CameraFrame, FiducialObservation
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.channel.info import ChannelInfo
from robot_trials.runtime.channel.layout import FIDUCIAL_DTYPE, frame_dtype
from robot_trials.telemetry import read_bag
from robot_trials.trials.hosts.one_process import InProcessHost
from robot_trials_control.records import Record, make_control_sample, make_motion_command

pytestmark = pytest.mark.ros
if importlib.util.find_spec("rclpy") is None:
    pytest.skip("rclpy is not installed: call ./run test", allow_module_level=True)

PERIOD_NS, TICKS_PER_EXCHANGE, TRIAL_TICKS = 2_000_000, 10, 60
SIZE = (64, 48)
FRAME_EVERY = 5
"""Trial ticks between two pictures: 10 Hz."""
TOLD_BY_NODES = {"/diagnostics"}
"""Topics on which each host tells of its own processes."""
URDF = "<robot name='scripted'/>"


class ScriptedTrial:
    """Says something else at every tick."""

    def __init__(self):
        self.motion_command = make_motion_command()
        self.phase, self.reason, self.map_to_odom = "walk_to_giver", "", (0.0, 0.0, 0.0)
        self.progress = SimpleNamespace(time=0.0)
        self._events = []

    def take_events(self):
        events, self._events = self._events, []
        return events

    def tick(self, number, time_ns):
        numbers = np.random.default_rng(number)
        command = self.motion_command
        for name in command.data.dtype.names:
            field = getattr(command, name)
            field[...] = (
                numbers.integers(0, 2, field.shape) if field.dtype.kind in "iu" else numbers.random(field.shape)
            )
        command.sequence[...] = number
        command.stop_asked[...] = 65536 if number > 50 else 0
        self.map_to_odom = tuple(numbers.random(3))
        if number % 7 == 0:
            self._events.append(TrialEvent(time_ns, "warn", "take_over", f"number {number}", {"load_kg": number / 7}))
        if number == 40:
            self.phase, self.reason = "stand", "it is time"


def script_samples(joints, number):
    """Control samples of one trial tick, each with other numbers."""
    for i in range(TICKS_PER_EXCHANGE):
        tick = number * TICKS_PER_EXCHANGE + i + 1
        sample, numbers = make_control_sample(joints), np.random.default_rng(tick)
        for group in ("state", "command", "status", "truth"):
            record = getattr(sample, group)
            for name in record.data.dtype.names:
                field = getattr(record, name)
                whole = field.dtype.kind in "iu"
                field[...] = numbers.integers(0, 2, field.shape) if whole else numbers.random(field.shape)
        sample.timing.tick[...] = tick
        sample.state.time_ns[...] = tick * PERIOD_NS
        yield sample


def script_tags(number, time_ns):
    """Fiducials seen at a trial tick."""
    turned = np.eye(4)
    turned[:3, 3] = (0.1 * number, -0.2, 2.0)
    return [FiducialObservation(time_ns, tag, turned) for tag in (3, 11)] if number % FRAME_EVERY == 0 else []


def script_frame(number, time_ns):
    """A picture taken at a trial tick."""
    if number % FRAME_EVERY:
        return None
    image = np.random.default_rng(number).integers(0, 256, (SIZE[1], SIZE[0], 3)).astype(np.uint8)
    return CameraFrame(time_ns, image, np.diag((60.0, 60.0, 1.0)))


class Script:
    """One trial's worth of everything, for either door."""

    def __init__(self, rendered, output):
        self.rendered = rendered
        self.setup = load_trial_setup("torch_relay", output=output, overrides=("trial.payload.hand=left",))
        self.profile = load_profile(self.setup.robot_file)
        self.trial = ScriptedTrial()

    def run(self):
        """(samples, time, number) of every trial tick, with the trial ticked."""
        for number in range(TRIAL_TICKS):
            samples = list(script_samples(len(self.profile.joint_names), number))
            time_ns = int(samples[-1].state.time_ns)
            self.trial.tick(number, time_ns)
            yield samples, time_ns, number


def record_in_process(script):
    """The bag of the host in one process."""
    state = SimpleNamespace(number=0, time_ns=0)
    robot = SimpleNamespace(
        control_period_ns=PERIOD_NS,
        read_camera=lambda: script_frame(state.number, state.time_ns) if script.rendered else None,
        read_fiducials=lambda: script_tags(state.number, state.time_ns),
    )
    names = script.profile.joint_names
    assembly = SimpleNamespace(robot=robot, profile=script.profile, joint_names=names, urdf_text=URDF)
    host = InProcessHost(script.setup, assembly)
    host.trial = script.trial
    host._open_recorder()
    for samples, state.time_ns, state.number in script.run():
        for sample in samples:
            host._recorder.write_sample(sample)
        host._look()
        host._record(state.time_ns)
    script.trial.progress.time = state.time_ns * 1e-9
    host._close_recorder("")
    return script.setup.output / "bag"


class RosDoor:
    """The recorder's, perception's and trial's nodes, each as on a real graph, around a channel that a script fills."""

    def __init__(self, script, monkeypatch):
        import rclpy
        from rclpy.executors import SingleThreadedExecutor

        for key, value in ros_domain.make_environment().items():
            monkeypatch.setenv(key, value)
        name = f"test_one_door_{time.monotonic_ns()}"
        setup, profile = script.setup, script.profile
        info = ChannelInfo(
            channel=name,
            pid=os.getpid(),
            joint_names=tuple(profile.joint_names),
            control_period_ns=PERIOD_NS,
            ticks_per_exchange=TICKS_PER_EXCHANGE,
            start_time_ns=epoch_ns(setup.start_time),
            lockstep=True,
            camera_size=SIZE if script.rendered else None,
            frames=profile.frames.by_role,
            urdf_text=URDF,
        )
        self.script, self.info, self.channel = script, info, Channel.create(info)
        parameters = {"channel": name, "setup": json.dumps(setup.arguments)}
        file = setup.output.parent / "parameters.yaml"
        file.write_text(json.dumps({"/**": {"ros__parameters": parameters}}))
        rclpy.init(args=["--ros-args", "--params-file", str(file)])
        from robot_trials.nodes.perception_node import PerceptionNode
        from robot_trials.nodes.recorder_node import RecorderNode
        from robot_trials.nodes.trial.topics import TrialTopics

        self.node = rclpy.create_node("trial_node")
        self.topics = TrialTopics(self.node, info, setup)
        self.recorder, self.perception = RecorderNode(), PerceptionNode()
        self.executor = SingleThreadedExecutor()
        for node in (self.node, self.recorder, self.perception):
            self.executor.add_node(node)

    def spin_until(self, condition):
        deadline = time.monotonic() + 120.0
        while not condition():
            assert time.monotonic() < deadline
            self.executor.spin_once(timeout_sec=0.01)

    def record(self):
        """The bag of the recorder's node."""
        count = self.node.count_subscribers
        self.spin_until(lambda: all(count(name) for name in ("trial/phase", "motion_command", "stop_requests", "tf")))
        self.spin_until(lambda: self.perception.count_subscribers("fiducials"))
        self.pause()
        phase = ""
        for samples, time_ns, number in self.script.run():
            for sample in samples:
                self.channel.log.push(sample.data)
            self.show(number, time_ns)
            for event in self.script.trial.take_events():
                self.topics.on_event(event)
            if self.script.trial.phase != phase:
                self.topics.on_phase(time_ns, self.script.trial.phase, phase, self.script.trial.reason)
                phase = self.script.trial.phase
            self.topics.on_tick(time_ns, self.script.trial.map_to_odom, self.script.trial.motion_command)
            self.pause(0.02)
        self.topics.on_phase(time_ns, "", phase, self.script.trial.reason)
        self.pause()
        self.channel.mark_closed("")
        self.spin_until(lambda: self.recorder.finished)
        return self.script.setup.output / "bag"

    def show(self, number, time_ns):
        """Put what the camera sees into the rings."""
        frame = script_frame(number, time_ns)
        if self.script.rendered and frame is not None:
            record = Record(np.zeros(1, frame_dtype(*SIZE)))
            record.time_ns[...], record.image_bgr[...] = frame.time_ns, frame.image_bgr
            record.camera_matrix[...] = frame.camera_matrix
            self.channel.frames.push(record.data)
        elif not self.script.rendered:
            for seen in script_tags(number, time_ns):
                record = Record(np.zeros(1, FIDUCIAL_DTYPE))
                record.time_ns[...], record.tag_id[...] = seen.time_ns, seen.tag_id
                record.transform_camera_tag[...] = seen.transform_camera_tag
                self.channel.fiducials.push(record.data)

    def pause(self, seconds=1.0):
        """Let what was said be heard."""
        until = time.monotonic() + seconds
        self.spin_until(lambda: time.monotonic() > until)

    def close(self):
        import rclpy

        for node in (self.recorder, self.perception):
            node.release()
        for node in (self.node, self.recorder, self.perception):
            node.destroy_node()
        rclpy.shutdown()
        self.channel.close()
        remove_channel(self.info.channel)


def read_messages(folder):
    """Serialised messages by topic, in the order of their times and, within one, of their bytes."""
    bag = read_bag(folder)
    return {
        name: sorted(zip(data.times_ns.tolist(), data.raw(), strict=True))
        for name, data in bag.topics.items()
        if name not in TOLD_BY_NODES
    }


@pytest.mark.parametrize("rendered", [False, True])
def test_both_doors_write_the_same_bytes_at_the_same_rate(tmp_path, monkeypatch, rendered):
    here = read_messages(record_in_process(Script(rendered, tmp_path / "here" / "run")))
    (tmp_path / "there").mkdir()
    door = RosDoor(Script(rendered, tmp_path / "there" / "run"), monkeypatch)
    try:
        there = read_messages(door.record())
    finally:
        door.close()
    assert here.keys() == there.keys()
    for name in here:
        assert [stamp for stamp, _ in here[name]] == [stamp for stamp, _ in there[name]], name
        assert here[name] == there[name], name
    empty = set() if rendered else {"/head_camera/image_raw/compressed"}
    assert {name for name, messages in here.items() if not messages} == empty
    counts = {name: len(here[name]) for name in ("/motion_command", "/fiducials", "/stop_requests", "/tf")}
    frames = TRIAL_TICKS // FRAME_EVERY
    maps = TRIAL_TICKS // 5
    assert counts == {
        "/motion_command": TRIAL_TICKS,
        "/fiducials": frames,
        "/stop_requests": 1,
        "/tf": maps + TRIAL_TICKS,
    }

"""The ROS host: a whole short relay, and what is left when host or nodes are told to end, or killed."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ros_domain
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore

from robot_trials.config import load_trial_setup
from robot_trials.exceptions import TrialFault
from robot_trials.runtime.ending import HOST_VARIABLE
from robot_trials.runtime.processes.exits import read_exits
from robot_trials.trials.hosts.ros import require_ros, run_ros_trial

PHASES = "preflight walk_to_giver reach take_over carry reach_receiver hand_over step_back stand".split()
WITHOUT_ROS = importlib.util.find_spec("rclpy") is None
real_graph = [pytest.mark.ros, pytest.mark.simulation, pytest.mark.skipif(WITHOUT_ROS, reason="rclpy is not installed")]


@pytest.fixture(autouse=True)
def own_domain(monkeypatch):
    """Other graphs on this machine are not ours."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(ros_domain.claim_domain()))


def read_bag(folder, topic):
    with AnyReader([folder], default_typestore=get_typestore(Stores.ROS2_JAZZY)) as reader:
        wanted = [connection for connection in reader.connections if connection.topic == topic]
        return [reader.deserialize(data, one.msgtype) for one, _, data in reader.messages(connections=wanted)]


def test_missing_ros_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(TrialFault, match="needs rclpy, robot_trials_msgs, tf2_msgs: run it through ./run"):
        require_ros()


class TestRealGraph:
    pytestmark = real_graph

    def test_short_relay_over_the_graph(self, tmp_path):
        setup = load_trial_setup("torch_relay", length=5.0, output=tmp_path / "run")
        heard = []
        outcome = run_ros_trial(setup, heard.append)
        assert outcome.ended == "standing"
        unmet = {criterion.name for criterion in outcome.criteria if not criterion.passed}
        assert unmet <= {"mean_speed"}, outcome.reason  # five metres are mostly start and stop only
        assert [span.name for span in outcome.phases] == PHASES
        assert {progress.phase for progress in heard} >= {"walk_to_giver", "carry"}
        assert heard[-1].share == 1.0 and 20.0 < heard[-1].time < 120.0
        bag = tmp_path / "run" / "bag"
        assert [message.phase for message in read_bag(bag, "/trial/phase")][: len(PHASES)] == PHASES
        ticks = [message.tick for message in read_bag(bag, "/control_timing")]
        assert ticks == list(range(1, len(ticks) + 1))
        verdict = json.loads((tmp_path / "run" / "verdict.json").read_text())
        assert verdict["identity"]["host"] == "ros"
        assert not list(Path("/dev/shm").glob(f"robot_trials_host_{os.getpid()}*"))


class HostOfDoubles:
    """A host as a process of its own, around doubles of robot and trial."""

    def __init__(self, folder, ticks=1_000_000):
        self.output = folder / "run"
        program = str(Path(__file__).parent / "host_doubles.py")
        command = [sys.executable, program, "host", str(self.output), str(ticks)]
        self.said = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def wait_for(self, text):
        for line in self.process.stdout:
            self.said.append(line)
            if text in line:
                return
        raise AssertionError(f"the host ended: {''.join(self.said)}")

    def list_children(self):
        """Command lines by process id of what it has started and still runs."""
        mark, children = f"{HOST_VARIABLE}={self.process.pid}:".encode(), {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes():
                    children[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return children

    def kill_child(self, name):
        (child,) = (pid for pid, command in self.list_children().items() if f"{name} " in command)
        os.kill(child, signal.SIGKILL)

    def wait_until_gone(self, timeout_s=40.0):
        deadline = time.monotonic() + timeout_s
        while self.list_children():
            assert time.monotonic() < deadline, self.list_children()
            time.sleep(0.05)
        code = self.process.wait(timeout_s)
        self.said += self.process.stdout.readlines()
        assert not list(Path("/dev/shm").glob(f"robot_trials_host_{self.process.pid}*"))
        return code

    @property
    def verdict(self):
        return json.loads((self.output / "verdict.json").read_text())


@pytest.fixture
def make_host(tmp_path):
    """Start a host; whatever is left of it is killed afterwards."""
    hosts = []

    def make(**options):
        hosts.append(HostOfDoubles(tmp_path, **options))
        return hosts[-1]

    yield make
    for host in hosts:
        host.process.kill()
        host.process.wait()
        for child in host.list_children():
            os.kill(child, signal.SIGKILL)
        host.process.stdout.close()


@pytest.mark.ros
@pytest.mark.skipif(WITHOUT_ROS, reason="rclpy is not installed")
class TestEnds:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
    def test_a_walking_robot_is_brought_to_rest_whatever_ends_its_host(self, make_host, number):
        host = make_host()
        host.wait_for(" walk ")
        host.process.send_signal(number)
        code = host.wait_until_gone()
        assert code == (-signal.SIGKILL if number == signal.SIGKILL else 1)
        last = read_bag(host.output / "bag", "/balance_state")[-1]
        assert not last.walking and last.mode == 1
        gone = "the process that started the graph is gone"
        assert host.verdict["reason"] == (gone if number == signal.SIGKILL else f"interrupted by {number.name}")
        assert not host.verdict["passed"] and (host.output / "report.html").exists()
        assert read_exits(host.output) == []

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_nothing_is_left_of_a_host_that_ends_while_it_starts(self, make_host, number):
        host = make_host()
        host.wait_for("started")
        while len(host.list_children()) < 4:
            assert host.process.poll() is None
            time.sleep(0.01)
        host.process.send_signal(number)
        assert host.wait_until_gone() != 0

    def test_a_signal_at_the_end_takes_nothing_from_it(self, make_host):
        host = make_host(ticks=50)
        host.wait_for(" stand ")
        host.process.send_signal(signal.SIGTERM)
        host.wait_until_gone()
        assert (host.output / "bag" / "metadata.yaml").exists() and "ended" in host.verdict

    @pytest.mark.parametrize("name", ["trial_node", "control_process", "trial_client"])
    def test_killed_process_is_named_with_its_signal(self, make_host, name):
        host = make_host()
        host.wait_for(" walk ")
        host.kill_child(name)
        assert host.wait_until_gone() == 1
        assert [one.words for one in read_exits(host.output)] == [f"{name} was killed by SIGKILL"]
        assert f"{name} was killed by SIGKILL" in host.verdict["reason"]
        assert "interrupted" not in host.verdict["reason"]
        assert any(f"FAIL: {host.verdict['reason']}" in line for line in host.said)
        if name != "control_process":
            assert not read_bag(host.output / "bag", "/balance_state")[-1].walking

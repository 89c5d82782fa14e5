"""The ROS host with the real robot, simulator and trial: a whole short relay, and one whose trial node is killed."""

import importlib.util
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore

from robot_trials.config import load_trial_setup
from robot_trials.exceptions import TrialFault
from robot_trials.runtime.process_group import ProcessGroup
from robot_trials.trials.ros_host import RosHost, require_ros, run_ros_trial

PHASES = "preflight walk_to_giver reach take_over carry reach_receiver hand_over step_back stand".split()
WITHOUT_ROS = importlib.util.find_spec("rclpy") is None
real_graph = [pytest.mark.ros, pytest.mark.simulation, pytest.mark.skipif(WITHOUT_ROS, reason="rclpy is not installed")]


@pytest.fixture(autouse=True)
def own_domain(monkeypatch):
    """Other graphs on this machine are not ours."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(os.getpid() % 100 + 1))


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
        assert heard[-1].length == 5.0 and 20.0 < heard[-1].time < 120.0
        bag = tmp_path / "run" / "bag"
        assert [message.phase for message in read_bag(bag, "/trial/phase")][: len(PHASES)] == PHASES
        ticks = [message.tick for message in read_bag(bag, "/control_timing")]
        assert ticks == list(range(1, len(ticks) + 1))
        verdict = json.loads((tmp_path / "run" / "verdict.json").read_text())
        assert verdict["identity"]["host"] == "ros"
        assert not list(Path("/dev/shm").glob(f"robot_trials_host_{os.getpid()}*"))

    def test_killed_trial_node_is_named_and_the_robot_stands(self, tmp_path):
        setup = load_trial_setup("torch_relay", length=5.0, output=tmp_path / "run")
        faults = []
        walking = threading.Event()

        def run(host):
            try:
                host.run()
            except TrialFault as fault:
                faults.append(str(fault))

        with ProcessGroup(tmp_path) as group:
            host = RosHost(setup, group, tmp_path, lambda progress: progress.phase == "walk_to_giver" and walking.set())
            thread = threading.Thread(target=run, args=(host,))
            thread.start()
            assert walking.wait(120)
            time.sleep(1.0)
            group.send(signal.SIGKILL, ["trial_node"])
            thread.join(120)
            assert group.members["control_process"].process.returncode == 0
        assert faults and faults[0].startswith("trial_node died by signal SIGKILL")
        last = read_bag(tmp_path / "run" / "bag", "/balance_state")[-1]
        assert not last.walking and last.com.z > 0.6

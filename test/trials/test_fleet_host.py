"""The host of a fleet with real robots, simulator and trials: two short relays at once in one world."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import ros_domain
import yaml
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore

from robot_trials.config import load_fleet
from robot_trials.trials.hosts.fleet import run_fleet

WITHOUT_ROS = importlib.util.find_spec("rclpy") is None
LISTING = Path(__file__).parent / "graph_listing.py"
NODES = {"control_node", "perception_node", "recorder_node", "stop_node", "safety_node", "trial_node", "trial_client"}
ROBOT_NODES = {f"/{robot}/{node}" for robot in ("kuavo_1", "kuavo_2") for node in NODES}


@pytest.fixture(autouse=True)
def own_domain(monkeypatch):
    """Other graphs on this machine are not ours."""
    monkeypatch.setenv("ROS_DOMAIN_ID", str(ros_domain.claim_domain()))


def read_bag(folder, topic):
    with AnyReader([folder], default_typestore=get_typestore(Stores.ROS2_JAZZY)) as reader:
        wanted = [connection for connection in reader.connections if connection.topic == topic]
        return [reader.deserialize(data, one.msgtype) for one, _, data in reader.messages(connections=wanted)]


class Watch:
    """Looks at the graph once, when both robots carry their torch."""

    def __init__(self):
        self.phases = {}
        self.listing = None

    def __call__(self, name, progress):
        self.phases.setdefault(name, [])
        if progress.phase not in self.phases[name]:
            self.phases[name].append(progress.phase)
        if self.listing is None and all("carry" in phases for phases in self.phases.values()) and len(self.phases) == 2:
            command = [sys.executable, str(LISTING), "20", "/clock_node", *ROBOT_NODES]
            result = subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)
            self.listing = json.loads(result.stdout.splitlines()[-1])


@pytest.mark.ros
@pytest.mark.simulation
@pytest.mark.skipif(WITHOUT_ROS, reason="rclpy is not installed")
def test_two_relays_at_once_pass_each_in_its_namespace_with_its_bag(tmp_path):
    slow = ["trial.torque_limits=peak", "trial.walking_speed=0.6"]  # a mean speed that five metres reach
    robots = [
        {"name": "kuavo_1", "pose": {"x": 0.0, "y": 0.0}, "seed": 1, "overrides": slow},
        {
            "name": "kuavo_2",
            "pose": {"x": 2.0, "y": 6.0, "yaw_deg": 30.0},
            "seed": 2,
            "tag_shift": 30,
            "overrides": slow,
        },
    ]
    file = tmp_path / "pair.yaml"
    file.write_text(yaml.safe_dump({"name": "pair", "robots": robots}))
    fleet = load_fleet(str(file), length=5.0, camera="model", output=tmp_path / "run")
    watch = Watch()
    run = run_fleet(fleet, watch)
    assert not run.faults
    assert {name: (outcome.passed, outcome.reason) for name, outcome in run.outcomes.items()} == {
        "kuavo_1": (True, ""),
        "kuavo_2": (True, ""),
    }
    assert run.passed
    listing = watch.listing
    assert listing["clocks"] == ["/clock_node"]
    assert ROBOT_NODES <= set(listing["nodes"])
    outside = {name for name in listing["topics"] if not name.startswith(("/kuavo_1/", "/kuavo_2/"))}
    assert outside <= {"/clock", "/rosout", "/parameter_events"}
    assert {"/kuavo_1/tf", "/kuavo_2/joint_states", "/kuavo_2/diagnostics"} <= set(listing["topics"])
    for name, seed in (("kuavo_1", "1"), ("kuavo_2", "2")):
        folder = tmp_path / "run" / name
        assert json.loads((folder / "verdict.json").read_text())["identity"]["seed"] == seed
        ticks = [message.tick for message in read_bag(folder / "bag", "/control_timing")]
        assert ticks == list(range(1, len(ticks) + 1)) and len(ticks) > 10_000
        assert [message.phase for message in read_bag(folder / "bag", "/trial/phase")][:2] == [
            "preflight",
            "walk_to_giver",
        ]
        assert {one.header.frame_id for message in read_bag(folder / "bag", "/tf") for one in message.transforms} == {
            "map",
            "odom",
        }
    assert not list(Path("/dev/shm").glob(f"robot_trials_fleet_{os.getpid()}*"))

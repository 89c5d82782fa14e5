"""Two robots of one control process on a real graph with doubles: each in its namespace, none the end of the other."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import ros_domain
from stop_programs import PATIENCE_S

from robot_trials.config import load_trial_setup
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.processes.process_group import ProcessGroup

pytestmark = pytest.mark.ros

HERE = Path(__file__).parent
DOUBLES, CONTROL = str(HERE / "node_doubles.py"), str(HERE.parent / "runtime" / "runtime_doubles.py")
ROBOTS = ("kuavo_1", "kuavo_2")
MANY_TICKS = "1000000"


class Fleet:
    """Processes of two robots."""

    def __init__(self, group, folder, channel):
        self.group, self.folder, self.channel = group, folder, channel
        self.fault_file = folder / "fault"
        self.environment = ros_domain.make_environment() | {"TEST_TRIAL_TICKS": MANY_TICKS}

    def start(self):
        options = [f"robots={','.join(ROBOTS)}", f"fault_file={self.fault_file}", "quiet_timeout=5", "patient=1"]
        self.group.start("control", [sys.executable, CONTROL, self.channel, "0.0", *options], self.environment)
        channels = [f"{self.channel}_{robot}" for robot in reversed(ROBOTS)]  # that of the robot that breaks first
        clock = ["-m", "robot_trials.nodes.clock_node", *self._write("clock", channels=channels)]
        self.group.start("clock_node", [sys.executable, *clock], self.environment)
        for robot in ROBOTS:
            self._start_robot(robot)

    def read(self, robot, until=lambda message: "passed" in message):
        """The first message of a robot's client that satisfies `until`."""
        message = None
        for line in self.group.members[f"{robot}.trial_client"].process.stdout:
            message = json.loads(line)
            if until(message):
                return message
        raise AssertionError(f"{robot}: {message}: {self.log(f'{robot}.trial_node')}")

    def ask(self, *arguments):
        """Answer of one of the small programs."""
        command, timeout = [sys.executable, DOUBLES, *arguments], 1.5 * PATIENCE_S
        result = subprocess.run(command, capture_output=True, text=True, env=self.environment, timeout=timeout)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])

    def log(self, name):
        return self.group.members[name].log.read_text(errors="replace")

    def end(self):
        """Exit codes by name."""
        self.group.send(signal.SIGTERM)
        left = self.group.wait(PATIENCE_S)
        assert left == [], {name: self.log(name) for name in left}
        return {name: member.process.returncode for name, member in self.group.members.items()}

    def _start_robot(self, robot):
        setup = load_trial_setup("torch_relay", output=self.folder / robot)
        values = {"use_sim_time": True, "channel": f"{self.channel}_{robot}", "setup": json.dumps(setup.arguments)}
        arguments = self._write(robot, robot, publish_clock=False, **values)
        for name in ("control_node", "perception_node", "recorder_node", "stop_node", "safety_node", "trial_client"):
            command = [sys.executable, "-m", f"robot_trials.nodes.{name}", *arguments]
            self.group.start(f"{robot}.{name}", command, self.environment, pipe=name == "trial_client")
        command = [sys.executable, DOUBLES, "trial_node", *arguments]
        self.group.start(f"{robot}.trial_node", command, self.environment)

    def _write(self, name, namespace="", **values):
        file = self.folder / f"{name}.yaml"
        file.write_text(json.dumps({"/**": {"ros__parameters": values}}))
        space = ["-r", f"__ns:=/{namespace}"] if namespace else []
        return ["--ros-args", *space, "--params-file", str(file)]


@pytest.fixture
def fleet(tmp_path):
    channel = f"test_fleet_{os.getpid()}"
    with ProcessGroup(tmp_path) as group:
        yield Fleet(group, tmp_path, channel)
    for robot in ROBOTS:
        remove_channel(f"{channel}_{robot}")


def test_robot_that_breaks_loses_its_trial_and_the_other_goes_on_with_the_clock(fleet):
    fleet.start()
    for robot in ROBOTS:
        fleet.read(robot, lambda message: message.get("phase") == "walk")
    fleet.fault_file.touch()
    result = fleet.read("kuavo_2")
    assert result["verdict"] == "aborted" and result["reason"].startswith("the simulator died (tick = ")
    topics = ("/clock", "rosgraph_msgs/msg/Clock", "/kuavo_1/joint_states", "sensor_msgs/msg/JointState")
    heard = fleet.ask("listen", "1.0", *topics)
    assert all(heard[topic]["rate_hz"] > 10.0 for topic in topics[::2])
    assert fleet.ask("call", "/kuavo_1/trial_node/abort")["success"]
    result = fleet.read("kuavo_1")
    assert result["reason"] == "asked by service"
    codes = fleet.end()
    assert codes.pop("control") == 1, "one of its robots broke"
    assert codes.pop("kuavo_2.control_node") == 1
    assert {name: code for name, code in codes.items() if code and "client" not in name} == {}
    assert all((fleet.folder / robot / "bag" / "metadata.yaml").exists() for robot in ROBOTS)

"""A graph of real nodes around doubles of robot, controller and trial, every one a process of its own."""

import importlib.util
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import ros_domain
from stop_programs import PATIENCE_S

from robot_trials.config import load_trial_setup
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.processes.process_group import ProcessGroup

HERE = Path(__file__).parent
DOUBLES = str(HERE / "node_doubles.py")
CONTROL = str(HERE.parent / "runtime" / "runtime_doubles.py")
ANSWER_S = 1.5 * PATIENCE_S
"""For one of the small programs: its own patience, and its start on a machine that is busy."""


def pytest_collection_modifyitems(items):
    """Without rclpy these tests are skipped, visibly."""
    if importlib.util.find_spec("rclpy") is not None:
        return
    for item in items:
        if item.get_closest_marker("ros"):
            item.add_marker(pytest.mark.skip(reason="rclpy is not installed: call ./run test"))


class Graph:
    """Processes by name, with the client's messages and the recorded bag."""

    def __init__(self, group, folder, channel):
        self.group = group
        self.output = folder / "run"
        self.channel = channel
        self.parameters = folder / "parameters.yaml"
        self.configure()
        self.environment = ros_domain.make_environment()
        self.client_messages = []

    def configure(self, *overrides):
        """Set keys of trial and site, as `--set` does."""
        setup = self.setup = load_trial_setup("torch_relay", output=self.output, overrides=overrides)
        values = {"use_sim_time": True, "channel": self.channel, "setup": json.dumps(setup.arguments)}
        self.parameters.write_text(json.dumps({"/**": {"ros__parameters": values}}))

    def begin(self, verb, *arguments, name=""):
        """Run one of the small programs until it is killed."""
        command = [sys.executable, DOUBLES, verb, *map(str, arguments)]
        member = self.group.start(name or verb, command, self.environment, pipe=True)
        assert member.process.stdout.readline()

    def start_control(self, factor=0.0, **options):
        """The control process of doubles; with `reads=True` it reads the trial's files as a real one does."""
        if options.pop("reads", False):
            file = self.output.with_suffix(".setup.json")
            file.write_text(json.dumps(self.setup.arguments))
            options["setup"] = str(file)
        settings = [f"{key}={value}" for key, value in ({"patient": 1} | options).items()]
        self.group.start("control", [sys.executable, CONTROL, self.channel, str(factor), *settings], self.environment)

    def start(self, *names, **parameters):
        """Start real nodes; further parameters as keyword arguments."""
        extra = [part for key, value in parameters.items() for part in ("-p", f"{key}:={json.dumps(value)}")]
        for name in names:
            command = [sys.executable, "-m", f"robot_trials.nodes.{name}", *self._ros_arguments(), *extra]
            self.group.start(name, command, self.environment, pipe=name == "trial_client")

    def limit_file_size(self, name, size):
        """Start a real node that cannot write files longer than `size` bytes: a full disk to it."""
        command = [sys.executable, "-m", f"robot_trials.nodes.{name}", *self._ros_arguments()]
        limited = f"ulimit -f {size // 1024}; exec " + " ".join(map(shlex.quote, command))
        self.group.start(name, ["bash", "-c", limited], self.environment)

    def start_trial_node(self, ticks=100, **parameters):
        extra = [part for key, value in parameters.items() for part in ("-p", f"{key}:={json.dumps(value)}")]
        environment = self.environment | {"TEST_TRIAL_TICKS": str(ticks)}
        command = [sys.executable, DOUBLES, "trial_node", *self._ros_arguments(), *extra]
        self.group.start("trial_node", command, environment)

    def ask(self, verb, *arguments):
        """Run one of the small programs; its answer."""
        result = subprocess.run(
            [sys.executable, DOUBLES, verb, *map(str, arguments)],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=ANSWER_S,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout.splitlines()[-1])

    def read_client(self, until=lambda message: "passed" in message):
        """Messages of the client up to the first that satisfies `until`; that one."""
        stream = self.group.members["trial_client"].process.stdout
        for line in stream:
            message = json.loads(line)
            self.client_messages.append(message)
            if until(message):
                return message
        raise AssertionError(f"the client ended after {self.client_messages[-3:]}: {self.log('trial_node')}")

    def kill(self, name):
        self.group.send(signal.SIGKILL, [name])
        self.group.wait(5, [name])

    def end(self, number=signal.SIGTERM, timeout_s=PATIENCE_S):
        """Signal all that still run; exit codes by name."""
        self.group.send(number)
        left = self.group.wait(timeout_s)
        assert left == [], {name: self.log(name) for name in left}
        return {name: member.process.returncode for name, member in self.group.members.items()}

    def log(self, name):
        return self.group.members[name].log.read_text(errors="replace")

    def wait_for_log(self, name, text, timeout_s=PATIENCE_S, after=0):
        """Wait until a process says `text`, in what it has written beyond `after` characters."""
        deadline = time.monotonic() + timeout_s
        while text not in self.log(name)[after:]:
            assert time.monotonic() < deadline, self.log(name)
            time.sleep(0.02)

    def _ros_arguments(self):
        return ["--ros-args", "--params-file", str(self.parameters)]


@pytest.fixture
def graph(tmp_path):
    """An empty graph; whatever is started in it is gone afterwards."""
    channel = f"test_nodes_{os.getpid()}"
    with ProcessGroup(tmp_path) as group:
        yield Graph(group, tmp_path, channel)
    remove_channel(channel)

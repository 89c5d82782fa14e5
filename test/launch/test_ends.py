"""What the ends of launched processes mean: exit code, words, what is written down. Needs ROS's `launch`."""

import importlib.util
import sys
from pathlib import Path

import pytest
from test_torch_relay_launch import needs_launch

from robot_trials.runtime.processes.exits import read_exits

FILE = Path(__file__).resolve().parents[2] / "launch" / "robot_graph.py"
SLEEPER = "import signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(0)); time.sleep(60)"


def _load():
    specification = importlib.util.spec_from_file_location("launch_robot_graph", FILE)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def run(tmp_path, capfd):
    """Launch a client, beside a process that waits to be told; exit code and words of the launch."""

    def run(client, *nodes):
        from launch import LaunchDescription, LaunchService
        from launch.actions import ExecuteProcess

        ends = _load().Ends({"": tmp_path}, clients=True)

        def make(name, program, on_exit=None):
            return ends.watch(ExecuteProcess(cmd=[sys.executable, "-c", program], name=name, on_exit=on_exit))

        actions = [make("bystander", SLEEPER), make("trial_client", client, ends.of_client(""))]
        actions += [make(name, program, ends.of_node(name, "")) for name, program in nodes]
        service = LaunchService(noninteractive=True)
        service.include_launch_description(LaunchDescription([*actions, ends.tell_all()]))
        code = service.run()
        return code, "".join(capfd.readouterr())

    return run


@needs_launch
def test_passed_trial_is_exit_code_0(run):
    assert run("import time; time.sleep(0.5)")[0] == 0


@needs_launch
def test_failed_trial_is_exit_code_1_and_says_so(run, tmp_path):
    code, words = run("import sys, time; time.sleep(0.5); sys.exit(1)")
    assert code == 1 and "the trial did not pass" in words
    assert read_exits(tmp_path) == []


@needs_launch
def test_killed_trial_node_ends_the_launch_soon_and_is_named(run, tmp_path):
    killed = "import os, signal, time; time.sleep(0.5); os.kill(os.getpid(), signal.SIGKILL)"
    code, words = run(SLEEPER, ("trial_node", killed))
    assert code == 1 and "trial_node was killed by SIGKILL" in words
    assert [one.words for one in read_exits(tmp_path)] == ["trial_node was killed by SIGKILL"]

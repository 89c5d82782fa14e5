"""Two relays in a row on one graph with real robot, controller and world: the second begins where the first ended."""

from __future__ import annotations

import json
import sys

import pytest

pytestmark = [pytest.mark.ros, pytest.mark.simulation]
RELAY_S = 500.0
"""Longest wait for a relay over five metres on a busy machine [s]."""


def run_goal(graph, name, **parameters):
    """Send a goal and wait for its result."""
    extra = [part for key, value in parameters.items() for part in ("-p", f"{key}:={json.dumps(value)}")]
    command = [sys.executable, "-m", "robot_trials.nodes.trial_client", *graph._ros_arguments(), *extra]
    member = graph.group.start(name, command, graph.environment, pipe=True)
    for line in member.process.stdout:
        message = json.loads(line)
        if "passed" in message:
            return message
    raise AssertionError(graph.log(name))


@pytest.mark.timeout(2 * RELAY_S)
def test_the_second_trial_walks_to_its_start(graph):
    graph.configure("course.lane.length=5")
    setup = json.dumps(graph.setup.arguments)
    command = [sys.executable, "-m", "robot_trials.runtime.process", "--setup", setup, "--channel", graph.channel]
    graph.group.start("control", command, graph.environment)
    graph.start("stop_node", "safety_node", "control_node", "perception_node", "recorder_node", "trial_node")
    results = [run_goal(graph, "first"), run_goal(graph, "second", reset_props=True)]
    assert [result["verdict"] for result in results] == ["fail", "fail"], results
    assert all(result["reason"].startswith("Mean walking speed") for result in results), "five metres are too short"
    graph.end()
    folders = [graph.output, graph.output / "goal_2"]
    verdicts = [json.loads((folder / "verdict.json").read_text()) for folder in folders]
    timelines = [[phase["phase"] for phase in verdict["timeline"]] for verdict in verdicts]
    assert "walk_to_start" not in timelines[0]
    assert timelines[1][:2] == ["preflight", "walk_to_start"]
    short = [[c["name"] for c in verdict["criteria"] if not c["passed"]] for verdict in verdicts]
    assert short == [["mean_speed"], ["mean_speed"]]
    assert all((folder / "bag").is_dir() for folder in folders)

"""Goals in a row on one graph with real robot, controller and world: each begins where the one before has ended."""

from __future__ import annotations

import json
import sys

import greeting
import pytest

from robot_trials.config import find_config

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


def write_greeting(folder):
    """A greeting for the relay's site, and a course whose area reaches to where a relay over five metres ends."""
    permit, course, trial = (folder / f"{name}.yaml" for name in ("permit", "longer", "greeting"))
    text = find_config("permits", "greeting_corner").read_text()
    permit.write_text(text.replace("site: greeting_corner", "site: shenzhen_relay"))
    text = find_config("courses", "greeting_corner").read_text()
    text = text.replace("robot_stance: {x: 1.5", "robot_stance: {x: 5.5").replace("stance: {x: 3.2", "stance: {x: 7.2")
    course.write_text(text)
    text = find_config("trials", "greet").read_text().replace("site: greeting_corner", "site: shenzhen_relay")
    trial.write_text(text.replace("permit: greeting_corner", f"permit: {permit}").replace("zone: corner\n", ""))
    return trial, course


@pytest.mark.timeout(3 * RELAY_S)
def test_each_trial_walks_to_its_start_also_one_of_another_kind(graph):
    graph.environment["PYTHONPATH"] = greeting.put_in_reach()
    graph.configure("course.lane.length=5")
    setup = json.dumps(graph.setup.arguments)
    command = [sys.executable, "-m", "robot_trials.runtime.process", "--setup", setup, "--channel", graph.channel]
    graph.group.start("control", command, graph.environment)
    graph.start("stop_node", "safety_node", "control_node", "perception_node", "recorder_node", "trial_node")
    results = [run_goal(graph, "first"), run_goal(graph, "second", reset_props=True)]
    trial, course = write_greeting(graph.output.parent)
    refused = run_goal(graph, "refused", trial=str(trial))
    third = run_goal(graph, "third", trial=str(trial), course=str(course))
    assert [result["verdict"] for result in results] == ["fail", "fail"], results
    assert all(result["reason"].startswith("Mean walking speed") for result in results), "five metres are too short"
    graph.end()
    assert "place: the robot stands outside the area of the trial on shenzhen_relay" in refused["reason"], refused
    assert third["verdict"] == "pass", third
    folders = [graph.output, graph.output / "goal_2", graph.output / "goal_4"]
    verdicts = [json.loads((folder / "verdict.json").read_text()) for folder in folders]
    timelines = [[phase["phase"] for phase in verdict["timeline"]] for verdict in verdicts]
    assert "walk_to_start" not in timelines[0]
    assert timelines[1][:2] == timelines[2][:2] == ["preflight", "walk_to_start"]
    assert timelines[2][2:] == ["walk_up", "wave", "walk_back", "stand"]
    short = [[c["name"] for c in verdict["criteria"] if not c["passed"]] for verdict in verdicts]
    assert short == [["mean_speed"], ["mean_speed"], []]
    assert [verdict["identity"]["kind"] for verdict in verdicts] == ["torch_relay", "torch_relay", "greet"]
    assert all((folder / "bag").is_dir() for folder in folders)

"""Nodes that die or fall silent in a trial, second sources, and commands that do not count: each is told by name."""

import signal
import time

import pytest
from test_trial_graph import MANY_TICKS, read_bag, start_all, walk

pytestmark = pytest.mark.ros

SOURCES = 32768


@pytest.mark.parametrize("node", ["perception_node", "control_node"])
def test_node_that_dies_ends_the_trial_and_is_named(graph, node):
    start_all(graph, MANY_TICKS)
    walk(graph)
    pid = graph.group.members[node].process.pid
    graph.kill(node)
    result = graph.read_client()
    assert (result["verdict"], result["reason"]) == ("aborted", f"{node} died: process {pid} is gone")
    status = graph.ask("diagnose", "safety: nodes", f"{node} dead")
    assert status["level"] == 2 and status["values"][node].startswith("dead")
    graph.end()
    (events,) = read_bag(graph, "/trial/events")
    (told, *_) = (message for message in events if message.source == "safety_node")
    assert (told.severity, told.text) == (50, result["reason"])


def test_node_that_never_came_up_ends_the_trial(graph):
    graph.start_control(1.0)
    graph.start("recorder_node", "perception_node", "stop_node", "safety_node")
    graph.start_trial_node(MANY_TICKS)
    graph.start("trial_client")
    result = graph.read_client()
    assert (result["verdict"], result["reason"]) == ("aborted", "control_node is not there")
    graph.end()


def test_node_that_hangs_ends_the_trial_and_is_named(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.group.send(signal.SIGSTOP, ["perception_node"])
    result = graph.read_client()
    graph.group.send(signal.SIGCONT, ["perception_node"])
    assert result["verdict"] == "aborted" and result["reason"].startswith("perception_node is silent: no sign of life")
    graph.wait_for_log("safety_node", "perception_node is alive again")
    graph.end()


def test_second_source_stops_a_trial_and_refuses_the_next_goal(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.begin("second_source", "joint_states")
    result = graph.read_client()
    assert result["reason"] == "stopped: data from two sources"
    graph.wait_for_log("safety_node", "joint_states has 2 sources: /control_node (")
    log = graph.log("safety_node")
    assert "and /second_source_" in log
    assert graph.ask("send_goal", "torch_relay") == {"accepted": False}
    graph.wait_for_log("trial_node", "joint_states has 2 sources: /control_node (")
    graph.kill("second_source")
    graph.end()


def test_node_that_was_killed_and_started_again_is_no_second_source(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", "perception_node", "stop_node", "safety_node")
    graph.ask("diagnose", "safety: sources", "one for each topic")
    graph.kill("perception_node")
    graph.start("perception_node")
    graph.wait_for_log("safety_node", "perception_node is alive again")
    for _ in range(3):
        assert graph.ask("diagnose", "safety: sources", "")["message"] == "one for each topic"
    graph.start_trial_node(await_recorder=False)
    assert graph.ask("send_goal", "torch_relay") == {"accepted": True}
    assert "sources:" not in graph.log("safety_node")
    graph.end()


def test_commands_that_do_not_count_are_told_with_the_reason(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.ask("drive", "0.4")
    graph.wait_for_log("control_node", "cmd_vel: a trial runs; ignored")
    graph.ask("call", "stop_node/e_stop")
    graph.read_client()
    graph.ask("stop_state", "over")
    assert graph.ask("drive", "0.4")["x"] == 0.0
    status = graph.ask("diagnose", "control: commands", "")
    assert status["values"]["last_ignored"] == "cmd_vel: a stop is in force (emergency stop); ignored"
    assert int(status["values"]["cmd_vel_ignored"]) > 10
    graph.ask("follow", "odom", "0,0", "5,0")
    graph.wait_for_log("control_node", "path: a stop is in force (emergency stop); ignored")
    graph.end()
    (events,) = read_bag(graph, "/trial/events")
    told = [message.text for message in events if message.source == "control_node"]
    assert told == [
        "cmd_vel: a trial runs; ignored",
        "cmd_vel: a stop is in force (emergency stop); ignored",
        "path: a stop is in force (emergency stop); ignored",
    ]


def test_velocity_of_another_type_is_told(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node", enable_stamped_cmd_vel=False)
    graph.begin("drive_wrongly")
    status = graph.ask("diagnose", "control: commands", "offers geometry_msgs/msg/TwistStamped")
    assert status["level"] == 1 and "cmd_vel: /drive_wrongly_" in status["message"]
    graph.wait_for_log("control_node", "geometry_msgs/msg/Twist is heard: its messages are lost")
    graph.kill("drive_wrongly")
    graph.end()


def test_control_process_that_was_held_up_is_told(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.group.send(signal.SIGSTOP, ["control"])
    time.sleep(1.0)
    graph.group.send(signal.SIGCONT, ["control"])
    graph.wait_for_log("safety_node", "the control process was held up, ")
    graph.end()

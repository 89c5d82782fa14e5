"""Trials on a real graph with doubles of robot and trial: passed, cancelled, aborted, interrupted, with a dead node."""

import json
import signal
import sys
from pathlib import Path

import pytest
from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore
from stop_programs import PATIENCE_S

from robot_trials.telemetry import read_bag as read_identity

pytestmark = pytest.mark.ros

MANY_TICKS = 1_000_000
DOUBLES = str(Path(__file__).parent / "node_doubles.py")


def read_bag(graph, *topics, bag=None):
    """Messages of some topics of the graph's bag as rosbags reads them, a list for each."""
    messages = {topic: [] for topic in topics}
    with AnyReader([bag or graph.output / "bag"], default_typestore=get_typestore(Stores.ROS2_JAZZY)) as reader:
        wanted = [connection for connection in reader.connections if connection.topic in topics]
        for connection, _, data in reader.messages(connections=wanted):
            messages[connection.topic].append(reader.deserialize(data, connection.msgtype))
    return messages.values()


def start_all(graph, ticks, factor=1.0, **control):
    graph.start_control(factor, **control)
    graph.start("control_node", "recorder_node", "perception_node", "stop_node", "safety_node")
    graph.start_trial_node(ticks)
    graph.start("trial_client")


def walk(graph):
    """Wait until the trial walks."""
    graph.read_client(lambda message: message.get("phase") == "walk")


def test_trial_passes_and_everything_is_in_the_bag(graph):
    start_all(graph, ticks=900, factor=0.0)
    result = graph.read_client()
    assert result["passed"] and result["verdict"] == "pass", result
    assert {message.get("phase") for message in graph.client_messages} >= {"walk"}
    codes = graph.end()
    assert set(codes.values()) == {0}, codes
    topics = ("/trial/phase", "/control_timing", "/joint_states", "/trial/events", "/tf", "/diagnostics", "/fiducials")
    phases, timing, joints, events, transforms, diagnostics, seen = read_bag(graph, *topics)
    assert [message.phase for message in phases] == ["walk", "stand", ""]
    ticks = [message.tick for message in timing]
    assert ticks == list(range(1, len(ticks) + 1)) and len(ticks) > 9100
    assert len(joints) == len(ticks)
    (end,) = (message for message in events if message.text == "end")
    assert [(pair.key, pair.value) for pair in end.values] == [("tags", "1")]
    parents = {transform.header.frame_id for message in transforms for transform in message.transforms}
    assert parents == {"map", "odom"}
    assert diagnostics
    assert {tag.id for message in seen for tag in message.detections} == {7}


def test_cancelled_goal_ends_standing(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.group.send(signal.SIGINT, ["trial_client"])
    result = graph.read_client()
    assert result["verdict"] == "aborted" and result["reason"] == "cancelled by the client"
    codes = graph.end()
    assert codes.pop("trial_client") == 1
    assert set(codes.values()) == {0}
    (balance,) = read_bag(graph, "/balance_state")
    assert not balance[-1].walking


def test_services_hold_resume_and_abort(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    for service in ("hold", "resume", "abort"):
        answer = graph.ask("call", f"trial_node/{service}")
        assert answer == {"success": True, "message": f"{service} passed on"}
    result = graph.read_client()
    assert result["verdict"] == "aborted" and result["reason"] == "asked by service"
    assert graph.ask("call", "trial_node/abort") == {"success": False, "message": "no trial is running"}
    graph.end()
    (events,) = read_bag(graph, "/trial/events")
    assert [message.text for message in events if message.source == "double"] == [
        "held: asked by service",
        "resumed",
        "aborted: asked by service",
        "end",
    ]


def test_emergency_stop_ends_the_trial_below_and_only_a_person_arms_again(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    assert graph.ask("call", "stop_node/e_stop")["success"]
    result = graph.read_client()
    assert result["verdict"] == "fail" and result["reason"] == "stopped: emergency stop"
    graph.wait_for_log("stop_node", "emergency stop by service")
    rungs = graph.ask("stop_state", "over")
    assert rungs == {"rung": 5, "over": True, "triggers": 1}
    assert graph.ask("drive", "0.4")["x"] == 0.0, "a stopped robot follows nobody"
    assert graph.ask("act", "rearm", "Chen Yue") == {"success": True, "message": "armed again by Chen Yue"}
    assert graph.ask("stop_state", "free")["rung"] == 0
    assert graph.ask("drive", "0.4")["x"] > 0.05
    assert graph.end()["control"] == 0
    commands, requests = read_bag(graph, "/motion_command", "/stop_requests")
    assert {command.mode for command in commands} == {1, 2}, "walks, then stands"
    assert [(request.kind, request.source, request.who) for request in requests if request.accepted] == [
        (0, "service", ""),
        (1, "service", "Chen Yue"),
    ]


def test_button_stops_by_topic_and_keeps_the_robot_from_being_armed(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node")
    graph.ask("press", "1")
    assert graph.ask("stop_state", "over")["triggers"] == 1
    answer = graph.ask("act", "rearm", "Chen Yue")
    assert answer == {"success": False, "message": "e_stop still says stop"}
    graph.ask("press", "0")
    assert graph.ask("stop_state", "over")["over"], "a button that is released arms nothing"
    assert graph.ask("act", "rearm", "Chen Yue") == {"success": True, "message": "armed again by Chen Yue"}
    assert graph.ask("stop_state", "free")["rung"] == 0
    graph.end()


def test_killed_safety_node_stops_the_robot(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.kill("safety_node")
    result = graph.read_client()
    assert result["verdict"] == "fail" and result["reason"] == "stopped: supervisor silent"
    graph.end()
    (states,) = read_bag(graph, "/stop_state")
    assert max(message.rung for message in states) >= 2


def test_interrupt_in_the_middle_of_a_walk_leaves_a_standing_robot_and_a_closed_bag(graph):
    """As Ctrl-C in a terminal does, twice."""
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.group.send(signal.SIGINT)
    codes = graph.end(signal.SIGINT)
    assert codes.pop("trial_client") == 1
    assert set(codes.values()) == {0}, codes
    balance, phases = read_bag(graph, "/balance_state", "/trial/phase")
    assert not balance[-1].walking and balance[-1].mode == 1
    assert phases[-1].phase == "" and phases[-1].detail in ("interrupted by SIGINT", "cancelled by the client")
    assert (graph.output / "bag" / "metadata.yaml").exists()


def test_killed_trial_node_leaves_a_standing_robot(graph):
    start_all(graph, MANY_TICKS, factor=0.0)
    walk(graph)
    graph.kill("trial_node")
    graph.wait_for_log("safety_node", "the trial is quiet")
    graph.group.send(signal.SIGTERM, ["trial_client"])
    graph.kill("trial_client")
    codes = graph.end()
    assert codes["control"] == 0 and codes["recorder_node"] == 0
    balance, diagnostics = read_bag(graph, "/balance_state", "/diagnostics")
    assert not balance[-1].walking
    verdict = json.loads((graph.output / "verdict.json").read_text())
    assert verdict["reason"] == "the trial broke off in phase walk: who ran it is gone" and verdict["afterwards"]
    assert verdict["ended"] == "standing" and (graph.output / "report.html").is_file()
    said = {status.message for message in diagnostics for status in message.status}
    assert said & {"trial is quiet: robot stands", "trial has been quiet"}


def test_killed_control_process_ends_the_trial_with_its_reason(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    pid = graph.group.members["control"].process.pid
    graph.kill("control")
    result = graph.read_client()
    assert result["verdict"] == "aborted" and result["reason"] == f"control process {pid} died"
    assert graph.group.wait(20.0) == [], "nodes end by themselves when the control process is gone"
    assert not list(Path("/dev/shm").glob(f"robot_trials_{graph.channel}.*"))
    (joints,) = read_bag(graph, "/joint_states")
    assert joints


def test_simulator_fault_is_the_reason_of_the_verdict(graph):
    start_all(graph, MANY_TICKS, factor=0.0, fault_tick=2000)
    result = graph.read_client()
    assert result["reason"] == "the simulator died (tick = 2000)"
    graph.end()
    (joints,) = read_bag(graph, "/joint_states")
    assert len(joints) == 1999


def test_goal_for_another_trial_is_rejected_and_named(graph):
    graph.start_control()
    graph.start("control_node", "perception_node", "stop_node", "safety_node")
    graph.start_trial_node(await_recorder=False)
    assert graph.ask("send_goal", "torch_relay_other") == {"accepted": False}
    graph.wait_for_log("trial_node", "torch_relay_other: no file torch_relay_other.yaml")
    graph.end()


def test_node_without_a_control_process_ends_when_told_and_names_the_channel(graph):
    graph.start("control_node")
    graph.start_trial_node()
    for name in ("control_node", "trial_node"):
        graph.wait_for_log(name, "waiting for the control process")
    codes = graph.end()
    assert codes == {"control_node": 1, "trial_node": 0}
    assert f"no control process offers channel '{graph.channel}'" in graph.log("control_node")


def test_goal_is_taken_once_and_its_outcome_outlives_the_node(graph):
    ledger = graph.output.parent / "ledger" / "goals.jsonl"
    graph.start_control(factor=1.0)
    graph.start("control_node", "perception_node", "stop_node", "safety_node")
    graph.start_trial_node(MANY_TICKS, await_recorder=False, ledger_file=str(ledger))
    goal, other = "0a" * 16, "0b" * 16
    unknown, running, ended, withdrawn = range(4)
    steps = [f"ask:{goal}", f"send:{goal}", f"ask:{goal}", f"withdraw:{goal}", f"send:{goal}", f"withdraw:{other}"]
    answers = graph.ask("ask_goals", *steps)
    states = [answer if isinstance(answer, bool) else answer[0] for answer in answers]
    assert states == [unknown, True, running, running, False, withdrawn]
    graph.kill("trial_node")
    graph.start_trial_node(50, await_recorder=False, ledger_file=str(ledger))
    answers = graph.ask("ask_goals", f"ask:{goal}", f"send:{goal}", f"send:{other}")
    assert answers == [[ended, "aborted", "the trial node ended while the trial ran"], False, False]
    graph.wait_for_log("trial_node", f"goal rejected: goal {goal} was ended before")
    graph.wait_for_log("trial_node", f"goal rejected: goal {other} was withdrawn before")
    assert set(graph.end().values()) == {0}


def test_who_sends_a_rejected_goal_can_ask_why(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node", "safety_node", "recorder_node", "perception_node")
    graph.start_trial_node(MANY_TICKS)
    goal, second = "0a" * 16, "0b" * 16
    answers = graph.ask("ask_goals", f"send:{goal}", f"send:{second}", f"ask:{second}", f"send:{goal}", f"ask:{goal}")
    assert answers == [True, False, [0, "", "a trial is running"], False, [1, "", ""]]
    graph.start("trial_client")
    assert graph.read_client()["reason"] == "the trial was rejected: a trial is running"
    graph.end()
    (events,) = read_bag(graph, "/trial/events")
    rejections = [message.text for message in events if message.source == "trial_node"]
    assert set(rejections) == {"goal rejected: a trial is running"}


def test_every_goal_has_a_bag_of_its_own_that_says_for_whom(graph):
    graph.start_control(factor=1.0, reads=True)
    graph.start("control_node", "stop_node", "safety_node", "recorder_node", "perception_node")
    graph.start_trial_node(50)
    paths = []
    for count in range(2):
        goal = f"{count}a" * 16
        graph.ask("ask_goals", f"send:{goal}")
        paths.append(graph.ask("await_outcome", goal))
    assert [path.removeprefix(str(graph.output)) for path in paths] == ["/bag", "/goal_2/bag"]
    graph.end()
    last = 0
    for number, folder in enumerate((graph.output, graph.output / "goal_2")):
        phases, timing = read_bag(graph, "/trial/phase", "/control_timing", bag=folder / "bag")
        assert [message.phase for message in phases] == ["walk", "stand", ""], number
        ticks = [message.tick for message in timing]
        assert ticks == list(range(ticks[0], ticks[0] + len(ticks)))
        assert ticks[0] == last + 1, "no tick is lost between two bags"
        last = ticks[-1]
        told = read_identity(folder / "bag").custom_data
        assert (told["goal_id"], told["booking"]) == (f"{number}a" * 16, "relay_1"), number
        assert told["permit"] == "SZ-RELAY-2025-001" and told["declared_load"] == "1.6 ± 0.4 kg, right hand"
        seen = {key.split(":")[1]: value for key, value in told.items() if key.startswith("configuration_hash:")}
        assert seen.keys() == {"control_process", "stop_node", "recorder_node", "perception_node", "trial_node"}
        assert set(seen.values()) == {graph.setup.configuration_hash}


def test_a_goal_that_cannot_be_recorded_is_aborted_with_the_reason(graph):
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node", "safety_node", "recorder_node", "perception_node")
    graph.start_trial_node(50)
    graph.ask("ask_goals", f"send:{'0a' * 16}")
    graph.ask("await_outcome", "0a" * 16)
    graph.kill("recorder_node")
    graph.ask("ask_goals", f"send:{'0b' * 16}")
    graph.ask("await_outcome", "0b" * 16)
    state, verdict, reason = graph.ask("ask_goals", f"ask:{'0b' * 16}")[0]
    assert (state, verdict) == (2, "aborted") and reason.startswith("no recording of this goal: ")
    graph.end()


def test_client_sends_no_goal_where_two_graphs_offer_the_trial(graph):
    """Both would take it."""
    for name in ("first", "second"):
        graph.group.start(name, [sys.executable, DOUBLES, "offer", name], graph.environment)
    graph.ask("count_servers", 2)
    graph.start("trial_client")
    reason = graph.read_client()["reason"]
    assert reason.startswith("run_trial is offered by /first (") and " and /second (" in reason
    assert graph.group.wait(PATIENCE_S, ["trial_client"]) == []
    assert graph.group.members["trial_client"].process.returncode == 1


def test_client_does_not_wait_for_a_dead_server(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.group.send(signal.SIGSTOP, ["trial_node"])
    graph.group.send(signal.SIGTERM, ["trial_client"])
    reason = graph.read_client()["reason"]
    assert reason == "interrupted by SIGTERM; the action server run_trial fell silent: no word for 10 s"
    graph.kill("trial_node")
    graph.end()


def test_stranger_who_speaks_as_a_node_of_the_robot_is_named_and_stops_it(graph):
    start_all(graph, MANY_TICKS)
    walk(graph)
    graph.ask("say_event", "stop_node", 20, "armed again by Chen Yue")
    result = graph.read_client()
    assert (result["verdict"], result["reason"]) == ("fail", "stopped: data from two sources")
    graph.end()
    (events,) = read_bag(graph, "/trial/events")
    told = [message.text for message in events if message.source == "safety_node"]
    assert any("trial/events has publishers that are not this robot's alone: /test_say_event" in text for text in told)

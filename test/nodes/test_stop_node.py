"""stop_node on a graph of doubles: whoever presses is heard, what was asked for stays, acts are answered."""

import signal
import time

import pytest
from stop_programs import PATIENCE_S

pytestmark = pytest.mark.ros

E_STOP, INPUTS, BUTTON = 1, 8192, 16384


def start_standing(graph, *names):
    """A robot that stands, with those who look after its stops."""
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node", "safety_node", *names)
    graph.wait_for_log("safety_node", "waiting for the control process")
    graph.ask("stop_state", "free")


@pytest.mark.parametrize("reliability", ["reliable", "best_effort"])
@pytest.mark.parametrize("durability", ["volatile", "transient_local"])
def test_button_of_any_quality_of_service_stops_the_robot(graph, reliability, durability):
    start_standing(graph)
    graph.ask("press", "1", reliability, durability)
    assert graph.ask("stop_state", "over")["triggers"] == E_STOP
    graph.wait_for_log("stop_node", "emergency stop by topic")
    graph.end()


def test_button_that_was_pressed_before_anybody_listened_counts(graph):
    graph.begin("press_latched")
    graph.start_control(factor=1.0)
    graph.start("control_node", "stop_node")
    assert graph.ask("stop_state", "over")["triggers"] == E_STOP
    graph.kill("press_latched")
    graph.end()


def test_publisher_that_cannot_be_heard_is_told_and_named(graph):
    graph.begin("press_wrongly")
    start_standing(graph)
    status = graph.ask("diagnose", "stop: inputs", "offers std_msgs/msg/Int32")
    assert status["level"] == 2 and "e_stop: /press_wrongly_" in status["message"]
    graph.wait_for_log("stop_node", "offers std_msgs/msg/Int32, std_msgs/msg/Bool is heard: its messages are lost")
    graph.ask("press", "1")
    assert graph.ask("stop_state", "over")["triggers"] == E_STOP, "a plain one still stops"
    graph.kill("press_wrongly")
    graph.end()


def test_stop_outlives_the_node_that_heard_it(graph):
    start_standing(graph)
    graph.ask("call", "stop_node/e_stop")
    graph.ask("stop_state", "over")
    graph.kill("stop_node")
    time.sleep(1.0)
    graph.start("stop_node")
    graph.wait_for_log("stop_node", "began anew: what was asked for before stays asked for")
    status = graph.ask("diagnose", "stop: inputs", "emergency stop is asked for")
    assert status["values"]["e_stop"] == "True"
    state = graph.ask("stop_state", "over")
    assert state["triggers"] == E_STOP | INPUTS
    assert graph.ask("act", "rearm", "Chen Yue")["success"]
    assert graph.ask("stop_state", "free")["rung"] == 0
    assert graph.ask("diagnose", "control: stop", "no stop")["values"]["armed_by"] == "Chen Yue"
    graph.end()


def test_act_without_effect_is_answered_with_the_reason(graph):
    start_standing(graph)
    assert graph.ask("act", "rearm", "Chen Yue") == {"success": False, "message": "nothing is stopped"}
    assert graph.ask("act", "rearm", "  ") == {"success": False, "message": "who: must name the person who acts"}
    graph.ask("call", "stop_node/e_stop")
    graph.ask("stop_state", "over")
    answer = graph.ask("act", "lower", "Chen Yue")
    assert answer == {"success": False, "message": "nothing keeps the robot from lowering itself"}
    status = graph.ask("diagnose", "control: stop", "emergency stop")
    assert (status["level"], status["values"]["rung"], status["values"]["waits"]) == (2, "OFF", "False")
    graph.end()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_nobody_listens_so_the_robot_stops(graph, number):
    start_standing(graph)
    graph.ask("diagnose", "stop: inputs", "listening")
    start = time.monotonic()
    graph.group.send(number, ["stop_node"])
    graph.ask("stop_state", "over")
    assert time.monotonic() - start > 5.0, "stands, and squats only after the ladder's patience of 5 s"
    assert graph.ask("stop_state", "over")["triggers"] == INPUTS
    word = "died" if number == signal.SIGKILL else "is silent"
    graph.wait_for_log("safety_node", f"stop_node {word}")
    graph.group.send(signal.SIGCONT, ["stop_node"])
    graph.end()


def test_second_stop_node_on_a_channel_is_refused(graph):
    start_standing(graph)
    graph.ask("diagnose", "stop: inputs", "listening")
    first = graph.group.members.pop("stop_node")
    graph.start("stop_node")
    assert graph.group.wait(PATIENCE_S, ["stop_node"]) == []
    assert graph.group.members["stop_node"].process.returncode == 1
    assert f"has a stop_node already: process {first.process.pid}" in graph.log("stop_node")
    assert graph.ask("stop_state", "free")["rung"] == 0
    first.process.kill()
    first.process.wait()
    graph.end()


class TestButtons:
    """A site that lists a button."""

    @pytest.fixture(autouse=True)
    def site(self, graph):
        graph.configure("site.stop_buttons=[{name: marshal_1, timeout: 2.5}]")

    def test_no_trial_starts_without_the_button(self, graph):
        start_standing(graph)
        graph.start_trial_node(await_recorder=False)
        assert graph.ask("send_goal", "torch_relay") == {"accepted": False}
        graph.wait_for_log("trial_node", "goal rejected: not alive: stop button marshal_1")
        assert graph.ask("stop_state", "free")["rung"] == 0, "one that was never there stops nobody"
        graph.begin("button", "marshal_1")
        graph.ask("diagnose", "stop: inputs", "listening")
        assert graph.ask("send_goal", "torch_relay") == {"accepted": True}
        graph.end()

    def test_button_that_falls_silent_stops_the_robot_also_while_stop_node_is_away(self, graph):
        start_standing(graph)
        graph.begin("button", "marshal_1")
        graph.ask("diagnose", "stop: inputs", "listening")
        graph.kill("button")
        graph.wait_for_log("stop_node", "stop button 'marshal_1' is silent: the robot stops")
        assert graph.ask("stop_state", "over")["triggers"] == BUTTON
        answer = graph.ask("act", "rearm", "Chen Yue")
        reason = "a reason to stop is still there: stop button silent"
        assert answer == {"success": False, "message": reason}
        graph.begin("button", "marshal_1")
        graph.wait_for_log("stop_node", "stop button 'marshal_1' is alive again")
        assert graph.ask("act", "rearm", "Chen Yue")["success"]
        graph.kill("stop_node")
        graph.kill("button")
        before = len(graph.log("stop_node"))
        graph.start("stop_node")
        graph.wait_for_log("stop_node", "stop button 'marshal_1' is silent: the robot stops", after=before)
        graph.ask("diagnose", "control: stop", "stop button silent")
        assert graph.ask("stop_state", "over")["triggers"] == INPUTS | BUTTON
        graph.end()

    def test_two_publishers_of_one_button_count_as_silent(self, graph):
        start_standing(graph)
        graph.begin("button", "marshal_1")
        graph.ask("diagnose", "stop: inputs", "listening")
        graph.begin("button", "marshal_1", name="clone")
        graph.wait_for_log("stop_node", "two publishers use that name")
        assert graph.ask("stop_state", "over")["triggers"] == BUTTON
        graph.end()

    def test_pressed_button_stops(self, graph):
        start_standing(graph)
        graph.begin("button", "marshal_1", 1, 30)
        graph.wait_for_log("stop_node", "emergency stop by stop button 'marshal_1'")
        assert graph.ask("stop_state", "over")["triggers"] == E_STOP
        answer = graph.ask("act", "rearm", "Chen Yue")
        assert answer == {"success": False, "message": "stop button 'marshal_1' is pressed"}
        graph.end()

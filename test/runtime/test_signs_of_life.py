"""Signs of life of nodes, the outbox of stops, and the machine's clocks: without processes of their own."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest
from runtime_doubles import make_info

from robot_trials.runtime.channel.beats import BeatReader, BeatWriter
from robot_trials.runtime.channel.channel import ALIVE_CHECK_S, Channel
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.channel.layout import HEALTH_DTYPE, STOP_DTYPE
from robot_trials.runtime.channel.shared_memory import SharedMemoryError
from robot_trials.runtime.channel.stop_inbox import StopInbox
from robot_trials.runtime.channel.stop_outbox import ANSWER_TIMEOUT_S, StopOutbox
from robot_trials.runtime.control.clock_watch import ClockWatch
from robot_trials.runtime.control.pauses import PauseWatch
from robot_trials.runtime.processes.node_watch import Life, NodeWatch
from robot_trials.runtime.processes.start_check import StartCheck
from robot_trials.safety.stop_requests import Refusal, make_stop_requests
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.records import Record

BEAT_ONCE = """
import sys, time
from robot_trials.runtime.channel.beats import BeatWriter
from robot_trials.runtime.channel.channel import Channel
writer = BeatWriter(Channel.attach(sys.argv[1], 60.0), sys.argv[2])
if sys.argv[3]:
    writer.beat()
print("beat", flush=True)
time.sleep(60.0)
"""


@pytest.fixture
def owner(segment_name):
    """The control process's side of a channel of this process."""
    channel = Channel.create(make_info(segment_name, pid=os.getpid()))
    yield channel
    channel.close()
    remove_channel(segment_name)


@pytest.fixture
def channel(owner):
    """A node's side of it."""
    attached = Channel.attach(owner.info.channel, 1.0)
    yield attached
    attached.close()


@pytest.fixture
def start_node(owner):
    """Start a process that beats once as a node."""
    processes = []

    def start(node, beat="once"):
        command = [sys.executable, "-c", BEAT_ONCE, owner.info.channel, node, beat]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        assert processes[-1].stdout.readline() == "beat\n"
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def answer(owner, refused=Refusal.NONE, triggers=Trigger.NONE):
    """Judge all acts, as the control process does."""
    stop, health = Record(np.zeros(1, STOP_DTYPE)), Record(np.zeros(1, HEALTH_DTYPE))
    owner.stop.read_into(stop.data)
    health.acts[...] = int(stop.rearm) + int(stop.lower)
    health.act_refused[...], health.act_triggers[...] = refused, triggers
    owner.health.write(health.data)


def read_stop(channel):
    """What the stop node has said."""
    stop = Record(np.zeros(1, STOP_DTYPE))
    channel.stop.read_into(stop.data)
    return int(stop.rearm), int(stop.lower), int(stop.inputs), int(stop.e_stop)


def test_one_process_is_a_node_and_the_next_one_counts_on(channel, start_node):
    process = start_node("stop_node")
    with pytest.raises(SharedMemoryError, match=f"has a stop_node already: process {process.pid}"):
        BeatWriter(channel, "stop_node")
    reader = BeatReader(channel, "stop_node")
    assert reader.read() == 1 and not reader.is_dead
    process.kill()
    process.wait()
    assert reader.is_dead
    writer = BeatWriter(channel, "stop_node")
    writer.beat()
    assert (reader.read(), reader.pid) == (2, os.getpid())
    writer.close()
    writer.beat()
    assert reader.read() == 2, "one that is closed is silent"


def test_watch_tells_dead_from_silent_and_back(channel, start_node):
    watch = NodeWatch(channel, {"control_node": 3.0, "perception_node": 3.0})
    assert watch.update(0.0) == [] and watch.find(Life.ABSENT) == ["control_node", "perception_node"]
    process = start_node("perception_node")
    writer = BeatWriter(channel, "control_node")
    writer.beat()
    assert [change.life for change in watch.update(0.1)] == [Life.ALIVE, Life.ALIVE]
    process.kill()
    process.wait()
    assert watch.update(0.2) == [], "once is not enough: who ends has the time to say so"
    (change,) = watch.update(0.3)
    assert change.text == f"perception_node died: process {process.pid} is gone"
    for tick in range(4, 31):
        assert watch.update(tick / 10) == []
    (change,) = watch.update(3.3)
    assert (change.node, change.life) == ("control_node", Life.SILENT)
    assert change.text == "control_node is silent: no sign of life for 3.2 s"
    writer.beat()
    (change,) = watch.update(3.4)
    assert change.text == f"control_node is alive again: process {os.getpid()}"
    start_node("perception_node")
    (change,) = watch.update(3.5)
    assert change.restarted and change.life == Life.ALIVE


def test_node_that_died_before_its_first_sign_is_dead(channel, start_node):
    watch = NodeWatch(channel, {"control_node": 3.0})
    process = start_node("control_node", "")
    assert watch.update(0.0) == [] and watch.find(Life.ABSENT) == ["control_node"]
    process.kill()
    process.wait()
    changes = [watch.update(tick / 10) for tick in (1, 2)]
    assert [change.text for change in changes[1]] == [f"control_node died: process {process.pid} is gone"]
    process = start_node("control_node", "")
    assert watch.update(0.3) == [] and watch.find(Life.DEAD) == ["control_node"]


def test_who_watches_and_was_held_up_does_not_hold_it_against_others(channel):
    watch = NodeWatch(channel, {"control_node": 3.0})
    writer = BeatWriter(channel, "control_node")
    writer.beat()
    watch.update(0.0)
    assert watch.update(60.0) == []
    assert watch.update(60.4) == []


def test_outbox_keeps_a_stop_and_its_counts_over_a_restart(owner, channel):
    outbox = StopOutbox(channel)
    assert not outbox.continues
    outbox.beat()
    assert outbox.ask_stop() and not outbox.ask_stop()
    outbox.begin_act("lower", 0.0)
    outbox = StopOutbox(channel)
    assert outbox.continues and outbox.stop_asked
    assert read_stop(channel) == (0, 1, 1, 1)
    outbox.beat()
    assert read_stop(channel) == (0, 1, 2, 1)


def test_act_is_answered_with_what_became_of_it(owner, channel):
    outbox = StopOutbox(channel)
    outbox.ask_stop()
    outbox.begin_act("rearm", 0.0)
    assert outbox.judge_act(0.1) is None and read_stop(channel)[3] == 0
    answer(owner, Refusal.TRIGGER, Trigger.TILT)
    judgement = outbox.judge_act(0.2)
    assert not judgement.success and judgement.reason == "a reason to stop is still there: tilted"
    assert read_stop(channel)[3] == 1, "a stop that was not lifted stays asked for"
    outbox.begin_act("rearm", 1.0)
    answer(owner)
    assert outbox.judge_act(1.1).success and read_stop(channel) == (2, 0, 0, 0)


def test_act_without_an_answer_is_bounded_and_leaves_the_stop_asked_for(owner, channel):
    outbox = StopOutbox(channel)
    outbox.ask_stop()
    outbox.begin_act("rearm", 0.0)
    assert outbox.judge_act(ANSWER_TIMEOUT_S) is None
    judgement = outbox.judge_act(ANSWER_TIMEOUT_S + 0.1)
    assert judgement.reason == "the control process has not answered for 5 s"
    assert read_stop(channel)[3] == 1


def test_stop_that_comes_while_an_act_is_judged_is_not_lifted_by_it(owner, channel):
    outbox = StopOutbox(channel)
    outbox.ask_stop()
    outbox.begin_act("rearm", 0.0)
    outbox.ask_stop()
    answer(owner)
    assert outbox.judge_act(0.1).success and read_stop(channel)[3] == 1


def test_inbox_tells_requests_from_signs_of_life(owner, channel):
    requests = make_stop_requests()
    inbox, outbox = StopInbox(owner, requests), StopOutbox(channel)
    outbox.beat()
    assert not inbox.is_asked() and inbox.inputs == 1
    outbox.ask_stop()
    assert inbox.is_asked() and inbox.is_asked(), "until a control tick has seen it"
    inbox.note_tick()
    assert not inbox.is_asked() and int(requests.e_stop) == 1
    outbox.set_found(int(Trigger.BUTTON), 1, "")
    outbox.beat()
    assert inbox.is_asked() and int(requests.asked) == Trigger.BUTTON


def test_trial_that_nobody_listens_to_is_stopped(owner, channel):
    requests = make_stop_requests()
    inbox, outbox = StopInbox(owner, requests), StopOutbox(channel)
    inbox.watch_guardians(False)
    assert int(requests.asked) == 0
    inbox.watch_guardians(True)
    assert int(requests.asked) == Trigger.INPUTS | Trigger.HEARTBEAT and inbox.is_asked()
    outbox.beat()
    inbox.update()
    inbox.watch_guardians(True)
    assert int(requests.asked) == Trigger.HEARTBEAT


def test_guardian_whose_process_is_gone_is_missed_before_its_silence_is(owner, start_node):
    requests = make_stop_requests()
    inbox = StopInbox(owner, requests)
    process = start_node("stop_node")
    inbox.watch_guardians(False)
    assert int(requests.asked) == 0
    process.kill()
    process.wait()
    time.sleep(2 * ALIVE_CHECK_S)
    inbox.watch_guardians(False)
    assert int(requests.asked) == Trigger.INPUTS
    start_node("stop_node")
    time.sleep(2 * ALIVE_CHECK_S)
    inbox.watch_guardians(False)
    assert int(requests.asked) == 0, "another one has taken its place"


def test_start_is_refused_with_what_is_in_the_way(channel, start_node):
    check = StartCheck(channel)
    assert check.find_absent() == [
        "stop_node is not there: nobody listens for stops",
        "safety_node is not there: nobody supervises",
    ]
    process = start_node("stop_node")
    BeatWriter(channel, "safety_node").beat()
    assert check.find_obstacles() == []
    outbox = StopOutbox(channel)
    outbox.set_found(0, 0, "not alive: stop button marshal_1")
    outbox.beat()
    assert check.find_obstacles() == ["not alive: stop button marshal_1"]
    process.kill()
    process.wait()
    assert check.find_absent() == ["stop_node is not there: nobody listens for stops"]


def test_stepped_wall_clock_is_told_and_a_slow_reading_is_not():
    wall, steady = (
        iter((100.0, 100.1, 110.2, 110.3, 120.0, 110.5)),
        iter((0.0, 0.0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 5.0, 0.5, 0.5)),
    )
    watch = ClockWatch(lambda: next(wall), lambda: next(steady))
    steps = [watch.find_step() for _ in range(6)]
    np.testing.assert_allclose(steps, [0.0, 0.0, 10.0, 0.0, 0.0, 0.0], atol=1e-9)


def test_pauses_are_neither_sleep_that_was_meant_nor_computing(monkeypatch):
    clock, cpu = [0], [0]
    monkeypatch.setattr("time.monotonic_ns", lambda: clock[0])
    monkeypatch.setattr("time.process_time_ns", lambda: cpu[0])
    watch = PauseWatch()
    for wall_s, cpu_s, meant_s in ((0.09, 0.0, 0.0), (0.5, 0.45, 0.0), (0.5, 0.0, 0.45)):
        clock[0] += round(wall_s * 1e9)
        cpu[0] += round(cpu_s * 1e9)
        watch.look(meant_s)
    assert watch.count == 0
    clock[0] += 700_000_000
    watch.look()
    assert (watch.count, watch.longest) == (1, pytest.approx(0.7))

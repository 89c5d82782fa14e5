"""The control process and those who listen for stops and supervise: dead, silent, paused, in lockstep and paced."""

import os
import signal
import subprocess
import sys
import time

import pytest
from runtime_doubles import wait_for

from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.trial_link import Following
from robot_trials.runtime.control.life_wait import PATIENCE_S
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.records import MotionMode

TRIGGERS = {"stop_node": Trigger.INPUTS, "safety_node": Trigger.HEARTBEAT}
BEAT_ON = """
import sys, time
import numpy as np
from robot_trials.runtime.channel.beats import BeatWriter
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.stop_outbox import StopOutbox
channel = Channel.attach(sys.argv[1], 60.0)
writer, outbox = BeatWriter(channel, "stop_node"), StopOutbox(channel)
while True:
    writer.beat(), outbox.beat()
    print("beat", flush=True)
    time.sleep(0.02)
"""


def walk_for(rig, ticks=40):
    """A trial that walks: simulated time passes by 20 ms a trial tick, as fast as it can."""
    for _ in range(ticks):
        rig.tick(MotionMode.WALK_TO)


def rung_of(rig):
    status = rig.newest().status
    return int(status.stop_rung), Trigger(int(status.stop_triggers))


def walk_until(rig, condition, timeout_s=60.0):
    """Walk on until `condition()`; wall time it took [s]."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < timeout_s
        if rig.port.wait_for_tick(0.05, lambda _: None):
            rig.port.answer(rig.command, True)
    return time.monotonic() - start


@pytest.mark.parametrize("node", list(TRIGGERS))
def test_lockstep_world_waits_for_a_silent_process_and_then_stops_the_robot(make_rig, node):
    rig = make_rig(quiet_timeout=30.0)
    walk_for(rig)
    writer = rig.pulse.pop(node)
    held_from = time.monotonic()
    took = walk_until(rig, lambda: rung_of(rig)[0] >= Rung.STAND)
    assert took > PATIENCE_S - 0.3, "the process of this test lives: the world waited for it"
    assert rung_of(rig)[1] == TRIGGERS[node]
    assert time.monotonic() - held_from > PATIENCE_S - 0.3
    rig.pulse[node] = writer


@pytest.mark.parametrize("node", list(TRIGGERS))
def test_lockstep_world_goes_on_when_a_beat_comes_late(make_rig, node):
    rig = make_rig(quiet_timeout=30.0)
    walk_for(rig)
    writer = rig.pulse.pop(node)
    deadline = time.monotonic() + 1.5
    before = int(rig.newest().timing.tick)
    while time.monotonic() < deadline:
        if rig.port.wait_for_tick(0.05, lambda _: None):
            rig.port.answer(rig.command, True)
    held = int(rig.newest().timing.tick)
    assert held - before <= 230, "some 0.35 s of simulated time after the newest beat and a trial tick, then it is held"
    time.sleep(0.2)
    assert int(rig.newest().timing.tick) == held, "the process lives: the world waits for it"
    rig.pulse[node] = writer
    walk_for(rig, 100)
    assert rung_of(rig) == (Rung.NONE, Trigger.NONE)


def test_lockstep_world_does_not_wait_for_the_dead(make_rig):
    rig = make_rig(quiet_timeout=30.0)
    rig.pulse.pop("stop_node").close()
    command = [sys.executable, "-c", BEAT_ON, rig.channel.info.channel]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline()
        walk_for(rig)
        process.kill()
        process.wait()
        took = walk_until(rig, lambda: rung_of(rig)[0] >= Rung.STAND)
    finally:
        process.kill()
        process.communicate()
    assert rung_of(rig)[1] == Trigger.INPUTS and took < PATIENCE_S


def test_paced_control_process_that_was_paused_sees_fresh_beats_first(make_rig):
    rig = make_rig(factor=1.0)
    rig.tick(MotionMode.STAND, active=False)
    wait_for(lambda: rig.newest().timing.tick > 200)
    for _ in range(3):
        os.kill(rig.process.pid, signal.SIGSTOP)
        time.sleep(0.9)
        os.kill(rig.process.pid, signal.SIGCONT)
        time.sleep(0.3)
        assert rung_of(rig) == (Rung.NONE, Trigger.NONE)
    rig.following()
    assert int(rig.health.pauses) >= 3 and float(rig.health.pause_max) > 0.8


def test_waiting_for_a_trial_is_no_pause_and_being_stopped_meanwhile_is(make_rig):
    rig = make_rig(quiet_timeout=30.0)
    walk_for(rig, 5)
    time.sleep(1.0)
    walk_for(rig, 5)
    rig.following()
    before = int(rig.health.pauses)
    os.kill(rig.process.pid, signal.SIGSTOP)
    time.sleep(0.6)
    os.kill(rig.process.pid, signal.SIGCONT)
    walk_for(rig, 5)
    rig.following()
    assert int(rig.health.pauses) >= before + 1 and float(rig.health.pause_max) > 0.5
    assert before == 0 or float(rig.health.pause_max) < 5.0


@pytest.mark.parametrize("node", list(TRIGGERS))
def test_trial_without_who_listens_or_watches_is_stopped_at_once(make_rig, node):
    rig = make_rig(quiet_timeout=30.0, pulse=[other for other in TRIGGERS if other != node])
    walk_for(rig, 3)
    walk_until(rig, lambda: rung_of(rig)[0] >= Rung.STAND)
    assert rung_of(rig)[1] == TRIGGERS[node]
    assert float(rig.newest().status.base_position[0]) < 0.1


def test_stop_wakes_an_idle_world_and_the_act_is_judged(make_rig):
    rig = make_rig()
    wait_for(lambda: rig.newest().timing.tick == 10)
    with rig.writing:
        rig.stop.e_stop[...] = 1
    wait_for(lambda: rung_of(rig)[0] == Rung.OFF and bool(rig.newest().status.stop_over))
    with rig.writing:
        rig.stop.e_stop[...] = 0
        rig.stop.rearm[...] += 1
        rig.stop.act_ends_ns[...] = time.monotonic_ns() - 1
    time.sleep(0.3)
    assert rung_of(rig)[0] == Rung.OFF, "an act seen too late is none"
    with rig.writing:
        rig.stop.act_ends_ns[...] = time.monotonic_ns() + 4_000_000_000
    wait_for(lambda: rung_of(rig)[0] == Rung.NONE)
    wait_for(lambda: rig.following() == Following.NOBODY and int(rig.health.acts) == 1)
    assert int(rig.health.act_refused) == 0


def test_channel_offers_a_cell_for_every_node(make_rig):
    rig = make_rig()
    other = Channel.attach(rig.channel.info.channel, 1.0)
    for node in ("control_node", "perception_node", "recorder_node", "trial_node"):
        assert other.beat(node).sequence == 0
    other.close()

"""The runner's thread without ROS: a whole trial, a trial whose code breaks, requests, late perception."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "runtime"))
import runtime_doubles
from runtime_doubles import make_info, wait_for
from trial_double import DoubleJudge, DoubleKit, DoubleTrial

from robot_trials.nodes.trial.runner import TrialRunner
from robot_trials.robots.interface import FiducialObservation
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.channel.layout import HEARTBEAT_DTYPE
from robot_trials.runtime.channel.stop_outbox import StopOutbox
from robot_trials_control.records import Record


class Listener:
    """Remembers what it hears."""

    def __init__(self):
        self.phases, self.events, self.ticks = [], [], []

    def on_phase(self, time_ns, phase, previous, detail):
        self.phases.append((phase, previous, detail))

    def on_event(self, event):
        self.events.append(event.text)

    def on_tick(self, time_ns, map_to_odom, command):
        self.ticks.append((time_ns, map_to_odom, int(command.sequence)))


class BrokenTrial(DoubleTrial):
    """Fails in its own code after some ticks."""

    def tick(self, sample, fiducials, time_ns):
        super().tick(sample, fiducials, time_ns)
        if self.ticks_left < 90:
            raise ZeroDivisionError("a mistake")


class Kit(DoubleKit):
    """Makes trials of a chosen kind, a hundred ticks long."""

    def __init__(self, kind=DoubleTrial, ticks=100):
        self.kind, self.ticks = kind, ticks

    def make(self):
        return self.kind(self.ticks), DoubleJudge()


def watch_over(channel, ended):
    """Signs of life of who listens for stops and of the supervisor, without whom no trial goes on."""
    outbox, beat = StopOutbox(channel), Record(np.zeros(1, HEARTBEAT_DTYPE))
    while not ended.wait(0.02) and not channel.ended:
        outbox.beat()
        beat.count[...] += 1
        channel.heartbeat.write(beat.data)


@pytest.fixture
def make_runner(request):
    name = f"test_runner_{time.monotonic_ns()}"
    process = subprocess.Popen([sys.executable, runtime_doubles.__file__, name, "0"])
    channel = Channel.attach(name, 60.0)
    channel.state  # noqa: B018
    ended = threading.Event()
    watchers = threading.Thread(target=watch_over, args=(channel, ended))
    watchers.start()
    time.sleep(0.3)  # the control process has seen them before the first trial begins
    runners = []

    def make(kit):
        runner = TrialRunner(channel, kit, Listener())
        runner.listener = runner._listener
        runner.control = process
        runner.add_detections([FiducialObservation(0, 7, None)])
        runner.start()
        runners.append(runner)
        return runner

    yield make
    for runner in runners:
        runner.stop()
    ended.set()
    watchers.join()
    process.kill()
    process.wait()
    channel.close()
    remove_channel(name)


def test_whole_trial_is_told_and_judged_on_every_sample(make_runner):
    runner = make_runner(Kit())
    runner.start_trial()
    conclusion = wait_for(lambda: runner.conclusion)
    assert conclusion.outcome.passed and not conclusion.aborted
    assert conclusion.outcome.figures["whole"] == 1.0
    assert conclusion.outcome.figures["samples"] == pytest.approx(1100, abs=20)
    assert [phase for phase, _, _ in runner.listener.phases] == ["walk", "stand", ""]
    times, maps, sequences = zip(*runner.listener.ticks, strict=True)
    assert set(maps) == {(-3.0, 0.0, 0.0)}
    assert list(sequences) == list(range(1, len(times) + 1)), "the command of every tick"
    assert all(later - earlier == 20_000_000 for earlier, later in zip(times, times[1:], strict=False))
    assert not runner.running
    runner.add_detections([FiducialObservation(0, 7, None)])
    runner.start_trial()  # and once more
    assert wait_for(lambda: runner.conclusion).outcome.passed


def test_trial_that_breaks_releases_the_robot_and_says_how(make_runner):
    runner = make_runner(Kit(BrokenTrial))
    runner.start_trial()
    conclusion = wait_for(lambda: runner.conclusion)
    assert conclusion.aborted and conclusion.outcome.reason == "ZeroDivisionError: a mistake", "there is a verdict"
    assert conclusion.error.startswith("ZeroDivisionError: a mistake")
    assert runner.listener.phases[-1] == ("", "walk", "ZeroDivisionError: a mistake")
    assert runner.control.poll() is None


def test_requests_reach_the_trial_between_ticks(make_runner):
    runner = make_runner(Kit(ticks=1_000_000))
    runner.start_trial()
    wait_for(lambda: runner.snapshot.phase == "walk")
    runner.request("hold", "a dog")
    wait_for(lambda: "held: a dog" in runner.listener.events)
    runner.request("resume")
    runner.request("abort", "enough")
    conclusion = wait_for(lambda: runner.conclusion)
    assert conclusion.aborted and conclusion.outcome.reason == "enough"
    assert runner.listener.events == ["held: a dog", "resumed", "aborted: enough", "end"]


def test_trial_begins_with_the_first_sample_of_a_world_that_starts_slowly():
    name = f"test_runner_{time.monotonic_ns()}"
    world = Channel.create(make_info(name, pid=os.getpid()))
    runner = TrialRunner(Channel.attach(name), Kit(ticks=1_000_000), Listener())
    runner.start()
    try:
        runner.start_trial()
        time.sleep(0.3)
        assert runner.running and world.command.sequence == 0  # nothing commanded yet
        sample = world.make_sample()
        sample.timing.tick[...] = 1
        world.trial.push(sample.data)
        wait_for(lambda: runner.snapshot.phase == "walk")
        assert world.command.sequence > 0
    finally:
        runner.stop()
        world.mark_closed()
        world.close()


def test_requests_of_an_ended_trial_do_not_reach_the_next(make_runner):
    runner = make_runner(Kit())
    runner.request("abort", "too early")
    runner.forget_requests()
    runner.start_trial()
    assert wait_for(lambda: runner.conclusion).outcome.passed


def test_request_between_an_accepted_goal_and_its_first_tick_counts(make_runner):
    runner = make_runner(Kit(ticks=1_000_000))
    runner.forget_requests()
    runner.request("abort", "cancelled by the client")
    runner.start_trial()
    conclusion = wait_for(lambda: runner.conclusion)
    assert conclusion.aborted and conclusion.outcome.reason == "cancelled by the client"


def test_death_of_the_control_process_concludes_with_the_reason(make_runner):
    runner = make_runner(Kit(ticks=1_000_000))
    runner.start_trial()
    wait_for(lambda: runner.snapshot.phase == "walk")
    runner.control.kill()
    runner.control.wait()
    conclusion = wait_for(lambda: runner.conclusion)
    assert conclusion.aborted
    assert conclusion.outcome.reason == f"control process {runner.control.pid} died"


def test_what_watchers_tell_reaches_the_judge(make_runner):
    kit = Kit(ticks=1_000_000)
    judges = []
    make = kit.make

    def keep():
        trial, judge = make()
        judges.append(judge)
        return trial, judge

    kit.make = keep
    runner = make_runner(kit)
    runner.note("before the trial")
    runner.forget_requests()
    runner.start_trial()
    wait_for(lambda: runner.snapshot.phase == "walk")
    runner.note("armed again by Chen Yue")
    wait_for(lambda: judges[0].notes)
    runner.request("abort", "control_node died")
    assert wait_for(lambda: runner.conclusion).outcome.reason == "control_node died"
    assert judges[0].notes == ["armed again by Chen Yue"]


def test_a_trial_that_cannot_be_made_has_a_conclusion(make_runner):
    kit = Kit()

    def fail():
        raise ValueError("no such profile")

    kit.make, kit.conclude = fail, lambda trial, judge, fault, wall_time: (trial, judge, fault)
    runner = make_runner(kit)
    runner.start_trial()
    assert wait_for(lambda: runner.conclusion).outcome == (None, None, "ValueError: no such profile")

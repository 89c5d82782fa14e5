"""A trial node whose trial is a double: it walks for TEST_TRIAL_TICKS trial ticks."""

import os
from types import SimpleNamespace

import numpy as np

from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import describe_triggers
from robot_trials.trials.judging.outcome import TrialOutcome
from robot_trials_control.records import MotionMode, make_motion_command


class DoubleTrial:
    """Walks for some ticks and until a tag was seen, then stands for ten; aborted or stopped, it stands at once."""

    def __init__(self, ticks):
        self.motion_command = make_motion_command()
        self.ticks_left = ticks
        self.phase = "walk"
        self.reason = ""
        self.finished = self.held = False
        self.seen_tags = set()
        self.map_to_odom = (-3.0, 0.0, 0.0)
        self._events = []
        self._stand_ticks = 0

    @property
    def progress(self):
        figures = {"distance": SimpleNamespace(value=1.5, unit="m")}
        return SimpleNamespace(share=0.5, figures=figures, zmp_margin=0.02, torque_ratio=0.4)

    def request_hold(self, reason):
        self.held = True
        self._report(f"held: {reason}")

    def request_resume(self):
        self.held = False
        self._report("resumed")

    def request_abort(self, reason):
        self.reason = self.reason or reason
        self._report(f"aborted: {reason}")

    def take_events(self):
        events, self._events = self._events, []
        return events

    def tick(self, sample, fiducials, time_ns):
        self.time_ns = time_ns
        if int(sample.status.stop_rung) >= Rung.STAND and not self.reason:
            self.request_abort(f"stopped: {describe_triggers(int(sample.status.stop_triggers))}")
        self.seen_tags |= {seen.tag_id for seen in fiducials}
        wanted = not self.reason and (self.ticks_left > 0 or not self.seen_tags)
        walking = wanted and not self.held
        self.motion_command.mode[...] = MotionMode.WALK_TO if walking else MotionMode.STAND
        self.motion_command.walk_speed[...] = 0.5
        self.motion_command.sequence[...] += 1
        if walking:
            self.ticks_left -= 1
        elif not self.held:
            self.phase = "stand"
            self._stand_ticks += 1
            self.finished = self._stand_ticks > 10
            if self.finished:
                self._report("end", tags=float(len(self.seen_tags)))

    def _report(self, text, **values):
        time_ns = getattr(self, "time_ns", 0)
        self._events.append(
            SimpleNamespace(time_ns=time_ns, severity="info", source="double", text=text, values=values)
        )


class DoubleJudge:
    """Counts samples and remembers whether they came without a gap."""

    def __init__(self):
        self.ticks = []
        self.notes = []

    def note(self, event):
        self.notes.append(event)

    def observe(self, sample):
        self.ticks.append(int(sample.timing.tick))


class DoubleKit:
    """Makes doubles; the outcome passes unless there was a reason."""

    def __init__(self, setup, channel):
        self.ticks = int(os.environ.get("TEST_TRIAL_TICKS", "100"))

    def begin(self, setup, folder):
        self.folder = folder

    def release(self):
        pass

    def make(self):
        return DoubleTrial(self.ticks), DoubleJudge()

    def conclude(self, trial, judge, fault, wall_time):
        reason = fault or trial.reason
        whole = bool((np.diff(judge.ticks) == 1).all())
        figures = {"samples": float(len(judge.ticks)), "whole": float(whole), "tags": float(len(trial.seen_tags))}
        return TrialOutcome(passed=not reason, reason=reason, ended="standing", figures=figures)


def run_trial_node(arguments):
    """The real node around the double."""
    from robot_trials.nodes.common.node_main import run_node
    from robot_trials.nodes.trial_node import TrialNode

    return run_node(lambda: TrialNode(DoubleKit), arguments)

"""A trial for the trial node: the same trial and judge as in the host without ROS."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from robot_trials.config import TrialSetup
from robot_trials.geometry import PlanarPose, compose_planar, invert_planar
from robot_trials.kinds.common.events import TrialEvent
from robot_trials.review import REPORT, complete_run, find_lacks
from robot_trials.robots import load_profile
from robot_trials.runtime.channel.channel import Channel
from robot_trials.telemetry import make_identity
from robot_trials.trials.judging.outcome import VERDICT_FILE, TrialOutcome, write_verdict
from robot_trials.trials.judging.reasons import await_exits, name_exits
from robot_trials.trials.judging.run_marker import RunMark
from robot_trials.trials.judging.verdict import Judge, compute_criteria
from robot_trials.trials.trial import Trial

WRITE_PATIENCE_S = 2.0
"""A full disk gets room again within this time, when the recorder gives its reserve back [s]."""
POLL_S = 0.1
CLOCK_SLACK_NS = 1_000_000_000


class TrialFactory:
    """Makes the trial of a setup and judges it.

    Attributes:
        folder: where the next verdict is written; None: nowhere.
    """

    def __init__(self, setup: TrialSetup, channel: Channel) -> None:
        self.folder = setup.output
        self._setup = setup
        self._joints = len(channel.info.joint_names)
        self._profile = load_profile(setup.robot_file)
        self._mark: RunMark | None = None
        self._place_to_odom: PlanarPose | None = None

    def begin(self, setup: TrialSetup, folder: Path | None) -> None:
        """A goal begins, with its trial and a folder of its own."""
        self.release()
        self._setup, self.folder = setup, folder
        if folder is not None:
            try:
                self._mark = RunMark(folder, self._setup, "ros")
            except OSError as error:
                print(f"{folder} takes no mark: {error}", file=sys.stderr, flush=True)

    def make(self) -> tuple[Trial, Judge]:
        """A fresh trial and its judge."""
        return Trial(self._setup, self._profile, self._find_odom()), Judge(self._setup, self._joints)

    def _find_odom(self) -> PlanarPose | None:
        """Where odom lies in the map of this trial: odometry goes on from one trial to the next."""
        if self._place_to_odom is None:
            return None
        return compose_planar(invert_planar(self._setup.site.place), self._place_to_odom)

    def conclude(self, trial: Any, judge: Any, fault: str, wall_time: float) -> TrialOutcome:
        """The outcome, with `verdict.json` written where an output folder is wanted.

        Where the trial was never made, both are None, and `fault` says why. Who died stands in the reason.
        """
        identity = make_identity(self._setup, "ros").to_metadata()
        bag = self.folder / "bag" if self.folder else None
        if trial is None or judge is None:
            criteria = compute_criteria({}, Judge(self._setup, self._joints).measures)
            outcome = TrialOutcome(False, fault, "unknown", criteria, identity=identity, bag=bag)
        else:
            if trial.localized:
                self._place_to_odom = compose_planar(self._setup.site.place, trial.map_to_odom)
            outcome = judge.conclude(trial, fault=fault, wall_time=wall_time, identity=identity, bag=bag)
        since_ns = time.time_ns() - round(wall_time * 1e9) - CLOCK_SLACK_NS
        exits = await_exits(self._setup.output, outcome.reason, since_ns)
        time_ns = outcome.phases[-1].end_ns if outcome.phases else 0
        deaths = [TrialEvent(time_ns, "error", "process", exit_.words) for exit_ in exits]
        reason = name_exits(outcome.reason, exits)
        return self._write(replace(outcome, reason=reason, events=(*outcome.events, *deaths)))

    def release(self) -> None:
        """Write no more; what a recorder that is gone has left undone is done now."""
        if self._mark is None:
            return
        self._mark.release()
        self._mark = None
        if self.folder is not None and find_lacks(self.folder) not in ([], [REPORT]):
            completion = complete_run(self.folder)
            if completion is not None:
                print(f"completed {completion.words}", file=sys.stderr, flush=True)

    def _write(self, outcome: TrialOutcome) -> TrialOutcome:
        """Write the verdict; on a disk that is full just now, a moment later."""
        if self.folder is None:
            return outcome
        deadline = time.monotonic() + WRITE_PATIENCE_S
        while True:
            try:
                file = write_verdict(self.folder, outcome)
            except OSError as error:
                if time.monotonic() < deadline:
                    time.sleep(POLL_S)
                    continue
                reason = outcome.reason or f"verdict could not be written: {error}"
                return replace(outcome, passed=False, reason=reason)
            if file.name != VERDICT_FILE:
                print(f"{self.folder} has a verdict already: this one is {file.name}", file=sys.stderr, flush=True)
            return replace(outcome, verdict_file=file)

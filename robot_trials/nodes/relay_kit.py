"""The torch relay for the trial node: the same trial and judge as in the host without ROS."""

from __future__ import annotations

from dataclasses import replace

from robot_trials.config import TrialSetup
from robot_trials.robots import load_profile
from robot_trials.runtime.channel import Channel
from robot_trials.telemetry import make_identity
from robot_trials.trials import Judge, Trial, TrialOutcome, write_verdict


class RelayKit:
    """Makes the trial of a setup and judges it."""

    def __init__(self, setup: TrialSetup, channel: Channel) -> None:
        self._setup = setup
        self._joints = len(channel.info.joint_names)
        self._profile = load_profile(setup.robot_file)

    def make(self) -> tuple[Trial, Judge]:
        """A fresh trial and its judge."""
        return Trial(self._setup, self._profile), Judge(self._setup, self._joints)

    def conclude(self, trial: Trial, judge: Judge, fault: str, wall_time: float) -> TrialOutcome:
        """The outcome, with `verdict.json` written where an output folder is wanted."""
        folder = self._setup.output
        identity = make_identity(self._setup, "ros").to_metadata()
        bag = folder / "bag" if folder else None
        outcome = judge.conclude(trial, fault=fault, wall_time=wall_time, identity=identity, bag=bag)
        if folder is None:
            return outcome
        try:
            return replace(outcome, verdict_file=write_verdict(folder, outcome))
        except OSError as error:
            reason = outcome.reason or f"verdict could not be written: {error}"
            return replace(outcome, passed=False, reason=reason)

"""Trials: the logic of one from preflight to standing, the judge, and the host that runs it in one process."""

from robot_trials.trials.host import run_trial
from robot_trials.trials.outcome import Criterion, TrialOutcome, write_verdict
from robot_trials.trials.trial import PERIOD, Progress, Trial
from robot_trials.trials.verdict import Judge

__all__ = [
    "PERIOD",
    "Criterion",
    "Judge",
    "Progress",
    "Trial",
    "TrialOutcome",
    "run_trial",
    "write_verdict",
]

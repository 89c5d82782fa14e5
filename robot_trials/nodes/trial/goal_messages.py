"""What a client of `run_trial` is told: feedback while its goal's trial runs, and its result."""

from __future__ import annotations

from pathlib import Path

from robot_trials.nodes.common.stamps import to_stamp
from robot_trials.nodes.trial.runner import Conclusion, TrialSnapshot
from robot_trials_msgs.action import RunTrial


def make_feedback(start_time_ns: int, snapshot: TrialSnapshot) -> RunTrial.Feedback:
    """How a trial stands.

    Args:
        start_time_ns: civil time at which the snapshot's times begin, since 1970 [ns].
        snapshot: of the trial.
    """
    return RunTrial.Feedback(
        stamp=to_stamp(start_time_ns + snapshot.time_ns),
        phase=snapshot.phase,
        progress=snapshot.share,
        names=list(snapshot.figures),
        values=[quantity.value for quantity in snapshot.figures.values()],
        units=[quantity.unit for quantity in snapshot.figures.values()],
        zmp_margin=snapshot.zmp_margin,
        torque_ratio=snapshot.torque_ratio,
    )


def make_result(conclusion: Conclusion, folder: Path | None) -> RunTrial.Result:
    """How a trial ended, and where its evidence lies.

    Args:
        conclusion: of the trial.
        folder: of the evidence; None where nothing was written.
    """
    outcome = conclusion.outcome
    if outcome is None:
        return RunTrial.Result(passed=False, verdict="aborted", reason=conclusion.error.splitlines()[0])
    return RunTrial.Result(
        passed=outcome.passed,
        verdict="pass" if outcome.passed else "aborted" if conclusion.aborted else "fail",
        reason=outcome.reason,
        bag_path=str((folder / "bag").resolve()) if folder else "",
        report_path=str((folder / "report.html").resolve()) if folder else "",
    )

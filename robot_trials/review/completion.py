"""Completes runs whose processes died before they had written everything: mended bag, verdict, report."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from robot_trials.exceptions import RobotTrialsError
from robot_trials.review.report import REPORT_FILE, write_report
from robot_trials.telemetry import repair_bag
from robot_trials.telemetry.bag.metadata import FILE_NAME
from robot_trials.telemetry.bag.reserve import RESERVE_FILE
from robot_trials.trials.judging.completion import BAG_FOLDER, judge_afterwards
from robot_trials.trials.judging.outcome import VERDICT_FILE, TrialOutcome, write_verdict
from robot_trials.trials.judging.run_marker import RUN_FILE, alone_in, read_facts

BAG, VERDICT, REPORT = "bag", "verdict", "report"


@dataclass(frozen=True)
class Completion:
    """What was done for a run that had not come to its end.

    Attributes:
        folder: of the run.
        done: in words, in order.
        troubles: what could not be done.
        outcome: the verdict, where this wrote it.
    """

    folder: Path
    done: tuple[str, ...]
    troubles: tuple[str, ...] = ()
    outcome: TrialOutcome | None = None

    @property
    def words(self) -> str:
        """In one line."""
        reason = f" ({self.outcome.reason})" if self.outcome is not None else ""
        return f"{self.folder}: {', '.join([*self.done, *self.troubles])}{reason}"


def find_lacks(folder: Path) -> list[str]:
    """What a run's folder lacks: `BAG` for one that was cut short, `VERDICT`, `REPORT`."""
    bag = folder / BAG_FOLDER
    lacks = [BAG] if any(bag.glob("*.mcap")) and not (bag / FILE_NAME).is_file() else []
    files = {VERDICT: VERDICT_FILE, REPORT: REPORT_FILE}
    return lacks + [name for name, file in files.items() if not (folder / file).is_file()]


def complete_run(folder: Path, reason: str = "") -> Completion | None:
    """Mend the bag, write the verdict, write the report: whatever is missing of them.

    Args:
        folder: of a run, with its mark.
        reason: why it broke off, where the caller knows.

    Returns:
        What was done; None where nothing is missing, or a process that writes into the folder lives, or somebody else
        completes it.
    """
    if not find_lacks(folder):
        return None
    with alone_in(folder) as alone:
        return _complete(folder, reason) if alone else None


def _complete(folder: Path, reason: str) -> Completion:
    done: list[str] = []
    troubles: list[str] = []
    outcome: TrialOutcome | None = None
    with suppress(OSError):
        (folder / RESERVE_FILE).unlink(missing_ok=True)
    lacks = find_lacks(folder)
    if BAG in lacks:
        try:
            done.append(f"bag mended ({repair_bag(folder / BAG_FOLDER)} messages)")
        except (RobotTrialsError, OSError) as error:
            troubles.append(f"bag not mended: {error}")
    if VERDICT in lacks:
        try:
            outcome = _write_verdict(folder, reason)
            done.append("verdict written")
        except (RobotTrialsError, OSError) as error:
            troubles.append(f"verdict not written: {error}")
    try:
        write_report(folder / BAG_FOLDER)
        done.append("report written")
    except (RobotTrialsError, OSError) as error:
        troubles.append(f"report not written: {error}")
    return Completion(folder, tuple(done), tuple(troubles), outcome)


def _write_verdict(folder: Path, reason: str) -> TrialOutcome:
    facts = read_facts(folder)
    if facts is None:
        raise RobotTrialsError(f"{folder / RUN_FILE} says nothing")
    outcome = judge_afterwards(folder, facts, reason)
    return replace(outcome, verdict_file=write_verdict(folder, outcome))

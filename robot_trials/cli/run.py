"""One trial from the command line: run it, write the report, print the verdict."""

from __future__ import annotations

import dataclasses
import math
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from robot_trials.cli.progress import ProgressDisplay
from robot_trials.config import TrialSetup
from robot_trials.exceptions import ConfigError, ConfigProblem, RobotTrialsError

if TYPE_CHECKING:
    from robot_trials.trials.judging.outcome import TrialOutcome

Runner = Callable[[TrialSetup, ProgressDisplay], "TrialOutcome"]
"""Runs a trial to its end; each host is imported only when it is used."""

BAG_FOLDER = "bag"
OUTPUT_FOLDER = Path("output")
"""Where runs are written when no folder is named, below the working folder."""


def run_trial(setup: TrialSetup, runner: Runner, *, record: bool, quiet: bool) -> bool:
    """Run a trial, show how far it is, print the verdict and where the evidence lies.

    Args:
        setup: the trial.
        runner: one of the two hosts.
        record: write bag, verdict and report.
        quiet: print verdict and paths only.

    Returns:
        Whether the trial passed.
    """
    console = Console(highlight=False, soft_wrap=True)
    if record:
        setup = choose_output(setup)
    else:
        setup = dataclasses.replace(setup, output=None, arguments={**setup.arguments, "output": None})
    if not quiet:
        console.print(f"[bold]{setup.trial.description or setup.trial.name}[/bold]")
        console.print(f"{setup.robot} on {setup.site.name}, seed {setup.seed}")
    start = time.monotonic()
    with ProgressDisplay(console, quiet) as display:
        outcome = run_marked(setup, runner, display)
    wall_time = time.monotonic() - start
    report = write_report_of(outcome)
    print_outcome(console, outcome, wall_time)
    for label, path in (("bag", outcome.bag), ("verdict", outcome.verdict_file), ("report", report)):
        if path is not None:
            console.print(f"{label:<8}{path}")
    return bool(outcome.passed)


def run_marked(setup: TrialSetup, runner: Runner, display: ProgressDisplay) -> TrialOutcome:
    """Run a trial with its mark in the output folder; a run that broke off is completed with the reason.

    Raises:
        RobotTrialsError: the host gave no outcome, and nothing is kept of this run.
    """
    if setup.output is None:
        return runner(setup, display)
    from robot_trials.trials.judging.run_marker import RunMark

    mark = RunMark(setup.output, setup, "in_process" if runner is run_in_process else "ros")
    try:
        outcome = runner(setup, display)
    except (Exception, KeyboardInterrupt) as error:
        mark.release()
        completed = complete_outcome(setup.output, describe_break(error))
        if completed is None or isinstance(error, KeyboardInterrupt):
            raise
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return completed
    mark.release()
    completed = complete_outcome(setup.output, outcome.reason)
    return completed if completed is not None and outcome.verdict_file is None else outcome


def describe_break(error: BaseException) -> str:
    """Why a host gave no outcome, in one line."""
    return "interrupted" if isinstance(error, KeyboardInterrupt) else str(error).split("\n", 1)[0]


def complete_outcome(folder: Path, reason: str = "") -> TrialOutcome | None:
    """Mend a bag that was cut short and write a verdict that is missing, and say so; the verdict, if this wrote it."""
    from robot_trials.review import REPORT, complete_run, find_lacks

    if find_lacks(folder) in ([], [REPORT]):
        return None
    completion = complete_run(folder, reason)
    if completion is None:
        return None
    print(f"completed {completion.words}", file=sys.stderr)
    return completion.outcome


def choose_output(setup: TrialSetup) -> TrialSetup:
    """The setup with an output folder of its own.

    Raises:
        ConfigError: the folder that was named holds something already, or cannot be made.
    """
    if setup.output is not None:
        _require_empty(setup.output)
        return _with_output(setup, setup.output.absolute())
    base = OUTPUT_FOLDER / setup.trial_id
    output, count = base, 1
    while output.exists():
        count += 1
        output = base.with_name(f"{base.name}-{count}")
    _require_empty(output)
    return _with_output(setup, output.absolute())


def _with_output(setup: TrialSetup, output: Path) -> TrialSetup:
    """The setup with another output folder, also for the processes that rebuild it from its arguments."""
    return dataclasses.replace(setup, output=output, arguments={**setup.arguments, "output": str(output)})


def _require_empty(folder: Path) -> None:
    """Make the folder, and make sure that nothing in it would be mixed with a recording."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        bound = "must be empty, so that no recording is overwritten" if any(folder.iterdir()) else ""
    except OSError as error:
        bound = f"cannot be written: {error.strerror}"
    if bound:
        raise ConfigError([ConfigProblem(None, None, "--output", str(folder), bound)])


def print_outcome(console: Console, outcome: TrialOutcome, wall_time: float) -> None:
    """Every criterion with its number, every stop, then the verdict."""
    for criterion in outcome.criteria:
        mark = "[green]met  [/green]" if criterion.passed else "[red]short[/red]"
        value = "-" if math.isnan(criterion.value) else f"{criterion.value:.3f}"
        bound = f"{criterion.comparison} {criterion.bound:g}"
        console.print(f"  {mark} {criterion.label:<44} {value:>9} {criterion.unit:<5} {bound}")
    for stop in getattr(outcome, "stops", ()):
        console.print(f"  [red]stop [/red] {escape(stop.summary)}")
    verdict = "[bold green]PASS[/bold green]" if outcome.passed else "[bold red]FAIL[/bold red]"
    reason = f": {outcome.reason}" if outcome.reason else ""
    console.print(f"{verdict}{reason} ({wall_time:.0f} s)")


def run_in_process(setup: TrialSetup, display: ProgressDisplay) -> TrialOutcome:
    """The host in one process with the simulator; SIGTERM and SIGHUP end it as Ctrl-C does, with a verdict."""
    from robot_trials.runtime.ending import handle_ends
    from robot_trials.trials.hosts.one_process import run_trial

    if threading.current_thread() is threading.main_thread():
        handle_ends(_interrupt)
    return run_trial(setup, display)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def run_on_ros(real_time_factor: float) -> Runner:
    """The host on the ROS nodes; `real_time_factor` 0 lets the simulation run as fast as the trial ticks."""

    def run(setup: TrialSetup, display: ProgressDisplay) -> TrialOutcome:
        from robot_trials.trials.hosts.ros import run_ros_trial

        return run_ros_trial(setup, display, real_time_factor)

    return run


def write_report_of(outcome: TrialOutcome) -> Path | None:
    """The report beside bag and verdict; None where there is neither, or no room for a report, which is said."""
    bag = outcome.bag or (outcome.verdict_file.parent / BAG_FOLDER if outcome.verdict_file else None)
    if bag is None:
        return None
    from robot_trials.review import write_report

    try:
        return Path(write_report(bag))
    except (OSError, RobotTrialsError) as error:
        print(f"no report: {error}", file=sys.stderr)
        return None

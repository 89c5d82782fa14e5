"""One trial from the command line: run it, write the report, print the verdict."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from robot_trials.cli.progress import ProgressDisplay
from robot_trials.config import TrialSetup

OUTPUT_FOLDER = Path("output")
"""Where runs are written when no folder is named, below the working folder."""


def run_trial(setup: TrialSetup, *, ros: bool, record: bool, quiet: bool) -> bool:
    """Run a trial on one of the two hosts.

    Args:
        setup: the trial.
        ros: on the ROS nodes instead of in this process.
        record: write bag, verdict and report.
        quiet: print verdict and paths only.

    Returns:
        Whether the trial passed.
    """
    console = Console(highlight=False, soft_wrap=True)
    setup = choose_output(setup) if record else dataclasses.replace(setup, output=None)
    if not quiet:
        console.print(f"[bold]{setup.trial.description or setup.trial.name}[/bold]")
        console.print(f"{setup.robot} on {setup.site.name}, {setup.site.lane.length:g} m, seed {setup.seed}")
    start = time.monotonic()
    with ProgressDisplay(console, setup.site.lane.length, quiet) as display:
        outcome = _run_on_host(setup, display, ros)
    wall_time = time.monotonic() - start
    report = _write_report(outcome) if outcome.bag is not None else None
    print_outcome(console, outcome, wall_time)
    for label, path in (("bag", outcome.bag), ("verdict", outcome.verdict_file), ("report", report)):
        if path is not None:
            console.print(f"{label:<8}{path}")
    return bool(outcome.passed)


def choose_output(setup: TrialSetup) -> TrialSetup:
    """The setup with an output folder that does not exist yet when none was named."""
    if setup.output is not None:
        return setup
    base = OUTPUT_FOLDER / setup.trial_id
    output, count = base, 1
    while output.exists():
        count += 1
        output = base.with_name(f"{base.name}-{count}")
    arguments = {**setup.arguments, "output": str(output.absolute())}
    return dataclasses.replace(setup, output=output.absolute(), arguments=arguments)


def print_outcome(console: Console, outcome: Any, wall_time: float) -> None:
    """Every criterion with its number, then the verdict."""
    for criterion in outcome.criteria:
        mark = "[green]met  [/green]" if criterion.met else "[red]short[/red]"
        value = "-" if criterion.value is None else f"{criterion.value:.3f}"
        bound = f"{criterion.relation} {criterion.bound:g}"
        console.print(f"  {mark} {criterion.label:<44} {value:>9} {criterion.unit:<5} {bound}")
    verdict = "[bold green]PASS[/bold green]" if outcome.passed else "[bold red]FAIL[/bold red]"
    reason = f": {outcome.reason}" if outcome.reason else ""
    console.print(f"{verdict}{reason} ({wall_time:.0f} s)")


def _run_on_host(setup: TrialSetup, display: ProgressDisplay, ros: bool) -> Any:
    """The outcome from the host that was asked for; each is imported only when used."""
    if ros:
        from robot_trials.trials.ros_host import run_ros_trial

        return run_ros_trial(setup, display)
    from robot_trials.trials import run_relay

    return run_relay(setup, display)


def _write_report(outcome: Any) -> Path:
    """The report beside the bag."""
    from robot_trials.review import write_report

    return Path(write_report(outcome.bag, outcome.verdict_file))

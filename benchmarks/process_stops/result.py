"""Runs one case and judges it: robot, processes, shared memory, verdict, report, and whether the cause is named."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import BenchmarkError
from benchmarks.process_stops.cases import CASES, Case
from benchmarks.process_stops.graph import GraphRun
from robot_trials.safety.stop_limits import StopLimits

NOTICE_S = 0.5
"""From the loss of what listens for stops to the ladder [s]."""
END_S = 150.0
"""Longest wait until a run has ended after a strike [s]."""
LOSES_STOPS = ("kill_stop_node", "kill_stop_node_lockstep", "kill_safety_node")
EARLIEST_DOMAIN, DOMAINS = 20, 60


@dataclass(frozen=True)
class Result:
    """How one case went.

    Attributes:
        stood_after: simulated time from the strike until the robot stood still for good; NaN where it was not seen.
        bound: of it [s].
        wall_s: time from the strike until no process was left.
        orphans, segments: what was left behind.
        missing: of verdict and report.
        unnamed: texts that neither verdict nor events have.
        trouble: anything else; empty if nothing.
    """

    name: str
    fell: bool = False
    stood_after: float = math.nan
    stopped_after: float = math.nan
    bound: float = math.nan
    rung: int = 0
    wall_s: float = math.nan
    orphans: int = 0
    segments: int = 0
    missing: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    reason: str = ""
    trouble: str = ""

    @property
    def notice_bound(self) -> bool:
        """Whether who listens for stops, or supervises, was lost: then the ladder has to begin soon."""
        return self.name in LOSES_STOPS

    @property
    def late(self) -> bool:
        """Whether the robot was seen too late at rest, or not at all, where it had to be."""
        return not math.isnan(self.bound) and not self.stood_after <= self.bound

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        wrong = self.fell or self.late or self.orphans or self.segments or self.missing or self.unnamed
        return not (wrong or self.trouble)

    def line(self) -> str:
        """One line a case."""
        words = [f"  {self.name:<26} {'ok' if self.passed else 'WRONG':<6} stood {self.stood_after:5.2f} s"]
        words.append(f"ladder {self.stopped_after:4.2f} s  ended {self.wall_s:5.1f} s  rung {self.rung}")
        for label, value in (("FELL", self.fell), ("LATE", self.late), ("orphans", self.orphans)):
            words += [f"{label} {value}"] if value else []
        words += [f"segments {self.segments}"] if self.segments else []
        words += [f"missing {', '.join(self.missing)}"] if self.missing else []
        words += [f"unnamed {', '.join(self.unnamed)}"] if self.unnamed else []
        words += [self.trouble] if self.trouble else []
        return "  ".join([*words, f"[{self.reason[:110]}]"])


def run_case(name: str, keep: Path | None = None) -> Result:
    """Run one case; whatever goes wrong with the case itself is its trouble.

    Args:
        name: of the case.
        keep: folder into which everything is written; a scratch folder without one.
    """
    with tempfile.TemporaryDirectory(prefix="robot_trials_stops_") as scratch:
        folder = (keep or Path(scratch)) / name
        folder.mkdir(parents=True)
        try:
            return _run(name, CASES[name], folder)
        finally:
            subprocess.run(["umount", str(folder)], stderr=subprocess.DEVNULL, check=False)


def _run(name: str, case: Case, folder: Path) -> Result:
    settings: dict[str, Any] = case.before(folder)
    domain = EARLIEST_DOMAIN + (os.getpid() + sum(name.encode())) % DOMAINS
    run = GraphRun(folder, domain, case.factor, case.arguments, **settings)
    trouble, start, ended = "", time.monotonic(), False
    try:
        if case.starts:
            if "stop_buttons" in " ".join(case.arguments):
                run.probe("button", "marshal_1", wait=False)
            run.wait_for_walk()
            run.watch.mark()
            start = time.monotonic()
            case.strike(run)
            if case.end != "itself":
                run.send(signal.Signals[f"SIG{case.end}"])
        ended = run.wait_for_end(END_S)
        trouble = "" if ended else "not ended"
    except BenchmarkError as error:
        trouble = str(error)
    wall = time.monotonic() - start
    orphans, segments = run.clean_up(case.by_next_command)
    trouble = trouble or _find_trouble(run, case)
    return _judge(name, case, run, (wall, orphans, segments, trouble))


def _find_trouble(run: GraphRun, case: Case) -> str:
    """What an injection has seen itself."""
    if any(run.notes.get("transitions done", ())):
        return f"transitions were done: {run.notes['transitions done']}"
    if any(run.notes.get("second left", ())) or not run.notes.get("second ended", True):
        return f"the second graph left {run.notes['second left']} processes and segments"
    if not case.starts and run.host.returncode == 0:
        return "a graph that cannot start ended well"
    return ""


def _judge(name: str, case: Case, run: GraphRun, ends: tuple[float, int, int, str]) -> Result:
    wall, orphans, segments, trouble = ends
    missing = tuple(file for file in ("verdict.json", "report.html") if not (run.output / file).is_file())
    verdict = {} if "verdict.json" in missing else json.loads((run.output / "verdict.json").read_text())
    told = " ".join([str(verdict.get("reason", "")), *(str(event["detail"]) for event in verdict.get("events", ()))])
    unnamed = tuple(text for text in case.named if not any(part in told for part in text.split("|")))
    seen, limits = run.watch.seen, StopLimits()
    bound = NOTICE_S + case.takes + limits.stand_max + limits.settle_time if case.robot else math.nan
    if case.end != "itself":
        bound = math.nan  # it goes on first
    return Result(
        name,
        fell=seen.fell,
        stood_after=seen.stood_after,
        stopped_after=seen.stopped_after,
        bound=bound,
        rung=seen.rung,
        wall_s=wall,
        orphans=orphans,
        segments=segments,
        missing=missing,
        unnamed=unnamed,
        reason=str(verdict.get("reason", "")),
        trouble=trouble,
    )

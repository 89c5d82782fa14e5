"""The verdict of a run whose judge is gone, from its recording and from what was noted about its processes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from robot_trials.exceptions import TelemetryFault
from robot_trials.kinds.common.events import PhaseSpan, Severity, TrialEvent
from robot_trials.runtime.processes.exits import ProcessExit
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_limits import StopLimits
from robot_trials.telemetry import Bag, repair_bag, topics
from robot_trials.telemetry.bag.metadata import FILE_NAME as METADATA_FILE
from robot_trials.trials.judging.bag_samples import find_trial_start, iterate_samples, read_judged_bag
from robot_trials.trials.judging.outcome import VERDICT_FILE, TrialOutcome, write_verdict
from robot_trials.trials.judging.reasons import find_exits, name_exits
from robot_trials.trials.judging.run_marker import RunFacts, read_facts
from robot_trials.trials.judging.stop_history import StopHistory
from robot_trials.trials.judging.stops import Stop, add_acts
from robot_trials.trials.judging.verdict import compute_criteria, compute_figures, describe_gaps
from robot_trials_control.records import Fault, MotionMode

BAG_FOLDER = "bag"
CONTROL_PROCESS = "control_process"
FATAL = 50
_SEVERITIES: Mapping[int, Severity] = {10: "info", 20: "info", 30: "warn", 40: "error", 50: "error"}


@dataclass
class _Told:
    """What a recording tells of a trial.

    Attributes:
        failure: why the trial was to end, as it said itself.
        closing: what was said when it was over; None where it never was.
    """

    phases: list[PhaseSpan] = field(default_factory=list)
    events: list[TrialEvent] = field(default_factory=list)
    stops: tuple[Stop, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    identity: dict[str, str] = field(default_factory=dict)
    ended: str = "unknown"
    failure: str = ""
    closing: str | None = None


def judge_afterwards(folder: Path, facts: RunFacts, reason: str = "") -> TrialOutcome:
    """The outcome of a run that nobody is left to judge; it has not passed.

    Args:
        folder: of the run; its bag has been mended, if it has one.
        facts: what the run's mark says.
        reason: why it broke off, where the caller knows.
    """
    bag_folder = folder / BAG_FOLDER
    told, trouble = _read(bag_folder, facts)
    exits = [exit_ for exit_ in find_exits(folder) if exit_.time_ns >= facts.begun_ns]
    died = any(exit_.name == CONTROL_PROCESS for exit_ in exits)
    return TrialOutcome(
        passed=False,
        reason=_find_reason(told, exits, trouble, reason),
        ended="unknown" if died else told.ended,
        criteria=compute_criteria(told.figures, facts.list_measures()),
        figures=told.figures,
        phases=tuple(told.phases),
        events=tuple(told.events),
        stops=told.stops,
        afterwards=True,
        identity=facts.identity,
        bag=bag_folder if bag_folder.is_dir() else None,
    )


def judge_lost(folder: Path | None, reason: str) -> TrialOutcome:
    """The outcome of a trial whose judge was lost while its host lives, with mended bag and a verdict in its folder.

    Args:
        folder: of the run, in which no other process writes any more; None where nothing is kept.
        reason: as the host knows it.
    """
    facts = read_facts(folder) if folder is not None else None
    if folder is None or facts is None:
        return TrialOutcome(passed=False, reason=reason, ended="unknown")
    with suppress(TelemetryFault, OSError):
        if not (folder / BAG_FOLDER / METADATA_FILE).is_file():
            repair_bag(folder / BAG_FOLDER)
    outcome = judge_afterwards(folder, facts, reason)
    file = folder / VERDICT_FILE
    if not file.is_file():
        try:
            file = write_verdict(folder, outcome)
        except OSError:
            return outcome
    return replace(outcome, verdict_file=file)


def _find_reason(told: _Told, exits: list[ProcessExit], trouble: str, known: str) -> str:
    """What the trial said itself, else the stop that holds the robot, else how far it was; and who died."""
    if told.closing:
        return name_exits(told.closing, exits)
    if told.failure:
        return name_exits(told.failure, exits)
    if told.closing is not None:
        return name_exits("the trial ended, but its verdict was not written", exits)
    latched = [stop for stop in told.stops if stop.end_ns is None and stop.final_rung >= Rung.STAND]
    if known:
        return name_exits(known, exits)
    if trouble:
        reason = f"the trial broke off, and {trouble}"
    elif not told.phases:
        reason = "no trial was begun"
    elif latched:
        reason = f"stopped: {latched[-1].words}"
    else:
        reason = f"the trial broke off in phase {told.phases[-1].name}"
    return name_exits(reason, exits) if exits or not told.phases else f"{reason}: who ran it is gone"


def _read(bag_folder: Path, facts: RunFacts) -> tuple[_Told, str]:
    """What the recording tells, and what is wrong with it."""
    if not bag_folder.is_dir():
        return _Told(), "there is no recording"
    try:
        return _read_bag(read_judged_bag(bag_folder), facts), ""
    except (TelemetryFault, OSError) as error:
        return _Told(), f"its recording cannot be read: {error}"


def _read_bag(bag: Bag, facts: RunFacts) -> _Told:
    start_ns = find_trial_start(bag)
    told = _Told(identity=bag.custom_data)
    _read_phases(bag, start_ns, told)
    _read_events(bag, start_ns, told)
    measures, history = facts.list_measures(), StopHistory()
    last = None
    for block in iterate_samples(bag):
        for measure in measures:
            measure.add(block)
        history.add(block)
        last = block[-1:].copy()
    if last is not None:
        told.figures, told.ended = compute_figures(measures), describe_end(last)
    told.events = sorted([*told.events, *describe_gaps(measures[0].gaps)], key=lambda event: event.time_ns)
    told.stops = add_acts(history.stops, told.events)
    return told


def describe_end(sample: np.ndarray) -> str:
    """How the robot was at a control sample of shape (1,): "standing", "squatting", "damped", or "unknown"."""
    status = sample["status"][0]
    if status["mode"] == MotionMode.DAMPED or status["fault"] & Fault.FALLEN:
        return "damped"
    if status["mode"] in (MotionMode.LOWER, MotionMode.OFF):
        return "squatting"
    slow = np.abs(status["com_velocity"]).max() < StopLimits().steady_speed
    return "standing" if slow and not status["walking"] else "unknown"


def _read_phases(bag: Bag, start_ns: int, told: _Told) -> None:
    if topics.TRIAL_PHASE.name not in bag.topics:
        return
    shift = bag.start_ns - start_ns
    entered = [(round(time * 1e9) + shift, message) for time, message in bag.messages(topics.TRIAL_PHASE.name)]
    edges = [*(time for time, _ in entered), bag.end_ns - start_ns]
    for (time, message), end in zip(entered, itertools.islice(edges, 1, None), strict=True):
        if message.phase:
            told.phases.append(PhaseSpan(message.phase, time, end, "running" if end == edges[-1] else "", ""))
        else:
            told.closing = message.detail


def _read_events(bag: Bag, start_ns: int, told: _Told) -> None:
    if topics.TRIAL_EVENTS.name not in bag.topics:
        return
    shift = bag.start_ns - start_ns
    for time, message in bag.messages(topics.TRIAL_EVENTS.name):
        severity = _SEVERITIES.get(message.severity, "info")
        told.events.append(TrialEvent(round(time * 1e9) + shift, severity, message.source, message.text))
        fatal = message.source == "failure" or message.severity >= FATAL
        told.failure = told.failure or (message.text if fatal else "")

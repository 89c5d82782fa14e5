"""What became of every booking, by the records, the ledgers and the robots' own count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from robot_trials.coordination.states import TRANSITIONS
from robot_trials.records import Records
from robot_trials.records.bookings import list_bookings
from robot_trials.records.leases import list_active
from robot_trials.records.models import Booking, BookingState, Lease, TrialEvent
from robot_trials.runtime.processes.goal_ledger import GoalLedger, LedgerState

FINAL = {state.value for state, followers in TRANSITIONS.items() if not followers}


@dataclass(frozen=True)
class Run:
    """One run as its robot counted it: goal and times [s since 1970]."""

    goal_id: str
    start: float
    end: float


@dataclass(frozen=True)
class Tally:
    """Counts over all bookings.

    Attributes:
        sent_again: sendings beyond the first.
        lost: bookings that have not passed, or whose goal no ledger has as ended.
        run_twice: bookings with more than one run.
        without_one_end: bookings whose history does not have exactly one end.
        unknown_runs: runs of goals that are no booking's.
        zones_shared: pairs of runs, or of leases, of one zone that overlap.
        leases_left: zones taken by nobody any more.
        latencies: booking → from due to accepted [s].
    """

    bookings: int
    sent_again: int
    lost: int
    run_twice: int
    without_one_end: int
    unknown_runs: int
    zones_shared: int
    leases_left: int
    latencies: dict[str, float]


def tally(records: Records, folder: Path, robots: Sequence[str]) -> Tally:
    """Count everything.

    Args:
        records: of the coordinators.
        folder: with the robots' ledgers and runs.
        robots: their names.
    """
    runs = [run for robot in robots for run in _read_runs(folder / f"{robot}.runs")]
    ledger = _read_ledgers(folder, robots)
    counted = Counter(run.goal_id for run in runs)
    with records.read() as session:
        bookings, events = list_bookings(session), session.scalars(select(TrialEvent)).all()
        leases, active = session.scalars(select(Lease)).all(), list_active(session)
    goals = {booking.goal_id: booking for booking in bookings if booking.goal_id}
    ends = Counter(event.booking for event in events if event.state in FINAL and event.state != event.previous)
    zones = [(goals[run.goal_id].zones[0], run.start, run.end) for run in runs if run.goal_id in goals]
    held = [(lease.zone, lease.taken_at, lease.released_at or float("inf")) for lease in leases]
    return Tally(
        bookings=len(bookings),
        sent_again=sum(max(0, booking.attempts - 1) for booking in bookings),
        lost=sum(not _is_done(booking, counted, ledger) for booking in bookings),
        run_twice=sum(counted[booking.goal_id or ""] > 1 for booking in bookings),
        without_one_end=sum(ends[booking.name] != 1 for booking in bookings),
        unknown_runs=sum(run.goal_id not in goals for run in runs),
        zones_shared=_count_overlaps(zones) + _count_overlaps(held),
        leases_left=len(active),
        latencies=_read_latencies(bookings, events),
    )


def _is_done(booking: Booking, counted: Counter[str], ledger: dict[str, LedgerState]) -> bool:
    goal = booking.goal_id or ""
    return booking.state is BookingState.PASSED and counted[goal] > 0 and ledger.get(goal) is LedgerState.ENDED


def _read_runs(path: Path) -> list[Run]:
    lines = path.read_text().splitlines() if path.exists() else []
    return [Run(goal_id, float(start), float(end)) for goal_id, start, end in (line.split() for line in lines)]


def _read_ledgers(folder: Path, robots: Sequence[str]) -> dict[str, LedgerState]:
    """State of every goal, from copies: the robots still have their ledgers open."""
    states: dict[str, LedgerState] = {}
    for robot in robots:
        copy = folder / f"{robot}.copy"
        copy.write_bytes((folder / f"{robot}.jsonl").read_bytes())
        ledger = GoalLedger(copy)
        states |= {goal_id: ledger.find(goal_id)[0] for goal_id in ledger.goals}
        ledger.close()
    return states


def _count_overlaps(spans: list[tuple[str, float, float]]) -> int:
    """Neighbours of one zone of which the next begins before the one before has ended."""
    spans = sorted(spans)
    pairs = zip(spans, spans[1:], strict=False)
    return sum(one[0] == other[0] and other[1] < one[2] for one, other in pairs)


def _read_latencies(bookings: Sequence[Booking], events: Sequence[TrialEvent]) -> dict[str, float]:
    due = {booking.name: booking.planned_start for booking in bookings}
    accepted = [event for event in events if event.state == "running" and event.previous != "running"]
    return {event.booking: event.at - due[event.booking] for event in accepted}

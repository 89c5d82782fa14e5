"""The coordinator's benchmark sees what would be wrong."""

import pytest

from benchmarks.coordinator import make_figures
from benchmarks.coordinator_tally import tally
from benchmarks.harness import BenchmarkError
from robot_trials.coordination.states import change_state
from robot_trials.records import BookingState, Records
from robot_trials.records.bookings import NewBooking, add_booking
from robot_trials.records.leases import release_zones, take_zones
from robot_trials.runtime.processes.goal_ledger import GoalLedger, GoalOutcome

S = BookingState
GOOD = (S.DUE, S.STARTING, S.RUNNING, S.PASSED)
ROBOTS = ("kuavo_1",)


@pytest.fixture
def records(tmp_path):
    opened = Records.open(f"sqlite:///{tmp_path}/records.sqlite")
    yield opened
    opened.close()


def leave(records, folder, name, states=GOOD, runs=1, start=100.0):
    """A booking that went through some states, and what its robot counted."""
    goal = f"{name}_goal"
    with records.write() as session:
        times = (start, start + 5, start + 50, start + 99)
        booking = add_booking(session, NewBooking(name, "relay", "kuavo_1", "lane", ("lane",), *times), 0.0)
        booking.goal_id, booking.attempts = goal, 1
        take_zones(session, booking, start)
        for delay, state in enumerate(states):
            change_state(session, booking, state, "", start + 0.1 * delay)
        release_zones(session, name, "kuavo_1", "", start + 4.0)
    ledger = GoalLedger(folder / "kuavo_1.jsonl")
    ledger.take(goal)
    if S.PASSED in states:
        ledger.end(goal, GoalOutcome(True, "pass"))
    ledger.close()
    with (folder / "kuavo_1.runs").open("a") as file:
        for _ in range(runs):
            file.write(f"{goal} {start + 1.0} {start + 3.0}\n")


def figures(records, folder, calm):
    return {figure.name: figure for figure in make_figures(1, tally(records, folder, ROBOTS), calm)}


def test_good_stream_meets_every_target(records, tmp_path):
    leave(records, tmp_path, "one")
    leave(records, tmp_path, "two", start=200.0)
    found = figures(records, tmp_path, ["one", "two"])
    assert all(figure.is_met for figure in found.values())
    assert found["dispatch_p50"].value == pytest.approx(0.2) and found["bookings"].value == 2


def test_every_mistake_is_counted(records, tmp_path):
    leave(records, tmp_path, "good")
    leave(records, tmp_path, "open", states=GOOD[:3], start=200.0)
    leave(records, tmp_path, "never", runs=0, start=300.0)
    leave(records, tmp_path, "twice", runs=2, start=400.0)
    with (tmp_path / "kuavo_1.runs").open("a") as file:
        file.write("nobodys_goal 500.0 501.0\n")
    found = figures(records, tmp_path, ["good"])
    counts = {name: found[name].value for name in ("lost", "run_twice", "without_one_end", "unknown_runs")}
    assert counts == {"lost": 2, "run_twice": 1, "without_one_end": 1, "unknown_runs": 1}
    assert found["zones_shared"].value == 1, "two runs of one goal at one time share their zone"


def test_without_a_latency_there_are_no_figures(records, tmp_path):
    leave(records, tmp_path, "one")
    with pytest.raises(BenchmarkError, match="was accepted"):
        figures(records, tmp_path, [])

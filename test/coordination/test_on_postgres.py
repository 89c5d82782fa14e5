"""The coordinator on PostgreSQL: what runs, what is lost, restarts, a new plan, a second coordinator."""

import pytest
from coordination_bench import START
from test_coordination_acts import Planner, act
from test_following import release

from robot_trials.coordination import Coordinator, RobotCheck
from robot_trials.coordination.clauses import check_checklist, check_permit
from robot_trials.coordination.status import view_site
from robot_trials.records import BookingState, FencedError, RecordsError
from robot_trials.records.gates import confirm_checklist


@pytest.fixture
def bench(make_bench, postgres):
    return make_bench(
        url=postgres.make_url(), checks=[check_permit, RobotCheck(0.2), check_checklist], replan=Planner()
    )


def start_first(bench):
    bench.book()
    with bench.write() as session:
        confirm_checklist(session, "first", "Ada", "", bench.now)
    bench.coordinator.note_robot("kuavo_1", bench.now, 0.9)
    bench.run_to(3.0)
    assert bench.state() is BookingState.RUNNING
    return bench.look().goal_id


def test_trial_is_held_resumed_restarted_and_passes(bench):
    goal = start_first(bench)
    act(bench, "hold", "first")
    act(bench, "resume", "first")
    bench.start()
    bench.run(2)
    bench.robots.end(goal)
    bench.run(2)
    assert bench.state() is BookingState.PASSED and bench.taken() == {} and bench.robots.runs == {goal: 1}
    assert bench.history() == ["planned", "due", "starting", "running", "passed"]


def test_lost_trial_is_given_up_and_closed_when_its_robot_speaks_again(bench):
    goal = start_first(bench)
    bench.robots.deaf.add("kuavo_1")
    bench.run(12)
    assert bench.state() is BookingState.LOST
    release(bench, "a", "Ada", "carried away")
    act(bench, "abort", "first")
    assert bench.taken() == {"b": "first"}
    bench.robots.deaf.clear()
    bench.robots.end(goal)
    bench.run(2)
    assert bench.state() is BookingState.ABORTED and bench.taken() == {}


def test_robot_out_of_service_leads_to_a_new_plan(bench):
    bench.book(planned_start=START + 100.0, planned_end=START + 200.0, latest_start=START + 150.0)
    bench.run(1)
    act(bench, "hold", robot="kuavo_1")
    bench.run(2)
    assert bench.look().robot == "kuavo_2" and bench.look().zones == ["c"]
    view = view_site(bench.records, "park", ended_since=None)
    assert [robot.in_service for robot in view.robots] == [False, True] and len(view.bookings) == 1


def test_second_coordinator_is_refused_and_one_that_slept_is_shut_out(bench):
    with pytest.raises(RecordsError, match="another coordinator is running"):
        Coordinator(bench.records, "park", [], bench.robots, [])
    asleep = bench.coordinator
    bench.book()
    bench.start()
    bench.now = START + 1.0
    with pytest.raises(FencedError):
        asleep.tick(bench.now)

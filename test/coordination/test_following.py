"""What was sent is followed to one end: lost messages, silence, restarts in every state."""

import pytest
from coordination_bench import START

from robot_trials.coordination import GoalState, Report
from robot_trials.records import BookingState, FencedError, RecordsError, RefusedError
from robot_trials.records.bookings import list_events


def test_lost_sending_is_sent_again_with_the_same_id_and_runs_once(bench):
    bench.robots.drop = 2
    bench.book()
    bench.run_to(12.0)
    booking = bench.look()
    assert booking.state is BookingState.RUNNING and booking.attempts == 3
    assert {goal for what, goal in bench.robots.calls if what == "send"} == {booking.goal_id}
    assert bench.robots.runs == {booking.goal_id: 1}


def test_repeat_of_a_goal_that_was_taken_is_no_second_run(bench):
    """The answer was lost, not the sending."""
    send = bench.robots.send
    bench.robots.send = lambda *goal: (send(*goal), bench.robots.answers.clear())
    query = bench.robots.query
    bench.robots.query = lambda goal, robot, withdraw: bench.robots.answers.append(Report(goal, GoalState.UNKNOWN))
    bench.book()
    bench.run_to(8.0)
    assert bench.look().attempts > 1 and bench.state() is BookingState.STARTING
    bench.robots.query = query
    bench.run(2)
    assert bench.state() is BookingState.RUNNING and set(bench.robots.runs.values()) == {1}


def test_rejected_goal_is_tried_until_the_latest_start_then_withdrawn(bench):
    bench.robots.reject = True
    bench.book()
    bench.run_to(30.0, step=2.0)
    assert bench.state() is BookingState.STARTING and bench.look().reason == "rejected: not now"
    bench.run_to(70.0, step=2.0)
    assert bench.state() is BookingState.EXPIRED
    assert bench.look().reason == "late: its robot did not take it in time (rejected: not now)"
    assert bench.taken() == {} and bench.robots.ledger[bench.look().goal_id] is GoalState.WITHDRAWN


def test_silent_robot_is_lost_and_its_zones_stay_taken(bench):
    goal = bench.run_first()
    bench.robots.deaf.add("kuavo_1")
    bench.run(9)
    assert bench.state() is BookingState.RUNNING
    bench.run(3)
    assert bench.state() is BookingState.LOST and "a person is needed" in bench.look().reason
    bench.run(100_000, step=1000)
    assert bench.state() is BookingState.LOST and bench.taken() == {"a": "first", "b": "first"}
    bench.robots.deaf.clear()
    bench.run(2)
    assert bench.state() is BookingState.RUNNING
    bench.robots.end(goal)
    bench.run(2)
    assert bench.state() is BookingState.PASSED and bench.taken() == {}
    assert bench.history()[-4:] == ["running", "lost", "running", "passed"]


def test_robot_that_was_never_reached_is_lost_and_never_runs_late(bench):
    bench.robots.deaf.add("kuavo_1")
    bench.book()
    bench.run_to(20.0)
    assert bench.state() is BookingState.LOST and bench.taken() == {"a": "first", "b": "first"}
    bench.robots.deaf.clear()
    bench.run(2)
    assert bench.state() is BookingState.EXPIRED and bench.taken() == {} and bench.robots.runs == {}


def test_robot_whose_ledger_is_gone_needs_a_person(bench):
    goal = bench.run_first()
    del bench.robots.ledger[goal]
    bench.run(3)
    assert bench.state() is BookingState.LOST and "no longer knows the goal" in bench.look().reason
    assert bench.taken() == {"a": "first", "b": "first"} and bench.robots.runs == {goal: 1}


def test_zone_of_a_lost_trial_is_released_by_a_person_who_says_why(bench):
    bench.run_first()
    acts = bench.coordinator.acts
    with pytest.raises(RefusedError, match="zone a: first is running there: abort it first"):
        release(bench, "a", "Ada", "empty")
    bench.robots.deaf.add("kuavo_1")
    bench.run(12)
    with pytest.raises(RefusedError, match="who and why"):
        release(bench, "a", "Ada", "")
    release(bench, "a", "Ada", "carried away")
    assert bench.taken() == {"b": "first"}
    assert acts.abort("first", "", "Ada", "lost", bench.now) == "first: aborting"
    assert bench.state() is BookingState.ABORTED and bench.taken() == {"b": "first"}
    with bench.records.read() as session:
        assert "zone a released by Ada: carried away" in [event.cause for event in list_events(session, "first")]
    bench.robots.deaf.clear()
    bench.run(3)
    assert bench.taken() == {} and bench.state() is BookingState.ABORTED, "its robot says that it is over"


def release(bench, zone, who, why):
    from robot_trials.coordination.acts import release_zone

    with bench.write() as session:
        return release_zone(session, zone, who, why, bench.now)


def test_restart_before_the_goal_was_sent_sends_it_with_the_same_id(bench):
    """Killed between the commit and the sending."""
    bench.book()
    bench.robots.send, send = lambda *goal: None, bench.robots.send
    bench.run_to(1.0)
    goal = bench.look().goal_id
    assert bench.state() is BookingState.STARTING
    bench.robots.send = send
    bench.start()
    bench.run(3)
    assert bench.state() is BookingState.RUNNING and bench.look().goal_id == goal
    assert bench.robots.runs == {goal: 1} and bench.look().attempts == 2


def test_restart_after_the_goal_was_taken_does_not_send_it_again(bench):
    bench.book()
    send = bench.robots.send
    bench.robots.send = lambda *goal: (send(*goal), bench.robots.answers.clear())
    bench.run_to(0.0)
    assert bench.state() is BookingState.STARTING
    bench.start()
    bench.run(2)
    assert bench.state() is BookingState.RUNNING and bench.robots.count("send") == 1


@pytest.mark.parametrize("state", ["starting", "running"])
def test_restart_takes_the_result_of_what_ended_meanwhile(bench, state):
    bench.book()
    bench.run_to(0.0 if state == "starting" else 3.0)
    bench.now += 1.0
    bench.coordinator.tick(bench.now)
    bench.robots.answers.clear()
    goal = bench.look().goal_id
    bench.robots.end(goal, "fail", "torch tilted")
    bench.start()
    bench.run(2)
    assert bench.state() is BookingState.FAILED and bench.look().reason == "torch tilted"
    assert bench.taken() == {} and bench.robots.runs == {goal: 1}


def test_restart_of_a_running_trial_follows_it(bench):
    goal = bench.run_first()
    bench.start()
    bench.run(3)
    assert bench.state() is BookingState.RUNNING and bench.robots.count("send") == 1
    bench.robots.end(goal)
    bench.run(2)
    assert bench.state() is BookingState.PASSED


def test_restart_with_a_silent_robot_keeps_its_zones(bench):
    bench.run_first()
    bench.robots.deaf.add("kuavo_1")
    bench.start()
    bench.run(12)
    assert bench.state() is BookingState.LOST and bench.taken() == {"a": "first", "b": "first"}


def test_restart_long_after_withdraws_what_was_never_taken(bench):
    bench.book()
    bench.robots.drop = 1
    bench.run_to(1.0)
    bench.now = START + 500.0
    bench.start()
    bench.run(2)
    assert bench.state() is BookingState.EXPIRED and bench.robots.runs == {} and bench.taken() == {}


def test_restart_keeps_what_waits_and_what_is_over(bench):
    bench.robots.end(bench.run_first())
    bench.run(2)
    bench.book("later", planned_start=bench.now + 5.0, planned_end=bench.now + 50.0)
    bench.start()
    bench.run(8)
    assert bench.state() is BookingState.PASSED and bench.state("later") is BookingState.RUNNING


def test_second_coordinator_is_refused_and_one_that_slept_is_shut_out(bench):
    from robot_trials.coordination import Coordinator

    with pytest.raises(RecordsError, match="another coordinator is running on this database"):
        Coordinator(bench.records, "park", [], bench.robots, [])
    asleep = bench.coordinator
    bench.book()
    bench.start()
    bench.now = START + 1.0
    with pytest.raises(FencedError):
        asleep.tick(bench.now)
    assert bench.robots.calls == []


def test_report_of_an_unknown_goal_changes_nothing(bench):
    bench.run_first()
    bench.coordinator.take_report(Report("0" * 32, GoalState.ENDED, True, "pass"), bench.now)
    assert bench.state() is BookingState.RUNNING

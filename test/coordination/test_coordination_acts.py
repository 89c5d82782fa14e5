"""What persons do: hold, resume, abort, dispatch; of one booking, a robot, the site; and new plans after changes."""

import pytest
from coordination_bench import START

from robot_trials.coordination import NewPlan, Placement
from robot_trials.coordination.acts import PATIENCE_S, release_zone
from robot_trials.records import BookingState, OnMissed, RefusedError
from robot_trials.records.bookings import list_events
from robot_trials.records.permits import act_on_permit, record_permit
from robot_trials.records.robots import find_robot


def act(bench, name, booking="", robot=""):
    return getattr(bench.coordinator.acts, name)(booking, robot, "Ada", "barrier open", bench.now)


def test_held_booking_does_not_start_and_starts_when_resumed(bench):
    bench.book()
    act(bench, "hold", "first")
    bench.run_to(10.0, step=2.0)
    assert bench.state() is BookingState.HELD and bench.look().reason == "held by Ada: barrier open"
    assert act(bench, "resume", "first") == "first goes on"
    bench.run(2)
    assert bench.state() is BookingState.RUNNING
    with bench.records.read() as session:
        assert "resumed by Ada: barrier open" in [event.cause for event in list_events(session, "first")]


def test_held_booking_expires(bench):
    bench.book()
    act(bench, "hold", "first")
    bench.run_to(65.0, step=5.0)
    assert bench.state() is BookingState.EXPIRED and bench.look().reason == "held beyond its latest start"


def test_running_trial_stands_while_held(bench):
    goal = bench.run_first()
    act(bench, "hold", "first")
    assert bench.robots.calls[-1] == ("hold", goal) and bench.look().held
    act(bench, "resume", "first")
    assert bench.robots.calls[-1] == ("resume", goal) and not bench.look().held
    with pytest.raises(RefusedError, match="is not held"):
        act(bench, "resume", "first")


def test_trial_held_while_it_starts_is_held_as_soon_as_it_runs(bench):
    bench.robots.drop = 1
    bench.book()
    bench.run_to(1.0)
    act(bench, "hold", "first")
    assert bench.robots.count("hold") == 0
    bench.run(4)
    assert bench.state() is BookingState.RUNNING and bench.robots.count("hold") == 1


def test_abort_of_a_running_trial_ends_it_by_its_robot(bench):
    bench.run_first()
    act(bench, "abort", "first")
    bench.run(2)
    assert bench.state() is BookingState.ABORTED and bench.look().verdict == "aborted" and bench.taken() == {}
    with pytest.raises(RefusedError, match="first: is aborted"):
        act(bench, "abort", "first")


def test_abort_outlives_a_restart(bench):
    bench.run_first()
    bench.robots.deaf.add("kuavo_1")
    act(bench, "abort", "first")
    bench.robots.deaf.clear()
    bench.start()
    bench.run(3)
    assert bench.state() is BookingState.ABORTED


def test_abort_of_a_starting_trial_withdraws_it(bench):
    bench.robots.drop = 100
    bench.book()
    bench.run_to(1.0)
    act(bench, "abort", "first")
    bench.run(2)
    assert bench.state() is BookingState.CANCELLED and bench.taken() == {} and bench.robots.runs == {}


def test_abort_of_a_waiting_booking_cancels_it(bench):
    bench.book()
    act(bench, "abort", "first")
    assert bench.state() is BookingState.CANCELLED
    bench.run_to(5.0)
    assert bench.robots.calls == []


def test_site_is_held_and_goes_on(bench):
    goal = bench.run_first()
    bench.book("second", robot="kuavo_2", zones=("c",))
    assert act(bench, "hold") == "the site is held"
    assert bench.robots.calls[-1] == ("hold", goal)
    bench.start()
    bench.run(3)
    assert bench.state("second") is BookingState.DUE
    assert bench.look("second").reason == "site: held by Ada: barrier open", "also after a restart"
    act(bench, "resume")
    bench.run(2)
    assert bench.state("second") is BookingState.RUNNING and not bench.look().held


def test_abort_of_a_site_ends_what_runs_and_starts_nothing(bench):
    bench.run_first()
    bench.book("second", robot="kuavo_2", zones=("c",))
    act(bench, "abort")
    bench.run(3)
    assert bench.state() is BookingState.ABORTED and bench.state("second") is BookingState.DUE


def test_robot_that_is_aborted_is_out_of_service(bench):
    bench.run_first()
    act(bench, "abort", robot="kuavo_1")
    bench.run(2)
    assert bench.state() is BookingState.ABORTED
    with bench.records.read() as session:
        robot = find_robot(session, "kuavo_1")
        assert not robot.in_service and robot.why == "barrier open"
    with pytest.raises(RefusedError, match="robot kuavo_9: is not known"):
        act(bench, "hold", robot="kuavo_9")


def test_act_without_a_name_is_refused(bench):
    bench.book()
    with pytest.raises(RefusedError, match="who and why"):
        bench.coordinator.acts.abort("first", "", " ", "", bench.now)
    with pytest.raises(RefusedError, match="booking other: there is none"):
        act(bench, "hold", "other")


def dispatch(bench, name="first"):
    return bench.coordinator.acts.dispatch(name, "Ada", "crowd has gone", bench.now)


def test_person_dispatches_a_trial_early(bench):
    bench.book()
    bench.run(2)
    assert dispatch(bench) == "first is due"
    bench.run(2)
    assert bench.state() is BookingState.RUNNING and bench.now < START
    with pytest.raises(RefusedError, match="is running: cannot be dispatched"):
        dispatch(bench)


def test_person_dispatches_what_has_expired_within_its_latest_finish(bench):
    bench.book(on_missed=OnMissed.ASK)
    bench.now = START + 90.0
    bench.run(1)
    assert bench.state() is BookingState.EXPIRED
    dispatch(bench)
    booking = bench.look()
    assert booking.planned_end - booking.planned_start == 300.0 and booking.latest_start == bench.now + PATIENCE_S
    bench.run(2)
    assert bench.state() is BookingState.RUNNING


def test_dispatch_that_would_end_too_late_is_refused(bench):
    bench.book(latest_finish=START + 310.0)
    bench.now = START + 90.0
    bench.run(1)
    with pytest.raises(RefusedError, match="would end 81 s after its latest finish"):
        dispatch(bench)


class Planner:
    """Puts every movable booking on kuavo_2, a minute later each; remembers what it was told."""

    def __init__(self):
        self.situations, self.left_out, self.busy = [], {}, 0

    def __call__(self, situation):
        self.situations.append(situation)
        if self.busy:
            self.busy -= 1
            return None
        movable = [booking for booking in situation.movable if booking.name not in self.left_out]
        placements = [
            Placement(one.name, "kuavo_2", "lane_b", ("c",), situation.now + 60.0 * i, situation.now + 60.0 * i + 50.0,
                      situation.now + 60.0 * i + 30.0)
            for i, one in enumerate(movable, 1)
        ]  # fmt: skip
        return NewPlan(placements, self.left_out)


def test_robot_out_of_service_gets_its_bookings_planned_anew(make_bench):
    planner = Planner()
    planner.busy = 2
    bench = make_bench(replan=planner)
    bench.book("fixed")
    bench.run_to(2.0)
    bench.book("later", planned_start=START + 100.0, planned_end=START + 200.0, latest_start=START + 150.0)
    act(bench, "hold", robot="kuavo_1")
    bench.run(4)
    situation = planner.situations[-1]
    assert situation.cause == "robot kuavo_1 is out of service" and situation.robots_out == ["kuavo_1"]
    assert [one.name for one in situation.fixed] == ["fixed"] and [one.name for one in situation.movable] == ["later"]
    assert len(planner.situations) == 3, "asked until the plan was there, then no more"
    booking = bench.look("later")
    assert (booking.robot, booking.place, booking.zones) == ("kuavo_2", "lane_b", ["c"])
    with bench.records.read() as session:
        assert list_events(session, "later")[-1].cause == "moved: robot kuavo_1 is out of service"
    bench.run(62)
    assert bench.state("later") is BookingState.RUNNING


@pytest.mark.parametrize(("on_missed", "state"), [(OnMissed.NEXT_WINDOW, "running"), (OnMissed.SKIP, "expired")])
def test_missed_trial_comes_back_in_its_next_window_only_if_so_wanted(make_bench, on_missed, state):
    bench = make_bench(replan=Planner())
    bench.book(on_missed=on_missed)
    bench.now = START + 90.0
    bench.run(70, step=2.0)
    assert bench.state() == state
    wanted = ["planned", "due", "expired"] + ["planned", "due", "starting", "running"] * (state == "running")
    assert bench.history() == wanted


def test_booking_without_a_place_in_the_new_plan_is_refused_with_the_reason(make_bench):
    planner = Planner()
    planner.left_out = {"first": "robot: none is in service"}
    bench = make_bench(replan=planner)
    bench.book()
    bench.run(1)
    act(bench, "hold", robot="kuavo_1")
    bench.run(2)
    assert bench.state() is BookingState.REFUSED
    assert bench.look().reason == "no place in the new plan: robot: none is in service"


def test_revoked_permit_ends_what_runs_under_it_and_plans_anew(make_bench):
    planner = Planner()
    bench = make_bench(replan=planner)
    with bench.write() as session:
        record_permit(session, "P-1", "text", "Wen Li", "clerk", bench.now)
        act_on_permit(session, "P-1", "approve", "Ada Ho", "", bench.now)
    bench.book(permit="P-1")
    bench.book("later", planned_start=START + 5000.0, planned_end=START + 5100.0, latest_start=START + 5060.0)
    bench.run_to(2.0)
    assert bench.state() is BookingState.RUNNING
    with bench.write() as session:  # by another process
        act_on_permit(session, "P-1", "revoke", "Ada Ho", "crowd", bench.now)
    bench.run(3)
    assert bench.state() is BookingState.ABORTED
    causes = [situation.cause for situation in planner.situations]
    assert causes == ["permit P-1 is revoked", "booking first is aborted"]


def test_restart_plans_what_was_left_unsettled(make_bench):
    planner = Planner()
    bench = make_bench()
    bench.book(on_missed=OnMissed.NEXT_WINDOW)
    bench.now = START + 90.0
    bench.run(1)
    assert bench.state() is BookingState.EXPIRED
    bench.options["replan"] = planner
    bench.start()
    bench.run(1)
    assert bench.state() is BookingState.PLANNED and planner.situations[0].cause == "the coordinator has started"


def test_planner_that_breaks_keeps_nothing_from_starting(make_bench):
    def break_down(situation):
        raise ValueError("no solver")

    bench = make_bench(replan=break_down)
    bench.book("second", robot="kuavo_2", zones=("c",))
    bench.run(1)
    act(bench, "hold", robot="kuavo_1")
    bench.run_to(3.0)
    assert bench.state("second") is BookingState.RUNNING
    wanted = "no new plan (robot kuavo_1 is out of service): ValueError: no solver"
    assert bench.coordinator.plan_fault == wanted


@pytest.mark.parametrize(("dropped", "state"), [(100, "starting"), (0, "running")])
def test_zone_of_a_trial_that_starts_or_runs_is_not_released(bench, dropped, state):
    bench.robots.drop = dropped
    bench.book()
    bench.run_to(3.0)
    assert bench.state() == state
    with bench.write() as session, pytest.raises(RefusedError, match=f"zone a: first is {state} there: abort it"):
        release_zone(session, "a", "Ada", "looked empty", bench.now)
    assert bench.taken() == {"a": "first", "b": "first"}

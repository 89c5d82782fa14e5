"""What refused a trial is told: the right constraint, with names and times."""

from __future__ import annotations

from plans import HOUR, MINUTE, NINE, assign, make_booking, make_option, make_problem

from robot_trials.schedule.explain import explain_left_out, join_refusals
from robot_trials.schedule.problem.occupancy import Occupancy
from robot_trials.schedule.problem.statement import Booking, Interval, Marshal, Problem, Refusal
from robot_trials.schedule.search.cp_sat import solve
from robot_trials.schedule.search.greedy import STEP

MORNING = (Interval(NINE, NINE + 90 * MINUTE),)
BOTH = ("kuavo-1", "kuavo-2")


def refuse(problem: Problem, *assignments, name: str = "parade") -> Refusal:
    """The reason beside a plan written by hand."""
    occupancy = Occupancy(problem, STEP)
    for assignment in assignments:
        occupancy.add(assignment)
    return explain_left_out(occupancy)[name]


def parade(*options, **other) -> Booking:
    return make_booking("parade", *options, **other)


def test_exclusions_before_planning_are_passed_on() -> None:
    refusals = (
        Refusal("permit", "permit ends 2026-06-01"),
        Refusal("payload", "12 kg exceed 10 kg of g1"),
        Refusal("permit", "permit ends 2026-06-01"),
    )
    refusal = join_refusals(refusals)
    assert refusal.constraint == "permit"
    assert refusal.detail == "permit ends 2026-06-01; payload: 12 kg exceed 10 kg of g1"
    alone = Booking("parade", "Parade", 1, 1, (), 0, 0, refusals)
    assert solve(make_problem(alone), time_limit=1.0).left_out["parade"] == refusal
    assert join_refusals([]).constraint == "availability"


def test_battery() -> None:
    refusal = refuse(make_problem(parade(make_option(energy=900.0))))
    assert refusal == Refusal("battery", "takes 900 Wh; kuavo-1 has 800 Wh above its reserve")


def test_window() -> None:
    refusal = refuse(make_problem(parade(make_option(windows=MORNING, duration=2 * HOUR))))
    assert refusal.constraint == "window"
    assert refusal.detail == "lasts 120 min; longest window 2026-06-15T07:00:00Z to 2026-06-15T08:30:00Z"
    assert refuse(make_problem(parade(make_option(windows=())))).constraint == "window"


def test_marshals_who_are_never_there() -> None:
    evening = (Interval(NINE + 10 * HOUR, NINE + 12 * HOUR),)
    refusal = refuse(make_problem(parade(), marshals=(Marshal("ada", evening),)))
    assert refusal == Refusal("marshals", "needs 1 for 60 min; never so many of 1 are on shift")


def test_place() -> None:
    options = [make_option(robot, windows=MORNING) for robot in BOTH]
    problem = make_problem(make_booking("relay"), parade(*options))
    refusal = refuse(problem, assign("relay", NINE))
    assert refusal.constraint == "place"
    assert refusal.detail == "square busy with relay from 2026-06-15T06:50:00Z to 2026-06-15T08:05:00Z"


def test_robot() -> None:
    problem = make_problem(make_booking("relay"), parade(make_option(place="park", windows=MORNING)))
    refusal = refuse(problem, assign("relay", NINE))
    assert refusal.constraint == "robot"
    assert refusal.detail == "kuavo-1 busy with relay from 2026-06-15T07:00:00Z to 2026-06-15T08:34:00Z"


def test_marshals() -> None:
    problem = make_problem(make_booking("relay"), parade(make_option("kuavo-2", "park", windows=MORNING), marshals=2))
    refusal = refuse(problem, assign("relay", NINE))
    assert refusal == Refusal("marshals", "needs 2 at once; those on shift accompany relay (1)")


def test_priority_where_several_are_taken_together() -> None:
    problem = make_problem(make_booking("relay", priority=3), parade(make_option(windows=MORNING)))
    refusal = refuse(problem, assign("relay", NINE))
    assert refusal.constraint == "priority"
    assert refusal.detail == "priority 1; place, robot or marshals are taken together by relay (priority 3)"


def test_a_free_start_is_called_so() -> None:
    assert refuse(make_problem(parade())).constraint == "search"


def test_the_planner_leaves_no_free_start() -> None:
    bookings = [make_booking(f"trial-{i:02}") for i in range(12)]
    plan = solve(make_problem(*bookings), time_limit=5.0)
    assert plan.left_out and {r.constraint for r in plan.left_out.values()} <= {
        "place",
        "robot",
        "marshals",
        "priority",
    }

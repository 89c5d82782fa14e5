"""The planner: right where everything can be tried, repeatable, and true to its promises."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plans import HOUR, MINUTE, NINE, assign, make_booking, make_option, make_problem

from benchmarks.plan_cases import make_case
from benchmarks.plan_small import STEP, draw_problem, find_optimum
from robot_trials.schedule.checker import check
from robot_trials.schedule.problem.statement import Interval, Plan, reward
from robot_trials.schedule.search import cp_sat
from robot_trials.schedule.search.bound import compute_bound
from robot_trials.schedule.search.classes import group
from robot_trials.schedule.search.cp_sat import solve
from robot_trials.schedule.search.greedy import plan_greedily

SEEDS = range(40)
CITY = make_case(seed=3, bookings=30, robots=6, places=8, days=1).problem


@pytest.mark.parametrize("seed", SEEDS)
def test_tiny_problems_reach_the_optimum(seed: int) -> None:
    problem = draw_problem(seed)
    plan = solve(problem, time_limit=30.0, step=STEP)
    assert plan.objective == find_optimum(problem)
    assert plan.optimal and plan.gap == 0.0
    assert check(problem, plan) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_holds(seed: int) -> None:
    problem = draw_problem(seed)
    optimum = find_optimum(problem)
    for time_limit in (1e-9, 5.0):  # whether or not column generation comes to its end
        bound = compute_bound(group(problem, STEP), time_limit).value
        assert optimum <= bound <= sum(reward(booking.priority) for booking in problem.bookings)


@pytest.mark.parametrize("seed", range(12))
def test_ruin_and_recreate_and_proof_agree_with_the_optimum(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cp_sat, "SMALL", 0)
    problem = draw_problem(seed)
    plan = solve(problem, time_limit=60.0, step=STEP)
    assert plan.optimal and plan.objective == find_optimum(problem)
    assert check(problem, plan) == []


def test_a_city_is_planned_within_the_gap() -> None:
    reports = []
    plan = solve(CITY, time_limit=30.0, gap_limit=0.06, on_progress=reports.append)
    assert check(CITY, plan) == []
    assert plan.gap <= 0.06
    greedy = {assignment.booking for assignment in plan_greedily(CITY)}
    assert plan.objective >= sum(reward(b.priority) for b in CITY.bookings if b.name in greedy)
    assert [r.objective for r in reports] == sorted(r.objective for r in reports)
    assert [r.bound for r in reports] == sorted((r.bound for r in reports), reverse=True)


def test_the_same_seed_gives_the_same_plan() -> None:
    one, two = (solve(CITY, time_limit=60.0, gap_limit=0.06, seed=5) for _ in range(2))
    assert one.assignments == two.assignments and one.left_out == two.left_out


def test_first_fit_keeps_every_rule() -> None:
    planned = tuple(plan_greedily(CITY))
    value = sum(reward(b.priority) for b in CITY.bookings if b.name in {a.booking for a in planned})
    missing = {b.name: None for b in CITY.bookings if b.name not in {a.booking for a in planned}}
    assert check(CITY, Plan(planned, missing, value, value, True, 0.0)) == []  # type: ignore[arg-type]


def test_first_fit_serves_the_higher_priority_first() -> None:
    narrow = (Interval(NINE, NINE + HOUR),)
    problem = make_problem(
        make_booking("parade", make_option(windows=narrow)),
        make_booking("relay", make_option(windows=narrow), priority=2),
    )
    assert [assignment.booking for assignment in plan_greedily(problem)] == ["relay"]


def test_trials_move_to_the_earliest_start() -> None:
    problem = make_problem(make_booking("relay"), make_booking("parade"))
    plan = solve(problem, time_limit=10.0)
    assert [assignment.start for assignment in plan.assignments] == [NINE, NINE + HOUR + 34 * MINUTE]


def test_an_empty_problem_has_an_empty_plan() -> None:
    plan = solve(make_problem(), time_limit=1.0)
    assert (plan.assignments, plan.objective, plan.bound, plan.optimal) == ((), 0, 0, True)


def test_too_little_time_still_gives_a_plan() -> None:
    plan = solve(CITY, time_limit=1e-6)
    assert check(CITY, plan) == []
    assert len(plan.assignments) > 0


def test_buffers_that_are_no_whole_minutes_are_kept_to_the_second() -> None:
    kept = {"buffer_before": 61, "buffer_after": 59}
    bookings = [make_booking(f"trial-{i}", make_option("kuavo-1"), make_option("kuavo-2"), **kept) for i in range(4)]
    problem = make_problem(*bookings)
    plan = solve(problem, time_limit=10.0)
    assert check(problem, plan) == []
    starts = sorted(a.start for a in plan.assignments)
    assert starts[1] - starts[0] == HOUR + 2 * MINUTE


def test_a_city_without_marshals_is_planned() -> None:
    bookings = tuple(replace(booking, marshals=0) for booking in CITY.bookings)
    problem = replace(CITY, bookings=bookings, marshals=())
    plan = solve(problem, time_limit=20.0, gap_limit=0.1)
    assert check(problem, plan) == []
    assert plan.gap <= 0.1 and not any(assignment.marshals for assignment in plan.assignments)


class TestPromises:
    RUNNING = assign("relay", NINE - 20 * MINUTE + 7, duration=70 * MINUTE)
    PROBLEM = make_problem(make_booking("relay"), make_booking("parade"), make_booking("show", priority=3))

    def test_a_running_trial_stays_and_blocks(self) -> None:
        plan = solve(self.PROBLEM, time_limit=10.0, fixed=[self.RUNNING])
        assert check(self.PROBLEM, plan, [self.RUNNING]) == []
        assert self.RUNNING in plan.assignments
        assert plan.objective == 18 and plan.optimal
        ready = self.RUNNING.end + 34 * MINUTE
        assert min(a.start for a in plan.assignments if a != self.RUNNING) == -(-ready // 60) * 60

    def test_a_promise_in_the_future_stays_against_higher_priority(self) -> None:
        narrow = (Interval(NINE + HOUR, NINE + 3 * HOUR),)
        rivals = make_problem(make_booking("relay"), make_booking("show", make_option(windows=narrow), priority=3))
        promised = assign("relay", NINE + 90 * MINUTE)
        plan = solve(rivals, time_limit=10.0, fixed=[promised])
        assert plan.assignments == (promised,)
        assert plan.left_out["show"].constraint in ("place", "priority", "robot")
        assert check(rivals, plan, [promised]) == []

    @pytest.mark.parametrize("seed", range(8))
    def test_every_plan_can_be_promised_again(self, seed: int) -> None:
        problem = draw_problem(seed)
        plan = solve(problem, time_limit=30.0, step=STEP)
        kept = plan.assignments[::2]
        again = solve(problem, time_limit=30.0, step=STEP, fixed=kept)
        assert check(problem, again, kept) == []
        assert again.objective == plan.objective and again.optimal

    def test_a_city_is_planned_around_its_promises(self) -> None:
        first = solve(CITY, time_limit=10.0, gap_limit=0.1)
        kept = first.assignments[::2]
        again = solve(CITY, time_limit=10.0, gap_limit=0.1, fixed=kept)
        assert check(CITY, again, kept) == []

    @pytest.mark.parametrize(
        ("fixed", "message"),
        [
            ([assign("gala", NINE)], "'gala': booking: gala: must be one of"),
            ([assign("relay", NINE, "g1")], "robot: g1"),
            ([assign("relay", NINE, marshals=["cid"])], "marshal: cid"),
            ([assign("relay", NINE, duration=0)], "end: .*: must be >"),
            ([assign("relay", NINE), assign("relay", NINE + 4 * HOUR)], "must appear only once"),
            ([assign("relay", NINE), assign("parade", NINE + HOUR, "kuavo-2", "park")], None),
            (
                [assign("relay", NINE), assign("parade", NINE + HOUR, "kuavo-2")],
                "'parade': place: square: must be free",
            ),
            ([assign("relay", NINE), assign("parade", NINE + HOUR, place="park")], "'parade': robot: kuavo-1"),
        ],
    )
    def test_promises_that_cannot_be_kept_are_refused(self, fixed, message: str | None) -> None:
        if message is None:
            assert solve(self.PROBLEM, time_limit=5.0, fixed=fixed).objective == 18
            return
        with pytest.raises(ValueError, match=message):
            solve(self.PROBLEM, time_limit=1.0, fixed=fixed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"time_limit": 0.0}, "time_limit: 0.0: must be > 0"),
        ({"time_limit": 1.0, "gap_limit": 1.0}, "gap_limit: 1.0: must be ≥ 0 and < 1"),
        ({"time_limit": 1.0, "workers": 0}, "workers: 0: must be ≥ 1"),
        ({"time_limit": 1.0, "step": 0}, "step: 0: must be ≥ 1"),
    ],
)
def test_senseless_limits_are_refused(arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        solve(make_problem(), **arguments)

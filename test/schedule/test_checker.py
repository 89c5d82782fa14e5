"""Every rule is checked: a plan that breaks it is refused, and for that reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plans import HOUR, MINUTE, NINE, assign, make_booking, make_option, make_plan, make_problem

from robot_trials.schedule.checker import check
from robot_trials.schedule.problem.statement import Interval, Marshal

TWO = make_problem(
    make_booking("relay", make_option(), make_option("kuavo-2", "park")),
    make_booking("parade", make_option(), make_option("kuavo-2"), make_option("kuavo-2", "park")),
)
READY = HOUR + 34 * MINUTE
RELAY = assign("relay", NINE)


def test_a_plan_that_keeps_all_rules_passes() -> None:
    assert check(TWO, make_plan(TWO, RELAY, assign("parade", NINE, "kuavo-2", "park", ["ben"]))) == []
    assert check(TWO, make_plan(TWO, RELAY, assign("parade", NINE + READY))) == []
    assert check(TWO, make_plan(TWO, RELAY, assign("parade", NINE + 75 * MINUTE, "kuavo-2"))) == []


@pytest.mark.parametrize(
    ("parade", "reason"),
    [
        (assign("parade", NINE + 75 * MINUTE - 1, "kuavo-2", "square", ["ben"]), "overlap at square"),
        (assign("parade", NINE + READY - 1), "kuavo-1 is not ready again"),
        (assign("parade", NINE + HOUR - 1, "kuavo-2", "park"), "share ada"),
        (assign("parade", NINE + 3 * HOUR, "kuavo-1", "park"), "none of its options"),
        (assign("parade", NINE + 3 * HOUR, duration=HOUR - 1), "must last 3600 s"),
        (assign("parade", NINE - 1, "kuavo-2", "park", ["ben"]), "none of its windows"),
        (assign("parade", NINE + 7 * HOUR + 1), "none of its windows"),
        (assign("parade", NINE + 3 * HOUR, marshals=[]), "must have 1"),
        (assign("parade", NINE + 3 * HOUR, marshals=["ada", "ben"]), "must have 1"),
        (assign("parade", NINE + 3 * HOUR, marshals=["cid"]), "unknown marshal cid"),
        (assign("parade", NINE + 3 * HOUR, robot="g1"), "unknown robot g1"),
        (assign("parade", NINE + 3 * HOUR, place="moon"), "unknown place moon"),
    ],
)
def test_a_broken_rule_is_told(parade, reason: str) -> None:
    violations = check(TWO, make_plan(TWO, RELAY, parade))
    assert any(reason in violation for violation in violations), violations


def test_shifts_bind() -> None:
    short = (Interval(NINE, NINE + 2 * HOUR), Interval(NINE + 2 * HOUR, NINE + 4 * HOUR))
    problem = make_problem(make_booking("relay"), marshals=(Marshal("ada", short),))
    assert check(problem, make_plan(problem, assign("relay", NINE + HOUR))) == []
    across = make_plan(problem, assign("relay", NINE + HOUR + 1))
    assert "ada is not on shift" in check(problem, across)[0]


def test_one_marshal_does_not_count_twice() -> None:
    problem = make_problem(make_booking("relay", marshals=2))
    assert "named twice" in check(problem, make_plan(problem, assign("relay", NINE, marshals=["ada", "ada"])))[0]


def test_batteries_bind() -> None:
    problem = make_problem(make_booking("relay", make_option(energy=800.1)))
    assert "800.1 Wh" in check(problem, make_plan(problem, RELAY))[0]
    problem = make_problem(make_booking("relay", make_option(energy=800.0)))
    assert check(problem, make_plan(problem, RELAY)) == []


def test_sums_are_added_up() -> None:
    plan = make_plan(TWO, RELAY)
    assert "objective is 2" in check(TWO, replace(plan, objective=2, bound=2))[0]
    assert "lies below" in check(TWO, replace(plan, bound=0, optimal=False))[0]
    assert "called optimal" in check(TWO, replace(plan, bound=2))[0]


def test_every_booking_is_planned_once_or_left_out() -> None:
    plan = make_plan(TWO, RELAY)
    assert "parade: appears 0 times" in check(TWO, replace(plan, left_out={}))[0]
    assert "relay: appears 2 times" in check(TWO, replace(plan, assignments=(RELAY, RELAY)))[0]
    assert "unknown booking" in check(TWO, replace(plan, assignments=(RELAY, assign("show", NINE))))[0]


def test_promised_trials_stay() -> None:
    late = assign("relay", NINE - HOUR)
    assert check(TWO, make_plan(TWO, late), [late]) == []
    assert "promised" in check(TWO, make_plan(TWO, RELAY), [late])[0]

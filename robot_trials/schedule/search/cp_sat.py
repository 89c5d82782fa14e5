"""The planner: a quick plan, a bound, and a search that closes the gap between them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from robot_trials.schedule.explain import explain_left_out
from robot_trials.schedule.problem.occupancy import Occupancy
from robot_trials.schedule.problem.statement import Assignment, Plan, Problem, reward
from robot_trials.schedule.search import fit
from robot_trials.schedule.search.bound import Bound, compute_bound
from robot_trials.schedule.search.classes import Choice, Grouped, group
from robot_trials.schedule.search.fixed import check_fixed
from robot_trials.schedule.search.greedy import STEP, insert_where_free, plan_greedily, shift_earlier, sort_assignments
from robot_trials.schedule.search.model import Model
from robot_trials.schedule.search.naming import choose_classes, name_choices
from robot_trials.schedule.search.rebuild import Rebuilder

BOUND_SHARE = 0.35
"""Of the time, at most for the bound."""
FINISH_SHARE = 0.08
"""Of the time, kept for names, earlier starts and reasons."""
SMALL = 12
"""Up to so many open bookings are solved to the end at once."""


@dataclass(frozen=True)
class Progress:
    """Where the search stands.

    Attributes:
        objective, bound: of the plan so far, promised trials included.
        seconds: since the search began.
    """

    objective: int
    bound: int
    seconds: float


@dataclass
class Search:
    """What the stages of the search hand on.

    Attributes:
        grouped: the problem.
        choices: the best plan so far.
        bound: of the open bookings.
        gap_limit: at which the search ends.
        deadline: on the clock [s].
        clock: that time is read from [s].
        base: reward of the promised trials.
        began: when the search began, on the clock [s].
        on_progress: called with each better plan.
    """

    grouped: Grouped
    choices: list[Choice]
    bound: int
    gap_limit: float
    deadline: float
    clock: Callable[[], float]
    base: int
    began: float
    on_progress: Callable[[Progress], None] | None

    @property
    def objective(self) -> int:
        """Rewards of the plan so far."""
        return sum(reward(self.grouped.bookings[choice.booking].priority) for choice in self.choices)

    @property
    def target(self) -> int:
        """Objective at which the gap is small enough."""
        return math.ceil(self.bound * (1.0 - self.gap_limit) - 1e-9)

    def report(self, objective: int) -> None:
        """Tell where the search stands: the open bookings' objective, with the promised trials added."""
        if self.on_progress is not None:
            seconds = self.clock() - self.began
            self.on_progress(Progress(self.base + objective, self.base + self.bound, seconds))

    @property
    def is_over(self) -> bool:
        """Whether the gap is closed or time is up."""
        return self.objective >= self.target or self.clock() >= self.deadline


def solve(
    problem: Problem,
    time_limit: float,
    gap_limit: float = 0.0,
    seed: int = 0,
    workers: int | None = None,
    fixed: Iterable[Assignment] = (),
    on_progress: Callable[[Progress], None] | None = None,
    step: int = STEP,
    clock: Callable[[], float] = time.monotonic,
) -> Plan:
    """Plan as many trials as possible, the more important ones first.

    The same seed gives the same plan when the search ends by gap or by proof rather than by the clock.

    Args:
        problem: what is planned.
        time_limit: for all of it but compiling, once on a machine [s]; too short for a search, it still gives a plan.
        gap_limit: fraction of the bound at which a plan is good enough.
        seed: draws what the search tries.
        workers: threads of the solver; None for one.
        fixed: trials that run already or are promised: they stay as they are.
        on_progress: called with each better plan.
        step: starts are multiples of it since the epoch [s].
        clock: that the time limit is read from [s]; `time.process_time` on a machine that is busy with other things.

    Raises:
        ValueError: for a senseless limit, or promised trials that cannot be kept.
    """
    _check_limits(time_limit, gap_limit, workers, step)
    if len(problem.bookings) > SMALL:
        fit.warm_up()
    began = clock()
    promised = check_fixed(problem, fixed)
    base = _sum_rewards(problem, promised)
    grouped = group(problem, step, promised)
    choices = choose_classes(grouped, plan_greedily(problem, step, promised))
    everything = sum(reward(booking.priority) for booking in grouped.bookings)
    deadline = began + time_limit * (1.0 - FINISH_SHARE)
    search = Search(grouped, choices, everything, gap_limit, deadline, clock, base, began, on_progress)
    search.report(search.objective)
    _run(search, seed, workers or 1, time_limit)
    return _finish(search)


def _check_limits(time_limit: float, gap_limit: float, workers: int | None, step: int) -> None:
    """Limits that make sense."""
    if not time_limit > 0.0:
        raise ValueError(f"time_limit: {time_limit}: must be > 0 [s]")
    if not 0.0 <= gap_limit < 1.0:
        raise ValueError(f"gap_limit: {gap_limit}: must be ≥ 0 and < 1")
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers}: must be ≥ 1")
    if step < 1:
        raise ValueError(f"step: {step}: must be ≥ 1 [s]")


def _run(search: Search, seed: int, workers: int, time_limit: float) -> None:
    """The stages, each only as long as the gap is open."""
    if search.is_over:
        return
    if len(search.grouped.bookings) > SMALL:
        found = compute_bound(search.grouped, BOUND_SHARE * time_limit, search.clock)
        search.bound = min(search.bound, found.value)
        search.report(search.objective)
        if not search.is_over:
            _rebuild(search, found, seed)
    if not search.is_over:
        _solve_whole(search, seed, workers)


def _rebuild(search: Search, bound: Bound, seed: int) -> None:
    """Ruin and recreate, from the better of first fit and a plan built by prices."""
    rebuilder = Rebuilder(search.grouped, bound, seed)
    rebuilder.start_from(search.choices)
    rebuilder.clear()
    rebuilder.build()
    rebuilder.run(search.target, search.deadline, search.report, search.clock)
    search.choices = rebuilder.best


def _solve_whole(search: Search, seed: int, workers: int) -> None:
    """CP-SAT on everything at once: the best of small problems, and the proof of it."""
    model = Model(search.grouped, range(len(search.grouped.bookings)), bound=search.bound)
    model.hint(search.choices)
    model.cp.add(model.objective >= search.objective)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    solver.parameters.interleave_search = workers > 1  # deterministic with any number of workers
    solver.parameters.max_time_in_seconds = max(0.01, search.deadline - search.clock())
    solver.parameters.relative_gap_limit = search.gap_limit
    status = solver.solve(model.cp)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        search.choices = model.read(solver)
        search.bound = min(search.bound, math.floor(solver.best_objective_bound + 1e-6))
        search.report(search.objective)


def _finish(search: Search) -> Plan:
    """Names, earlier starts, and reasons for what is left out."""
    problem, promised = search.grouped.problem, search.grouped.fixed
    occupancy = Occupancy(problem, search.grouped.step)
    for assignment in (*promised, *name_choices(search.grouped, search.choices)):
        occupancy.add(assignment)
    insert_where_free(occupancy)
    shift_earlier(occupancy, [assignment.booking for assignment in promised])
    insert_where_free(occupancy)
    assignments = tuple(sort_assignments(occupancy.assignments.values()))
    objective, bound = _sum_rewards(problem, assignments), search.base + search.bound
    left_out = explain_left_out(occupancy)
    return Plan(assignments, left_out, objective, bound, objective == bound, search.clock() - search.began)


def _sum_rewards(problem: Problem, assignments: Iterable[Assignment]) -> int:
    """What assignments count together."""
    priorities = {booking.name: booking.priority for booking in problem.bookings}
    return sum(reward(priorities[a.booking]) for a in assignments)

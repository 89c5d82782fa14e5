"""How much any plan could reach at best, from prices on time.

Relaxation: time is cut into buckets, and each resource offers its seconds in each bucket; a trial may be split over
several starts. The linear program is solved by column generation [Dantzig1960]. Whatever prices it ends with, complete
or not, Lagrangian duality makes a bound of them that holds for every plan: it is computed from all columns, not read
from the solver.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from robot_trials.schedule.search.classes import Grouped, fits
from robot_trials.schedule.search.columns import Columns, Floats

BUCKETS = (900, 1800, 3600, 7200, 14400, 28800, 86400)
"""Lengths to choose from [s]."""
COARSER = 2
"""By so many lengths the first bound is coarser."""
COLUMNS_MAX = 150_000
ROWS_IN_A_SECOND = 600
"""Rows of the linear program that are affordable, growing slower than time."""
CLOSE = 0.002
"""Column generation ends when bound and master differ by less than this fraction."""


@dataclass(frozen=True)
class Bound:
    """A bound and the prices behind it.

    Attributes:
        value: no plan of the open bookings has a larger objective.
        columns: what the prices belong to.
        prices: per second, shape (resources, buckets).
        worth: what each booking gains beyond its cost, shape (bookings,).
    """

    value: int
    columns: Columns
    prices: Floats
    worth: Floats


def compute_bound(grouped: Grouped, time_limit: float, clock: Callable[[], float] = time.monotonic) -> Bound:
    """Bound the objective of the open bookings: coarsely first, which is soon done, then as finely as time permits.

    Args:
        grouped: the problem.
        time_limit: after which no further round begins [s].
        clock: that the limit is read from [s].
    """
    deadline = clock() + time_limit
    fine = choose_bucket(grouped, time_limit)
    coarse = BUCKETS[min(BUCKETS.index(fine) + COARSER, len(BUCKETS) - 1)]
    bound = generate_columns(Columns(grouped, coarse), deadline, clock)
    if fine < coarse and clock() < deadline:
        other = generate_columns(Columns(grouped, fine), deadline, clock)
        bound = min(other, bound, key=lambda found: found.value)
    return bound


def generate_columns(columns: Columns, deadline: float, clock: Callable[[], float]) -> Bound:
    """The bound with one length of buckets; the trivial one, all rewards, where there is no time.

    Args:
        columns: of the problem.
        deadline: on the clock [s].
        clock: that time is read from [s].
    """
    prices = np.zeros_like(columns.capacity)
    reduced = columns.reduced_rewards(prices)
    best, best_prices, best_worth = columns.bound(prices, reduced), prices, columns.rewards
    master = Master(columns)
    worth = np.zeros_like(columns.rewards)
    while clock() < deadline:
        added = columns.find_improving(reduced, worth)
        if len(added) == 0:
            break
        master.add(added)
        reached = master.solve(deadline - clock())
        if reached is None:
            break
        worth, prices = master.worth(), master.prices()
        reduced = columns.reduced_rewards(prices)
        bound = columns.bound(prices, reduced)
        if bound < best:
            best, best_prices, best_worth = bound, prices, worth
        if best - reached <= CLOSE * best:
            break
    return Bound(math.floor(best * (1.0 + 1e-9) + 1e-6), columns, best_prices, best_worth)


def choose_bucket(grouped: Grouped, time_limit: float) -> int:
    """The shortest bucket whose linear program is solved in a part of the time; bounds hold with any."""
    resources = len(grouped.problem.places) + len(grouped.robots) + len(grouped.shifts)
    rows_max = ROWS_IN_A_SECOND * time_limit**0.4
    spans, horizon = [], (1 << 62, 0)
    for booking, tasks in zip(grouped.bookings, grouped.tasks, strict=True):
        for task in tasks:
            crews = sum(fits(task, crew, grouped.step) for crew in grouped.shifts) if booking.marshals else 1
            spans += [crews * (high - low) * grouped.step for low, high in task.starts]
            horizon = min(horizon[0], task.starts[0][0]), max(horizon[1], task.starts[-1][1])
    for bucket in BUCKETS:
        columns = sum(5 * span / bucket + 2 for span in spans)
        rows = resources * (horizon[1] - horizon[0]) * grouped.step / bucket
        if columns <= COLUMNS_MAX and rows <= rows_max:
            return bucket
    return BUCKETS[-1]


class Master:
    """The linear program over the columns found so far.

    Args:
        columns: to choose from.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._objective = self._solver.Objective()
        self._objective.SetMaximization()
        self._bookings = [self._row(1.0) for _ in columns.rewards]
        self._resources: dict[tuple[int, int], pywraplp.Constraint] = {}
        self._known: set[int] = set()

    def _row(self, limit: float) -> pywraplp.Constraint:
        """A sum that may not exceed a limit."""
        return self._solver.Constraint(-self._solver.infinity(), limit)

    def add(self, indices: np.ndarray) -> None:
        """Take columns in."""
        for index in indices.tolist():
            if index in self._known:
                continue
            self._known.add(index)
            variable = self._solver.NumVar(0.0, self._solver.infinity(), "")
            booking = int(self.columns.booking[index])
            self._objective.SetCoefficient(variable, float(self.columns.rewards[booking]))
            self._bookings[booking].SetCoefficient(variable, 1.0)
            for resource, bucket, amount in self.columns.taken(index):
                key = (resource, bucket)
                if key not in self._resources:
                    self._resources[key] = self._row(self.columns.capacity[key] / self.columns.bucket)
                row = self._resources[key]
                row.SetCoefficient(variable, row.GetCoefficient(variable) + amount)

    def solve(self, time_limit: float) -> float | None:
        """Reach the optimum of the columns so far; None when time runs out."""
        self._solver.SetTimeLimit(max(1, int(1000 * time_limit)))
        if self._solver.Solve() != pywraplp.Solver.OPTIMAL:
            return None
        return float(self._objective.Value())

    def worth(self) -> Floats:
        """What each booking gains beyond its cost, shape (bookings,)."""
        return np.array([max(0.0, row.dual_value()) for row in self._bookings])

    def prices(self) -> Floats:
        """Of each resource in each bucket, per second, shape (resources, buckets)."""
        prices = np.zeros_like(self.columns.capacity)
        for key, row in self._resources.items():
            prices[key] = max(0.0, row.dual_value()) / self.columns.bucket
        return prices

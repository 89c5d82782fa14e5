"""A better plan by large neighbourhood search [Shaw1998]: free some trials, solve for them exactly, keep the better."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from ortools.sat.python import cp_model

from robot_trials.schedule.classes import Choice, Grouped
from robot_trials.schedule.model import Model
from robot_trials.schedule.problem import reward

SIZE_FIRST, SIZE_MIN, SIZE_MAX = 16, 8, 60
"""Planned trials that are freed at a time."""
EFFORT = 0.4
"""Deterministic time for one neighbourhood [CP-SAT's unit, about a second]."""
PATIENCE = 60
"""Neighbourhoods without a gain after which the search ends."""


class Improver:
    """The plan so far, and how to better it.

    Args:
        grouped: the problem.
        choices: the plan to begin with.
        seed: draws the neighbourhoods.
    """

    def __init__(self, grouped: Grouped, choices: Sequence[Choice], seed: int) -> None:
        self.grouped = grouped
        self.planned = {choice.booking: choice for choice in choices}
        self._draw = random.Random(seed)
        self._rewards = [reward(booking.priority) for booking in grouped.bookings]
        self._needs = [_list_needs(grouped, b) for b in range(len(grouped.bookings))]
        self._size = float(SIZE_FIRST)

    @property
    def objective(self) -> int:
        """Rewards of the planned bookings."""
        return sum(self._rewards[b] for b in self.planned)

    def run(self, target: int, deadline: float, on_gain: Callable[[int], None]) -> None:
        """Search until the target is reached, time is up, or nothing is gained any more.

        Args:
            target: objective that is good enough.
            deadline: on the monotonic clock [s].
            on_gain: called with each better objective.
        """
        fruitless = 0
        while self.objective < target and fruitless < PATIENCE and time.monotonic() < deadline:
            before = self.objective
            if not self._step(deadline):
                return
            fruitless = 0 if self.objective > before else fruitless + 1
            if self.objective > before:
                on_gain(self.objective)

    def _step(self, deadline: float) -> bool:
        """One neighbourhood; False when nothing is left out."""
        missing = [b for b in range(len(self._rewards)) if b not in self.planned]
        if not missing:
            return False
        center = self._draw.choices(missing, [self._rewards[b] for b in missing])[0]
        freed = self._pick_planned(center)
        others = [b for b in missing if b != center]
        extra = self._draw.sample(others, min(len(others), len(freed)))
        kept = [choice for b, choice in self.planned.items() if b not in freed]
        model = Model(self.grouped, sorted({center, *freed, *extra}), kept)
        model.hint([self.planned[b] for b in freed])
        solver = make_solver(self._draw.randrange(1 << 30), deadline - time.monotonic())
        solver.parameters.max_deterministic_time = EFFORT
        status = solver.solve(model.cp)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            found = model.read(solver)
            if sum(self._rewards[c.booking] for c in found) >= sum(self._rewards[b] for b in freed):
                for b in freed:
                    del self.planned[b]
                self.planned.update((choice.booking, choice) for choice in found)
        self._size *= 1.1 if status == cp_model.OPTIMAL else 0.85
        self._size = min(max(self._size, SIZE_MIN), SIZE_MAX)
        return True

    def _pick_planned(self, center: int) -> list[int]:
        """Planned trials that stand in the way of one that is left out, the closest in time first."""
        tasks = self.grouped.tasks[center]
        task = self._draw.choice(tasks)
        low, high = self._draw.choice(task.starts)
        at = self._draw.randint(low, high) * self.grouped.step
        distances = []
        for b, choice in self.planned.items():
            own = self.grouped.tasks[b][choice.task]
            shared = (own.place == task.place) + (own.robots == task.robots)
            away = abs(choice.start + own.duration // 2 - at - task.duration // 2)
            distances.append((away / (1.0 + 2.0 * shared) * self._draw.uniform(0.5, 1.5), b))
        return [b for _, b in sorted(distances)[: int(self._size)]]


def _list_needs(grouped: Grouped, booking: int) -> set[object]:
    """Places and classes of robots that a booking could use."""
    return {name for task in grouped.tasks[booking] for name in (task.place, task.robots)}


def make_solver(seed: int, time_limit: float, workers: int = 1) -> cp_model.CpSolver:
    """A solver whose result depends on the seed only, as long as it is not stopped by the clock."""
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = workers
    solver.parameters.interleave_search = workers > 1
    solver.parameters.max_time_in_seconds = max(0.01, time_limit)
    return solver

"""A better plan by ruin and recreate [Schrimpf2000]: take out trials that stand in another's way, and fill up again.

What is dear at the bound's prices is used last, so that the plan leans on the relaxation's. Worse plans are accepted
with a probability that falls from round to round, as in simulated annealing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import numpy as np

from robot_trials.schedule.problem.statement import reward
from robot_trials.schedule.search import fit
from robot_trials.schedule.search.board import Board
from robot_trials.schedule.search.bound import Bound
from robot_trials.schedule.search.classes import Choice, Grouped

MOVES_EACH, MOVES_MAX = 40, 1500
"""Moves from warm to cold: so many for each booking, and at most."""
ROUNDS_MAX = 4
"""Without a gain, after which the search ends."""
WARM, COLD = 1.2, 0.03
"""Temperature, as a fraction of the smallest reward among the bookings."""
RUIN_MAX = 8
"""Trials taken out at once."""
BLUR = 0.3
"""Costs are multiplied by up to 1 ± this at random."""
TRIED = 40
"""Of those left out, how many are tried in a move."""


class Rebuilder:
    """The plan so far, and how to better it.

    Args:
        grouped: the problem.
        bound: guides by its prices.
        seed: draws the moves.
    """

    def __init__(self, grouped: Grouped, bound: Bound, seed: int) -> None:
        self.board = Board(grouped, bound, seed)
        self.rewards = np.array([reward(b.priority) for b in grouped.bookings], dtype=float)
        self.worth = bound.worth
        self.best: list[Choice] = []
        self.best_objective = 0
        self.objective = 0
        count = len(self.rewards)
        self._planned: dict[int, tuple[Choice, int]] = {}
        self._middle = np.full(count, np.inf)
        self._place = np.full(count, -1)
        self._crew = np.full(count, -1)
        self._draw = np.random.default_rng(seed)

    def start_from(self, choices: Sequence[Choice]) -> None:
        """Take a plan over."""
        for choice in choices:
            self._enter(choice, self.board.span_of(choice), changed=True)
        self._keep_best()

    def build(self) -> None:
        """Fill the board by what each booking gains at the prices, the most first."""
        self._fill(np.argsort(-(self.worth + 1e-3 * self.rewards), kind="stable").tolist(), 0.0)
        self._keep_best()

    def clear(self) -> None:
        """Empty the board."""
        for b in list(self._planned):
            self._leave(b)

    def run(
        self, target: int, deadline: float, on_gain: Callable[[int], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Search until the target is reached, time is up, or nothing is gained any more.

        Args:
            target: objective that is good enough.
            deadline: on the clock [s].
            on_gain: called with each better objective.
            clock: that the deadline is read from [s].
        """
        idle, moves = 0, min(MOVES_EACH * len(self.rewards), MOVES_MAX)
        while idle < ROUNDS_MAX:
            before = self.best_objective
            for move in range(moves):
                if self.best_objective >= target or clock() >= deadline:
                    return
                known = self.best_objective
                self._move(WARM * (COLD / WARM) ** (move / moves) * float(self.rewards.min()))
                if self.best_objective > known:
                    on_gain(self.best_objective)
            idle = 0 if self.best_objective > before else idle + 1

    def _move(self, temperature: float) -> None:
        """Ruin, recreate, and accept or undo."""
        missing = np.flatnonzero(np.isinf(self._middle))
        if len(missing) == 0:
            return
        before = self.objective
        weights = self.rewards[missing]
        center = int(self._draw.choice(missing, p=weights / weights.sum()))
        removed = [self._planned[b] for b in self._pick_rivals(center)]
        for choice, _ in removed:
            self._leave(choice.booking)
        tried = missing if len(missing) <= TRIED else self._draw.choice(missing, TRIED, replace=False)
        inserted = self._recreate(center, [choice.booking for choice, _ in removed], tried)
        loss = before - self.objective
        if loss > 0 and self._draw.random() >= math.exp(-loss / temperature):
            for b in inserted:
                self._leave(b)
            for choice, row in removed:
                self._enter(choice, row, changed=True)
        elif self.objective > self.best_objective:
            self._keep_best()

    def _pick_rivals(self, center: int) -> list[int]:
        """Planned trials near a start of one that is left out, those at the same place or by the same robots first."""
        begin, end = self.board.first_span[center : center + 2]
        span = self.board.spans[int(self._draw.integers(begin, end))]
        middle = self._draw.integers(span[fit.FIRST], span[fit.LAST] + 1) + 0.5 * span[fit.DURATION]
        shared = 1.0 + 3.0 * (self._place == span[fit.PLACE]) + 1.0 * (self._crew == span[fit.CREW])
        distance = np.abs(self._middle - middle) / shared * self._draw.uniform(0.6, 1.4, len(shared))
        count = min(int(self._draw.integers(1, RUIN_MAX + 1)), len(self._planned))
        return [int(b) for b in np.argsort(distance, kind="stable")[:count]]

    def _recreate(self, center: int, removed: list[int], missing: np.ndarray) -> list[int]:
        """Fill up again, in one of several orders."""
        candidates = np.unique(np.concatenate([missing, [center], np.array(removed, dtype=np.int64)])).astype(int)
        kind = self._draw.random()
        scores = self.rewards if kind < 0.3 else self.worth + 0.1 * self.rewards
        keys = scores[candidates] * self._draw.uniform(0.5, 1.0, len(candidates)) ** (1.0 if kind < 0.6 else 3.0)
        if kind > 0.3:
            keys[candidates == center] = np.inf
        return self._fill(candidates[np.argsort(-keys, kind="stable")].tolist(), BLUR)

    def _fill(self, bookings: list[int], blur: float) -> list[int]:
        """Put in turn each booking where it is cheapest, if anywhere."""
        inserted = []
        for b in bookings:
            found = self.board.find_start(b, blur)
            if found is not None:
                self._enter(self.board.place(b, *found), found[0], changed=False)
                inserted.append(b)
        return inserted

    def _enter(self, choice: Choice, row: int, changed: bool) -> None:
        """Note a choice; `changed` when the board does not know it yet."""
        b = choice.booking
        if changed:
            self.board.change(choice, row, 1)
        self._planned[b] = choice, row
        span = self.board.spans[row]
        self._middle[b] = choice.start // self.board.step - self.board.origin + 0.5 * span[fit.DURATION]
        self._place[b], self._crew[b] = span[fit.PLACE], span[fit.CREW]
        self.objective += int(self.rewards[b])

    def _leave(self, b: int) -> None:
        """Take a booking off the board."""
        choice, row = self._planned.pop(b)
        self.board.change(choice, row, -1)
        self._middle[b], self._place[b], self._crew[b] = np.inf, -1, -1
        self.objective -= int(self.rewards[b])

    def _keep_best(self) -> None:
        """Remember the plan if it is the best so far."""
        if self.objective > self.best_objective:
            self.best_objective = self.objective
            self.best = [choice for choice, _ in self._planned.values()]

"""The CP-SAT model: optional intervals on places, on classes of robots and on shifts of marshals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from robot_trials.schedule.problem.statement import Booking, reward
from robot_trials.schedule.search.classes import Choice, Crew, Grouped, Task, fits

LATEST = 1 << 40
"""Beyond any instant [s since the epoch]."""


@dataclass
class BookingVariables:
    """What is decided about one booking.

    Attributes:
        present: whether it is planned.
        start: [steps].
        tasks: whether each of its tasks is the one.
        shifts: index of a shift → how many of its marshals come.
    """

    present: cp_model.IntVar
    start: cp_model.IntVar
    tasks: list[cp_model.IntVar]
    shifts: dict[int, cp_model.IntVar] = field(default_factory=dict)


class Model:
    """Variables and constraints for a grouped problem, or a part of it.

    Args:
        grouped: the problem without its symmetry.
        free: indices of the bookings to decide about; all others stay as they are.
        kept: of these others, the planned ones.
        bound: the rewards of the free bookings cannot add up to more than this; None for no such limit.
    """

    def __init__(
        self, grouped: Grouped, free: Sequence[int], kept: Iterable[Choice] = (), bound: int | None = None
    ) -> None:
        self.grouped = grouped
        self.free = free
        self.cp = cp_model.CpModel()
        self._places: dict[str, list[cp_model.IntervalVar]] = defaultdict(list)
        self._robots: list[list[cp_model.IntervalVar]] = [[] for _ in grouped.robots]
        self._shifts: list[list[tuple[cp_model.IntervalVar, cp_model.LinearExprT]]] = [[] for _ in grouped.shifts]
        self.bookings = [self._add_booking(grouped.bookings[b], grouped.tasks[b]) for b in free]
        self._add_fixed()
        for choice in kept:
            self._add_kept(choice)
        self._add_capacities()
        rewards = [reward(grouped.bookings[b].priority) for b in free]
        self.objective = sum(worth * own.present for worth, own in zip(rewards, self.bookings, strict=True))
        if bound is not None and bound < sum(rewards):
            self.cp.add(self.objective <= bound)
        self.cp.maximize(self.objective)

    def _add_booking(self, booking: Booking, tasks: tuple[Task, ...]) -> BookingVariables:
        """Whether, when, where and by which class of robots."""
        cp, name, step = self.cp, booking.name, self.grouped.step
        domain = cp_model.Domain.from_intervals([[low, high] for task in tasks for low, high in task.starts])
        start = cp.new_int_var_from_domain(domain, f"start {name}")
        present = cp.new_bool_var(f"present {name}")
        chosen = [cp.new_bool_var(f"{name} {task.place} {task.robots}") for task in tasks]
        cp.add(sum(chosen) == present)
        own = BookingVariables(present, start, chosen)
        for task, literal in zip(tasks, chosen, strict=True):
            within = cp_model.Domain.from_intervals([list(r) for r in task.starts])
            if within.flattened_intervals() != domain.flattened_intervals():
                cp.add_linear_expression_in_domain(start, within).only_enforce_if(literal)
        for (place, duration), literal in self._merge(tasks, chosen, lambda t: (t.place, t.duration)).items():
            size = booking.buffer_before + duration + booking.buffer_after
            first = step * start - booking.buffer_before
            self._places[place].append(cp.new_optional_fixed_size_interval_var(first, size, literal, f"place {name}"))
        for (crew, block), literal in self._merge(tasks, chosen, lambda t: (t.robots, t.block)).items():
            self._robots[crew].append(
                cp.new_optional_fixed_size_interval_var(step * start, block, literal, f"robot {name}")
            )
        if booking.marshals:
            self._add_marshals(booking, tasks, own)
        return own

    def _merge(self, tasks, literals, key):  # type: ignore[no-untyped-def]
        """One literal for all tasks that share a key."""
        groups = defaultdict(list)
        for task, literal in zip(tasks, literals, strict=True):
            groups[key(task)].append(literal)
        merged = {}
        for name, members in groups.items():
            if len(members) == 1:
                merged[name] = members[0]
            else:
                merged[name] = self.cp.new_bool_var("")
                self.cp.add(sum(members) == merged[name])
        return merged

    def _add_marshals(self, booking: Booking, tasks: tuple[Task, ...], own: BookingVariables) -> None:
        """How many marshals come from which shift."""
        cp, step, need = self.cp, self.grouped.step, booking.marshals
        durations = self._merge(tasks, own.tasks, lambda t: t.duration)
        shortest = next(iter(durations))
        length: cp_model.LinearExprT = shortest
        end: cp_model.LinearExprT = step * own.start + shortest
        if len(durations) > 1:
            length = cp.new_int_var_from_domain(cp_model.Domain.from_values(list(durations)), "")
            for duration, literal in durations.items():
                cp.add(length == duration).only_enforce_if(literal)
            end = cp.new_int_var(0, LATEST, "")
            cp.add(end - step * own.start == length)
        numbers = []
        for index, crew in enumerate(self.grouped.shifts):
            if not any(fits(task, crew, step) for task in tasks):
                continue
            assert crew.shift is not None
            comes = cp.new_bool_var("")
            cp.add_implication(comes, own.present)
            number: cp_model.LinearExprT = comes
            if need > 1:
                most = min(need, len(crew.names))
                number = cp.new_int_var(0, most, "")
                cp.add(number <= most * comes)
                cp.add(number >= comes)
            cp.add(step * own.start >= crew.shift.start).only_enforce_if(comes)
            cp.add(end <= crew.shift.end).only_enforce_if(comes)
            interval = cp.new_optional_interval_var(step * own.start, length, end, comes, "marshal")
            self._shifts[index].append((interval, number))
            own.shifts[index] = number  # type: ignore[assignment]
            numbers.append(number)
        cp.add(sum(numbers) == need * own.present)

    def _add_fixed(self) -> None:
        """Promised trials take their places; robots and marshals are entered with their classes."""
        bookings = {booking.name: booking for booking in self.grouped.problem.bookings}
        for a in self.grouped.fixed:
            booking = bookings[a.booking]
            start, end = a.start - booking.buffer_before, a.end + booking.buffer_after
            self._places[a.place].append(self.cp.new_fixed_size_interval_var(start, end - start, "fixed"))

    def _add_kept(self, choice: Choice) -> None:
        """A trial that stays takes its place, one of its robots and its marshals."""
        booking = self.grouped.bookings[choice.booking]
        task = self.grouped.tasks[choice.booking][choice.task]
        size = booking.buffer_before + task.duration + booking.buffer_after
        place = self.cp.new_fixed_size_interval_var(choice.start - booking.buffer_before, size, "kept")
        self._places[task.place].append(place)
        self._robots[task.robots].append(self.cp.new_fixed_size_interval_var(choice.start, task.block, "kept"))
        for index, number in choice.shifts:
            interval = self.cp.new_fixed_size_interval_var(choice.start, task.duration, "kept")
            self._shifts[index].append((interval, number))

    def _add_capacities(self) -> None:
        """One trial a place, one a robot, one a marshal."""
        for intervals in self._places.values():
            self.cp.add_no_overlap(intervals)
        for crew, intervals in zip(self.grouped.robots, self._robots, strict=True):
            self._add_crew(crew, [(interval, 1) for interval in intervals])
        for crew, demands in zip(self.grouped.shifts, self._shifts, strict=True):
            self._add_crew(crew, demands)

    def _add_crew(self, crew: Crew, demands: list[tuple[cp_model.IntervalVar, cp_model.LinearExprT]]) -> None:
        """No more at a time than there are names."""
        taken = [(self.cp.new_fixed_size_interval_var(a, b - a, "fixed"), 1) for a, b, _ in crew.taken]
        everyone = [*demands, *taken]
        if len(crew.names) == 1 and all(isinstance(number, int) for _, number in everyone):
            self.cp.add_no_overlap([interval for interval, _ in everyone])
        elif everyone:
            self.cp.add_cumulative(
                [interval for interval, _ in everyone], [number for _, number in everyone], len(crew.names)
            )

    def hint(self, choices: Iterable[Choice]) -> None:
        """Begin the search at a plan."""
        planned = {choice.booking: choice for choice in choices}
        for b, own in zip(self.free, self.bookings, strict=True):
            choice = planned.get(b)
            self.cp.add_hint(own.present, choice is not None)
            for index, literal in enumerate(own.tasks):
                self.cp.add_hint(literal, choice is not None and choice.task == index)
            if choice is not None:
                self.cp.add_hint(own.start, choice.start // self.grouped.step)
            for index, number in own.shifts.items():
                self.cp.add_hint(number, dict(choice.shifts).get(index, 0) if choice else 0)

    def read(self, solver: cp_model.CpSolver | cp_model.CpSolverSolutionCallback) -> list[Choice]:
        """The planned bookings of a solution."""
        choices = []
        for b, own in zip(self.free, self.bookings, strict=True):
            if solver.value(own.present):
                task = next(i for i, literal in enumerate(own.tasks) if solver.value(literal))
                numbers = ((index, solver.value(number)) for index, number in own.shifts.items())
                shifts = tuple((index, number) for index, number in numbers if number)
                choices.append(Choice(b, task, solver.value(own.start) * self.grouped.step, shifts))
        return choices

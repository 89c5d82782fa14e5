"""What a kind of trial is: the small protocols that everything else asks, and the records that it is asked for.

A kind is a module with a `KIND` that meets `TrialKind`. It is found by its name, `kind:` in a trial's YAML; nothing
outside its own package names it. What needs heavy libraries is imported inside its methods, so that reading a
configuration stays quick.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from py_trees.behaviour import Behaviour

    from robot_trials.config.files.model import Loaded
    from robot_trials.config.setup import TrialSetup
    from robot_trials.config.site import CourseSpec, Mark
    from robot_trials.config.trial import Trial
    from robot_trials.exceptions import ConfigProblem
    from robot_trials.kinds.common.context import TrialContext
    from robot_trials.kinds.reporting import KindReport
    from robot_trials.perception.percept import Attention
    from robot_trials.robots.profile import RobotProfile
    from robot_trials.robots.props import PropSet
    from robot_trials_control.records import Sharing

Corner = tuple[float, float]
Hand = Literal["left", "right"]


@dataclass(frozen=True)
class Load:
    """What is carried, as announced.

    Attributes:
        mass: [kg].
        tolerance: how far the measured mass may lie from it [kg].
        hand: that carries it.
    """

    mass: float
    tolerance: float
    hand: Hand

    def __post_init__(self) -> None:
        """A permit compares these numbers: one that is none would pass every cap.

        Raises:
            ValueError: mass or tolerance is no number or out of range, or there is no such hand.
        """
        if not (math.isfinite(self.mass) and self.mass > 0.0):
            raise ValueError(f"load.mass {self.mass!r} must be > 0 kg")
        if not (math.isfinite(self.tolerance) and self.tolerance >= 0.0):
            raise ValueError(f"load.tolerance {self.tolerance!r} must be ≥ 0 kg")
        if self.hand not in ("left", "right"):
            raise ValueError(f"load.hand {self.hand!r} must be left or right")

    @property
    def heaviest(self) -> float:
        """Largest mass that is accepted [kg]."""
        return self.mass + self.tolerance


@dataclass(frozen=True)
class Demands:
    """What a trial takes at most: the one thing that permit, planner, coordinator, preflight and geofence ask.

    Attributes:
        speed: highest walking speed that is asked for [m/s].
        duration: longest time from start to end, with every attempt of every phase and what lies between them.
        area: corners of the polygon that the robot stays in, on the course's map [m].
        load: what is carried; None for nothing.
        people: who take part in it, beside marshals.
    """

    speed: float
    duration: timedelta
    area: tuple[Corner, ...]
    load: Load | None = None
    people: int = 0

    def __post_init__(self) -> None:
        """A permit compares these numbers: one that is none would pass every cap.

        Raises:
            ValueError: one of them is no number or out of range, or the area has no corners.
        """
        if not (math.isfinite(self.speed) and self.speed > 0.0):
            raise ValueError(f"speed {self.speed!r} must be > 0 m/s")
        if not isinstance(self.duration, timedelta) or self.duration <= timedelta():
            raise ValueError(f"duration {self.duration!r} must be a timedelta > 0")
        if len(self.area) < 3 or not all(math.isfinite(number) for corner in self.area for number in corner):
            raise ValueError(f"area {self.area!r} must have at least three corners [m]")
        if self.people < 0:
            raise ValueError(f"people {self.people!r} must be ≥ 0")

    @property
    def hand(self) -> Hand:
        """The working hand; the right one where nothing is carried."""
        return self.load.hand if self.load else "right"

    @property
    def heaviest_load(self) -> float:
        """Largest mass that is accepted [kg]; 0 where nothing is carried."""
        return self.load.heaviest if self.load else 0.0


class Quantity(NamedTuple):
    """A number and its unit."""

    value: float
    unit: str


@dataclass(frozen=True)
class Advance:
    """How far a mission is.

    Attributes:
        share: from 0 at the start to 1 at the end.
        figures: what else a person would like to see, by name.
    """

    share: float
    figures: Mapping[str, Quantity] = field(default_factory=dict)


class Mission(Protocol):
    """One trial of a kind under way, on one robot."""

    @property
    def context(self) -> TrialContext:
        """The blackboard, which its leaves read and write."""

    @property
    def tree(self) -> Behaviour:
        """What is ticked fifty times a second; its end is the trial's."""

    def attend(self) -> Attention:
        """What perception shall look at."""

    def share_load(self) -> Sharing:
        """Whether a person may hold what the robot's hand holds, or has a hand where it reaches."""

    def measure(self) -> Advance:
        """How far it is."""


@dataclass(frozen=True)
class Rule:
    """A bound that one of a measure's figures must keep for a trial to pass.

    Attributes:
        name: of the figure.
        label: the same in words.
        unit: of figure and bound; empty for counts.
        comparison: "<=" or ">=".
        bound: what it is held against.
    """

    name: str
    label: str
    unit: str
    comparison: Literal["<=", ">="]
    bound: float


class Measure(Protocol):
    """Accumulates figures of a trial from its control samples, and says which of them must keep a bound.

    It may look at a simulator's truth: measures are the judge's eye. One idea a class, one class a file.
    """

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""

    def compute_figures(self) -> dict[str, float]:
        """Every figure by name; NaN where there was nothing to measure."""

    def list_rules(self) -> Sequence[Rule]:
        """Bounds on its figures."""


class LaidCourse(NamedTuple):
    """A course as one trial uses it.

    Attributes:
        spec: as its file says, with what the trial changes.
        course: the kind's own record of it, on the course's map.
        marks: painted on its lane.
    """

    spec: CourseSpec
    course: Any
    marks: tuple[Mark, ...] = ()


class TrialKind(Protocol):
    """A kind of trial.

    Attributes:
        name: as `kind:` in a trial's YAML.
        trial: pydantic model of the trial's file, a subclass of `config.trial.Trial`.
        course: pydantic model of a course's file, a subclass of `config.site.CourseSpec`: lane and people, a route,
            posts.
    """

    name: str
    trial: type[Trial]
    course: type[CourseSpec]

    def resolve_course(self, spec: Any, trial: Any) -> LaidCourse:
        """The course with everything on its map, as a trial uses it."""

    def check(self, trial: Loaded[Any], course: Loaded[Any]) -> list[ConfigProblem]:
        """What is wrong between files that are valid by themselves."""

    def list_bounds(self, trial: Any, course: Any) -> dict[str, float]:
        """The built-in bounds of the verdict, by key of the trial's `criteria`; a trial may tighten them."""

    def find_demands(self, trial: Any, course: Any) -> Demands:
        """What the trial takes at most."""

    def describe_course(self, course: Any) -> dict[str, Any]:
        """The course as a bag carries it, as JSON, in the map frame: a replay needs no configuration files."""

    def start_mission(self, setup: TrialSetup, profile: RobotProfile) -> Mission:
        """A fresh mission."""

    def make_props(self, setup: TrialSetup, *, people: bool = True) -> PropSet:
        """What the kind adds to a simulated world, as the setup's seed draws it.

        Args:
            setup: the trial.
            people: those who take part are there; without them what the robot carries hangs beside it, for drills.
        """

    def describe_judging(self, setup: TrialSetup) -> dict[str, Any]:
        """What `list_measures` needs, as JSON: it is kept beside the recording, for a judge who comes later."""

    def list_measures(self, facts: Mapping[str, Any]) -> Sequence[Measure]:
        """Fresh measures, in the order of the verdict, from what `describe_judging` said."""

    def describe_report(self) -> KindReport:
        """What a report shows beyond that of any trial; `KindReport()` for nothing."""

"""The trials a programme wants."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from robot_trials.config.calendar import LocalMoment, Rule
from robot_trials.config.files.model import StrictModel
from robot_trials.config.site.polygon import Point
from robot_trials.config.site.zones import Name, Text

OnMissed = Literal["skip", "next_window", "ask"]
"""What becomes of a trial whose latest start has passed: nothing, planned anew, or a question to the operator."""


class DurationSpec(StrictModel):
    """How long a trial takes; durations on record replace it once there are enough.

    Attributes:
        base: without the way [s].
        speed: along the way [m/s].
        spread: of the 95th percentile over the expected duration.
    """

    base: Annotated[float, Field(ge=0.0, le=43200.0)]
    speed: Annotated[float, Field(gt=0.0, le=5.0)] = 0.7
    spread: Annotated[float, Field(ge=1.0, le=5.0)] = 1.2


class LoadSpec(StrictModel):
    """What is carried: mass [kg], hand, and where it is taken and released on the map [m].

    What a trial's file says already may be left out, or be narrower.
    """

    mass: Annotated[float, Field(gt=0.0, le=50.0)] | None = None
    mass_tolerance: Annotated[float, Field(ge=0.0, le=5.0)] | None = None
    hand: Literal["left", "right"] | None = None
    taken_at: Point
    released_at: Point


class TrialRequest(StrictModel):
    """One trial, or one that comes back.

    Attributes:
        kind: of trial; the file's where a trial is named.
        trial: what a robot runs (config/trials), with its pass criteria, speed and load; none: planned and announced,
            but no software here can start it.
        permit: that must cover it (config/permits).
        zones: any one of them will do.
        robots: any one of them will do; none: the whole fleet.
        route, posts: on the map [m]: walked from corner to corner, or stood at.
        walking_speed, noise: highest [m/s], [dB(A)]; hours with lower caps are left out. The speed is the trial's where
            it is left out; what is said here may only be lower.
        earliest_start, latest_start: local date and time of the first occurrence.
        latest_finish: likewise.
        priority: 1 is lowest.
        rehearsal: without the public.
    """

    kind: Name | None = None
    title: Text
    trial: str | None = None
    permit: str
    zones: Annotated[list[Name], Field(min_length=1)]
    robots: list[Name] = []
    route: list[Point] = []
    posts: list[Point] = []
    duration: DurationSpec
    load: LoadSpec | None = None
    walking_speed: Annotated[float, Field(gt=0.0, le=5.0)] | None = None
    noise: Annotated[float, Field(ge=20.0, le=130.0)] = 60.0
    earliest_start: LocalMoment
    latest_start: LocalMoment
    latest_finish: LocalMoment
    recurrence: Rule | None = None
    priority: Annotated[int, Field(ge=1, le=10)] = 5
    on_missed: OnMissed = "skip"
    rehearsal: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> TrialRequest:
        if not self.earliest_start <= self.latest_start < self.latest_finish:
            raise ValueError("must have earliest_start ≤ latest_start < latest_finish")
        if not self.route and not self.posts:
            raise ValueError("must have a route or posts")
        if self.trial is None:
            mass = self.load.mass if self.load else 0.0
            figures = {"kind": self.kind, "walking_speed": self.walking_speed, "load.mass": mass}
            if lacks := [key for key, value in figures.items() if value is None]:
                raise ValueError(f"without a trial it must have {' and '.join(lacks)} of its own")
        if self.latest_finish - self.earliest_start > timedelta(days=7):
            raise ValueError("must finish within 7 days of earliest_start")
        return self

    @property
    def distance(self) -> float:
        """Along the route [m]."""
        from math import dist

        return sum(dist(one, other) for one, other in zip(self.route, self.route[1:], strict=False))


class TrialsFile(StrictModel):
    """`trials.yaml` of a programme.

    Attributes:
        site: where it is held (config/sites).
    """

    site: str = "./site.yaml"
    trials: Annotated[dict[Name, TrialRequest], Field(min_length=1)]

"""What a simulated world draws: each a number, or a distribution from which the seed draws one."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from robot_trials.config.files.model import StrictModel

Pair = Annotated[tuple[float, float], Field(strict=False)]
"""Two numbers from a YAML list."""


class Uniform(StrictModel):
    """Anything between two numbers, each as likely: `{uniform: [a, b]}`."""

    uniform: Pair

    @model_validator(mode="after")
    def _is_ordered(self) -> Uniform:
        if self.uniform[0] > self.uniform[1]:
            raise ValueError(f"uniform must be [smaller, larger], got {list(self.uniform)}")
        return self

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return self.uniform

    def at(self, chance: float) -> float:
        """The value below which a share of `chance` of all draws lies."""
        low, high = self.uniform
        if low == -high:
            return high * (-1.0 + 2.0 * chance)  # exact at both ends and in the middle
        return low + (high - low) * chance


class Tolerance(StrictModel):
    """Anything within a share of a nominal value: `{nominal: 1.6, tolerance: 0.1}` is 1.6 ± 10 %."""

    nominal: float
    tolerance: Annotated[float, Field(ge=0.0, lt=1.0)]

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest value."""
        ends = self.nominal * (1.0 - self.tolerance), self.nominal * (1.0 + self.tolerance)
        return min(ends), max(ends)

    def at(self, chance: float) -> float:
        """The value below which a share of `chance` of all draws lies."""
        return self.nominal * (1.0 + (-self.tolerance + 2.0 * self.tolerance * chance))


class NormalShape(StrictModel):
    """A bell curve, cut off at both ends."""

    mean: float
    deviation: Annotated[float, Field(gt=0.0)]
    min: float
    max: float

    @model_validator(mode="after")
    def _reaches_the_range(self) -> NormalShape:
        if not self.min < self.max:
            raise ValueError(f"min must be < max, got {self.min:g} and {self.max:g}")
        bell = NormalDist(self.mean, self.deviation)
        if not bell.cdf(self.max) - bell.cdf(self.min) > 1e-6:
            raise ValueError(f"{self.min:g}…{self.max:g} must lie where the bell curve has something to draw")
        return self


class Normal(StrictModel):
    """A bell curve, cut off at both ends: `{normal: {mean: 1.6, deviation: 0.1, min: 1.3, max: 1.9}}`."""

    normal: NormalShape

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return self.normal.min, self.normal.max

    def at(self, chance: float) -> float:
        """The value below which a share of `chance` of all draws lies."""
        shape = self.normal
        bell = NormalDist(shape.mean, shape.deviation)
        low, high = bell.cdf(shape.min), bell.cdf(shape.max)
        share = min(max(low + (high - low) * chance, 1e-300), 1.0 - 1e-16)
        return min(max(bell.inv_cdf(share), shape.min), shape.max)


def _find_form(value: Any) -> str:
    """Which form a draw is written in."""
    if isinstance(value, Uniform | Tolerance | Normal):
        return type(value).__name__
    if not isinstance(value, dict):
        return "number"
    return next((name for name, key in (("Uniform", "uniform"), ("Normal", "normal")) if key in value), "Tolerance")


Distribution: TypeAlias = Uniform | Tolerance | Normal
Draw: TypeAlias = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[Uniform, Tag("Uniform")]
    | Annotated[Tolerance, Tag("Tolerance")]
    | Annotated[Normal, Tag("Normal")],
    Discriminator(_find_form),
]
"""A number or a distribution."""


def draw_value(draw: float | Distribution, chance: float) -> float:
    """The number that a draw gives for a chance in 0…1, as far as it has any."""
    return draw.at(chance) if isinstance(draw, Uniform | Tolerance | Normal) else float(draw)


def within(low: float, high: float) -> AfterValidator:
    """Every value that can be drawn must lie in a range."""

    def check(draw: float | Distribution) -> float | Distribution:
        ends = draw.range if isinstance(draw, Uniform | Tolerance | Normal) else (draw, draw)
        if not (low <= ends[0] and ends[1] <= high):
            values = f"{ends[0]:g}" if ends[0] == ends[1] else f"{ends[0]:g}…{ends[1]:g}"
            raise ValueError(f"must lie in {low:g}…{high:g}, draws {values}")
        return draw

    return AfterValidator(check)


def _uniform(low: float, high: float) -> Callable[[], Uniform]:
    return lambda: Uniform(uniform=(low, high))


class WorldSpec(StrictModel):
    """What every simulated world draws (`world:` of a trial); a kind of trial adds keys of its own.

    Attributes:
        friction: sliding friction of the floor.
        unevenness: largest height of a paving slab above or below zero [m].
    """

    friction: Annotated[Draw, within(0.05, 2.0)] = Field(default_factory=_uniform(0.4, 1.0))
    unevenness: Annotated[Draw, within(0.0, 0.02)] = 0.003

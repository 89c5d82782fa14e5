"""A greeting's trial file: what every kind's has, and how it waves, its phases and criteria."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_trials.config.files.model import StrictModel
from robot_trials.config.trial import PhaseSpec, PhasesSpec, Trial

Positive = Annotated[float, Field(gt=0.0)]


class WaveSpec(StrictModel):
    """How it waves.

    Attributes:
        count: to and fro so often.
        hand: that waves.
    """

    count: Annotated[int, Field(ge=1, le=10)] = 3
    hand: Literal["left", "right"] = "right"


class GreetPhases(PhasesSpec):
    """Limits of every phase, in the order of the trial."""

    preflight: PhaseSpec = PhaseSpec(timeout=15.0)
    walk_up: PhaseSpec = PhaseSpec(timeout=40.0)
    wave: PhaseSpec = PhaseSpec(timeout=40.0)
    walk_back: PhaseSpec = PhaseSpec(timeout=60.0)
    stand: PhaseSpec = PhaseSpec(timeout=10.0)


class GreetCriteria(StrictModel):
    """Tighter bounds of one trial; what is left out keeps the built-in bound.

    Attributes:
        raised_time_min: hand raised while the robot faces the person [s].
        return_distance_max: base at the end from base at the start [m].
    """

    raised_time_min: Positive | None = None
    return_distance_max: Positive | None = None


class GreetTrial(Trial):
    """A greeting's file."""

    kind: Literal["greet"]
    wave: WaveSpec = WaveSpec()
    criteria: GreetCriteria = GreetCriteria()
    phases: GreetPhases = GreetPhases()

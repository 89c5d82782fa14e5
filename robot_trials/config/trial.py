"""A trial as written in YAML: who does what where, how fast, and how long each phase may take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from robot_trials.clock import require_zone
from robot_trials.config.criteria import TorqueLimits
from robot_trials.config.files.model import StrictModel
from robot_trials.config.world import WorldSpec


class PhaseSpec(StrictModel):
    """Limits of one phase.

    Attributes:
        timeout: time for one attempt [s].
        retries: attempts after the first.
    """

    timeout: Annotated[float, Field(gt=0.0, le=3600.0)]
    retries: Annotated[int, Field(ge=0, le=10)] = 0


class PhasesSpec(StrictModel):
    """Limits of every phase, in the order of the trial; a kind adds its own between the first and the last."""

    preflight: PhaseSpec = PhaseSpec(timeout=15.0)
    walk_to_start: PhaseSpec = PhaseSpec(timeout=60.0)

    def __getitem__(self, name: str) -> PhaseSpec:
        """Limits of the phase called `name`.

        Raises:
            KeyError: there is no such phase.
        """
        if name not in type(self).model_fields:
            raise KeyError(f"no phase {name!r}; there are {', '.join(type(self).model_fields)}")
        phase: PhaseSpec = getattr(self, name)
        return phase


class Trial(StrictModel):
    """A trial file (`config/trials/*.yaml`): what every kind's has; a kind's own model adds to it.

    Attributes:
        kind: of trial; chooses the model.
        site, course: where it is held (config/sites), and what lies there for it (config/courses).
        zone: of the site, in which the course lies; empty: where the course itself says.
        criteria: bounds tighter than the kind's built-in ones.
        walking_speed: upper bound of the commanded speed [m/s].
        torque_limits: which torque limits the simulated drives obey.
        start_time: civil date and time of the scenario's first instant.
        world: what a simulated world draws, whatever was announced.
        controller: name of a file of controller parameters; the built-in ones when omitted.
    """

    name: str
    kind: str
    description: str = ""
    robot: str
    site: str
    course: str
    zone: str = ""
    permit: str
    controller: str | None = None
    start_time: datetime
    walking_speed: Annotated[float, Field(ge=0.1, le=1.5)]
    torque_limits: TorqueLimits = "urdf"
    battery_min: Annotated[float, Field(ge=0.05, le=1.0)] = 0.3
    criteria: StrictModel = StrictModel()
    phases: PhasesSpec = PhasesSpec()
    world: WorldSpec = Field(default_factory=WorldSpec)

    @model_validator(mode="before")
    @classmethod
    def _of_today(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "site" in data and "course" not in data:
            raise ValueError(
                "course: required key is missing; older trials had it in their site's file: docs/configuration.md"
            )
        return data

    @field_validator("start_time")
    @classmethod
    def _has_zone(cls, moment: datetime) -> datetime:
        return require_zone(moment)

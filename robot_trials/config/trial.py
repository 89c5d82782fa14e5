"""A trial as written in YAML: who does what where, how fast, and how long each phase may take."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator

from robot_trials.clock import require_zone
from robot_trials.config.criteria import CriteriaSpec, TorqueLimits
from robot_trials.config.model import StrictModel


class PayloadSpec(StrictModel):
    """What is carried.

    Attributes:
        mass: as announced [kg].
        mass_tolerance: how far the measured mass may lie from it when the load is accepted [kg].
        hand: hand that carries it.
    """

    mass: Annotated[float, Field(gt=0.0, le=20.0)]
    mass_tolerance: Annotated[float, Field(gt=0.0, le=5.0)]
    hand: Literal["left", "right"] = "right"


class PhaseSpec(StrictModel):
    """Limits of one phase.

    Attributes:
        timeout: time for one attempt [s].
        retries: attempts after the first.
    """

    timeout: Annotated[float, Field(gt=0.0, le=3600.0)]
    retries: Annotated[int, Field(ge=0, le=10)] = 0


class PhasesSpec(StrictModel):
    """Limits of every phase of a torch relay, in the order of the trial."""

    preflight: PhaseSpec = PhaseSpec(timeout=15.0)
    walk_to_giver: PhaseSpec = PhaseSpec(timeout=40.0)
    reach: PhaseSpec = PhaseSpec(timeout=20.0, retries=2)
    take_over: PhaseSpec = PhaseSpec(timeout=20.0, retries=2)
    carry: PhaseSpec = PhaseSpec(timeout=300.0)
    reach_receiver: PhaseSpec = PhaseSpec(timeout=20.0, retries=2)
    hand_over: PhaseSpec = PhaseSpec(timeout=25.0, retries=2)
    step_back: PhaseSpec = PhaseSpec(timeout=20.0)
    stand: PhaseSpec = PhaseSpec(timeout=10.0)

    def __getitem__(self, name: str) -> PhaseSpec:
        """Limits of the phase called `name`.

        Raises:
            KeyError: there is no such phase.
        """
        if name not in type(self).model_fields:
            raise KeyError(f"no phase {name!r}; there are {', '.join(type(self).model_fields)}")
        phase: PhaseSpec = getattr(self, name)
        return phase

    def longest(self) -> timedelta:
        """Time the trial takes when every attempt uses all of its time."""
        phases = [self[name] for name in type(self).model_fields]
        return timedelta(seconds=sum(phase.timeout * (1 + phase.retries) for phase in phases))


class Trial(StrictModel):
    """A trial file (`config/trials/*.yaml`).

    Attributes:
        walking_speed: upper bound of the commanded speed with the torch [m/s].
        torque_limits: which torque limits the simulated drives obey.
        start_time: civil date and time of the scenario's first instant.
        controller: name of a file of controller parameters; the built-in ones when omitted.
    """

    name: str
    kind: Literal["torch_relay"]
    description: str = ""
    robot: str
    site: str
    permit: str
    controller: str | None = None
    start_time: datetime
    payload: PayloadSpec
    walking_speed: Annotated[float, Field(ge=0.1, le=1.5)]
    torque_limits: TorqueLimits = "urdf"
    battery_min: Annotated[float, Field(ge=0.05, le=1.0)] = 0.3
    criteria: CriteriaSpec = CriteriaSpec()
    phases: PhasesSpec = PhasesSpec()

    @field_validator("start_time")
    @classmethod
    def _has_zone(cls, moment: datetime) -> datetime:
        return require_zone(moment)

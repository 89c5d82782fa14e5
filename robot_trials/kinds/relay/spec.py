"""A relay's trial file: what every kind's has, and payload, phases and criteria of its own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_trials.config.files.model import StrictModel
from robot_trials.config.trial import PhaseSpec, PhasesSpec, Trial
from robot_trials.kinds.relay.world import RelayWorld

Positive = Annotated[float, Field(gt=0.0)]


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


class RelayPhases(PhasesSpec):
    """Limits of every phase of a torch relay, in the order of the trial."""

    walk_to_start: PhaseSpec = PhaseSpec(timeout=120.0)
    walk_to_giver: PhaseSpec = PhaseSpec(timeout=40.0)
    reach: PhaseSpec = PhaseSpec(timeout=20.0, retries=2)
    take_over: PhaseSpec = PhaseSpec(timeout=20.0, retries=2)
    carry: PhaseSpec = PhaseSpec(timeout=300.0)
    reach_receiver: PhaseSpec = PhaseSpec(timeout=20.0, retries=2)
    hand_over: PhaseSpec = PhaseSpec(timeout=25.0, retries=2)
    step_back: PhaseSpec = PhaseSpec(timeout=20.0)
    stand: PhaseSpec = PhaseSpec(timeout=10.0)


class RelayCriteria(StrictModel):
    """Tighter bounds of one trial; what is left out keeps the built-in bound.

    Attributes:
        distance_min: way made with the torch [m].
        mean_speed_min: that way over the time between take-over and hand-over stances [m/s].
        torch_tilt_p99_max_deg: 99th percentile of the torch's tilt while the robot alone carries it [deg].
        torch_tilt_max_deg: its largest value [deg].
        human_force_max: force on giver or receiver beyond the torch's weight, peak [N].
        lateral_offset_max: distance of the base from the lane's middle, largest [m].
    """

    distance_min: Positive | None = None
    mean_speed_min: Positive | None = None
    torch_tilt_p99_max_deg: Positive | None = None
    torch_tilt_max_deg: Positive | None = None
    human_force_max: Positive | None = None
    lateral_offset_max: Positive | None = None


class RelayTrial(Trial):
    """A relay's file."""

    kind: Literal["torch_relay"]
    payload: PayloadSpec
    criteria: RelayCriteria = RelayCriteria()
    phases: RelayPhases = RelayPhases()
    world: RelayWorld = Field(default_factory=RelayWorld)

"""Falls that happened, as a file each: what was asked of the robot, what pushed it, and why it fell.

A fall is recorded when it is understood and mended, and is replayed from then on with the controller of the day.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from robot_trials.config import load_trial_setup
from robot_trials.config.files.model import StrictModel, Vector3, load_model
from robot_trials.config.site.ground import GroundSpec
from robot_trials.robots import SimOptions
from robot_trials.runtime.drill import Drill, DrillOptions

FOLDER = Path(__file__).parent / "falls"
PUSH_TIME = 0.1
"""Duration of a push [s]."""
WALK_TIME_MAX = 20.0
"""Longest walk to the moment of a push [s]."""


class PushSpec(StrictModel):
    """A constant force on the base for `PUSH_TIME`: impulse [N·s] and direction, 0 forward and 90 to the left [deg]."""

    direction_deg: Annotated[float, Field(ge=-360.0, le=360.0)]
    impulse: Annotated[float, Field(gt=0.0, le=100.0)]


class MomentSpec(StrictModel):
    """A moment of a walk: a share of the step's time after a touchdown, counted from the first."""

    touchdowns: Annotated[int, Field(ge=2, le=40)] = 8
    phase: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0


class RecordedFall(StrictModel):
    """How to come to where it fell.

    Attributes:
        why: it fell, in a sentence.
        fell_at: newest revision with which it fell; None for a case that only guards what always went well.
        seed: draws noise, torch and floor.
        torch: whether it is in the right hand.
        friction: of the floor.
        floor_unevenness: largest height of a paving slab above or below zero [m].
        ground: along x, see `GroundSpec`.
        velocity: commanded, heading frame [m/s, m/s, rad/s]; zeros to stand.
        push: None to walk or stand only.
        moment: of the push; standing, it comes at once.
        watch: time from the push on, or of the whole walk without one [s].
    """

    why: Annotated[str, Field(min_length=10)]
    fell_at: Annotated[str, Field(pattern="^[0-9a-f]{7,40}$")] | None
    seed: Annotated[int, Field(ge=0)]
    torch: bool
    friction: Annotated[float, Field(ge=0.2, le=1.0)]
    floor_unevenness: Annotated[float, Field(ge=0.0, le=0.02)] = 0.003
    ground: GroundSpec = GroundSpec()
    velocity: Vector3 = (0.0, 0.0, 0.0)
    push: PushSpec | None = None
    moment: MomentSpec = MomentSpec()
    watch: Annotated[float, Field(gt=0.0, le=10.0)] = 4.0

    @model_validator(mode="after")
    def _does_something(self) -> RecordedFall:
        if self.push is None and not self.walks:
            raise ValueError("neither push nor velocity: nothing happens")
        if not self.walks and "moment" in self.model_fields_set:
            raise ValueError("a moment of a walk needs a velocity")
        return self

    @property
    def walks(self) -> bool:
        """Whether it walks at all."""
        return any(self.velocity)


def load_fall(file: Path) -> RecordedFall:
    """Read one fall.

    Raises:
        ConfigError: with every problem of the file.
    """
    return load_model(file, RecordedFall).value


def open_drill(fall: RecordedFall) -> Drill:
    """The robot of a fall before anything happened."""
    setup = load_trial_setup("torch_relay", seed=fall.seed, length=20.0)
    sim = SimOptions(seed=fall.seed, friction=fall.friction, floor_unevenness=fall.floor_unevenness)
    return Drill(setup, DrillOptions(ground=fall.ground, carrying=fall.torch, sim=sim))


def replay(fall: RecordedFall, drill: Drill) -> str:
    """Do it again.

    Returns:
        When it fell: "at the start", "before the push" or "in the end"; empty where it did not.
    """
    if not drill.settle():
        return "at the start"
    if fall.walks:
        drill.walk(*fall.velocity)
        if fall.push is not None and not walk_to(fall.moment, drill):
            return "before the push"
    if fall.push is not None:
        force, direction = fall.push.impulse / PUSH_TIME, math.radians(fall.push.direction_deg)
        drill.robot.push(force * np.array((math.cos(direction), math.sin(direction), 0.0)), PUSH_TIME)
    return "" if drill.run(fall.watch) else "in the end"


def walk_to(moment: MomentSpec, drill: Drill) -> bool:
    """Walk on to a moment of the step; False after a fall.

    A step's time is that of the last one, or the mean of the last two where the left and the right one differ.
    """
    times: list[float] = []
    for steps in range(1, moment.touchdowns + 1):
        if not drill.run(WALK_TIME_MAX, until=lambda sample, steps=steps: int(sample.status.steps) >= steps):
            return False
        times.append(drill.time)
    period = (times[-1] - times[-3]) / 2.0 if len(times) > 2 else times[-1] - times[-2]
    return drill.run(moment.phase * period)

"""What can be chosen about a simulated robot and its world."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from robot_trials.config.setup import DEFAULT_SIMULATOR
from robot_trials.config.world import Distribution
from robot_trials.config.world_draw import Conditions, draw_conditions
from robot_trials.robots.profile import TorqueSet
from robot_trials.robots.props import PropSet

CameraMode = Literal["model", "rendered", "off"]


@dataclass(frozen=True)
class SimOptions:
    """Options of a simulation; the seed draws whatever is left at None.

    Attributes:
        seed: draws floor and every noise.
        simulator: name of what moves the world (`robots.simulators`).
        gui: whether the simulator shows its window, where it has one.
        noise: sensor noise, biases, gains and quantisation.
        torque_limits: where the drives saturate; None for the profile's choice.
        camera: geometric model of the fiducial sensor, rendered frames, or neither.
        props: what is in the world beside robot and street, and who acts there.
        friction: sliding friction of the floor, a number or a distribution; the usual one when None.
        floor_unevenness: largest height of a paving slab above or below zero, likewise [m].
    """

    seed: int = 0
    simulator: str = DEFAULT_SIMULATOR
    gui: bool = False
    noise: bool = True
    torque_limits: TorqueSet | None = None
    camera: CameraMode = "model"
    props: PropSet = field(default_factory=PropSet)
    friction: float | Distribution | None = None
    floor_unevenness: float | Distribution | None = None

    def draw_conditions(self) -> Conditions:
        """What the seed draws about the world, but for the props."""
        return draw_conditions(self.seed, self.friction, self.floor_unevenness)

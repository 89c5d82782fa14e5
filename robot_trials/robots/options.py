"""What can be chosen about a simulated robot and its world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from robot_trials.robots.profile import TorqueSet

CameraMode = Literal["model", "rendered", "off"]
Simulator = Literal["mujoco", "gazebo", "gz-sim"]


@dataclass(frozen=True)
class SimOptions:
    """Options of a simulation; the seed draws whatever is left at None.

    Attributes:
        seed: draws floor, torch, grip poses and every noise.
        simulator: what moves the world.
        gui: whether Gazebo shows its window.
        noise: sensor noise, biases, gains and quantisation.
        torque_limits: where the drives saturate; None for the profile's choice.
        camera: geometric model of the fiducial sensor, rendered frames, or neither.
        people: giver and receiver are there.
        torch: the torch is there; without people it hangs beside the robot until a hand gets it. None: as people.
        friction: sliding friction of the floor, 0.4…1.
        torch_mass: [kg]; drawn within ±10 % of the nominal one.
        floor_unevenness: largest height of a paving slab above or below zero [m].
        grip_offset: largest offset of an offered grip along each axis [m].
        grip_tilt: largest tilt of an offered torch about each axis [rad].
    """

    seed: int = 0
    simulator: Simulator = "mujoco"
    gui: bool = False
    noise: bool = True
    torque_limits: TorqueSet | None = None
    camera: CameraMode = "model"
    people: bool = True
    torch: bool | None = None
    friction: float | None = None
    torch_mass: float | None = None
    floor_unevenness: float = 0.003
    grip_offset: float = 0.05
    grip_tilt: float = 0.1745

    @property
    def has_torch(self) -> bool:
        """Whether there is a torch."""
        return self.people if self.torch is None else self.torch

"""What a seed decides about the world before a trial starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robot_trials.robots.options import SimOptions

FRICTION_RANGE = (0.4, 1.0)
TORCH_MASS = 1.6
"""Nominal mass [kg]."""
TORCH_MASS_SPREAD = 0.1
"""Largest relative deviation of a torch's mass from the nominal one."""


@dataclass(frozen=True)
class Conditions:
    """One draw of the world.

    Attributes:
        friction: sliding friction of the floor.
        torch_mass: [kg].
        grip_offsets: giver's and receiver's grip from the site's, map axes, shape (2, 3) [m].
        grip_tilts: rotation of the offered torch and of the receiver's hand about map x, y, z, shape (2, 3) [rad].
        floor_seed: seed of the paving slabs' heights.
        sensor_seed: seed of the sensors' noise.
        camera_seed: seed of the camera's noise.
    """

    friction: float
    torch_mass: float
    grip_offsets: np.ndarray
    grip_tilts: np.ndarray
    floor_seed: int
    sensor_seed: int
    camera_seed: int


def draw_conditions(options: SimOptions) -> Conditions:
    """Draw the world of a seed; what the options fix is fixed without changing the other draws."""
    generator = np.random.default_rng(options.seed)
    friction = generator.uniform(*FRICTION_RANGE)
    torch_mass = TORCH_MASS * (1.0 + generator.uniform(-TORCH_MASS_SPREAD, TORCH_MASS_SPREAD))
    offsets, tilts = generator.uniform(-1.0, 1.0, (2, 3)), generator.uniform(-1.0, 1.0, (2, 3))
    floor_seed, sensor_seed, camera_seed = (int(seed) for seed in generator.integers(2**31, size=3))
    return Conditions(
        friction=friction if options.friction is None else options.friction,
        torch_mass=torch_mass if options.torch_mass is None else options.torch_mass,
        grip_offsets=offsets * options.grip_offset,
        grip_tilts=tilts * options.grip_tilt,
        floor_seed=floor_seed,
        sensor_seed=sensor_seed,
        camera_seed=camera_seed,
    )

"""What the seed draws about every simulated world before a trial starts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robot_trials.config.world import WorldSpec, draw_value
from robot_trials.robots.options import SimOptions
from robot_trials.robots.props import Drawn

PROP_CHANCES = 13
"""Numbers of a seed's stream that are left to what a kind of trial draws for its props."""


@dataclass(frozen=True)
class Conditions:
    """One draw of the world.

    Attributes:
        friction: sliding friction of the floor.
        unevenness: largest height of a paving slab above or below zero [m].
        floor_seed: seed of the paving slabs' heights.
        sensor_seed: seed of the sensors' noise.
        camera_seed: seed of the camera's noise.
    """

    friction: float
    unevenness: float
    floor_seed: int
    sensor_seed: int
    camera_seed: int

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """The numbers that a trial's `world:` can fix."""
        return (
            Drawn("friction", "Sliding friction of the floor", self.friction),
            Drawn("unevenness", "Paving slabs, largest height from level", self.unevenness, "m"),
        )


def draw_conditions(options: SimOptions) -> Conditions:
    """Draw the world of a seed; what the options fix is fixed without changing the other draws."""
    generator = np.random.default_rng(options.seed)
    chance = generator.random()
    generator.random(PROP_CHANCES)
    floor_seed, sensor_seed, camera_seed = (int(seed) for seed in generator.integers(2**31, size=3))
    usual = WorldSpec()
    friction = usual.friction if options.friction is None else options.friction
    unevenness = usual.unevenness if options.floor_unevenness is None else options.floor_unevenness
    return Conditions(
        friction=draw_value(friction, chance),
        unevenness=draw_value(unevenness, draw_chance(options.seed, "unevenness")),
        floor_seed=floor_seed,
        sensor_seed=sensor_seed,
        camera_seed=camera_seed,
    )


def draw_prop_chances(seed: int) -> np.ndarray:
    """A seed's numbers for what a kind of trial draws first about its props, each in 0…1, shape (13,)."""
    return np.random.default_rng(seed).random(1 + PROP_CHANCES)[1:]


def draw_chance(seed: int, key: str) -> float:
    """A seed's number in 0…1 for one key of a trial's `world:`, whatever other keys there are."""
    return float(np.random.default_rng([seed, *key.encode()]).random())

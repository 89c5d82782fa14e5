"""One draw of a simulated world: what a seed makes of a trial's `world:`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robot_trials.config.world import Distribution, WorldSpec, draw_value

PROP_CHANCES = 13
"""Numbers of a seed's stream that are left to what a kind of trial draws for its props."""


@dataclass(frozen=True)
class Drawn:
    """One number that a seed drew for a world.

    Attributes:
        name: key of the trial's `world:`, such as `friction`, with what follows where it has several numbers.
        label: in words.
        value: in its unit.
        unit: empty for a plain number.
    """

    name: str
    label: str
    value: float
    unit: str = ""


@dataclass(frozen=True)
class Conditions:
    """What every world draws.

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


def draw_conditions(
    seed: int, friction: float | Distribution | None = None, unevenness: float | Distribution | None = None
) -> Conditions:
    """Draw what every world draws; what is fixed is fixed without changing the other draws.

    Args:
        seed: the same one gives the same numbers.
        friction: a number or a distribution; the usual one when None.
        unevenness: likewise [m].
    """
    generator = np.random.default_rng(seed)
    chance = generator.random()
    generator.random(PROP_CHANCES)
    floor_seed, sensor_seed, camera_seed = (int(drawn) for drawn in generator.integers(2**31, size=3))
    usual = WorldSpec()
    return Conditions(
        friction=draw_value(usual.friction if friction is None else friction, chance),
        unevenness=draw_value(usual.unevenness if unevenness is None else unevenness, draw_chance(seed, "unevenness")),
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

"""One draw of a relay's world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from robot_trials.config.world import Distribution, draw_value
from robot_trials.config.world_draw import Drawn, draw_chance, draw_prop_chances
from robot_trials.kinds.relay.props.behaviour import Behaviour
from robot_trials.kinds.relay.world import PeopleWorld, RelayWorld
from robot_trials.robots.props.compliant_grip import Strength


@dataclass(frozen=True)
class RelayDraw:
    """One draw of a relay's world.

    Attributes:
        torch_mass: [kg].
        torch_com: from where the centre of mass of a usual torch lies: across, along [m].
        grip_offsets: giver's and receiver's grip from the site's, map axes, shape (2, 3) [m].
        grip_tilts: rotation of the offered torch and of the receiver's hand about map x, y, z, shape (2, 3) [rad].
        behaviour: of both people.
    """

    torch_mass: float
    torch_com: tuple[float, float]
    grip_offsets: np.ndarray
    grip_tilts: np.ndarray
    behaviour: Behaviour

    @property
    def drawn(self) -> tuple[Drawn, ...]:
        """Every number, for who reads the evidence."""
        return (*self._list_torch(), *self._list_grips(), *self._list_people())

    def _list_torch(self) -> Iterator[Drawn]:
        yield Drawn("torch_mass", "Torch, true mass", self.torch_mass, "kg")
        yield Drawn("torch_com_across", "Torch, centre of mass across the shaft", self.torch_com[0], "m")
        yield Drawn("torch_com_along", "Torch, centre of mass along the shaft", self.torch_com[1], "m")

    def _list_grips(self) -> Iterator[Drawn]:
        for index, person in enumerate(("giver", "receiver")):
            for axis, letter in enumerate("xyz"):
                name, where = f"{person}.{letter}", f"{person} along {letter}"
                yield Drawn(f"grip_offset.{name}", f"Offered grip, {where}", float(self.grip_offsets[index, axis]), "m")
            for axis, letter in enumerate("xyz"):
                name, where = f"{person}.{letter}", f"{person} about {letter}"
                yield Drawn(f"grip_tilt.{name}", f"Offered torch, {where}", float(self.grip_tilts[index, axis]), "rad")

    def _list_people(self) -> Iterator[Drawn]:
        behaviour, strength = self.behaviour, self.behaviour.strength
        for name, label, value, unit in (
            ("expected_mass", "expect a torch of", behaviour.expected_mass, "kg"),
            ("side_force", "yield sideways at", strength.side, "N"),
            ("push_force", "yield downwards at", strength.push, "N"),
            ("lift_force", "yield upwards at", strength.lift, "N"),
            ("feel_time", "feel within", behaviour.feel_time, "s"),
            ("release_share", "giver releases below this share of the weight", behaviour.release_share, ""),
            ("release_after", "giver waits before that", behaviour.release_after, "s"),
            ("release_time", "giver's release takes", behaviour.release_time, "s"),
            ("take_after", "receiver waits before taking", behaviour.take_after, "s"),
            ("close_time", "receiver's hand closes in", behaviour.close_time, "s"),
            ("lift_share", "receiver tugs from this share of the weight", behaviour.lift_share, ""),
            ("lift_rate", "receiver lifts at", behaviour.lift_rate, "m/s"),
        ):
            yield Drawn(f"people.{name}", f"People: {label}", value, unit)


def draw_relay(world: RelayWorld, seed: int, announced_mass: float) -> RelayDraw:
    """Draw a relay's world; what is fixed is fixed without changing the other draws.

    Args:
        world: what to draw from.
        seed: the same one gives the same numbers.
        announced_mass: what people expect unless the world says otherwise [kg].
    """
    chances = draw_prop_chances(seed)

    def draw(key: str, draw: float | Distribution) -> float:
        return draw_value(draw, draw_chance(seed, key))

    def draw_all(draw: float | Distribution, chances: np.ndarray) -> np.ndarray:
        return np.array([draw_value(draw, chance) for chance in chances.tolist()]).reshape(2, 3)

    people = {
        name: draw(f"people.{name}", value)
        for name in PeopleWorld.model_fields
        if (value := getattr(world.people, name)) is not None
    }
    strength = Strength(people.pop("side_force"), people.pop("push_force"), people.pop("lift_force"))
    return RelayDraw(
        torch_mass=draw_value(world.torch_mass, float(chances[0])),
        torch_com=(draw("torch_com_across", world.torch_com_across), draw("torch_com_along", world.torch_com_along)),
        grip_offsets=draw_all(world.grip_offset, chances[1:7]),
        grip_tilts=draw_all(world.grip_tilt, chances[7:13]),
        behaviour=Behaviour(**{"expected_mass": announced_mass} | people, strength=strength),
    )

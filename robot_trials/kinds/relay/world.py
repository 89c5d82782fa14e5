"""What a relay's simulated world draws beside what every world does (`world:` of its trial)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from robot_trials.config.files.model import StrictModel
from robot_trials.config.world import Draw, Tolerance, Uniform, WorldSpec, within


class PeopleWorld(StrictModel):
    """How giver and receiver are.

    Attributes:
        expected_mass: of a torch, by what they were told; the announced one when omitted [kg].
        side_force: sideways their arms yield at more [N].
        push_force: downwards likewise [N].
        lift_force: upwards likewise, what they hold included [N].
        feel_time: time constant of what a hand feels [s].
        release_share: part of the felt weight below which the giver takes the load for taken.
        release_after: how long it must stay below [s].
        release_time: from the giver's first loosening to a free torch [s].
        take_after: how long a torch must be offered before the receiver's hand closes [s].
        close_time: from touching to holding [s].
        lift_share: part of the expected weight that the receiver takes before they tug.
        lift_rate: how fast the receiver's hand takes up load [m/s].
    """

    expected_mass: Annotated[Draw, within(0.05, 20.0)] | None = None
    side_force: Annotated[Draw, within(1.0, 200.0)] = 12.0
    push_force: Annotated[Draw, within(1.0, 200.0)] = 10.0
    lift_force: Annotated[Draw, within(1.0, 500.0)] = 29.0
    feel_time: Annotated[Draw, within(0.01, 2.0)] = 0.1
    release_share: Annotated[Draw, within(0.0, 1.0)] = 0.4
    release_after: Annotated[Draw, within(0.0, 10.0)] = 0.2
    release_time: Annotated[Draw, within(0.01, 10.0)] = 0.4
    take_after: Annotated[Draw, within(0.0, 10.0)] = 0.3
    close_time: Annotated[Draw, within(0.01, 10.0)] = 0.4
    lift_share: Annotated[Draw, within(0.0, 1.0)] = 0.8
    lift_rate: Annotated[Draw, within(0.001, 1.0)] = 0.04


class RelayWorld(WorldSpec):
    """A relay's world.

    Attributes:
        torch_mass: the true one, whatever was announced [kg].
        torch_com_along: its centre of mass from the usual place, towards the flame [m].
        torch_com_across: likewise, across the shaft along the torch's x axis [m].
        grip_offset: of an offered grip from where the site plans it, drawn for each person and axis [m].
        grip_tilt: of an offered torch about each axis, drawn likewise [rad].
        people: how giver and receiver are.
    """

    torch_mass: Annotated[Draw, within(0.05, 20.0)] = Tolerance(nominal=1.6, tolerance=0.1)
    torch_com_along: Annotated[Draw, within(-0.3, 0.3)] = 0.0
    torch_com_across: Annotated[Draw, within(-0.1, 0.1)] = 0.0
    grip_offset: Annotated[Draw, within(-0.3, 0.3)] = Uniform(uniform=(-0.05, 0.05))
    grip_tilt: Annotated[Draw, within(-0.8, 0.8)] = Uniform(uniform=(-0.1745, 0.1745))
    people: PeopleWorld = Field(default_factory=PeopleWorld)

"""How giver and receiver behave: what they expect, how strong and how quick they are, when they let go or take."""

from __future__ import annotations

from dataclasses import dataclass, field

from robot_trials.robots.props.compliant_grip import Strength


@dataclass(frozen=True)
class Behaviour:
    """People of one relay.

    Attributes:
        expected_mass: of a torch, as it was announced to them [kg].
        strength: forces beyond which their arms yield.
        feel_time: time constant of what a hand feels [s].
        release_share: part of the felt weight below which the giver takes the load for taken.
        release_after: how long it must stay below [s].
        release_time: from the giver's first loosening to a free torch [s].
        take_after: how long a torch must be offered before the receiver's hand closes [s].
        close_time: from touching to holding [s].
        lift_share: part of the expected weight that the receiver takes before they tug.
        lift_rate: how fast the receiver's hand takes up load [m/s].
    """

    expected_mass: float
    strength: Strength = field(default_factory=Strength)
    feel_time: float = 0.1
    release_share: float = 0.4
    release_after: float = 0.2
    release_time: float = 0.4
    take_after: float = 0.3
    close_time: float = 0.4
    lift_share: float = 0.8
    lift_rate: float = 0.04

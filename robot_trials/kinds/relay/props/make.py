"""Everything of a relay's simulated world, from its trial."""

from __future__ import annotations

import numpy as np

from robot_trials.config.setup import TrialSetup
from robot_trials.kinds.relay.course import Person
from robot_trials.kinds.relay.props.draw import RelayDraw, draw_relay
from robot_trials.kinds.relay.props.people import PEOPLE, Offer, People
from robot_trials.kinds.relay.props.rotations import matrix_from_rotation_vector, matrix_from_yaw
from robot_trials.kinds.relay.props.torch import COM_ABOVE_GRIP, NAME, make_torch
from robot_trials.robots.props import Figure, HangingProp, Look, PropSet
from robot_trials.robots.props.hanging import find_hanging_place

GIVER_LOOK = Look(shirt=(0.80, 0.16, 0.14, 1.0), trousers=(0.16, 0.17, 0.22, 1.0))
RECEIVER_LOOK = Look(shirt=(0.13, 0.34, 0.70, 1.0), trousers=(0.85, 0.85, 0.87, 1.0))


def make_props(setup: TrialSetup, *, people: bool = True) -> PropSet:
    """Torch and people of a relay, as its seed draws them.

    Args:
        setup: the trial.
        people: giver and receiver are there; without them the torch hangs beside the robot.
    """
    draw = draw_relay(setup.trial.world, setup.seed, setup.trial.payload.mass)
    com = draw.torch_com[0], 0.0, COM_ABOVE_GRIP + draw.torch_com[1]
    if not people:
        torch = make_torch(draw.torch_mass, find_hanging_place(setup.site), com=com)
        return PropSet((torch,), make_actors=lambda stage: HangingProp(stage, NAME), drawn=draw.drawn[:3])
    stands = setup.course.giver, setup.course.receiver
    offers = _make_offer(stands[0], draw, 0), _make_offer(stands[1], draw, 1)
    torch = make_torch(draw.torch_mass, offers[0].grip, offers[0].rotation, com)
    looks = zip(PEOPLE, stands, (GIVER_LOOK, RECEIVER_LOOK), strict=True)
    return PropSet(
        (torch,),
        tuple(Figure(name, person.stance, look, person.arm) for name, person, look in looks),
        PEOPLE,
        make_actors=lambda stage: People(stage, torch, offers, draw.behaviour),
        drawn=draw.drawn,
    )


def _make_offer(person: Person, draw: RelayDraw, index: int) -> Offer:
    """Where and how a person offers the torch or waits for it, as drawn."""
    straight = matrix_from_yaw(person.robot_stance.yaw)
    rotation: np.ndarray = matrix_from_rotation_vector(draw.grip_tilts[index]) @ straight
    return Offer(person.grip + draw.grip_offsets[index], rotation, person.side)

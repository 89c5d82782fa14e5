"""What stands, lies or is held in a simulated world beside the robot: props and people, without any simulator."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from robot_trials.config.site import Stance
from robot_trials.config.world_draw import Drawn
from robot_trials.robots.props.acting import Actors, NoActors, Stage
from robot_trials.robots.props.shapes import Colour, Point, Shape
from robot_trials_control.records import PEOPLE_MAX


@dataclass(frozen=True)
class Grip:
    """How a hand of the robot may close on a prop: at the origin of its frame, thumb along its z axis.

    Attributes:
        reach: largest distance between the hand's grip frame and the prop's origin [m].
        tilt_max: largest angle between the thumb and the prop's z axis; turns about that axis do not matter [rad].
    """

    reach: float = 0.030
    tilt_max: float = math.radians(15.0)


@dataclass(frozen=True)
class Prop:
    """A rigid thing.

    Attributes:
        name: unique in its world, and that of what fiducials are mounted on.
        shapes: in its frame.
        position: of its frame at the start, in the map, shape (3,) [m].
        rotation: axes of its frame at the start, in the map, shape (3, 3).
        mass: [kg]; without meaning where it is fixed.
        com: centre of mass in its frame [m].
        inertia: moments about the axes of its frame through the centre of mass [kg·m²].
        fixed: it stands where it is put; otherwise it moves as forces want it.
        grip: how a hand closes on it; None where none can. Such a hand passes through its shapes.
    """

    name: str
    shapes: tuple[Shape, ...]
    position: np.ndarray
    rotation: np.ndarray = field(default_factory=lambda: np.eye(3))
    mass: float = 0.0
    com: Point = (0.0, 0.0, 0.0)
    inertia: Point = (0.0, 0.0, 0.0)
    fixed: bool = False
    grip: Grip | None = None


@dataclass(frozen=True)
class Look:
    """Colours of a person's clothes."""

    shirt: Colour
    trousers: Colour


@dataclass(frozen=True)
class Figure:
    """A person who stands on the ground; one arm can be moved, the rest stands still.

    Attributes:
        name: unique in its world; fiducials are mounted on it and on `<name>_hand`.
        stance: where it stands, map frame.
        look: how it is dressed.
        arm: which arm can be moved, "left" or "right".
    """

    name: str
    stance: Stance
    look: Look
    arm: Literal["left", "right"] = "right"


MakeActors: TypeAlias = Callable[[Stage], Actors]
"""Lets whoever acts step onto a stage, once, before the first control period."""


def no_actors(_stage: Stage) -> Actors:
    """A world in which nobody does anything."""
    return NoActors()


@dataclass(frozen=True)
class PropSet:
    """Everything of a world that is a kind's own.

    Attributes:
        props: things; at most one of them can be gripped, and its pose is what the truth tells.
        figures: people.
        people: names of those whose hold on the gripped prop the truth tells, in its order; at most two.
        make_actors: makes what acts in that world.
        drawn: what the seed drew for it.

    Raises:
        ValueError: a name stands for two things, more than one prop has a grip, one that is fixed has, one that
            moves weighs nothing, or there are too many people.
    """

    props: tuple[Prop, ...] = ()
    figures: tuple[Figure, ...] = ()
    people: tuple[str, ...] = ()
    make_actors: MakeActors = no_actors
    drawn: tuple[Drawn, ...] = ()

    def __post_init__(self) -> None:
        names = [prop.name for prop in self.props] + [figure.name for figure in self.figures]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"props and figures must have names of their own: {', '.join(twice)} stand for several")
        gripped = [prop.name for prop in self.props if prop.grip is not None]
        if len(gripped) > 1:
            raise ValueError(f"one prop at most can be gripped, got {', '.join(gripped)}")
        if len(self.people) > PEOPLE_MAX:
            raise ValueError(f"the truth tells of {PEOPLE_MAX} people at most, got {', '.join(self.people)}")
        for prop in self.props:
            if prop.fixed and prop.grip is not None:
                raise ValueError(f"{prop.name} is fixed: no hand can close on it")
            if not prop.fixed and not (prop.mass > 0.0 and min(prop.inertia) > 0.0):
                raise ValueError(f"{prop.name} must weigh something to move: mass {prop.mass}, inertia {prop.inertia}")

    @property
    def held(self) -> Prop | None:
        """The prop that a hand can close on."""
        return next((prop for prop in self.props if prop.grip is not None), None)

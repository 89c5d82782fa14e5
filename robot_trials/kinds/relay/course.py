"""A relay's course: the lane, where it begins and ends, and the two people, as written and in the map frame.

The map's origin lies on the lane's middle at the take-over line, x runs along the lane, y to its left, z up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from robot_trials.config.ground import StretchSpec
from robot_trials.config.model import StrictModel, Vector3
from robot_trials.config.site import (
    LaneSpec,
    Mark,
    Site,
    SiteSpec,
    Stance,
    StanceSpec,
    place_lane_boards,
    resolve_place,
)

MARGIN_ALONG = 1.0
"""The robot may be so far behind the start zone and beyond the hand-over zone [m]."""
WHITE = (0.95, 0.95, 0.93, 1.0)
LINE = 0.04
"""Half the width of a painted line [m]."""
START_COLOUR = (0.20, 0.55, 0.35, 1.0)
HAND_OVER_COLOUR = (0.75, 0.45, 0.15, 1.0)


class PersonSpec(StrictModel):
    """Someone who exchanges the torch with the robot; x counts from the line of the exchange."""

    robot_stance: StanceSpec
    stance: StanceSpec
    grip: Vector3


class RelaySite(SiteSpec):
    """A site's file with a relay's course in it."""

    start_zone: StretchSpec
    hand_over_zone: StretchSpec
    giver: PersonSpec
    receiver: PersonSpec


class Person(NamedTuple):
    """Someone who exchanges the torch with the robot, map frame.

    Attributes:
        robot_stance: where the robot stands for the exchange.
        stance: where the person stands.
        grip: where the torch's grip point is meant to be [m], shape (3,).
    """

    robot_stance: Stance
    stance: Stance
    grip: np.ndarray


class Zone(NamedTuple):
    """A stretch of the lane, map frame [m]."""

    x_min: float
    x_max: float


class RelayCourse(NamedTuple):
    """A relay's course in the map frame."""

    lane: LaneSpec
    start_zone: Zone
    hand_over_zone: Zone
    giver: Person
    receiver: Person

    @property
    def area(self) -> tuple[tuple[float, float], ...]:
        """Corners of where the robot stays: the lane from the start zone to the hand-over zone [m]."""
        back, front = self.start_zone.x_min - MARGIN_ALONG, self.hand_over_zone.x_max + MARGIN_ALONG
        side = 0.5 * self.lane.width
        return (back, -side), (front, -side), (front, side), (back, side)


def resolve_relay_site(spec: RelaySite) -> tuple[Site, RelayCourse]:
    """Move everything that is written relative to a line into the map frame, and place the lane boards."""
    length = spec.lane.length
    course = RelayCourse(
        lane=spec.lane,
        start_zone=Zone(spec.start_zone.x_min, spec.start_zone.x_max),
        hand_over_zone=Zone(spec.hand_over_zone.x_min + length, spec.hand_over_zone.x_max + length),
        giver=_resolve_person(spec.giver, 0.0),
        receiver=_resolve_person(spec.receiver, length),
    )
    marks = (
        Mark("take_over_line", -LINE, LINE, WHITE),
        Mark("hand_over_line", length - LINE, length + LINE, WHITE),
        Mark("start_zone", *course.start_zone, START_COLOUR),
        Mark("hand_over_zone", *course.hand_over_zone, HAND_OVER_COLOUR),
    )
    boards = place_lane_boards(spec.fiducials, length)
    return resolve_place(spec, boards, marks), course


def _resolve_person(spec: PersonSpec, x_line: float) -> Person:
    """A person in the map frame; `x_line` is where the exchange's line lies [m]."""
    grip = np.array(spec.grip) + [x_line, 0.0, 0.0]
    return Person(spec.robot_stance.resolve(x_line), spec.stance.resolve(x_line), grip)

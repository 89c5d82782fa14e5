"""A relay's course: the lane, where it begins and ends, and the two people, as written and in the map frame.

The map's origin lies on the lane's middle at the take-over line, x runs along the lane, y to its left, z up.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from robot_trials.config.files.model import StrictModel, Vector3
from robot_trials.config.site import CourseSpec, LaneSpec, Mark, Stance, StanceSpec, TagSpec
from robot_trials.config.site.ground import StretchSpec
from robot_trials.kinds.contract import Hand, LaidCourse

MARGIN_ALONG = 1.0
"""The robot may be so far behind the start zone and beyond the hand-over zone [m]."""
MARGIN_ASIDE = 0.5
"""And so far beside a place where it stands outside the lane's edges [m]."""
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


class RelayCourseSpec(CourseSpec):
    """A relay's course file."""

    kind: Literal["torch_relay"]
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

    @property
    def arm(self) -> Hand:
        """The person's own hand that is nearer to the grip."""
        return _find_side(self.stance, self.grip)

    @property
    def side(self) -> Hand:
        """The robot's hand that meets the grip."""
        return _find_side(self.robot_stance, self.grip)


class Zone(NamedTuple):
    """A stretch of the lane, map frame [m]."""

    x_min: float
    x_max: float


class RelayCourse(NamedTuple):
    """A relay's course in the map frame."""

    lane: LaneSpec
    start: Stance
    start_zone: Zone
    hand_over_zone: Zone
    giver: Person
    receiver: Person

    @property
    def area(self) -> tuple[tuple[float, float], ...]:
        """Corners of where the robot stays [m].

        The lane from the start zone to the hand-over zone, and wherever else it is written to stand.
        """
        stances = self.start, self.giver.robot_stance, self.receiver.robot_stance
        xs, ys = [stance.x for stance in stances], [stance.y for stance in stances]
        side = 0.5 * self.lane.width
        back = min(self.start_zone.x_min, *xs) - MARGIN_ALONG
        front = max(self.hand_over_zone.x_max, *xs) + MARGIN_ALONG
        right, left = min(-side, min(ys) - MARGIN_ASIDE), max(side, max(ys) + MARGIN_ASIDE)
        return (back, right), (front, right), (front, left), (back, left)


def resolve_relay_course(spec: RelayCourseSpec, hand: Hand = "right") -> LaidCourse:
    """Move everything that is written relative to a line into the map frame.

    A course is written for one hand. For the other one, people are mirrored at the lane's middle: where they stand and
    hold out a hand, where the robot stands for it, the tags that they and the torch wear, and with the giver the boards
    beside the lane: the first one stands across from the giver, who would hide it from a robot at the start.

    Args:
        spec: as written.
        hand: of the robot, that carries.
    """
    length = spec.lane.length
    giver, receiver = _resolve_person(spec.giver, 0.0), _resolve_person(spec.receiver, length)
    mounts: set[str] = set()
    if giver.side != hand:
        giver, mounts = _mirror_person(giver), mounts | {"giver", "giver_hand", "torch"}
    if receiver.side != hand:
        receiver, mounts = _mirror_person(receiver), mounts | {"receiver", "receiver_hand"}
    course = RelayCourse(
        lane=spec.lane,
        start=spec.start.resolve(),
        start_zone=Zone(spec.start_zone.x_min, spec.start_zone.x_max),
        hand_over_zone=Zone(spec.hand_over_zone.x_min + length, spec.hand_over_zone.x_max + length),
        giver=giver,
        receiver=receiver,
    )
    marks = (
        Mark("take_over_line", -LINE, LINE, WHITE),
        Mark("hand_over_line", length - LINE, length + LINE, WHITE),
        Mark("start_zone", *course.start_zone, START_COLOUR),
        Mark("hand_over_zone", *course.hand_over_zone, HAND_OVER_COLOUR),
    )
    return LaidCourse(_mirror_tags(spec, mounts), course, marks)


def _resolve_person(spec: PersonSpec, x_line: float) -> Person:
    """A person in the map frame; `x_line` is where the exchange's line lies [m]."""
    grip = np.array(spec.grip) + [x_line, 0.0, 0.0]
    return Person(spec.robot_stance.resolve(x_line), spec.stance.resolve(x_line), grip)


def _mirror_person(person: Person) -> Person:
    """The same on the other side of the lane's middle."""
    robot_stance, stance = (Stance(at.x, -at.y, -at.yaw) for at in (person.robot_stance, person.stance))
    return Person(robot_stance, stance, person.grip * (1.0, -1.0, 1.0))


def _mirror_tags(spec: RelayCourseSpec, mounts: set[str]) -> RelayCourseSpec:
    """A course whose tags on some people and things are on the other side of these."""
    if not mounts:
        return spec
    tags = [_mirror_tag(tag) if tag.mount in mounts else tag for tag in spec.fiducials.tags]
    changed: dict[str, object] = {"tags": tags}
    boards = spec.fiducials.lane_boards
    if boards is not None and "giver" in mounts:
        other = "right" if boards.first_side == "left" else "left"
        changed["lane_boards"] = boards.model_copy(update={"first_side": other})
    return spec.model_copy(update={"fiducials": spec.fiducials.model_copy(update=changed)})


def _mirror_tag(tag: TagSpec) -> TagSpec:
    x, y, z = tag.position
    return tag.model_copy(update={"position": (x, -y, z), "facing_yaw_deg": -tag.facing_yaw_deg})


def _find_side(stance: Stance, point: np.ndarray) -> Hand:
    """On which side of somebody who stands a point lies."""
    x, y = float(point[0]) - stance.x, float(point[1]) - stance.y
    return "left" if math.cos(stance.yaw) * y > math.sin(stance.yaw) * x else "right"

"""A place for trials: ground and fiducials, as written in YAML and as resolved into the map frame."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import AfterValidator, Field

from robot_trials.config.ground import GroundSpec
from robot_trials.config.model import StrictModel, TimeZoneName, Vector3

TAG_ID_MAX = 586
"""Highest id of the AprilTag family 36h11."""

Coordinate = Annotated[float, Field(ge=-2000.0, le=2000.0)]
Angle = Annotated[float, Field(ge=-360.0, le=360.0)]
TagId = Annotated[int, Field(ge=0, le=TAG_ID_MAX)]
TagSize = Annotated[float, Field(ge=0.02, le=1.0)]


class Stance(NamedTuple):
    """Where feet stand on the ground, map frame: x [m], y [m], yaw [rad]."""

    x: float
    y: float
    yaw: float


class StanceSpec(StrictModel):
    """A stance as written: x, y [m] and yaw [deg]."""

    x: Coordinate
    y: Coordinate
    yaw_deg: Angle = 0.0

    def resolve(self, x_offset: float = 0.0) -> Stance:
        """The stance moved along the lane by `x_offset` [m]."""
        return Stance(self.x + x_offset, self.y, math.radians(self.yaw_deg))


class LaneSpec(StrictModel):
    """The paved strip along x, on which a course lies: from x = 0 to x = length [m]."""

    length: Annotated[float, Field(ge=5.0, le=1000.0)]
    width: Annotated[float, Field(ge=1.0, le=20.0)]


class LaneBoardsSpec(StrictModel):
    """A rule that places boards with one fiducial each beside the lane, facing who walks along it."""

    first_id: TagId
    every: Annotated[float, Field(ge=1.0, le=50.0)]
    first_x: Coordinate = 0.0
    beyond: Annotated[float, Field(ge=0.0, le=50.0)] = 10.0
    lateral: Annotated[float, Field(ge=0.3, le=10.0)]
    height: Annotated[float, Field(ge=0.1, le=3.0)]
    size: TagSize
    first_side: Literal["left", "right"] = "left"
    turn_in_deg: Annotated[float, Field(ge=0.0, le=60.0)] = 0.0


class TagSpec(StrictModel):
    """One fiducial: mounted on `map`, or on a person or a thing of the kind's."""

    id: TagId
    mount: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    size: TagSize
    position: Vector3
    facing_yaw_deg: Angle = 180.0
    facing_pitch_deg: Annotated[float, Field(ge=-89.0, le=89.0)] = 0.0


class FiducialsSpec(StrictModel):
    """All fiducials of a site; `shift` is added to every number, for lanes beside each other."""

    family: Literal["36h11"] = "36h11"
    shift: Annotated[int, Field(ge=0, le=TAG_ID_MAX)] = 0
    lane_boards: LaneBoardsSpec | None = None
    tags: list[TagSpec] = []


class StopButtonSpec(StrictModel):
    """A stop button that must give signs of life, and the longest time without one [s]."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    timeout: Annotated[float, Field(ge=0.2, le=10.0)] = 0.5


def _check_names(buttons: list[StopButtonSpec]) -> list[StopButtonSpec]:
    names = [button.name for button in buttons]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"names must differ: {', '.join(twice)}")
    return buttons


class SiteSpec(StrictModel):
    """A site file (`config/sites/*.yaml`): the place; a kind's own model adds the course that lies in it.

    Attributes:
        kind: of trial whose course lies in it.
        place: of its map on the programme's, on which permits write their polygons.
    """

    name: str
    kind: str | None = None
    description: str = ""
    timezone: TimeZoneName
    lane: LaneSpec
    start: StanceSpec
    fiducials: FiducialsSpec
    ground: GroundSpec = GroundSpec()
    stop_buttons: Annotated[list[StopButtonSpec], Field(max_length=16), AfterValidator(_check_names)] = []
    place: StanceSpec = StanceSpec(x=0.0, y=0.0)


class Fiducial(NamedTuple):
    """One printed tag.

    Attributes:
        id: number of the tag.
        size: edge of the black square [m].
        mount: frame it is fixed to: `map`, or that of a person or a thing, which the kind names.
        transform_mount_tag: pose in that frame, shape (4, 4); tag x right and y up as a reader sees it, z out of it.
    """

    id: int
    size: float
    mount: str
    transform_mount_tag: np.ndarray


class Mark(NamedTuple):
    """A stretch of the lane painted from edge to edge.

    Attributes:
        name: of the mark.
        x_min, x_max: where it begins and ends [m].
        colour: red, green, blue, opacity, from 0 to 1.
    """

    name: str
    x_min: float
    x_max: float
    colour: tuple[float, float, float, float]


class Site(NamedTuple):
    """A site with everything in the map frame, z up; its course says where the origin lies.

    Only `place` is not: the pose of this map on the programme's.
    """

    name: str
    timezone: TimeZoneName
    lane: LaneSpec
    start: Stance
    fiducials: tuple[Fiducial, ...]
    ground: GroundSpec = GroundSpec()
    marks: tuple[Mark, ...] = ()
    stop_buttons: tuple[StopButtonSpec, ...] = ()
    place: Stance = Stance(0.0, 0.0, 0.0)


def resolve_place(spec: SiteSpec, boards: Sequence[Fiducial] = (), marks: Sequence[Mark] = ()) -> Site:
    """The place with everything in the map frame.

    Args:
        spec: as written.
        boards: fiducials that a course adds, such as those along its lane.
        marks: painted on the lane.
    """
    return Site(
        name=spec.name,
        timezone=spec.timezone,
        lane=spec.lane,
        start=spec.start.resolve(),
        fiducials=(*boards, *(_resolve_tag(tag, spec.fiducials.shift) for tag in spec.fiducials.tags)),
        ground=spec.ground,
        marks=tuple(marks),
        stop_buttons=tuple(spec.stop_buttons),
        place=spec.place.resolve(),
    )


def place_lane_boards(fiducials: FiducialsSpec, length: float) -> list[Fiducial]:
    """Boards at regular distances on alternating sides of a lane along x, to a little beyond its end.

    Args:
        fiducials: with the rule that places them.
        length: of the lane [m].
    """
    rule = fiducials.lane_boards
    if rule is None:
        return []
    count = int((length + rule.beyond - rule.first_x) / rule.every + 1e-9) + 1
    boards = []
    for index in range(count):
        left = (index % 2 == 0) == (rule.first_side == "left")
        side = 1.0 if left else -1.0
        position = (rule.first_x + index * rule.every, side * rule.lateral, rule.height)
        transform = compute_tag_transform(position, 180.0 + side * rule.turn_in_deg, 0.0)
        boards.append(Fiducial(fiducials.shift + rule.first_id + index, rule.size, "map", transform))
    return boards


def _resolve_tag(spec: TagSpec, shift: int) -> Fiducial:
    """A tag with its pose as a matrix."""
    transform = compute_tag_transform(spec.position, spec.facing_yaw_deg, spec.facing_pitch_deg)
    return Fiducial(spec.id + shift, spec.size, spec.mount, transform)


def compute_tag_transform(position: Vector3, facing_yaw_deg: float, facing_pitch_deg: float) -> np.ndarray:
    """Pose of a tag from where it is and where its face looks.

    Args:
        position: centre in the mount frame [m].
        facing_yaw_deg: direction of the face about z of the mount, 0 along its x [deg].
        facing_pitch_deg: positive looks up [deg].

    Returns:
        transform_mount_tag, shape (4, 4); tag x right, y up as a reader sees it, z out of the face.
    """
    yaw, pitch = math.radians(facing_yaw_deg), math.radians(facing_pitch_deg)
    normal = np.array([math.cos(pitch) * math.cos(yaw), math.cos(pitch) * math.sin(yaw), math.sin(pitch)])
    right = np.array([-math.sin(yaw), math.cos(yaw), 0.0])
    transform = np.eye(4)
    transform[:3, 0], transform[:3, 1], transform[:3, 2] = right, np.cross(normal, right), normal
    transform[:3, 3] = position
    return transform

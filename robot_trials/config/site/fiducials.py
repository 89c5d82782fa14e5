"""AprilTags on a site: as written in YAML and as poses."""

from __future__ import annotations

import math
from typing import Annotated, Literal, NamedTuple

import numpy as np
from pydantic import Field

from robot_trials.config.files.model import StrictModel, Vector3
from robot_trials.config.site.polygon import Coordinate
from robot_trials.config.site.stance import Angle

TAG_ID_MAX = 586
"""Highest id of the AprilTag family 36h11."""

TagId = Annotated[int, Field(ge=0, le=TAG_ID_MAX)]
TagSize = Annotated[float, Field(ge=0.02, le=1.0)]


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
    """Fiducials of a course; `shift` is added to every number, for lanes beside each other."""

    family: Literal["36h11"] = "36h11"
    shift: Annotated[int, Field(ge=0, le=TAG_ID_MAX)] = 0
    lane_boards: LaneBoardsSpec | None = None
    tags: list[TagSpec] = []


class Fiducial(NamedTuple):
    """One printed tag.

    Attributes:
        id: number of the tag.
        size: edge of the black square [m].
        mount: frame it is fixed to: `map`, or that of a person or a thing, which the kind names.
        transform_mount_tag: pose in that frame, shape (4, 4); tag x right and y up as a reader sees it, z out of it.
        shared: it is the site's own, and every robot there may see it.
    """

    id: int
    size: float
    mount: str
    transform_mount_tag: np.ndarray
    shared: bool = False


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


def resolve_tag(spec: TagSpec, shift: int = 0) -> Fiducial:
    """A tag with its pose as a matrix.

    Args:
        spec: as written.
        shift: added to its number.
    """
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

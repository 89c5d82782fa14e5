"""A person drawn with simple shapes; the right arm moves, the rest stands still."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from robot_trials.config.site import Fiducial, Person
from robot_trials.robots.mujoco.boards import add_board
from robot_trials.robots.mujoco.groups import SCENERY_GROUP, ContactBits
from robot_trials.robots.mujoco.rotations import matrix_from_yaw, quaternion_wxyz_from_matrix

Colour = tuple[float, float, float, float]
SKIN: Colour = (0.86, 0.66, 0.53, 1.0)
HAIR: Colour = (0.10, 0.08, 0.07, 1.0)
SHOE: Colour = (0.92, 0.92, 0.92, 1.0)
SHOULDER = np.array([0.0, -0.21, 1.40])
"""Right shoulder in the person's frame: feet on the ground, x forward, z up [m]."""
UPPER_ARM, FOREARM = 0.36, 0.34
"""Shoulder to elbow, elbow to the middle of the fist [m]."""
HOLD_BELOW_GRIP = 0.12
"""The person's hand holds the shaft this far below the torch's grip point [m]."""


@dataclass(frozen=True)
class Clothes:
    """Colours of a person."""

    shirt: Colour
    trousers: Colour


GIVER_CLOTHES = Clothes(shirt=(0.80, 0.16, 0.14, 1.0), trousers=(0.16, 0.17, 0.22, 1.0))
RECEIVER_CLOTHES = Clothes(shirt=(0.13, 0.34, 0.70, 1.0), trousers=(0.85, 0.85, 0.87, 1.0))


def add_person(
    spec: mujoco.MjSpec, name: str, person: Person, clothes: Clothes, fiducials: tuple[Fiducial, ...]
) -> None:
    """Stand a person on the ground.

    Bodies `<name>`, `<name>_upper_arm`, `<name>_forearm` and `<name>_hand` are made, each a mocap body: the last three
    are moved, and the first would otherwise be part of the world's body, which is near to everything at all times. The
    hand's frame has the axes of a torch it holds and its origin at that torch's grip point.
    """
    stance = person.stance
    rotation = matrix_from_yaw(stance.yaw)
    body = spec.worldbody.add_body(name=name, mocap=True)
    body.pos, body.quat = [stance.x, stance.y, 0.0], quaternion_wxyz_from_matrix(rotation)
    _add_lower_body(body, clothes)
    _add_upper_body(body, clothes)
    for fiducial in fiducials:
        if fiducial.mount == name:
            add_board(spec, body, fiducial, fiducial.transform_mount_tag)
    upper = spec.worldbody.add_body(name=f"{name}_upper_arm", mocap=True)
    _add_capsule(upper, (0, 0, 0), (0, 0, UPPER_ARM), 0.047, clothes.shirt)
    forearm = spec.worldbody.add_body(name=f"{name}_forearm", mocap=True)
    _add_capsule(forearm, (0, 0, 0), (0, 0, FOREARM - 0.06), 0.036, SKIN)
    hand = spec.worldbody.add_body(name=f"{name}_hand", mocap=True)
    _add_capsule(hand, (0, 0, -HOLD_BELOW_GRIP - 0.022), (0, 0, -HOLD_BELOW_GRIP + 0.022), 0.036, SKIN)
    for fiducial in fiducials:
        if fiducial.mount == f"{name}_hand":
            add_board(spec, hand, fiducial, fiducial.transform_mount_tag)


def _add_lower_body(body: mujoco.MjsBody, clothes: Clothes) -> None:
    for side in (-1.0, 1.0):
        _add_capsule(body, (0.0, side * 0.10, 0.10), (0.0, side * 0.09, 0.88), 0.075, clothes.trousers)
        shoe = body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=[0.13, 0.045, 0.04], pos=[0.05, side * 0.10, 0.04])
        _set_person(shoe, SHOE)
    _add_capsule(body, (0.0, -0.07, 0.93), (0.0, 0.07, 0.93), 0.11, clothes.trousers)


def _add_upper_body(body: mujoco.MjsBody, clothes: Clothes) -> None:
    _add_ellipsoid(body, (0.0, 0.0, 1.18), (0.115, 0.19, 0.29), clothes.shirt)
    _add_capsule(body, (0.0, -0.16, 1.385), (0.0, 0.16, 1.385), 0.062, clothes.shirt)
    _add_capsule(body, (0.0, 0.0, 1.42), (0.0, 0.0, 1.50), 0.05, SKIN)
    _add_ellipsoid(body, (0.01, 0.0, 1.61), (0.095, 0.078, 0.115), SKIN)
    _add_ellipsoid(body, (-0.015, 0.0, 1.645), (0.095, 0.085, 0.095), HAIR)
    _add_capsule(body, (0.0, 0.21, 1.39), (0.0, 0.27, 1.10), 0.047, clothes.shirt)
    _add_capsule(body, (0.0, 0.27, 1.10), (0.06, 0.27, 0.86), 0.036, SKIN)
    _add_ellipsoid(body, (0.07, 0.27, 0.79), (0.035, 0.025, 0.055), SKIN)


def _add_capsule(
    body: mujoco.MjsBody,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius: float,
    colour: Colour,
) -> None:
    capsule = mujoco.mjtGeom.mjGEOM_CAPSULE
    _set_person(body.add_geom(type=capsule, fromto=[*start, *end], size=[radius, 0, 0]), colour)


def _add_ellipsoid(
    body: mujoco.MjsBody,
    centre: tuple[float, float, float],
    half_axes: tuple[float, float, float],
    colour: Colour,
) -> None:
    _set_person(body.add_geom(type=mujoco.mjtGeom.mjGEOM_ELLIPSOID, pos=centre, size=half_axes), colour)


def _set_person(geom: mujoco.MjsGeom, colour: Colour) -> None:
    geom.rgba = colour
    geom.group = SCENERY_GROUP
    geom.contype, geom.conaffinity = ContactBits.PERSON, 0

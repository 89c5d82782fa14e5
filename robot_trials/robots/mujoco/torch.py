"""The torch: a free body whose frame is its grip point, z along it."""

from __future__ import annotations

import mujoco

from robot_trials.config.site import Site
from robot_trials.robots.mujoco.boards import add_board
from robot_trials.robots.mujoco.groups import VISUAL_GROUP, ContactBits
from robot_trials.robots.mujoco.shapes import add_seen

NAME = "torch"
LENGTH = 0.70
"""Whole length [m]."""
COM_ABOVE_GRIP = 0.10
"""Height of the centre of mass above the grip point, with the torch upright [m]."""
SHAFT_RADIUS = 0.018
BOTTOM = COM_ABOVE_GRIP - LENGTH / 2
"""Lower end above the grip point [m]."""
INERTIA_RADIUS = 0.03
"""Radius of the even cylinder that stands for the torch's inertia [m]."""


def add_torch(spec: mujoco.MjSpec, site: Site, mass: float) -> None:
    """Add the torch as its own free body, with its fiducials."""
    body = spec.worldbody.add_body(name=NAME)
    body.add_freejoint(name=NAME)
    body.mass = mass
    body.ipos = [0.0, 0.0, COM_ABOVE_GRIP]
    across = mass * (3 * INERTIA_RADIUS**2 + LENGTH**2) / 12
    body.inertia = [across, across, mass * INERTIA_RADIUS**2 / 2]
    body.explicitinertial = True
    shaft = body.add_geom(
        name="torch_shaft",
        type=mujoco.mjtGeom.mjGEOM_CAPSULE,
        fromto=[0, 0, BOTTOM + SHAFT_RADIUS, 0, 0, BOTTOM + LENGTH - SHAFT_RADIUS],
        size=[SHAFT_RADIUS, 0, 0],
        rgba=[0, 0, 0, 0],
        group=4,
    )
    shaft.contype = ContactBits.TORCH
    shaft.conaffinity = ContactBits.FLOOR
    for bottom, top, radius, colour in (
        (BOTTOM, 0.12, SHAFT_RADIUS, (0.78, 0.62, 0.30, 1.0)),
        (0.22, 0.38, 0.034, (0.72, 0.10, 0.12, 1.0)),
        (0.38, 0.40, 0.040, (0.88, 0.74, 0.40, 1.0)),
        (0.12, 0.22, 0.013, (0.72, 0.10, 0.12, 1.0)),
    ):
        ends = [0, 0, bottom, 0, 0, top]
        add_seen(body, mujoco.mjtGeom.mjGEOM_CYLINDER, VISUAL_GROUP, fromto=ends, size=[radius, 0, 0], rgba=colour)
    _add_flame(body)
    for fiducial in site.fiducials:
        if fiducial.mount == NAME:
            add_board(spec, body, fiducial, fiducial.transform_mount_tag)
    body.add_site(name="torch_grip", size=[0.005] * 3, group=5)


def _add_flame(body: mujoco.MjsBody) -> None:
    for height, half_height, radius, colour in (
        (BOTTOM + LENGTH - 0.02, 0.05, 0.026, (1.0, 0.55, 0.10, 0.85)),
        (BOTTOM + LENGTH - 0.03, 0.03, 0.016, (1.0, 0.88, 0.35, 0.95)),
    ):
        size, position = [radius, radius, half_height], [0, 0, height]
        add_seen(body, mujoco.mjtGeom.mjGEOM_ELLIPSOID, VISUAL_GROUP, pos=position, size=size, rgba=colour)


def exclude_hands(spec: mujoco.MjSpec, hand_bodies: list[str]) -> None:
    """Let hands pass through the shaft: the grasp is a weld, not a contact of fingers."""
    for name in hand_bodies:
        spec.add_exclude(bodyname1=name, bodyname2=NAME)

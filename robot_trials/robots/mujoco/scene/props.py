"""Props in MuJoCo: each a body with its own free joint, or one that is put where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco

from robot_trials.config.site import Fiducial
from robot_trials.robots.mujoco.groups import VISUAL_GROUP, ContactBits
from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix
from robot_trials.robots.mujoco.scene.boards import add_mounted_boards
from robot_trials.robots.mujoco.shapes import add_shape
from robot_trials.robots.props import Prop


def add_prop(spec: mujoco.MjSpec, prop: Prop, fiducials: Sequence[Fiducial]) -> None:
    """Add a prop with its fiducials, as the body of its name; where a free one is at the start the stage says."""
    body = spec.worldbody.add_body(name=prop.name, mocap=prop.fixed)
    if prop.fixed:
        body.pos, body.quat = prop.position, quaternion_wxyz_from_matrix(prop.rotation)
    else:
        body.add_freejoint(name=prop.name)
        body.mass = prop.mass
        body.ipos, body.inertia = prop.com, prop.inertia
        body.explicitinertial = True
    for shape in prop.shapes:
        add_shape(body, shape, VISUAL_GROUP, ContactBits.PROP, ContactBits.FLOOR | ContactBits.PROP)
    add_mounted_boards(spec, body, fiducials)

"""People in MuJoCo: the right arm moves, the rest stands still."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco

from robot_trials.config.site import Fiducial
from robot_trials.robots.mujoco.groups import SCENERY_GROUP, ContactBits
from robot_trials.robots.mujoco.rotations import matrix_from_yaw, quaternion_wxyz_from_matrix
from robot_trials.robots.mujoco.scene.boards import add_mounted_boards
from robot_trials.robots.mujoco.shapes import add_shape
from robot_trials.robots.props import Figure, Shape
from robot_trials.robots.props.figure_shapes import make_arm_shapes, make_body_shapes


def add_figure(spec: mujoco.MjSpec, figure: Figure, fiducials: Sequence[Fiducial]) -> None:
    """Stand a person on the ground.

    Bodies `<name>`, `<name>_upper_arm`, `<name>_forearm` and `<name>_hand` are made, each a mocap body: the last three
    are moved, and the first would otherwise be part of the world's body, which is near to everything at all times.
    """
    name, stance = figure.name, figure.stance
    body = spec.worldbody.add_body(name=name, mocap=True)
    body.pos, body.quat = [stance.x, stance.y, 0.0], quaternion_wxyz_from_matrix(matrix_from_yaw(stance.yaw))
    _add_shapes(body, make_body_shapes(figure.look, figure.arm))
    add_mounted_boards(spec, body, fiducials)
    for part, shapes in make_arm_shapes(figure.look).items():
        link = spec.worldbody.add_body(name=f"{name}_{part}", mocap=True)
        _add_shapes(link, shapes)
        add_mounted_boards(spec, link, fiducials)


def _add_shapes(body: mujoco.MjsBody, shapes: Sequence[Shape]) -> None:
    for shape in shapes:
        add_shape(body, shape, SCENERY_GROUP, ContactBits.PERSON, 0)

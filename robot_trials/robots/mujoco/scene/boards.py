"""Printed fiducials: their picture, their board, and where each is mounted."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from robot_trials.config.site import Fiducial
from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix
from robot_trials.robots.mujoco.scene.tag_table import TAG_CODES
from robot_trials.robots.mujoco.shapes import add_seen

DATA_CELLS = 6
CELLS_ACROSS = DATA_CELLS + 4
"""Data cells, black border and white margin on both sides."""
PIXELS_PER_CELL = 12
BOARD_SCALE = CELLS_ACROSS / (DATA_CELLS + 2)
"""Edge of the printed board over the edge of the black square."""
BOARD_THICKNESS = 0.002
BACKING_THICKNESS = 0.004
BACKING_COLOUR = (0.80, 0.81, 0.83, 1.0)
"""Of the board's plain back."""
POST_COLOUR = (0.55, 0.56, 0.58, 1.0)


def add_board(spec: mujoco.MjSpec, body: mujoco.MjsBody, fiducial: Fiducial, transform_body_tag: np.ndarray) -> None:
    """Fix a printed tag to a body.

    Args:
        spec: world, changed in place.
        body: what carries the board.
        fiducial: number and size.
        transform_body_tag: pose of the tag's face, x right, y up, z out of it, shape (4, 4).
    """
    name = f"tag_{fiducial.id}"
    texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D)
    picture = draw_tag(fiducial.id)
    texture.height, texture.width, texture.nchannel = (*picture.shape[:2], 3)
    texture.data = picture.tobytes()
    material = spec.add_material(name=name, specular=0.0, shininess=0.0, texuniform=False)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
    rotation = transform_body_tag[:3, :3]
    half = fiducial.size * BOARD_SCALE / 2
    quaternion = quaternion_wxyz_from_matrix(rotation)
    for thickness, depth, look in (
        (BOARD_THICKNESS, BOARD_THICKNESS / 2, {"name": name, "material": name}),
        (BACKING_THICKNESS, BOARD_THICKNESS + BACKING_THICKNESS / 2, {"rgba": BACKING_COLOUR}),
    ):
        size, position = [half, half, thickness / 2], transform_body_tag[:3, 3] - rotation[:, 2] * depth
        add_seen(body, mujoco.mjtGeom.mjGEOM_BOX, size=size, pos=position, quat=quaternion, **look)
    body.add_site(
        name=name,
        pos=transform_body_tag[:3, 3],
        quat=quaternion,
        size=[0.001] * 3,
        group=5,
    )


def add_mounted_boards(spec: mujoco.MjSpec, body: mujoco.MjsBody, fiducials: Sequence[Fiducial]) -> None:
    """Fix to a body those fiducials that are mounted on what has its name."""
    for fiducial in fiducials:
        if fiducial.mount == body.name:
            add_board(spec, body, fiducial, fiducial.transform_mount_tag)


def add_post(spec: mujoco.MjSpec, fiducial: Fiducial) -> None:
    """Stand a lane board on the ground."""
    x, y, height = fiducial.transform_mount_tag[:3, 3] - 0.03 * fiducial.transform_mount_tag[:3, 2]
    ends = [x, y, 0.0, x, y, height + fiducial.size / 2]
    add_seen(spec.worldbody, mujoco.mjtGeom.mjGEOM_CYLINDER, fromto=ends, size=[0.02, 0, 0], rgba=POST_COLOUR)


def draw_tag(tag_id: int) -> np.ndarray:
    """Picture of a tag with its white margin, shape (pixels, pixels, 3), uint8, first row at the top."""
    code = int(TAG_CODES[tag_id], 16)
    count = DATA_CELLS * DATA_CELLS
    bits = np.array([(code >> (count - 1 - bit)) & 1 for bit in range(count)], dtype=np.uint8)
    cells = np.zeros((DATA_CELLS + 2, DATA_CELLS + 2), dtype=np.uint8)
    cells[1:-1, 1:-1] = bits.reshape(DATA_CELLS, DATA_CELLS)
    cells = np.pad(cells, 1, constant_values=1)
    picture = np.kron(cells, np.ones((PIXELS_PER_CELL, PIXELS_PER_CELL), dtype=np.uint8)) * 230 + 10
    return np.repeat(picture[:, :, None], 3, axis=2)

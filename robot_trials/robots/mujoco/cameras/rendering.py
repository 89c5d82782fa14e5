"""Off-screen rendering with EGL."""

from __future__ import annotations

import os

import mujoco

from robot_trials.exceptions import RobotFault
from robot_trials.robots.mujoco.groups import SCENERY_GROUP, VISUAL_GROUP

COARSE_SLICES, COARSE_STACKS = 14, 8
"""Facets round and along a cylinder or capsule: half of MuJoCo's, hardly seen from the head."""


def make_renderer(model: mujoco.MjModel, width: int, height: int, shadows: bool, fine: bool = True) -> mujoco.Renderer:
    """An off-screen renderer; reflections are always off, they cost five times the rest.

    Args:
        model: what is drawn.
        width, height: of the pictures [px].
        shadows: whether lights cast them.
        fine: whether round shapes have as many facets as the model says.

    Raises:
        RobotFault: this machine cannot render off screen.
    """
    quality = model.vis.quality
    slices, stacks = quality.numslices, quality.numstacks
    if not fine:
        quality.numslices, quality.numstacks = COARSE_SLICES, COARSE_STACKS
    try:
        renderer = mujoco.Renderer(model, height=height, width=width)
    except Exception as error:  # mujoco raises different ones for a missing library and a missing device
        backend = os.environ.get("MUJOCO_GL", "")
        advice = "apt-get install libegl1 libgl1-mesa-dri, or choose the camera `model`"
        raise RobotFault(f"no off-screen rendering: {error}; {advice}", MUJOCO_GL=backend) from error
    finally:
        quality.numslices, quality.numstacks = slices, stacks
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
    return renderer


def make_scene_option() -> mujoco.MjvOption:
    """Show what is meant to be seen: shapes of robot, props, people and street, no collision shapes or frames."""
    option = mujoco.MjvOption()
    option.geomgroup[:] = 0
    option.geomgroup[[0, VISUAL_GROUP, SCENERY_GROUP]] = 1
    option.sitegroup[:] = 0
    return option

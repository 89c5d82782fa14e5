"""Off-screen rendering with EGL."""

from __future__ import annotations

import os

import mujoco

from robot_trials.exceptions import RobotFault
from robot_trials.robots.mujoco.groups import SCENERY_GROUP, VISUAL_GROUP


def make_renderer(model: mujoco.MjModel, width: int, height: int, shadows: bool) -> mujoco.Renderer:
    """An off-screen renderer; reflections are always off, they cost five times the rest.

    Raises:
        RobotFault: this machine cannot render off screen.
    """
    try:
        renderer = mujoco.Renderer(model, height=height, width=width)
    except Exception as error:  # mujoco raises different ones for a missing library and a missing device
        backend = os.environ.get("MUJOCO_GL", "")
        advice = "apt-get install libegl1 libgl1-mesa-dri, or choose the camera `model`"
        raise RobotFault(f"no off-screen rendering: {error}; {advice}", MUJOCO_GL=backend) from error
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
    return renderer


def make_scene_option() -> mujoco.MjvOption:
    """Show what is meant to be seen: shapes of robot, torch, people and street, no collision shapes or frames."""
    option = mujoco.MjvOption()
    option.geomgroup[:] = 0
    option.geomgroup[[0, VISUAL_GROUP, SCENERY_GROUP]] = 1
    option.sitegroup[:] = 0
    return option

"""Off-screen rendering with EGL."""

from __future__ import annotations

import mujoco

from robot_trials.robots.mujoco.groups import SCENERY_GROUP, VISUAL_GROUP


def make_renderer(model: mujoco.MjModel, width: int, height: int, shadows: bool) -> mujoco.Renderer:
    """An off-screen renderer; reflections are always off, they cost five times the rest."""
    renderer = mujoco.Renderer(model, height=height, width=width)
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

"""MuJoCo's world as those meet it who act in it (`robots/props`)."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix
from robot_trials.robots.mujoco.scene.person_arm import PersonArm
from robot_trials.robots.props import PropSet


class FreeProp:
    """A prop that moves, as `PropState` says."""

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, name: str) -> None:
        joint = model.joint(name)
        q, v = int(joint.qposadr[0]), int(joint.dofadr[0])
        self.coordinates, self.velocity = data.qpos[q : q + 7], data.qvel[v : v + 6]
        self.wrench = data.xfrc_applied[model.body(name).id]

    def place(self, position: np.ndarray, rotation: np.ndarray) -> None:
        """Put it somewhere, at rest."""
        self.coordinates[:3], self.coordinates[3:] = position, quaternion_wxyz_from_matrix(rotation)
        self.velocity[:] = self.wrench[:] = 0.0


class MujocoStage:
    """Props where they are at the start, and people with hanging arms, until somebody acts.

    Args:
        model, data: the robot's own world.
        props: what is in it.
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, props: PropSet) -> None:
        self._props = {prop.name: FreeProp(model, data, prop.name) for prop in props.props if not prop.fixed}
        for prop in props.props:
            if not prop.fixed:
                self._props[prop.name].place(prop.position, prop.rotation)
        self._arms = {figure.name: PersonArm(model, data, figure) for figure in props.figures}

    def prop(self, name: str) -> FreeProp:
        """A prop that moves.

        Raises:
            KeyError: there is none of that name.
        """
        return self._props[name]

    def arm(self, name: str) -> PersonArm:
        """The arm of a figure.

        Raises:
            KeyError: there is none of that name.
        """
        return self._arms[name]

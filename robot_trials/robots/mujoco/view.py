"""The world as it looks: posed like the world that moves whenever somebody looks at it."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.mujoco.body.robot_spec import ROOT_JOINT
from robot_trials.robots.place import Place


class View:
    """Every visible shape, every fiducial and the cameras, where the physics has brought them.

    Args:
        model: the world with everything that is seen.
        moving: state of the world that moves.
        prefix: before every name of the robot that looks, its site and its fiducials, where the world has several.
        place: of that robot's map in the world.

    Attributes:
        model, data: the simulator's own, for renderers and rays; poses are those of the last `follow`, at
            first those of its making.
        place: of the looking robot's map in the world.
    """

    def __init__(
        self, model: mujoco.MjModel, moving: mujoco.MjData, prefix: str = "", place: Place | None = None
    ) -> None:
        self.model, self.data = model, mujoco.MjData(model)
        self.place = place or Place()
        self._moving, self._prefix = moving, prefix
        start = int(model.joint(self.name(ROOT_JOINT)).qposadr[0])
        self._base = self.data.qpos[start : start + 3]
        self.follow()

    def name(self, name: str) -> str:
        """The name that something of the looking robot's world has here."""
        return self._prefix + name

    @property
    def base_position(self) -> np.ndarray:
        """Of the looking robot, in its map, shape (3,) [m]."""
        return self.place.to_map(self._base)

    def follow(self) -> None:
        """Pose everything as it is in the world that moves."""
        moving, data = self._moving, self.data
        data.qpos[:] = moving.qpos
        data.mocap_pos[:], data.mocap_quat[:] = moving.mocap_pos, moving.mocap_quat
        mujoco.mj_kinematics(self.model, data)
        mujoco.mj_camlight(self.model, data)

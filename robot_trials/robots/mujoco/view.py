"""The world as it looks: posed like the world that moves whenever somebody looks at it."""

from __future__ import annotations

import mujoco


class View:
    """Every visible shape, every fiducial and the cameras, where the physics has brought them.

    Attributes:
        model, data: the simulator's own, for renderers and rays; poses are those of the last `follow`, at
            first those of its making.
    """

    def __init__(self, model: mujoco.MjModel, moving: mujoco.MjData) -> None:
        self.model, self.data = model, mujoco.MjData(model)
        self._moving = moving
        self.follow()

    def follow(self) -> None:
        """Pose everything as it is in the world that moves."""
        moving, data = self._moving, self.data
        data.qpos[:] = moving.qpos
        data.mocap_pos[:], data.mocap_quat[:] = moving.mocap_pos, moving.mocap_quat
        mujoco.mj_kinematics(self.model, data)
        mujoco.mj_camlight(self.model, data)

"""Where the head camera is, from the joints: forward kinematics of the base-to-camera chain."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pinocchio

from robot_trials.exceptions import ConfigError, ConfigProblem


class CameraKinematics:
    """Pose of the camera's optical frame in the base link.

    Args:
        urdf_file: robot description; its root link is the base.
        joint_names: actuated joints in the order of every joint array.
        camera_frame: optical frame of the camera (z forward, x right).

    Raises:
        ConfigError: the description has no such frame or joint; the message names the file and what is missing.
    """

    def __init__(self, urdf_file: Path, joint_names: tuple[str, ...], camera_frame: str) -> None:
        model = pinocchio.buildModelFromUrdf(str(urdf_file))
        problems = [
            ConfigProblem(urdf_file, None, "joint", name, "must be a joint of the robot description")
            for name in joint_names
            if not model.existJointName(name)
        ]
        if not model.existFrame(camera_frame):
            bound = "must be a frame of the robot description: the head camera's optical frame"
            problems.append(ConfigProblem(urdf_file, None, "frame", camera_frame, bound))
        if problems:
            raise ConfigError(problems)
        self._model = model
        self._data = model.createData()
        self._frame = model.getFrameId(camera_frame)
        self._index_q = np.array([model.joints[model.getJointId(name)].idx_q for name in joint_names])
        self._q = pinocchio.neutral(model)

    def compute_transform_base_camera(self, joint_position: np.ndarray) -> np.ndarray:
        """Pose of the camera in the base link for joint positions [rad], shape (nu,) → (4, 4)."""
        self._q[self._index_q] = joint_position
        pinocchio.forwardKinematics(self._model, self._data, self._q)
        return np.array(pinocchio.updateFramePlacement(self._model, self._data, self._frame).homogeneous)

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
        parent = model.frames[model.getFrameId(camera_frame)].parentJoint
        on_the_way = list(model.supports[parent])
        others = [joint for joint in range(1, model.njoints) if joint not in on_the_way]
        self._model = pinocchio.buildReducedModel(model, others, pinocchio.neutral(model))
        self._data = self._model.createData()
        self._frame = self._model.getFrameId(camera_frame)
        self._joints = [joint_names.index(name) for name in self._model.names[1:]]

    def compute_transform_base_camera(self, joint_position: np.ndarray) -> np.ndarray:
        """Pose of the camera in the base link for joint positions [rad], shape (nu,) → (4, 4)."""
        pinocchio.forwardKinematics(self._model, self._data, joint_position[self._joints])
        return np.array(pinocchio.updateFramePlacement(self._model, self._data, self._frame).homogeneous)

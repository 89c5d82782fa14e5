"""The camera's pose follows the head joints; a description without the camera is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from robot_trials.exceptions import ConfigError
from robot_trials.perception.camera_kinematics import CameraKinematics

URDF = """<robot name="head">
  <link name="base"/><link name="neck"/><link name="head"/><link name="camera_optical"/>
  <joint name="yaw" type="revolute"><parent link="base"/><child link="neck"/><origin xyz="0 0 0.6"/>
    <axis xyz="0 0 1"/><limit lower="-1.5" upper="1.5" effort="1" velocity="1"/></joint>
  <joint name="pitch" type="revolute"><parent link="neck"/><child link="head"/>
    <axis xyz="0 1 0"/><limit lower="-0.5" upper="0.5" effort="1" velocity="1"/></joint>
  <joint name="camera" type="fixed"><parent link="head"/><child link="camera_optical"/>
    <origin xyz="0.1 0 0" rpy="-1.5707963267948966 0 -1.5707963267948966"/></joint>
</robot>"""


@pytest.fixture
def urdf_file(tmp_path: Path) -> Path:
    path = tmp_path / "head.urdf"
    path.write_text(URDF)
    return path


def test_looks_ahead_at_zero(urdf_file: Path) -> None:
    kinematics = CameraKinematics(urdf_file, ("pitch", "yaw"), "camera_optical")
    transform = kinematics.compute_transform_base_camera(np.zeros(2))
    assert np.allclose(transform[:3, 3], [0.1, 0.0, 0.6])
    assert np.allclose(transform[:3, 2], [1.0, 0.0, 0.0], atol=1e-9), "optical z is forward"
    assert np.allclose(transform[:3, 0], [0.0, -1.0, 0.0], atol=1e-9), "optical x is right"


def test_joint_order_is_the_profiles(urdf_file: Path) -> None:
    kinematics = CameraKinematics(urdf_file, ("pitch", "yaw"), "camera_optical")
    looking_down = kinematics.compute_transform_base_camera(np.array([0.4, 0.0]))
    assert looking_down[2, 2] == pytest.approx(-np.sin(0.4))
    looking_left = kinematics.compute_transform_base_camera(np.array([0.0, 0.4]))
    assert looking_left[1, 2] == pytest.approx(np.sin(0.4))


def test_missing_frame_and_joint_are_named(urdf_file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        CameraKinematics(urdf_file, ("pitch", "roll"), "eye")
    message = str(caught.value)
    assert "head.urdf: joint: roll: must be a joint" in message
    assert "head.urdf: frame: eye: must be a frame" in message

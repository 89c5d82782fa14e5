"""A robot profile that does not fit its URDF is told so, with file, key, value and bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from robot_trials.exceptions import ConfigError
from robot_trials.robots import RobotProfile, load_profile

CHECKOUT = Path(__file__).parents[2]
PROFILE = CHECKOUT / "config" / "robots" / "kuavo.yaml"


def _changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = PROFILE.read_text(encoding="utf-8")
    text = text.replace("../../sim/kuavo/kuavo.urdf", str(CHECKOUT / "sim" / "kuavo" / "kuavo.urdf"))
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = tmp_path / "robot.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _message(file: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_profile(file)
    return str(caught.value)


def test_every_torque_set_covers_every_joint(profile: RobotProfile) -> None:
    for which in ("urdf", "continuous", "peak", "rated"):
        limits = profile.torque_limit_array(which)
        assert limits.shape == (28,) and (limits > 0).all()
    knee = profile.joint_names.index("leg_l4_joint")
    assert [profile.torque_limit_array(which)[knee] for which in ("urdf", "continuous", "peak")] == [180, 94.5, 135]


def test_parameters_for_the_controller(profile: RobotProfile) -> None:
    parameters = profile.to_parameters("peak")
    np.testing.assert_array_equal(parameters.torque_limits, profile.torque_limit_array("peak"))
    np.testing.assert_allclose(parameters.friction, 0.02 * profile.torque_limit_array("urdf"))
    assert parameters.foot_frames == ("l_sole", "r_sole")
    assert parameters.nominal_posture["leg_r4_joint"] == 0.70


def test_camera_matrix(profile: RobotProfile) -> None:
    matrix = profile.camera.matrix
    half_view = np.degrees(np.arctan(320 / matrix[0, 0]))
    assert 2 * half_view == pytest.approx(69.0)
    assert (matrix[0, 2], matrix[1, 2]) == (319.5, 239.5)


def test_unknown_key_and_value_out_of_range(tmp_path: Path) -> None:
    changes = ("name: kuavo\n", "name: kuavo\ncolour: red\n"), ("period: 0.002", "period: 1.0")
    message = _message(_changed(tmp_path, *changes))
    assert "robot.yaml:" in message
    assert "colour: unknown key" in message
    assert "drive.period: 1: must be ≤ 0.02" in message


def test_frame_that_the_urdf_lacks(tmp_path: Path) -> None:
    message = _message(_changed(tmp_path, ("feet: [l_sole, r_sole]", "feet: [l_sole, r_paw]")))
    assert "frames.feet.1: r_paw: must be a link of" in message and "kuavo.urdf" in message


def test_missing_urdf(tmp_path: Path) -> None:
    assert "urdf: nowhere.urdf: must name a readable URDF: no such file" in _message(
        _changed(tmp_path, (str(CHECKOUT / "sim" / "kuavo" / "kuavo.urdf"), "nowhere.urdf"))
    )


def test_joint_without_a_torque_limit(tmp_path: Path) -> None:
    message = _message(_changed(tmp_path, ("      leg_<s>4_joint: 94.5\n", "")))
    assert "torque_limits.sets.continuous: must name every joint; lacks leg_l4_joint, leg_r4_joint" in message


def test_posture_outside_the_joints_range(tmp_path: Path) -> None:
    message = _message(_changed(tmp_path, ("leg_<s>4_joint: 0.70", "leg_<s>4_joint: -0.70")))
    assert "nominal_posture.leg_<s>4_joint: -0.7: must lie in the range of leg_l4_joint, 0 … 2.531" in message


def test_urdf_of_an_installed_python_package(tmp_path: Path) -> None:
    message = _message(
        _changed(tmp_path, (str(CHECKOUT / "sim" / "kuavo" / "kuavo.urdf"), "python://no_such_module/robot.urdf"))
    )
    assert "no installed Python package 'no_such_module'" in message


def test_package_address_of_our_own(tmp_path: Path) -> None:
    text = PROFILE.read_text(encoding="utf-8")
    folder = tmp_path / "config" / "robots"
    folder.mkdir(parents=True)
    (tmp_path / "sim" / "kuavo").mkdir(parents=True)
    urdf = tmp_path / "sim" / "kuavo" / "kuavo.urdf"
    urdf.write_bytes((CHECKOUT / "sim" / "kuavo" / "kuavo.urdf").read_bytes())
    file = folder / "robot.yaml"
    file.write_text(text.replace("../../sim/kuavo/kuavo.urdf", "package://robot_trials/sim/kuavo/kuavo.urdf"))
    assert load_profile(file).urdf_path == urdf.resolve()

"""The generated URDF has the published figures."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pinocchio as pin
import pytest

from robot_trials.exceptions import ConfigError
from robot_trials.robots import RobotProfile
from robot_trials.robots.body import Shape, load_body
from robot_trials.robots.description import make_urdf
from robot_trials.robots.inertia import compute_principal_inertia
from robot_trials.robots.urdf import read_urdf_summary

CHECKOUT = Path(__file__).parents[2]
BODY = CHECKOUT / "sim" / "kuavo" / "body.yaml"
LEG_MASSES = (1.711, 0.580, 4.504, 1.628, 0.072, 0.499)
ARM_MASSES = (0.962, 0.570, 1.650, 0.429, 0.610, 0.331, 0.640)
LEFT_JOINTS = {  # axis, lower, upper, effort
    "leg_l1_joint": ("1 0 0", -0.314, 0.663, 180),
    "leg_l2_joint": ("0 0 1", -0.873, 0.785, 100),
    "leg_l3_joint": ("0 1 0", -2.007, 1.571, 100),
    "leg_l4_joint": ("0 1 0", 0.0, 2.531, 180),
    "leg_l5_joint": ("0 1 0", -0.873, 0.349, 36),
    "leg_l6_joint": ("1 0 0", -0.262, 0.262, 36),
    "zarm_l1_joint": ("0 1 0", -3.142, 1.571, 100),
    "zarm_l2_joint": ("1 0 0", -0.349, 2.094, 50),
    "zarm_l3_joint": ("0 0 1", -1.571, 1.571, 39),
    "zarm_l4_joint": ("0 1 0", -2.618, 0.0, 50),
    "zarm_l5_joint": ("0 0 1", -1.571, 1.571, 12),
    "zarm_l6_joint": ("1 0 0", -1.309, 0.698, 12),
    "zarm_l7_joint": ("0 1 0", -0.698, 0.698, 12),
}


@pytest.fixture(scope="module")
def model(profile: RobotProfile) -> pin.Model:
    return pin.buildModelFromUrdf(str(profile.urdf_path), pin.JointModelFreeFlyer())


@pytest.fixture(scope="module")
def urdf(profile: RobotProfile) -> ElementTree.Element:
    return ElementTree.parse(profile.urdf_path).getroot()


def _frames_at(model: pin.Model, posture: dict[str, float]) -> pin.Data:
    data = model.createData()
    q = pin.neutral(model)
    for name, value in posture.items():
        q[model.joints[model.getJointId(name)].idx_q] = value
    pin.framesForwardKinematics(model, data, q)
    pin.centerOfMass(model, data, q)
    return data


def _position(model: pin.Model, data: pin.Data, frame: str) -> np.ndarray:
    assert model.existFrame(frame), frame
    return data.oMf[model.getFrameId(frame)].translation


def test_committed_urdf_is_what_the_body_file_gives(profile: RobotProfile) -> None:
    assert profile.urdf_path.read_text(encoding="utf-8") == make_urdf(load_body(BODY))


def test_joint_order_is_the_projects_and_pinocchios(profile: RobotProfile, model: pin.Model) -> None:
    sides = [f"leg_{side}{i}_joint" for side in "lr" for i in range(1, 7)]
    arms = [f"zarm_{side}{i}_joint" for side in "lr" for i in range(1, 8)]
    expected = (*sides, *arms, "zhead_1_joint", "zhead_2_joint")
    assert profile.joint_names == expected
    assert tuple(model.names[2:]) == expected


def test_masses(urdf: ElementTree.Element, model: pin.Model) -> None:
    links = urdf.findall("link[inertial]")
    masses = {link.get("name"): float(link.find("inertial/mass").get("value")) for link in links}
    for side in "lr":
        assert [masses[f"leg_{side}{i}_link"] for i in range(1, 7)] == list(LEG_MASSES)
        assert [masses[f"zarm_{side}{i}_link"] for i in range(1, 8)] == list(ARM_MASSES)
    assert masses["base_link"] == 28.35
    assert masses["zhead_1_link"] + masses["zhead_2_link"] == pytest.approx(0.084 + 0.499)
    assert pin.computeTotalMass(model) == pytest.approx(57.3, abs=0.02)


@pytest.mark.parametrize("name", LEFT_JOINTS)
def test_left_joint_and_its_mirror_image(urdf: ElementTree.Element, name: str) -> None:
    axis, lower, upper, effort = LEFT_JOINTS[name]
    if axis != "0 1 0":
        mirrored = (-upper, -lower)
    else:
        mirrored = (lower, upper)
    right = name.replace("_l", "_r", 1)
    for joint_name, bounds in ((name, (lower, upper)), (right, mirrored)):
        joint = urdf.find(f"joint[@name='{joint_name}']")
        assert joint.find("axis").get("xyz") == axis
        limit = joint.find("limit")
        assert (float(limit.get("lower")), float(limit.get("upper"))) == bounds
        assert float(limit.get("effort")) == effort


def test_leg_geometry(model: pin.Model) -> None:
    data = _frames_at(model, {})
    hip, pitch = (data.oMi[model.getJointId(f"leg_l{i}_joint")].translation for i in (1, 3))
    knee, ankle = (data.oMi[model.getJointId(f"leg_l{i}_joint")].translation for i in (4, 6))
    np.testing.assert_allclose(hip[1:], [0.087, -0.066], atol=1e-12)
    assert hip[2] - pitch[2] == pytest.approx(0.129)
    assert pitch[2] - knee[2] == pytest.approx(0.284)
    assert knee[2] - ankle[2] == pytest.approx(0.346)
    sole = _position(model, data, "l_sole") - ankle
    np.testing.assert_allclose(sole, [(0.171 - 0.073) / 2, 0.0, -0.0595], atol=1e-12)


def test_arm_and_head_geometry(model: pin.Model) -> None:
    data = _frames_at(model, {})
    shoulder = data.oMi[model.getJointId("zarm_r1_joint")].translation
    np.testing.assert_allclose(shoulder, [-0.0175, -0.293, 0.4245], atol=1e-12)
    for frame in ("zarm_r7_end_effector", "r_grip"):
        reach = shoulder[2] - _position(model, data, frame)[2]
        assert reach == pytest.approx(0.284 + 0.127 + 0.1065 + 0.021 + 0.17)
    head = data.oMi[model.getJointId("zhead_1_joint")].translation
    np.testing.assert_allclose(head, [-0.0185, 0.0, 0.601], atol=1e-12)


def test_grip_is_parallel_to_the_base_with_a_level_forearm(model: pin.Model) -> None:
    data = _frames_at(model, {"zarm_r4_joint": -np.pi / 2, "zarm_l4_joint": -np.pi / 2})
    for frame in ("l_grip", "r_grip"):
        np.testing.assert_allclose(data.oMf[model.getFrameId(frame)].rotation, np.eye(3), atol=1e-12)


def test_camera_looks_forward_and_down(model: pin.Model) -> None:
    rotation = _frames_at(model, {}).oMf[model.getFrameId("head_camera_optical")].rotation
    assert rotation[0, 2] > 0.9 and -0.4 < rotation[2, 2] < -0.1
    np.testing.assert_allclose(rotation[:, 0], [0.0, -1.0, 0.0], atol=1e-12)


def test_com_of_the_nominal_posture(profile: RobotProfile, model: pin.Model) -> None:
    data = _frames_at(model, profile.posture)
    sole = _position(model, data, "l_sole")
    assert 0.78 < data.com[0][2] - sole[2] < 0.85
    ankle = sole[0] - 0.049
    assert 0.02 < data.com[0][0] - ankle < 0.04


@pytest.mark.parametrize(
    ("posture", "torque", "tolerance"),
    [({"zarm_r4_joint": -np.pi / 2}, 11.7, 0.12), ({"zarm_r1_joint": -np.pi / 2}, 24.6, 0.12)],
    ids=["forearm level", "straight forward"],
)
def test_shoulder_torque_with_the_torch(
    model: pin.Model, posture: dict[str, float], torque: float, tolerance: float
) -> None:
    """The published static torques come out of our masses and lengths, within what their CoM offsets leave open."""
    data = _frames_at(model, posture)
    shoulder = data.oMi[model.getJointId("zarm_r1_joint")].translation
    moment = 1.6 * 9.81 * (_position(model, data, "r_grip") - shoulder)[0]
    for i in range(1, 8):
        joint = model.getJointId(f"zarm_r{i}_joint")
        com = data.oMi[joint].act(model.inertias[joint].lever)
        moment += model.inertias[joint].mass * 9.81 * (com - shoulder)[0]
    assert moment == pytest.approx(torque, rel=tolerance)


def test_inertias_are_physical(model: pin.Model) -> None:
    for inertia in list(model.inertias)[1:]:
        moments = np.linalg.eigvalsh(inertia.inertia)
        assert moments[0] > 0.0
        assert moments[2] < moments[0] + moments[1]


def test_right_is_the_mirror_image_of_left(model: pin.Model) -> None:
    mirror = np.diag([1.0, -1.0, 1.0])
    for name in (n for n in model.names if n.startswith(("leg_l", "zarm_l"))):
        left = model.inertias[model.getJointId(name)]
        right = model.inertias[model.getJointId(name.replace("_l", "_r", 1))]
        np.testing.assert_allclose(mirror @ left.lever, right.lever, atol=1e-12)
        np.testing.assert_allclose(mirror @ left.inertia @ mirror, right.inertia, atol=1e-12)


def test_inertia_of_solids() -> None:
    cylinder = Shape(cylinder=(0.1, 0.4), axis="x")
    assert compute_principal_inertia(cylinder, 2.0) == pytest.approx((0.01, 0.03166667, 0.03166667))
    assert compute_principal_inertia(Shape(box=(1.0, 2.0, 3.0)), 12.0) == pytest.approx((13.0, 10.0, 5.0))
    assert compute_principal_inertia(Shape(sphere=0.5), 1.0) == pytest.approx((0.1, 0.1, 0.1))


def test_body_errors_name_file_line_key(tmp_path: Path) -> None:
    text = BODY.read_text(encoding="utf-8")
    file = tmp_path / "body.yaml"
    file.write_text(text.replace("mass: 28.35", "mass: -1.0").replace("name: kuavo\n", "name: kuavo\nwings: 2\n", 1))
    with pytest.raises(ConfigError) as caught:
        load_body(file)
    message = str(caught.value)
    assert "links.0.mass: -1: must be > 0" in message
    assert "wings" in message and "body.yaml:" in message


def test_summary_follows_pinocchios_order(profile: RobotProfile, model: pin.Model) -> None:
    summary = read_urdf_summary(profile.urdf_path)
    np.testing.assert_allclose([bounds[0] for bounds in summary.ranges], model.lowerPositionLimit[7:])
    np.testing.assert_allclose(summary.efforts, model.effortLimit[6:])

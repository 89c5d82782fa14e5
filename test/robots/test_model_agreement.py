"""Pinocchio and MuJoCo read the same robot from the same file."""

from __future__ import annotations

import mujoco
import numpy as np
import pinocchio as pin
import pytest

from robot_trials.robots import RobotProfile
from robot_trials.robots.mujoco.body.robot_spec import make_robot_spec
from robot_trials.robots.urdf import read_urdf_summary

TOLERANCE = 1e-9
CONFIGURATIONS = 20


class Pair:
    """The robot in both libraries, without rotor inertia in either."""

    def __init__(self, profile: RobotProfile) -> None:
        self.pin_model = pin.buildModelFromUrdf(str(profile.urdf_path), pin.JointModelFreeFlyer())
        self.pin_data = self.pin_model.createData()
        armature = self.pin_model.armature
        armature[6:] = profile.armature_array
        self.pin_model.armature = armature
        self.mj_model = make_robot_spec(profile).compile()
        self.mj_data = mujoco.MjData(self.mj_model)
        self.ranges = np.array(read_urdf_summary(profile.urdf_path).ranges)

    def pose_randomly(self, generator: np.random.Generator) -> np.ndarray:
        q = np.zeros(self.pin_model.nq)
        q[:3] = generator.uniform(-2, 2, 3)
        quaternion = generator.standard_normal(4)
        q[3:7] = quaternion / np.linalg.norm(quaternion)
        q[7:] = generator.uniform(self.ranges[:, 0], self.ranges[:, 1])
        self.mj_data.qpos[:] = q
        self.mj_data.qpos[3:7] = q[[6, 3, 4, 5]]
        mujoco.mj_forward(self.mj_model, self.mj_data)
        pin.framesForwardKinematics(self.pin_model, self.pin_data, q)
        pin.centerOfMass(self.pin_model, self.pin_data, q)
        pin.crba(self.pin_model, self.pin_data, q)
        return q


@pytest.fixture(scope="module")
def pair(profile: RobotProfile) -> Pair:
    return Pair(profile)


def test_masses_agree(pair: Pair) -> None:
    assert pair.mj_model.body_mass.sum() == pytest.approx(pin.computeTotalMass(pair.pin_model), abs=TOLERANCE)
    for joint in range(1, pair.pin_model.njoints):
        name = pair.pin_model.names[joint]
        body = pair.mj_model.joint(name).bodyid[0] if joint > 1 else pair.mj_model.body("base_link").id
        assert pair.mj_model.body_mass[body] == pytest.approx(pair.pin_model.inertias[joint].mass, abs=TOLERANCE)


def test_com_inertia_and_frames_agree_at_random_configurations(pair: Pair) -> None:
    generator = np.random.default_rng(7)
    nv = pair.pin_model.nv
    mass_matrix = np.zeros((nv, nv))
    for _ in range(CONFIGURATIONS):
        q = pair.pose_randomly(generator)
        root = pair.mj_model.body("base_link").id
        np.testing.assert_allclose(pair.mj_data.subtree_com[root], pair.pin_data.com[0], atol=TOLERANCE)
        mujoco.mj_fullM(pair.mj_model, pair.mj_data, mass_matrix)
        reference = np.triu(pair.pin_data.M)
        reference = reference + np.triu(reference, 1).T
        to_body = np.eye(nv)  # MuJoCo's linear base velocity is in world, Pinocchio's in the base
        to_body[:3, :3] = pin.Quaternion(q[3:7]).matrix().T
        np.testing.assert_allclose(mass_matrix, to_body.T @ reference @ to_body, atol=TOLERANCE)
        _assert_frames_agree(pair)


def _assert_frames_agree(pair: Pair) -> None:
    for site in range(pair.mj_model.nsite):
        name = pair.mj_model.site(site).name
        frame = pair.pin_data.oMf[pair.pin_model.getFrameId(name)]
        np.testing.assert_allclose(pair.mj_data.site_xpos[site], frame.translation, atol=TOLERANCE, err_msg=name)
        np.testing.assert_allclose(
            pair.mj_data.site_xmat[site].reshape(3, 3), frame.rotation, atol=TOLERANCE, err_msg=name
        )


def test_every_frame_of_the_profile_is_there(pair: Pair, profile: RobotProfile) -> None:
    frames = profile.frames
    for name in (frames.base, frames.imu, frames.camera, frames.camera_optical, *frames.feet, *frames.hands):
        assert pair.mj_model.site(name).id >= 0
    for name in ("zarm_l7_end_effector", "zarm_r7_end_effector"):
        assert pair.mj_model.site(name).id >= 0


def test_no_self_contact_in_standing_and_carrying_postures(pair: Pair, profile: RobotProfile) -> None:
    level = {"zarm_r4_joint": -1.57, "zarm_l4_joint": -1.57, "zarm_r1_joint": 0.0}
    swing = {"leg_l3_joint": -0.9, "leg_l4_joint": 1.2, "leg_l5_joint": -0.3, "leg_r3_joint": 0.1}
    for change in ({}, level, swing):
        posture = profile.posture | change
        pair.mj_data.qpos[:] = 0.0
        pair.mj_data.qpos[2:4] = [1.0, 1.0]
        pair.mj_data.qpos[7:] = [posture.get(name, 0.0) for name in profile.joint_names]
        mujoco.mj_forward(pair.mj_model, pair.mj_data)
        assert pair.mj_data.ncon == 0


def test_arm_through_the_torso_is_a_contact(pair: Pair, profile: RobotProfile) -> None:
    posture = profile.posture | {"zarm_r2_joint": 0.3, "zarm_r3_joint": 1.2, "zarm_r4_joint": -1.4}
    pair.mj_data.qpos[:] = 0.0
    pair.mj_data.qpos[2:4] = [1.0, 1.0]
    pair.mj_data.qpos[7:] = [posture.get(name, 0.0) for name in profile.joint_names]
    mujoco.mj_forward(pair.mj_model, pair.mj_data)
    assert pair.mj_data.ncon > 0

"""A robot with a waist, other side words and joints in another order: every limb is found, and it stands and walks."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from waisted_robot import CHECKOUT, WAIST, make_waisted_robot

from robot_trials.config import load_trial_setup
from robot_trials.exceptions import ConfigError
from robot_trials.robots import RobotProfile, SimOptions, load_profile
from robot_trials.runtime.drill import Drill, DrillOptions
from robot_trials_control.controller import WholeBodyWalkingController
from robot_trials_control.records import (
    LEFT,
    RIGHT,
    HandMode,
    MotionMode,
    make_motion_command,
    make_robot_command,
)
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.stops.fall_pose import FallPose
from robot_trials_control.stops.lowering import LOWERING_TIME
from robot_trials_control.stops.squat import find_squat
from robot_trials_control.whole_body.controller import SOFT_ARM_GAINS


@pytest.fixture(scope="module")
def waisted(tmp_path_factory: pytest.TempPathFactory) -> RobotProfile:
    return make_waisted_robot(tmp_path_factory.mktemp("waisted"))


@pytest.fixture
def model(waisted: RobotProfile) -> RobotModel:
    return RobotModel(waisted.to_parameters())


@pytest.fixture(scope="module")
def plain() -> RobotModel:
    """The default robot, which has no waist."""
    return RobotModel(load_profile(CHECKOUT / "config/robots/kuavo.yaml").to_parameters())


def names(model: RobotModel, joints: np.ndarray) -> list[str]:
    return [model.joint_names[int(joint)] for joint in joints]


def renamed(name: str) -> str:
    """What the default robot's joint is called in the other one."""
    match = re.fullmatch(r"z?(leg|arm)_([lr])(\d_joint)", name)
    return name if match is None else f"{ {'l': 'left', 'r': 'right'}[match[2]] }_{match[1]}_{match[3]}"


def test_every_joint_has_its_role(model: RobotModel, plain: RobotModel) -> None:
    limbs = model.limbs
    assert names(model, limbs.waist) == [WAIST] and not plain.limbs.waist.size
    for side in (LEFT, RIGHT):
        for role in ("arms", "legs", "ankles"):
            wanted = [renamed(name) for name in names(plain, getattr(plain.limbs, role)[side])]
            assert names(model, getattr(limbs, role)[side]) == wanted
    for role in ("head", "shoulders", "elbows", "knees"):
        assert names(model, getattr(limbs, role)) == [
            renamed(name) for name in names(plain, getattr(plain.limbs, role))
        ]
    assert model.joint_names.index(WAIST) == 0
    assert not limbs.is_leg[0] and limbs.is_waist.sum() == 1 and limbs.is_leg.sum() == 12


def test_every_joint_finds_its_numbers_in_the_profile(waisted: RobotProfile, plain: RobotModel) -> None:
    limits = dict(zip(waisted.joint_names, waisted.torque_limit_array("urdf"), strict=True))
    wanted = dict(zip(plain.joint_names, plain.parameters.torque_limits, strict=True))
    assert limits == {renamed(name): value for name, value in wanted.items()} | {WAIST: 100.0}
    assert waisted.posture["right_leg_4_joint"] == 0.70 and waisted.posture["left_arm_2_joint"] == 0.12


def test_side_words_that_the_urdf_does_not_use(waisted: RobotProfile, tmp_path: Path) -> None:
    text = waisted.file.read_text(encoding="utf-8").replace("sides: [left, right]", "sides: [links, rechts]")
    file = tmp_path / "robot.yaml"
    file.write_text(text.replace("waisted.urdf", str(waisted.urdf_path)), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"nominal_posture.*links_leg_3_joint.*must be a joint of the URDF"):
        load_profile(file)


def test_the_fall_pose_is_the_one_without_a_waist(model: RobotModel, plain: RobotModel) -> None:
    poses = []
    for robot in (model, plain):
        command = make_robot_command(robot.nu)
        FallPose(robot).write(command)
        rows = zip(command.position.tolist(), command.kp.tolist(), strict=True)
        poses.append(dict(zip(robot.joint_names, rows, strict=True)))
    assert poses[0].pop(WAIST) == (0.0, 80.0), "held straight, with the torque limit's share as stiffness"
    assert poses[0] == {renamed(name): row for name, row in poses[1].items()}


def test_squat_and_ankles_are_those_without_a_waist(model: RobotModel, plain: RobotModel) -> None:
    one, other = (find_squat(robot, 0.8, -0.0245) for robot in (model, plain))
    assert one is not None and other is not None
    for field in ("legs", "lean", "height", "com_ahead", "spread"):
        np.testing.assert_allclose(getattr(one, field), getattr(other, field), atol=1e-9)
    assert names(model, one.joints.ravel()) == [renamed(name) for name in names(plain, other.joints.ravel())]
    np.testing.assert_allclose(model.sole_reach(0.008, 0.98), plain.sole_reach(0.008, 0.98))


def test_a_hand_in_use_leaves_the_waist_stiff(waisted: RobotProfile) -> None:
    controller = make_controller(waisted)
    arms, motion = controller.arms, make_motion_command()
    motion.hand_mode[RIGHT], motion.hand_orientation_xyzw[RIGHT, 3] = HandMode.HEADING, 1.0
    model = controller.model
    arms.update(0.002, motion, 0.0, 0.0, model.nominal_joints, controller.reference)
    weight, gains = controller.reference.posture_weight, controller.config.whole_body
    assert (weight[model.arm_joints(RIGHT)] == gains.posture_weight_hand).all()
    assert (weight[model.limbs.waist] == gains.posture_weight_arms).all()
    controller.whole_body.soften_arms(True)
    stiffness = controller.whole_body.gains.posture_gains[0]
    assert (stiffness[model.arm_joints(LEFT)] == SOFT_ARM_GAINS[0]).all()
    assert (stiffness[model.limbs.waist] == gains.arm_kp).all()


def test_the_waist_of_a_robot_without_power_is_braked(waisted: RobotProfile) -> None:
    controller = make_controller(waisted)
    braked = names(controller.model, controller._braked)
    assert WAIST in braked and len(braked) == 7, "and roll and yaw of both legs"


@pytest.mark.relay
def test_the_arm_alone_reaches_and_everything_that_carries_is_checked(waisted: RobotProfile) -> None:
    from robot_trials.kinds.relay.leaves.payload_headroom import PayloadHeadroom

    headroom = PayloadHeadroom(waisted.to_parameters(), waisted.torque_limit_array("continuous"), RIGHT)
    assert headroom.find_problems(2.0, np.array([0.42, -0.30, 1.0])) == []
    assert any(
        problem.startswith("right_arm_") for problem in headroom.find_problems(25.0, np.array([0.42, -0.3, 1.0]))
    )
    q, _ = headroom._solve_pose(np.array([0.42, -0.3, 0.2]))
    assert q[0] == 0.0, "the waist stays"


def make_controller(profile: RobotProfile) -> WholeBodyWalkingController:
    from robot_trials_control.config import ControllerConfig

    return WholeBodyWalkingController(profile.to_parameters(), ControllerConfig(), 0.002)


@pytest.fixture(scope="module")
def drill(waisted: RobotProfile) -> Iterator[Drill]:
    setup = dataclasses.replace(load_trial_setup("torch_relay", seed=0, length=20.0), robot_file=waisted.file)
    made = Drill(setup, DrillOptions(sim=SimOptions(seed=0)))
    yield made
    made.close()


@pytest.mark.relay
@pytest.mark.simulation
def test_it_stands_carries_walks_and_lowers_itself(drill: Drill) -> None:
    assert drill.settle(), "with the torch in its hand"
    status = drill.sample.status
    assert float(status.payload_mass) == pytest.approx(1.6, abs=0.35)
    drill.walk(0.4)
    assert drill.run(5.0)
    assert float(drill.sample.truth.base_position[0]) > 1.2
    waist = drill.robot.joint_names.index(WAIST)
    assert abs(float(drill.sample.state.joint_position[waist])) < 0.1
    drill.stand()
    assert drill.run(3.0)
    drill.motion.mode[...] = MotionMode.LOWER
    assert drill.run(LOWERING_TIME + 6.0, until=lambda sample: float(sample.status.lowered) == 1.0)
    drill.stand()
    assert drill.run(LOWERING_TIME + 2.0)
    assert float(drill.sample.status.lowered) == 0.0 and not drill.falls.fell

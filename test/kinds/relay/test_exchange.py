"""The torch changes hands: giver to robot, robot to receiver, by force alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from robot_trials.kinds.relay.props.behaviour import Behaviour
from robot_trials.kinds.relay.props.giver import GiverPhase
from robot_trials.kinds.relay.props.people import People
from robot_trials.kinds.relay.props.receiver import ReceiverPhase
from robot_trials.robots import RobotProfile
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix
from robot_trials.robots.props.compliant_grip import CompliantGrip, PropMotion
from robot_trials.robots.props.figure_shapes import HOLD_BELOW_GRIP
from robot_trials_control.records import RIGHT, Record, make_control_sample, make_robot_command

ELBOW, SHOULDER = "zarm_r4_joint", "zarm_r1_joint"
WEIGHT_MAX = 1.76 * 9.81
RELEASE_TIME = Behaviour(1.6).release_time


class Rig:
    """The robot on a stand with stiff joints, with its right forearm level and the torch at its hand."""

    def __init__(self, robot: MujocoRobot, profile: RobotProfile) -> None:
        self.robot, self.profile = robot, profile
        self.command: Record = make_robot_command(len(robot.joint_names))
        self.sample: Record = make_control_sample(len(robot.joint_names))
        self.command.position[:] = profile.nominal_array
        self.command.kp[:] = 10.0 * profile.torque_limit_array("urdf")
        self.command.kd[:] = 0.05 * self.command.kp
        self.forces: list[float] = []
        self._base_start = robot.data.qpos[:3].copy()

    def move(self, joint: str, by: float) -> None:
        """Move one joint's target."""
        self.command.position[self.robot.joint_names.index(joint)] += by

    def run(self, seconds: float) -> None:
        """Run the world, noting the vertical force on both people."""
        for _ in range(round(seconds / 0.002)):
            self._steady_base()
            self.robot.read_state(self.sample.state)
            self.robot.write_command(self.command, self.sample.torque_applied)
            self.robot.read_truth(self.sample.truth)
            force = self.sample.truth.people_force.sum(axis=0)
            self.forces.append(float(np.linalg.norm(force)))

    def _steady_base(self) -> None:
        """Hold the base like a test stand: joints alone do not balance."""
        data = self.robot.data
        applied = data.xfrc_applied[self.robot.model.body("base_link").id]
        applied[:3] = 2e4 * (self._base_start - data.qpos[:3]) - 2e3 * data.qvel[:3]
        applied[3:] = -4e3 * data.qpos[4:7] - 2e2 * data.qvel[3:6]

    def bring_torch_to_hand(self, offset: np.ndarray) -> None:
        """Have the giver offer the torch at the robot's hand, `offset` away in the hand's axes [m]."""
        people, data = self.robot.actors, self.robot.data
        assert isinstance(people, People)
        hand = data.site("r_grip")
        rotation = hand.xmat.reshape(3, 3)
        grip = hand.xpos + rotation @ offset
        people._torch.coordinates[:3] = grip
        people._torch.coordinates[3:] = quaternion_wxyz_from_matrix(rotation)
        sag = people.giver.grip.target[2] - people.giver._arm.fist_position[2]
        people.giver.start[:] = grip - HOLD_BELOW_GRIP * rotation[:, 2]
        people.giver.grip.target[:] = people.giver.start + [0.0, 0.0, sag]
        people.giver.grip.target_rotation[:] = rotation


@pytest.fixture
def rig(make_robot: Callable[..., MujocoRobot], profile: RobotProfile) -> Rig:
    """The robot with its right forearm level."""
    posture = profile.nominal_posture | {"zarm_r4_joint": -1.55, "zarm_r1_joint": 0.0, "zarm_r2_joint": 0.0}
    del posture["zarm_<s>4_joint"], posture["zarm_<s>1_joint"]
    level = profile.model_copy(update={"nominal_posture": posture})
    rig = Rig(make_robot(level, seed=3, noise=False), level)
    rig.run(0.3)
    return rig


@pytest.mark.simulation
def test_hand_closes_only_within_reach(rig: Rig) -> None:
    """31 mm beside the torch the hand stays empty; 20 mm beside it grips."""
    rig.bring_torch_to_hand(np.array([0.036, 0.0, 0.0]))
    rig.command.hand_closed[RIGHT] = 1.0
    rig.run(0.02)
    assert not rig.sample.truth.robot_holds
    rig.bring_torch_to_hand(np.array([0.020, 0.0, 0.0]))
    rig.run(0.02)
    assert rig.sample.truth.robot_holds


@pytest.mark.simulation
def test_grasp_keeps_the_offset_it_closed_with(rig: Rig) -> None:
    """The weld does not pull the torch into the hand's centre."""
    rig.bring_torch_to_hand(np.array([0.015, 0.0, 0.01]))
    rig.command.hand_closed[RIGHT] = 1.0
    rig.run(0.5)
    data = rig.robot.data
    offset = data.site("r_grip").xmat.reshape(3, 3).T @ (data.body("torch").xpos - data.site("r_grip").xpos)
    np.testing.assert_allclose(offset, [0.015, 0.0, 0.01], atol=0.004)


@pytest.mark.simulation
def test_torch_passes_from_giver_to_robot_to_receiver(rig: Rig) -> None:
    """Nobody lets go before the other carries, and nobody is pulled."""
    people, truth = rig.robot.actors, rig.sample.truth
    assert isinstance(people, People)
    rig.bring_torch_to_hand(np.array([0.01, 0.0, 0.0]))
    rig.command.hand_closed[RIGHT] = 1.0
    rig.run(1.0)
    assert truth.robot_holds and truth.people_hold[0], "the giver keeps the torch while nobody lifts it"
    for _ in range(20):
        rig.move(ELBOW, -0.005)
        rig.run(0.1)
    rig.run(0.2 + RELEASE_TIME)
    assert truth.robot_holds and not truth.people_hold[0]
    assert people.giver.phase is GiverPhase.WITHDRAWING
    assert max(rig.forces) < WEIGHT_MAX + 20.0

    people.receiver.start[:] = people.motion.hold + [0.01, -0.01, 0.0]
    rig.forces.clear()
    rig.run(1.0)
    assert truth.people_hold[1]
    for _ in range(10):
        rig.move(ELBOW, 0.004)
        rig.run(0.1)
    carried = -float(truth.people_force[1, 2])
    assert carried > 0.7 * rig.robot.props.held.mass * 9.81
    rig.command.hand_closed[RIGHT] = 0.0
    rig.run(4.0)
    assert truth.people_hold[1] and not truth.robot_holds
    assert people.receiver.phase is ReceiverPhase.WITHDRAWING
    assert truth.prop_pose[2] > 0.8
    assert max(rig.forces) < WEIGHT_MAX + 20.0
    assert truth.unwanted_contacts == 0


@pytest.mark.parametrize("direction", [(1.0, 0.0, 0.0), (0.0, -0.7, 0.7), (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)])
def test_hand_yields_instead_of_pulling(direction: tuple[float, float, float]) -> None:
    """Moved half a metre away, the hand follows and never pulls harder than a torch's weight and 20 N."""
    grip, motion = CompliantGrip(np.zeros(3), np.eye(3), firmness=1.0), PropMotion((0.0, 0.0, 0.1))
    velocity = 0.25 * np.array(direction)
    lightest, most = np.array([0.0, 0.0, 1.44 * 9.81]), 0.0
    for tick in range(1000):
        motion.hold[:] = velocity * tick * 0.002
        motion.hold_velocity[:] = velocity
        grip.update(motion)
        most = max(most, float(np.linalg.norm(grip.force - lightest * (grip.force[2] > 0.0))))
    assert most < 20.0
    assert np.linalg.norm(grip.target - motion.hold) < 0.08


@pytest.mark.simulation
def test_giver_keeps_the_torch_when_nobody_comes(make_robot: Callable[..., MujocoRobot], profile: RobotProfile) -> None:
    """Held out for seconds, the torch stays where it is offered."""
    robot = make_robot(seed=5)
    rig = Rig(robot, profile)
    rig.run(0.5)
    start = rig.sample.truth.prop_pose[:3].copy()
    rig.run(1.5)
    assert rig.sample.truth.people_hold[0]
    assert isinstance(robot.actors, People)
    assert np.linalg.norm(robot.actors.motion.angular_velocity) < 0.5, "a light shaft must not shake in the hand"
    np.testing.assert_allclose(rig.sample.truth.prop_pose[:3], start, atol=0.01)


def test_people_and_torch_are_put_back(make_robot: Callable[..., MujocoRobot], profile: RobotProfile) -> None:
    """A torch that somebody carried off comes back into the giver's hand; what a robot holds does not."""
    rig = Rig(make_robot(seed=5), profile)
    rig.run(0.1)
    robot, truth = rig.robot, rig.sample.truth
    people = robot.actors
    robot.data.joint("torch").qpos[:3] += [0.0, -1.0, 0.0]
    rig.run(1.0)
    assert not truth.people_hold[0], "nobody is held back"
    robot.reset_props()
    rig.run(0.1)
    assert truth.people_hold[0] and robot.actors is not people
    np.testing.assert_allclose(truth.prop_pose[:3], robot.props.held.position, atol=0.02)
    assert np.linalg.norm(truth.people_force[0]) == pytest.approx(robot.props.held.mass * 9.81, rel=0.2)
    rig.bring_torch_to_hand(np.array([0.01, 0.0, 0.0]))
    rig.command.hand_closed[RIGHT] = 1.0
    rig.run(0.05)
    assert truth.robot_holds
    with pytest.raises(ValueError, match="a hand of the robot holds the torch"):
        robot.reset_props()

"""References of hands, arms and head: bounded, smooth, carried along by the body."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import PERIOD, standing_configuration
from derivatives import check_derivative, check_order

from robot_trials_control.config import WholeBodyGains
from robot_trials_control.records import LEFT, RIGHT, HandMode, make_motion_command
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.whole_body.arms import (
    GIVE,
    HAND_BANDWIDTH,
    HAND_TURN_MAX,
    POSTURE_RATE_MAX,
    ArmReferences,
    follow_target,
)
from robot_trials_control.whole_body.references import WholeBodyReference

STILL = np.zeros(3)
GOAL = np.array((0.42, -0.30, 1.0))


class Arms:
    """Arm references of a robot that stands still, or is said to stand elsewhere."""

    def __init__(self, model: RobotModel) -> None:
        self.model, self.motion = model, make_motion_command()
        self.arms = ArmReferences(model, WholeBodyGains())
        self.out = WholeBodyReference(model.nominal_joints)
        self.q = standing_configuration(model)
        model.update(self.q, np.zeros(model.nv))
        self.arms.reset(self.q[7:])
        self.com, self.heading, self.com_velocity = model.com.copy(), 0.0, STILL

    def ask(self, side: int, mode: HandMode, position: np.ndarray, speed: float = 0.3) -> None:
        self.motion.hand_mode[side] = mode
        self.motion.hand_position[side] = position
        self.motion.hand_speed[...] = speed

    def run(self, ticks: int) -> WholeBodyReference:
        for _ in range(ticks):
            self.model.com[:], self.model.com_velocity[:] = self.com, self.com_velocity
            self.arms.update(PERIOD, self.motion, self.heading, 0.0, self.q[7:], self.out)
        return self.out


@pytest.fixture
def arms(model: RobotModel) -> Arms:
    """Standing at the origin."""
    return Arms(model)


def test_a_hand_starts_where_it_is(arms: Arms) -> None:
    arms.ask(RIGHT, HandMode.ODOM, GOAL)
    out = arms.run(1)
    assert out.hand_active.tolist() == [False, True]
    assert np.linalg.norm(out.hands[RIGHT].position - arms.model.grips[RIGHT].position) < 1e-3


@pytest.mark.parametrize("speed", [0.2, 0.5])
def test_a_hand_moves_to_its_goal_within_its_speed(arms: Arms, speed: float) -> None:
    arms.ask(RIGHT, HandMode.ODOM, GOAL, speed)
    before = arms.run(1).hands[RIGHT].position.copy()
    distance = np.linalg.norm(GOAL - before)
    path, velocities = [before], []
    for _ in range(round((distance / speed + 1.5) / PERIOD)):
        pose = arms.run(1).hands[RIGHT]
        path.append(pose.position.copy())
        velocities.append(pose.velocity.copy())
    moves = np.diff(path, axis=0)
    assert np.linalg.norm(moves, axis=1).max() <= speed * PERIOD + 1e-9
    np.testing.assert_allclose(moves / PERIOD, velocities, atol=1e-9)
    np.testing.assert_allclose(path[-1], GOAL, atol=1e-3)


def test_a_hands_velocity_and_acceleration_are_its_paths_own(arms: Arms) -> None:
    """Tick by tick: the position moves by the velocity, the velocity by the acceleration, also at the speed limit."""
    arms.ask(RIGHT, HandMode.ODOM, GOAL, 0.4)
    before, speeds = arms.run(1).hands[RIGHT].values.copy(), []
    for _ in range(2000):
        after = arms.run(1).hands[RIGHT].values.copy()
        np.testing.assert_allclose(after[0] - before[0], PERIOD * after[1], atol=1e-15)
        np.testing.assert_allclose(after[1] - before[1], PERIOD * after[2], atol=1e-15)
        speeds.append(np.linalg.norm(after[1]))
        before = after
    assert max(speeds) == pytest.approx(0.4) and min(speeds) < 1e-3


def test_a_hand_below_its_speed_limit_is_a_critically_damped_oscillator() -> None:
    """distance · (1 + ω t) e^(−ω t), to first order in the control period."""
    goal, time, upright = np.array((0.1, -0.2, 0.05)), 0.256, np.array((0.0, 0.0, 0.0, 1.0))

    def miss(period: float) -> float:
        pose = np.concatenate([np.zeros((3, 3)), np.eye(3)])
        for _ in range(round(time / period)):
            follow_target(period, goal, upright, 9.0, pose)
        decay = np.exp(-HAND_BANDWIDTH * time)
        position = goal * (1.0 - (1.0 + HAND_BANDWIDTH * time) * decay)
        velocity = goal * HAND_BANDWIDTH**2 * time * decay
        return float(max(np.abs(pose[0] - position).max(), np.abs(pose[1] - velocity).max()))

    check_order(miss, PERIOD, 1)


def test_a_carried_hand_moves_as_the_body_does(arms: Arms) -> None:
    """In the heading frame velocity and acceleration in odom are derivatives of the place, by the body's own."""
    arms.ask(RIGHT, HandMode.HEADING, GOAL)
    arms.run(3000)
    com, velocity, acceleration = arms.com.copy(), np.array((0.5, -0.2, 0.0)), np.array((1.5, 2.0, 0.0))
    arms.out.com_acceleration[:] = acceleration

    def carried(time: float) -> np.ndarray:
        arms.com, arms.com_velocity = (
            com + time * velocity + 0.5 * time**2 * acceleration,
            velocity + time * acceleration,
        )
        return arms.run(1).hands[RIGHT].values[:3].copy()

    check_derivative(lambda time: carried(time)[:2], carried(0.0)[1:])


def test_a_hand_turns_to_its_goal_within_its_rate(arms: Arms) -> None:
    goal = pin.Quaternion(pin.exp3(np.array((0.3, -0.9, 0.4))))
    arms.ask(RIGHT, HandMode.ODOM, GOAL)
    arms.motion.hand_orientation_xyzw[RIGHT] = goal.coeffs()
    before = arms.run(1).hands[RIGHT].rotation.copy()
    for _ in range(round(3.0 / PERIOD)):
        after = arms.run(1).hands[RIGHT].rotation.copy()
        assert np.linalg.norm(pin.log3(before.T @ after)) <= HAND_TURN_MAX * PERIOD + 1e-9
        before = after
    np.testing.assert_allclose(before, goal.matrix(), atol=1e-3)


def test_a_goal_in_the_heading_frame_goes_with_the_body(arms: Arms) -> None:
    arms.ask(RIGHT, HandMode.HEADING, GOAL)
    arms.run(2000)
    arms.com, arms.heading, arms.com_velocity = np.array((5.0, 2.0, 0.8)), np.pi / 2, np.array((0.1, 0.7, 0.05))
    pose = arms.run(1).hands[RIGHT]
    np.testing.assert_allclose(pose.position, (5.0 + 0.30, 2.0 + 0.42, 1.0), atol=1e-3)
    np.testing.assert_allclose(pose.velocity, (0.1, 0.7, 0.0), atol=2e-3)
    np.testing.assert_allclose(pose.rotation, pin.exp3(np.array((0, 0, np.pi / 2))), atol=2e-3)


def test_a_goal_in_odom_stays_behind(arms: Arms) -> None:
    arms.ask(RIGHT, HandMode.ODOM, GOAL)
    arms.run(2000)
    arms.com, arms.heading = np.array((5.0, 2.0, 0.8)), np.pi / 2
    np.testing.assert_allclose(arms.run(1).hands[RIGHT].position, GOAL, atol=1e-3)


def test_switching_frames_does_not_jump(arms: Arms) -> None:
    arms.com, arms.heading = np.array((0.05, 0.02, 0.8)), 0.3
    arms.ask(RIGHT, HandMode.ODOM, arms.model.grips[RIGHT].position)
    before = arms.run(1).hands[RIGHT].position.copy()
    arms.ask(RIGHT, HandMode.HEADING, GOAL)
    after = arms.run(1).hands[RIGHT].position
    assert np.linalg.norm(after - before) < 1e-3


def test_the_error_counts_from_the_grip_to_the_goal(arms: Arms) -> None:
    assert arms.arms.distance_to_goal(RIGHT) == 0.0
    offset = np.array((0.03, -0.04, 0.12))
    arms.ask(RIGHT, HandMode.ODOM, arms.model.grips[RIGHT].position + offset)
    arms.run(1)
    assert arms.arms.distance_to_goal(RIGHT) == pytest.approx(0.13)
    assert arms.arms.distance_to_goal(LEFT) == 0.0


def test_an_arm_with_a_hand_task_frees_its_posture(arms: Arms) -> None:
    gains = WholeBodyGains()
    arms.ask(LEFT, HandMode.HEADING, GOAL * (1, -1, 1))
    weight = arms.run(1).posture_weight
    assert (weight[arms.model.arm_joints(LEFT)] == gains.posture_weight_hand).all()
    assert (weight[arms.model.arm_joints(RIGHT)] == gains.posture_weight_arms).all()
    assert not weight[[i for i in range(arms.model.nu) if arms.model.moves_a_foot(i)]].any()


def test_head_and_posture_move_at_a_bounded_rate(arms: Arms) -> None:
    arms.motion.head[:] = 0.5, 0.3
    head = [arms.model.joint_names.index(name) for name in arms.model.parameters.head_joints]
    before = arms.run(1).posture.copy()
    after = arms.run(1).posture.copy()
    np.testing.assert_allclose((after - before)[head], POSTURE_RATE_MAX * PERIOD)
    np.testing.assert_allclose(arms.run(1000).posture[head], (0.5, 0.3))


def test_a_hand_released_returns_to_the_posture_from_where_the_arm_is(arms: Arms) -> None:
    arms.ask(RIGHT, HandMode.ODOM, GOAL)
    arms.run(5)
    joints = arms.model.arm_joints(RIGHT)
    arms.q[7 + joints] += 0.4
    arms.ask(RIGHT, HandMode.POSTURE, STILL)
    out = arms.run(1)
    assert not out.hand_active[RIGHT]
    np.testing.assert_allclose(out.posture[joints], arms.q[7 + joints], atol=POSTURE_RATE_MAX * PERIOD + 1e-9)
    np.testing.assert_allclose(arms.run(500).posture, arms.model.nominal_joints, atol=1e-9)


def test_an_arm_that_gives_way_stays_where_it_was_put(arms: Arms) -> None:
    """Within the dead band it wants back to where it was held, beyond it follows."""
    joint = int(arms.model.arm_joints(RIGHT)[1])
    arms.arms.hold(arms.q[7:])
    held = float(arms.q[7 + joint])
    for moved, wanted in ((0.5 * GIVE, held), (5.0 * GIVE, held + 4.0 * GIVE), (4.5 * GIVE, held + 4.0 * GIVE)):
        joints = arms.q[7:].copy()
        joints[joint] = held + moved
        arms.arms.give_way(joints)
        assert float(arms.run(1).posture[joint]) == pytest.approx(wanted, abs=1e-9)


def test_giving_way_moves_arms_only(arms: Arms) -> None:
    arms.arms.hold(arms.q[7:])
    arms.arms.give_way(arms.q[7:] + 1.0)
    moved = np.flatnonzero(arms.arms.state.nominal != arms.q[7:]).tolist()
    assert moved == sorted(int(j) for side in (LEFT, RIGHT) for j in arms.model.arm_joints(side))

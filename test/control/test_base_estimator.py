"""The base estimator on ideal IMU and joint readings of a robot that sways on its feet."""

from __future__ import annotations

import math

import numpy as np
import pinocchio as pin
import pytest
from control_bench import PERIOD, standing_configuration

from robot_trials_control.config import EstimatorGains
from robot_trials_control.estimation.base import BaseEstimator
from robot_trials_control.numeric.rotations import yaw_of
from robot_trials_control.records import LEFT, RIGHT, Record, make_robot_state
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.walking.swing import min_jerk

GYRO_BIAS = np.array((0.002, -0.0015, 0.003))
STANDING = np.ones(2, np.uint8)
GYRO_BIAS_ROWS = slice(9, 12)
SECOND = round(1.0 / PERIOD)


class SwayingRobot:
    """Sways and tilts with both soles fixed to the ground; readings are exact but for a gyro bias.

    Attributes:
        q, v: true configuration and velocity; world is the first soles' middle.
    """

    def __init__(self, model: RobotModel, gyro_bias: np.ndarray) -> None:
        self.model, self.gyro_bias = model.model, gyro_bias
        self.data = self.model.createData()
        self.state = make_robot_state(model.nu)
        self._imu, self._feet = model.imu_id, model.foot_ids
        self._legs = np.array([i for i in range(model.nu) if model.moves_a_foot(i)])
        self.q, self.v = standing_configuration(model), np.zeros(model.nv)
        self._start = pin.SE3(pin.XYZQUATToSE3(self.q[:7]))
        pin.framesForwardKinematics(self.model, self.data, self.q)
        self._soles = [pin.SE3(self.data.oMf[frame]) for frame in self._feet]
        self._weight = model.own_mass * GRAVITY
        self._ticks, self._v_before = 0, self.v.copy()

    def read(self) -> Record:
        """Readings one control period later."""
        self._ticks += 1
        self._place_base(self._ticks * PERIOD)
        self._solve_legs()
        acceleration = (self.v - self._v_before) / PERIOD
        self._v_before = self.v.copy()
        self._write(acceleration)
        return self.state

    def rest(self, shift: np.ndarray, turn: np.ndarray) -> Record:
        """Readings of the robot at rest with its base moved from the nominal stance."""
        self.q[:7] = pin.SE3ToXYZQUAT(pin.SE3(pin.exp3(turn) @ self._start.rotation, self._start.translation + shift))
        self.v[:] = 0.0
        self._solve_legs()
        self._write(np.zeros(self.model.nv))
        return self.state

    def _place_base(self, time: float) -> None:
        """Lissajous motion: like a stance at first, of some centimetres and degrees after two seconds."""

        def pose(at: float) -> pin.SE3:
            grown = 0.1 * min_jerk(max(at, 0.0) / 0.4)[0] + 0.9 * min_jerk(max(at - 2.1, 0.0) / 0.6)[0]
            shift = np.array((0.02 * math.sin(2.1 * at), 0.03 * math.sin(3.3 * at), -0.02 + 0.01 * math.sin(4 * at)))
            turn = np.array((0.03 * math.sin(2.7 * at), 0.04 * math.sin(1.9 * at), 0.05 * math.sin(1.3 * at)))
            return pin.SE3(pin.exp3(grown * turn) @ self._start.rotation, self._start.translation + grown * shift)

        here, dt = pose(time), 1e-5
        self.q[:7] = pin.SE3ToXYZQUAT(here)
        self.v[:6] = pin.log6(pose(time - dt).actInv(pose(time + dt))).vector / (2 * dt)

    def _solve_legs(self) -> None:
        """Leg joints that keep the soles where they are, and their velocities."""
        for _ in range(4):
            jacobian, error = self._sole_errors()
            self.q[7 + self._legs] += np.linalg.solve(jacobian[:, 6 + self._legs], error)
            if np.abs(error).max() < 1e-8:
                break
        jacobian, _ = self._sole_errors()
        self.v[6 + self._legs] = np.linalg.solve(jacobian[:, 6 + self._legs], -jacobian[:, :6] @ self.v[:6])

    def _sole_errors(self) -> tuple[np.ndarray, np.ndarray]:
        pin.computeJointJacobians(self.model, self.data, self.q)
        pin.updateFramePlacements(self.model, self.data)
        jacobians = [pin.getFrameJacobian(self.model, self.data, frame, pin.LOCAL) for frame in self._feet]
        errors = [
            pin.log6(self.data.oMf[frame].actInv(sole)).vector
            for frame, sole in zip(self._feet, self._soles, strict=True)
        ]
        return np.concatenate(jacobians), np.concatenate(errors)

    def _write(self, acceleration: np.ndarray) -> None:
        state, model, data = self.state, self.model, self.data
        pin.forwardKinematics(model, data, self.q, self.v, acceleration)
        pin.updateFramePlacements(model, data)
        rotation = data.oMf[self._imu].rotation
        linear = pin.getFrameClassicalAcceleration(model, data, self._imu, pin.LOCAL).linear
        state.imu_linear_acceleration[:] = linear + GRAVITY * rotation[2]
        state.imu_angular_velocity[:] = (
            pin.getFrameVelocity(model, data, self._imu, pin.LOCAL).angular
            + data.oMf[self._imu].rotation.T @ data.oMi[1].rotation @ self.gyro_bias
        )
        state.joint_position[:], state.joint_velocity[:] = self.q[7:], self.v[6:]
        state.foot_wrench[:, 2] = 0.5 * self._weight

    @property
    def velocity(self) -> np.ndarray:
        """True velocity of the base in world, shape (3,) [m/s]."""
        return self.data.oMi[1].rotation @ self.v[:3]

    @property
    def rotation(self) -> np.ndarray:
        """True rotation of the base, shape (3, 3)."""
        return self.data.oMi[1].rotation


def tilt_between(a: np.ndarray, b: np.ndarray) -> float:
    """Angle between the vertical as two rotations to world see it [rad]."""
    return math.acos(min(1.0, float(a[2] @ b[2])))


def start(
    model: RobotModel, gyro_bias: np.ndarray, shift: tuple = (0, 0, 0), turn: tuple = (0, 0, 0)
) -> tuple[SwayingRobot, BaseEstimator]:
    robot, estimator = SwayingRobot(model, gyro_bias), BaseEstimator(model, EstimatorGains(), PERIOD)
    estimator.reset(robot.rest(np.array(shift, dtype=float), np.array(turn, dtype=float)))
    return robot, estimator


@pytest.fixture(scope="module")
def swayed(parameters) -> tuple[SwayingRobot, BaseEstimator, dict[str, np.ndarray]]:
    """Four seconds of sway, with the errors at each tick after the gyro's bias was taken."""
    robot, estimator = start(RobotModel(parameters), GYRO_BIAS)
    errors: dict[str, list[float]] = {"tilt": [], "velocity": [], "position": [], "sway": []}
    home = robot.q[:3].copy()
    for _ in range(4 * SECOND):
        estimator.update(robot.read(), STANDING)
        if estimator.is_settled:
            errors["tilt"].append(tilt_between(estimator.rotation, robot.rotation))
            errors["velocity"].append(np.linalg.norm(estimator.velocity - robot.velocity))
            errors["position"].append(np.linalg.norm(estimator.position - robot.q[:3]))
            errors["sway"].append(np.linalg.norm(robot.q[:3] - home))
    return robot, estimator, {name: np.array(values) for name, values in errors.items()}


def test_the_sway_is_worth_estimating(swayed) -> None:
    _, _, errors = swayed
    assert len(errors["sway"]) == pytest.approx(2 * SECOND, abs=2)
    assert errors["sway"].max() > 0.03


def test_gyro_bias_is_found_while_swaying(swayed) -> None:
    _, estimator, _ = swayed
    np.testing.assert_allclose(estimator.gyro_bias, GYRO_BIAS, atol=2e-4)


def test_tilt_is_found(swayed) -> None:
    tilt = swayed[2]["tilt"]
    assert tilt.max() < 5e-4


def test_velocity_is_found(swayed) -> None:
    assert swayed[2]["velocity"].max() < 2e-3


def test_position_stays_on_its_anchors(swayed) -> None:
    assert swayed[2]["position"].max() < 2e-3


def assert_model_is_at_the_estimate(estimator: BaseEstimator, tolerance: float) -> None:
    q, v = estimator.q.copy(), estimator.v.copy()
    q[:3], q[3:7] = estimator.position, pin.Quaternion(estimator.rotation).coeffs()
    v[:3] = estimator.rotation.T @ estimator.velocity
    fresh = RobotModel(estimator.model.parameters)
    fresh.update(q, v)
    for name in ("com", "com_velocity"):
        np.testing.assert_allclose(getattr(estimator.model, name), getattr(fresh, name), atol=tolerance, err_msg=name)
    for mine, other in zip(estimator.model.feet, fresh.feet, strict=True):
        np.testing.assert_allclose(mine.position, other.position, atol=tolerance)
        np.testing.assert_allclose(mine.rotation, other.rotation, atol=tolerance)
    np.testing.assert_allclose(estimator.v[:3], v[:3], atol=tolerance)


def test_the_model_is_left_at_the_estimate(swayed) -> None:
    """The correction after the model's update reaches the model too."""
    robot, estimator, _ = swayed
    np.testing.assert_array_equal(estimator.q[7:], robot.q[7:])
    np.testing.assert_array_equal(estimator.v[6:], robot.v[6:])
    assert_model_is_at_the_estimate(estimator, 2e-5)


def test_large_corrections_reach_the_model(model: RobotModel) -> None:
    """An estimate that is off by 10 mm, 50 mm/s and 20 mrad is drawn back at once, and the model with it."""
    robot, estimator = start(model, np.zeros(3))
    for _ in range(SECOND):
        estimator.update(robot.state, STANDING)
    before = estimator.position.copy()
    estimator.estimate.sensor_position += (0.01, -0.01, 0.0)
    estimator.estimate.sensor_velocity += (0.05, -0.05, 0.0)
    estimator.rotation[:] = pin.exp3(np.array((0.0, 0.0, 0.02))) @ estimator.rotation
    estimator.covariance[range(9), range(9)] += 3 * [1e-3] + 3 * [0.1] + 3 * [0.01]
    estimator.update(robot.state, STANDING)
    assert_model_is_at_the_estimate(estimator, 1e-6)
    assert abs(estimator.velocity[0]) < 0.02
    for _ in range(200):
        estimator.update(robot.state, STANDING)
    np.testing.assert_allclose(estimator.position[:2], before[:2], atol=2e-3)
    np.testing.assert_allclose(estimator.velocity, 0.0, atol=2e-3)
    assert yaw_of(estimator.rotation) == pytest.approx(0.0, abs=2e-3)


def test_it_starts_over_its_feet_whatever_the_base(model: RobotModel) -> None:
    """A robot that leans when it is switched on knows by how much, and stands at the origin."""
    robot, estimator = start(model, np.zeros(3), (0.02, 0.01, -0.03), (0.05, -0.08, 0.0))
    assert tilt_between(estimator.rotation, robot.rotation) < 1e-6
    np.testing.assert_allclose(estimator.position, robot.q[:3], atol=2e-3)
    assert not estimator.is_settled


def test_it_is_settled_when_it_has_stood_and_knows_its_biases(model: RobotModel) -> None:
    robot, estimator = start(model, GYRO_BIAS)
    gains = EstimatorGains()
    for _ in range(round((gains.tare_start + gains.tare_time) / PERIOD) - 1):
        estimator.update(robot.state, STANDING)
    assert not estimator.is_settled
    estimator.update(robot.state, STANDING)
    assert estimator.is_settled
    np.testing.assert_allclose(estimator.gyro_bias, GYRO_BIAS, atol=1e-4)
    deviation = np.sqrt(np.diag(estimator.covariance)[GYRO_BIAS_ROWS])
    assert (np.abs(estimator.gyro_bias - GYRO_BIAS) < 2 * deviation).all() and (deviation < 1.5e-3).all()


def test_a_fall_is_seen_without_any_foot_on_the_ground(model: RobotModel) -> None:
    """In the air only the IMU counts: free fall for 0.1 s."""
    robot, estimator = start(model, np.zeros(3))
    reading = robot.state
    height = estimator.position[2]
    reading.foot_wrench[:], reading.imu_linear_acceleration[:] = 0.0, 0.0
    for _ in range(50):
        estimator.update(reading, STANDING)
    np.testing.assert_allclose(estimator.velocity, (0, 0, -0.1 * GRAVITY), atol=1e-9)
    assert estimator.position[2] - height == pytest.approx(-0.5 * GRAVITY * 0.01, abs=2e-3)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_foot_planned_in_the_air_is_not_trusted(model: RobotModel, side: int) -> None:
    """A swing foot that brushes the ground at 1 m/s must not move the base."""
    robot, estimator = start(model, np.zeros(3))
    reading = robot.state
    knee = [i for i in range(model.nu) if model.joint_names[i] == f"leg_{'lr'[side]}4_joint"]
    reading.joint_velocity[knee] = 3.0
    stance = np.array([other != side for other in (LEFT, RIGHT)], np.uint8)
    for _ in range(50):
        estimator.update(reading, stance)
    np.testing.assert_allclose(estimator.velocity, 0.0, atol=1e-6)
    assert estimator.estimate.stood[side] == 0.0

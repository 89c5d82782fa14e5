"""What the drives are told: integrals of the solved accelerations that leak to the measured joints."""

from __future__ import annotations

import numpy as np
import pytest
from derivatives import check_order

from robot_trials_control.config import DriveGains
from robot_trials_control.records import Record, make_robot_command, make_robot_state
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.whole_body.drive import FRICTION_VELOCITY, DriveCommand

GAINS = DriveGains()
TIME = 0.128
"""Over which it is integrated [s]."""


class Constant:
    """A drive command under constant accelerations while the measured joints stay as they are."""

    def __init__(self, model: RobotModel, period: float, gains: DriveGains = GAINS) -> None:
        generator = np.random.default_rng(4)
        self.drive, self.period = DriveCommand(model, gains, period), period
        self.state, self.command = make_robot_state(model.nu), make_robot_command(model.nu)
        self.state.joint_position[:], self.state.joint_velocity[:] = generator.uniform(-1, 1, (2, model.nu))
        self.acceleration, self.torque = generator.uniform(-9, 9, model.nv), generator.uniform(-50, 50, model.nu)
        self.drive.reset(self.state)

    def run(self, time: float) -> Record:
        for _ in range(round(time / self.period)):
            self.drive.write(self.acceleration, self.torque, self.state, self.command)
        return self.command


def exact(run: Constant, time: float) -> tuple[np.ndarray, np.ndarray]:
    """Velocity and position by v̇ = a − (v − v_m)/τ_v and ṗ = v − (p − p_m)/τ_p from the measured ones on."""
    slow, fast = GAINS.position_time_constant, GAINS.velocity_time_constant
    lead = fast * run.acceleration[6:]
    decay_v, decay_p = np.exp(-time / fast), np.exp(-time / slow)
    velocity = run.state.joint_velocity + lead * (1.0 - decay_v)
    steady = slow * (run.state.joint_velocity + lead) * (1.0 - decay_p)
    passing = lead * (decay_v - decay_p) / (1.0 / slow - 1.0 / fast)
    return velocity, run.state.joint_position + steady - passing


def test_integrals_follow_their_differential_equation(model: RobotModel) -> None:
    """To first order in the control period."""

    def miss(period: float) -> float:
        run = Constant(model, period)
        command, (velocity, position) = run.run(TIME), exact(run, TIME)
        return float(max(np.abs(command.velocity - velocity).max(), np.abs(command.position - position).max()))

    assert miss(0.002) < 0.02
    check_order(miss, 0.002, 1)


def test_without_acceleration_they_hold_on_to_the_measured_joints(model: RobotModel) -> None:
    run = Constant(model, 0.002)
    run.acceleration[:] = run.state.joint_velocity[:] = 0.0
    run.drive.reset(run.state)
    command = run.run(1.0)
    np.testing.assert_array_equal(command.velocity, 0.0)
    np.testing.assert_allclose(command.position, run.state.joint_position, atol=1e-15)
    np.testing.assert_array_equal(command.torque, run.torque)


def test_friction_is_pushed_in_the_direction_of_the_wanted_motion(model: RobotModel) -> None:
    run = Constant(model, 0.002)
    command = run.run(TIME)
    wanted = GAINS.friction_share * model.parameters.friction * np.tanh(command.velocity / FRICTION_VELOCITY)
    np.testing.assert_allclose(command.torque - run.torque, wanted, atol=1e-12)


@pytest.mark.parametrize("leg", [True, False])
def test_legs_are_damped_and_arms_held(model: RobotModel, leg: bool) -> None:
    command = Constant(model, 0.002).run(0.002)
    joints = [i for i in range(model.nu) if model.moves_a_foot(i) == leg]
    assert (command.kp[joints] == (0.0 if leg else GAINS.arm_stiffness)).all()
    assert (command.kd[joints] == (GAINS.leg_damping if leg else GAINS.arm_damping)).all()

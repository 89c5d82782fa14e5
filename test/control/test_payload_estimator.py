"""The load estimator on torques that Pinocchio computes for a known load."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import PERIOD, make_reference_model, standing_configuration

from robot_trials_control.config import PayloadGains
from robot_trials_control.estimation.payload import COM_MAX, STANDING_TIME, PayloadEstimator
from robot_trials_control.records import LEFT, RIGHT, PayloadMode, Record, make_motion_command, make_robot_state
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY

MASS, COM = 1.6, np.array((0.01, -0.02, 0.12))
SECOND = round(1.0 / PERIOD)


class HandWithLoad:
    """A robot that stands and swings its arms gently, with drives and soles that measure ideally or with offsets.

    Attributes:
        mass: in the hand [kg].
        torque_offset: added to every measured torque [N·m].
        weight_offset: added to the weight on the soles [kg].
        lifted: the left foot is in the air.
        heave: amplitude of a vertical oscillation that soles and inertial sensor feel [m/s²].
    """

    def __init__(self, model: RobotModel, side: int = RIGHT) -> None:
        self.model, self.side, self.mass = model, side, 0.0
        self.torque_offset, self.weight_offset, self.heave = np.zeros(model.nu), 0.0, 0.0
        self.state, self.motion = make_robot_state(model.nu), make_motion_command()
        self.motion.payload_hand[...] = side
        self.lifted = False
        self.estimator = PayloadEstimator(model, PayloadGains(), PERIOD)
        self._unloaded, self._loaded = make_reference_model(model.parameters), make_reference_model(model.parameters)
        grip = self._loaded.frames[model.grip_ids[side]]
        self._loaded.appendBodyToJoint(grip.parentJoint, pin.Inertia(MASS, COM, np.zeros((3, 3))), grip.placement)
        self._data = {m: m.createData() for m in (self._unloaded, self._loaded)}
        self._q = standing_configuration(model)
        self._arms = np.concatenate([model.arm_joints(LEFT), model.arm_joints(RIGHT)])
        self._q[7 + model.arm_joints(side)[3]] = -1.4
        self._ticks = 0

    def run(self, mode: PayloadMode, ticks: int) -> PayloadEstimator:
        """Measure for some control periods; returns the estimator."""
        self.motion.payload_mode[...] = mode
        still = np.zeros(self.model.nv)
        for _ in range(ticks):
            self._ticks += 1
            if self._ticks % PayloadGains().decimation:
                self.estimator.update(self.state, still, self.motion)  # only counts
                continue
            q, v, a = self._move()
            self.model.update(q, v)
            self._measure(self.state, q, v, a)
            self.estimator.update(self.state, a, self.motion)
        return self.estimator

    def _move(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        time, model = self._ticks * PERIOD, self.model
        q, v, a = self._q.copy(), np.zeros(model.nv), np.zeros(model.nv)
        rates = 2.0 + 0.5 * np.arange(len(self._arms))
        q[7 + self._arms] += 0.1 * np.sin(rates * time)
        v[6 + self._arms] = 0.1 * rates * np.cos(rates * time)
        a[6 + self._arms] = -0.1 * rates**2 * np.sin(rates * time)
        return q, v, a

    def _measure(self, state: Record, q: np.ndarray, v: np.ndarray, a: np.ndarray) -> None:
        robot = self._loaded if self.mass else self._unloaded
        state.joint_torque[:] = pin.rnea(robot, self._data[robot], q, v, a)[6:] + self.torque_offset
        state.foot_wrench[:] = 0.0
        felt = GRAVITY + self.heave * np.sin(9.0 * self._ticks * PERIOD)
        state.foot_wrench[:, 2] = 0.5 * felt * (self.model.own_mass + self.mass + self.weight_offset)
        if self.lifted:
            state.foot_wrench[RIGHT] += state.foot_wrench[LEFT]
            state.foot_wrench[LEFT] = 0.0
        imu = self.model.model.frames[self.model.imu_id].placement.rotation
        state.imu_linear_acceleration[:] = felt * (self.model.base_rotation @ imu)[2]


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_mass_and_centre_are_found(model: RobotModel, side: int) -> None:
    hand = HandWithLoad(model, side)
    hand.mass = MASS
    estimator = hand.run(PayloadMode.TRACK, 2 * SECOND)
    assert estimator.mass == pytest.approx(MASS, abs=0.02)
    np.testing.assert_allclose(estimator.com, COM, atol=0.01)


def test_a_load_that_arrives_is_found_in_time(model: RobotModel) -> None:
    """The empty hand's readings fade with the forgetting time: four of them leave 2 %."""
    hand = HandWithLoad(model)
    hand.run(PayloadMode.TRACK, SECOND // 2)
    hand.mass = MASS
    forgetting = round(PayloadGains().forgetting_time / PERIOD)
    assert hand.run(PayloadMode.TRACK, 3 * forgetting).mass == pytest.approx(MASS, rel=0.10)
    assert hand.run(PayloadMode.TRACK, 3 * forgetting).mass == pytest.approx(MASS, rel=0.03)


def test_an_empty_hand_weighs_nothing(model: RobotModel) -> None:
    estimator = HandWithLoad(model).run(PayloadMode.TRACK, SECOND)
    assert estimator.mass < 0.01
    np.testing.assert_array_equal(estimator.com, 0.0)
    assert estimator.mass_applied == 0.0 and model.mass == model.own_mass


def test_the_model_carries_what_was_found_and_stays_right(model: RobotModel) -> None:
    """The residual is taken against the unloaded arm, so applying the load does not feed back."""
    hand = HandWithLoad(model)
    hand.mass = MASS
    estimator = hand.run(PayloadMode.TRACK, 3 * SECOND)
    assert estimator.mass == pytest.approx(MASS, abs=0.02)
    assert estimator.mass_applied == pytest.approx(MASS, abs=PayloadGains().deadband)
    assert model.mass == pytest.approx(model.own_mass + estimator.mass_applied, abs=1e-9)
    found = estimator.mass_applied
    assert hand.run(PayloadMode.HOLD, SECOND).mass_applied == pytest.approx(found, abs=1e-6)


def test_the_load_is_blended_in(model: RobotModel) -> None:
    hand, masses = HandWithLoad(model), [0.0]
    hand.mass = MASS
    for _ in range(SECOND // 5):
        masses.append(hand.run(PayloadMode.TRACK, PayloadGains().decimation).mass_applied)
    assert max(np.diff(masses)) < 0.15
    assert masses[-1] > 1.3


def test_taring_removes_the_drives_and_the_soles_offsets(model: RobotModel) -> None:
    offsets = np.random.default_rng(6).uniform(-0.6, 0.6, model.nu)
    masses = []
    for tared in (True, False):
        hand = HandWithLoad(RobotModel(model.parameters))
        hand.torque_offset[:], hand.weight_offset = offsets, 0.7
        hand.run(PayloadMode.TARE if tared else PayloadMode.NONE, 3 * SECOND)
        hand.mass = MASS
        masses.append(hand.run(PayloadMode.TRACK, 2 * SECOND).mass)
    assert masses[0] == pytest.approx(MASS, abs=0.05)
    assert abs(masses[1] - MASS) > 0.3


def test_letting_go_takes_the_load_out_of_the_model(model: RobotModel) -> None:
    hand = HandWithLoad(model)
    hand.mass = MASS
    assert hand.run(PayloadMode.TRACK, 2 * SECOND).mass_applied > 1.3
    hand.mass = 0.0
    estimator = hand.run(PayloadMode.NONE, 2 * SECOND)
    assert estimator.mass == estimator.mass_applied == 0.0
    assert model.mass == pytest.approx(model.own_mass, abs=1e-12)


def test_holding_ignores_what_is_measured(model: RobotModel) -> None:
    hand = HandWithLoad(model)
    hand.mass = MASS
    applied = hand.run(PayloadMode.TRACK, 2 * SECOND).mass_applied
    hand.torque_offset[:] = 3.0
    assert hand.run(PayloadMode.HOLD, SECOND).mass_applied == pytest.approx(applied, abs=0.02)


def test_the_estimate_stays_within_its_bounds(model: RobotModel) -> None:
    hand = HandWithLoad(model)
    hand.torque_offset[:], hand.weight_offset = 80.0, 60.0
    estimator = hand.run(PayloadMode.TRACK, SECOND)
    assert 0.0 <= estimator.mass <= PayloadGains().mass_max
    assert np.abs(estimator.com).max() <= COM_MAX


@pytest.mark.parametrize("signs", [(-1, 1, 1, -1, -1, 1, -1), (-1, -1, 1, -1, 1, 1, 1)])
def test_friction_that_turns_after_the_tare_shifts_the_load_little(model: RobotModel, signs: tuple[int, ...]) -> None:
    """A joint at rest sticks anywhere within its friction: the strong ones of the shoulder tell little of the load."""
    hand = HandWithLoad(model)
    arm = model.arm_joints(RIGHT)
    hand.run(PayloadMode.TARE, SECOND)
    hand.mass = MASS
    hand.torque_offset[arm] = model.parameters.friction[arm] * np.array(signs)
    estimator = hand.run(PayloadMode.TRACK, 2 * SECOND)
    assert estimator.mass == pytest.approx(MASS, abs=0.15)
    np.testing.assert_allclose(estimator.com, COM, atol=0.05)


def test_a_standing_body_that_heaves_weighs_the_same(model: RobotModel) -> None:
    """Half a metre per second squared up and down is 3 kg on the soles, and nothing in the hand."""
    hand = HandWithLoad(model)
    hand.heave = 0.5
    hand.run(PayloadMode.TARE, SECOND)
    hand.mass = MASS
    hand.run(PayloadMode.TRACK, 2 * SECOND)
    masses = []
    for _ in range(20):
        masses.append(hand.run(PayloadMode.TRACK, SECOND // 20).mass)
    assert masses == pytest.approx([MASS] * 20, abs=0.1)


def test_the_weight_on_one_foot_does_not_tell_the_load(model: RobotModel) -> None:
    """A step accelerates the body: its weight counts only after some time on both feet, also after having stood."""
    hand = HandWithLoad(model)
    hand.mass = MASS
    hand.run(PayloadMode.TRACK, 2 * SECOND)
    hand.lifted, hand.weight_offset = True, 8.0
    assert hand.run(PayloadMode.TRACK, 2 * SECOND).mass == pytest.approx(MASS, abs=0.1)
    hand.lifted = False
    assert hand.run(PayloadMode.TRACK, round(0.9 * STANDING_TIME / PERIOD)).mass == pytest.approx(MASS, abs=0.1)
    assert hand.run(PayloadMode.TRACK, 2 * SECOND).mass > MASS + 1.0

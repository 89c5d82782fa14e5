"""The squat and the way to it: balance, joint ranges, torques, and what the legs rest on."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest
from control_bench import Bench

from robot_trials_control.records import MotionMode, Record
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY
from robot_trials_control.stops.lowering import LOWERING_TIME
from robot_trials_control.stops.squat import LEAN, POINTS, STOP_MARGIN, find_pitch_joints, find_squat, interpolate

COM_HEIGHT, COM_AHEAD = 0.8, -0.0245


@pytest.fixture(scope="module")
def squat(parameters) -> Record:
    found = find_squat(RobotModel(parameters), COM_HEIGHT, COM_AHEAD)
    assert found is not None
    return found


def place(model: RobotModel, squat: Record, point: int) -> np.ndarray:
    """The configuration at a point of the way, feet flat; shape (nq,)."""
    q = pin.neutral(model.model)
    q[7:] = model.nominal_joints
    for side in range(2):
        q[7 + squat.joints[side]] = squat.legs[point]
    q[3:7] = pin.Quaternion(pin.rpy.rpyToMatrix(0.0, float(squat.lean[point]), 0.0)).coeffs()
    return q


def test_pitch_joints_are_hip_knee_and_ankle(model: RobotModel) -> None:
    joints = find_pitch_joints(model)
    assert joints is not None
    names = [[model.joint_names[j] for j in side] for side in joints]
    assert names == [[f"leg_{side}{number}_joint" for number in (3, 4, 5)] for side in "lr"]


def test_every_point_of_the_way_is_in_balance_on_flat_soles_within_the_joints_ranges(
    model: RobotModel, squat: Record
) -> None:
    low, high = model.model.lowerPositionLimit[7:], model.model.upperPositionLimit[7:]
    for point in range(POINTS):
        q = place(model, squat, point)
        assert (q[7:] >= low + 0.5 * STOP_MARGIN).all() and (q[7:] <= high - 0.5 * STOP_MARGIN).all()
        model.update(q, np.zeros(model.nv))
        soles = 0.5 * (model.feet[0].position + model.feet[1].position)
        np.testing.assert_allclose(model.feet[0].rotation[:, 2], (0.0, 0.0, 1.0), atol=1e-6)
        ahead, _, height = model.com - soles
        assert ahead == pytest.approx(float(squat.com_ahead[point]), abs=1e-6)
        assert height == pytest.approx(float(squat.height[point]), abs=1e-6)
        assert abs(ahead) < 0.04, "well inside the soles"


def test_the_way_begins_standing_and_goes_steadily_down(squat: Record) -> None:
    assert float(squat.height[0]) == pytest.approx(COM_HEIGHT, abs=1e-4)
    assert float(squat.com_ahead[0]) == pytest.approx(COM_AHEAD, abs=1e-4)
    assert (np.diff(squat.height) < 0.0).all() and float(squat.lean[-1]) == LEAN
    assert float(squat.height[-1]) < 0.62 * COM_HEIGHT


def test_the_way_needs_little_of_the_torque(model: RobotModel, squat: Record) -> None:
    """Static torques with half of the weight under each centre of pressure."""
    still = np.zeros(model.nv)
    for point in range(POINTS):
        q = place(model, squat, point)
        torque = pin.rnea(model.model, model.data, q, still, still)
        model.update(q, still)
        force = np.zeros(6)
        force[2] = 0.5 * model.own_mass * GRAVITY
        force[4] = -float(squat.com_ahead[point]) * force[2]
        for foot in model.feet:
            torque -= foot.jacobian.T @ force
        assert (abs(torque[6:]) < 0.65 * model.parameters.torque_limits).all()


def test_at_the_end_weight_bends_every_joint_further_into_its_stop(model: RobotModel, squat: Record) -> None:
    """Bending hip, knee or ankle on from the end lowers the centre of mass: their stops carry the robot."""
    hip, knee, ankle = squat.legs[-1]
    assert knee == pytest.approx(model.model.upperPositionLimit[7 + squat.joints[0, 1]] - STOP_MARGIN)
    assert ankle == pytest.approx(model.model.lowerPositionLimit[7 + squat.joints[0, 2]] + STOP_MARGIN, abs=1e-3)

    def height(hip: float, knee: float, ankle: float) -> float:
        q = place(model, squat, POINTS - 1)
        for side in range(2):
            q[7 + squat.joints[side]] = hip, knee, ankle
        q[3:7] = pin.Quaternion(pin.rpy.rpyToMatrix(0.0, -(hip + knee + ankle), 0.0)).coeffs()
        model.update(q, np.zeros(model.nv))
        return float(model.com[2] - model.feet[0].position[2])

    here = height(hip, knee, ankle)
    assert height(hip - 0.02, knee, ankle) < here
    assert height(hip, knee + 0.02, ankle) < here
    assert height(hip, knee, ankle - 0.02) < here


def test_the_feet_go_apart_but_not_to_the_ankles_stop(model: RobotModel, squat: Record) -> None:
    assert 0.23 < float(squat.spread) < 0.30


def test_interpolation() -> None:
    values = np.array((0.0, 1.0, 4.0))
    assert interpolate(0.25, values) == (0.5, 2.0)
    assert interpolate(0.75, values) == (2.5, 6.0)
    assert interpolate(-1.0, values)[0] == 0.0 and interpolate(2.0, values)[0] == 4.0


def test_lowering_takes_its_time_down_and_up_again(bench: Bench) -> None:
    """On readings that stay as they are, feet already apart."""
    lowering = bench.controller.lowering
    lowering._steps_left = 0
    bench.step(10)
    bench.motion.mode[...] = MotionMode.LOWER
    ticks = round(LOWERING_TIME / bench.controller.period)
    lowering._steps_left = 0
    assert float(bench.step(ticks // 2).lowered) == pytest.approx(0.5, abs=0.01)
    reference = bench.controller.reference.torso_rotation
    assert 0.05 < np.arctan2(reference[0, 2], reference[2, 2]) < LEAN
    bench.motion.mode[...] = MotionMode.STAND
    assert float(bench.step(ticks // 2 + 2).lowered) == 0.0
    assert bench.controller.walking.gait.height == pytest.approx(bench.controller.config.walking.com_height, abs=1e-3)


def test_legs_are_limited_only_while_lowering(bench: Bench) -> None:
    gains, lowering = bench.controller.whole_body.gains, bench.controller.lowering
    knee = bench.controller.joint_names.index("leg_l4_joint")
    bench.step(5)
    assert float(gains.joint_max[knee]) > 100.0
    lowering._steps_left = 0
    bench.motion.mode[...] = MotionMode.LOWER
    bench.step(5)
    assert 2.4 < float(gains.joint_max[knee]) < 2.531
    bench.motion.mode[...] = MotionMode.STAND
    bench.step(10)
    assert float(gains.joint_max[knee]) > 100.0

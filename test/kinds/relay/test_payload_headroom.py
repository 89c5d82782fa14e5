"""Whether the arm can hold the announced load at the carry pose."""

from __future__ import annotations

import numpy as np
import pytest
from relay_bench import make_context

from robot_trials.kinds.relay.leaves.payload_headroom import PayloadHeadroom
from robot_trials.robots import load_profile
from robot_trials_control.records import RIGHT


@pytest.fixture(scope="module")
def headroom() -> PayloadHeadroom:
    profile = load_profile(make_context().setup.robot_file)
    limits = profile.torque_limit_array("continuous")
    return PayloadHeadroom(profile.to_parameters(), limits, RIGHT)


CARRY = np.array([0.42, -0.30, 1.0])


def test_kuavo_holds_the_torch(headroom: PayloadHeadroom) -> None:
    assert headroom.find_problems(2.0, CARRY) == []


def test_too_heavy_a_load_names_joint_torque_and_limit(headroom: PayloadHeadroom) -> None:
    problems = headroom.find_problems(25.0, CARRY)
    assert problems
    assert any("zarm_r" in problem and "to hold 25 kg: must be ≤ 0.8 ×" in problem for problem in problems)
    assert not any("leg" in problem or "zarm_l" in problem for problem in problems)


def test_static_torque_is_the_lever_times_the_weight(headroom: PayloadHeadroom) -> None:
    """Added mass adds exactly what virtual work says: compare with a finite difference of the grip's height."""
    import pinocchio

    q = headroom._nominal.copy()
    added = headroom.compute_static_torques(q, 1.6) - headroom.compute_static_torques(q, 0.0)
    step = 1e-6
    for index in headroom._arm:
        heights = []
        for sign in (1.0, -1.0):
            moved = q.copy()
            moved[index] += sign * step
            pinocchio.framesForwardKinematics(headroom._model, headroom._data, moved)
            heights.append(float(headroom._data.oMf[headroom._grip].translation[2]))
        assert added[index] == pytest.approx(1.6 * 9.81 * (heights[0] - heights[1]) / (2 * step), abs=1e-6)


def test_com_includes_the_base_link(headroom: PayloadHeadroom) -> None:
    import pinocchio

    profile = load_profile(make_context().setup.robot_file)
    model = pinocchio.buildModelFromUrdf(str(profile.urdf_path), pinocchio.JointModelFreeFlyer())
    q = np.concatenate((np.zeros(6), [1.0], headroom._nominal))
    expected = pinocchio.centerOfMass(model, model.createData(), q)
    assert np.allclose(headroom._compute_com(), expected, atol=1e-12)


def test_pose_out_of_reach(headroom: PayloadHeadroom) -> None:
    (problem,) = headroom.find_problems(1.6, np.array([1.5, -0.3, 1.0]))
    assert "off the carry pose (1.5, -0.3, 1)" in problem

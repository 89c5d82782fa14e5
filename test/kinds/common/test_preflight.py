"""Each preflight check says what is wrong, with number and bound."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from pathlib import Path

import numpy as np
import pytest
from leaf_bench import make_context, perceive, tick
from py_trees.common import Status

from robot_trials.kinds.common.preflight import (
    Check,
    Preflight,
    check_battery,
    check_disk,
    check_localization,
    check_permit_file,
    check_sensors,
)
from robot_trials.kinds.relay.payload_headroom import PayloadHeadroom
from robot_trials.robots import load_profile
from robot_trials_control.records import RIGHT


def test_all_is_well() -> None:
    context = make_context()
    for check in (check_permit_file, check_battery, check_disk, check_sensors, check_localization):
        assert list(check(context)) == []


def test_permit_is_read_anew(tmp_path: Path) -> None:
    """A permit that was withdrawn after the configuration was loaded still stops the trial."""
    context = make_context()
    text = context.setup.permit_file.read_text().replace("speed: 1.0", "speed: 0.5").replace("2025-11-30", "2025-11-01")
    changed = tmp_path / "permit.yaml"
    changed.write_text(text)
    context.setup = dataclasses.replace(context.setup, permit_file=changed)
    problems = "\n".join(check_permit_file(context))
    assert "caps.speed: 0.5: must be ≥ 0.8" in problems
    assert "expires" in problems
    changed.unlink()
    assert "cannot be read" in check_permit_file(context)[0]


def test_permit_is_named_as_it_was_read(tmp_path: Path) -> None:
    """What counts is the file at the start, also what it is bound to by then."""
    context = make_context()
    changed = tmp_path / "permit.yaml"
    changed.write_text(context.setup.permit_file.read_text() + f"configuration_hash: {'a' * 64}\n")
    context.setup = dataclasses.replace(context.setup, permit_file=changed)
    (problem,) = check_permit_file(context)
    assert "configuration_hash" in problem and "of what is about to run" in problem
    found = hashlib.sha256(changed.read_bytes()).hexdigest()
    assert context.permit_sha256 == found
    assert context.events[-1].text == f"permit SZ-RELAY-2025-001, SHA-256 {found}"


def test_empty_battery() -> None:
    context = make_context()
    context.state.battery[...] = 0.1
    assert check_battery(context) == ["state of charge 0.10 must be ≥ 0.3"]
    context.state.battery[...] = math.nan
    assert check_battery(context)


def test_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import shutil
    from collections import namedtuple

    context = make_context(output=str(tmp_path / "run"))
    assert check_disk(context) == []
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    (problem,) = check_disk(context)
    assert str(tmp_path) in problem and "1000" in problem


def test_robot_in_the_air() -> None:
    context = make_context()
    context.state.foot_wrench[:] = 0.0
    assert check_sensors(context) == ["feet feel 0 N: must be > 50 N on the ground"]


def test_unlocalized() -> None:
    context = make_context()
    perceive(context, map_deviation=(0.4, 0.1, 0.1))
    assert check_localization(context) == ["place known to 0.40 m: must be ≤ 0.25 m"]
    context.time_ns = 5_000_000_000
    assert check_localization(context) == ["last site fiducial 5.0 s ago: must be ≤ 2 s"]
    perceive(context, localized_ns=None)
    assert check_localization(context) == ["no site fiducial seen yet"]


def test_leaf_waits_for_what_may_come_and_fails_on_the_rest() -> None:
    context = make_context()
    perceive(context, localized_ns=None)
    checks = [Check("battery", check_battery), Check("localization", check_localization, waits=True)]
    leaf = Preflight("checks", context, checks, patience=3.0)
    assert tick(leaf, context, 1.0) == Status.RUNNING
    perceive(context, localized_ns=context.time_ns)
    assert tick(leaf, context, 0.5) == Status.RUNNING, "the gyro is still learning its bias"
    assert tick(leaf, context, 1.0) == Status.SUCCESS
    perceive(context, localized_ns=None)
    assert tick(leaf, context, 5.0) == Status.FAILURE
    assert leaf.reason == "localization: no site fiducial seen yet"
    context.state.battery[...] = 0.05
    assert tick(leaf, context, 0.02) == Status.FAILURE
    assert leaf.reason == "battery: state of charge 0.05 must be ≥ 0.3"


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

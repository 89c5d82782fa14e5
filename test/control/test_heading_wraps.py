"""Headings on both sides of ±180° are near each other, wherever two of them are compared."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_trials_control.config import WalkingGains
from robot_trials_control.estimation.feet import write_heading_row
from robot_trials_control.estimation.filter import base_estimate_fields
from robot_trials_control.numeric.rotations import rotation_about_z
from robot_trials_control.records import LEFT, RIGHT, make_record
from robot_trials_control.robot.contacts import SoleReach
from robot_trials_control.robot.model_state import model_state_fields
from robot_trials_control.walking.footsteps import Pose2, is_reached
from robot_trials_control.walking.phases import Walking

NQ, NV = 35, 34
SMALL = 0.05


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_foot_that_turned_a_little_past_the_back_has_turned_a_little(side: int, sign: float) -> None:
    model, e = make_record(model_state_fields(NV)), make_record(base_estimate_fields(NQ, NV))
    e.heading[side] = sign * (math.pi - SMALL)
    rotation_about_z(-sign * (math.pi - SMALL), model.rotation[side])
    write_heading_row(side, model.data, e.data)
    assert e.innovation[0] == pytest.approx(-2.0 * sign * SMALL)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_body_over_feet_that_point_backwards_points_backwards(sign: float) -> None:
    walking = Walking(WalkingGains(), SoleReach(-0.11, 0.014, 0.04, -0.049), NV - 6)
    walking.gait.pose[LEFT] = 0.0, -0.1, sign * (math.pi - SMALL)
    walking.gait.pose[RIGHT] = 0.0, 0.1, -sign * (math.pi - SMALL)
    yaw = walking.standing_body().yaw
    assert math.cos(yaw) == pytest.approx(-1.0) and math.sin(yaw) == pytest.approx(0.0, abs=1e-12)
    assert walking.stagger[2] == pytest.approx(2.0 * sign * -SMALL)


def test_a_heading_past_the_back_is_reached() -> None:
    here, there = Pose2(1.0, 2.0, math.pi - 0.01), Pose2(1.0, 2.0, -math.pi + 0.01)
    assert is_reached(here, there, 0.04, 0.06) and is_reached(there, here, 0.04, 0.06)
    assert not is_reached(here, Pose2(1.0, 2.0, -math.pi + 0.1), 0.04, 0.06)
    assert np.isclose(there.seen_from(here).yaw, 0.02)

"""A robot's manner: its own words, else its body's size; what does not fit is named with file, key, value and bound."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from waisted_robot import CHECKOUT, make_waisted_robot

from robot_trials.exceptions import ConfigError
from robot_trials.robots import RobotProfile, load_profile
from robot_trials.robots.figures import measure_body
from robot_trials.robots.manner import HEAD_MARGIN, Manner, StopManner, scale_manner
from robot_trials.safety.stop_limits import StopLimits, make_stop_limits

PROFILE = CHECKOUT / "config" / "robots" / "kuavo.yaml"


def write_profile(folder: Path, manner: str) -> Path:
    """The default robot with another manner."""
    text = PROFILE.read_text(encoding="utf-8").partition("manner:")[0]
    text = text.replace("../../sim/kuavo/kuavo.urdf", str(CHECKOUT / "sim/kuavo/kuavo.urdf"))
    file = folder / "robot.yaml"
    file.write_text(text + manner, encoding="utf-8")
    return file


def refusal(folder: Path, manner: str) -> str:
    with pytest.raises(ConfigError) as caught:
        _ = load_profile(write_profile(folder, manner)).manner
    return str(caught.value).partition("robot.yaml:")[2].partition(": ")[2]


@pytest.mark.parametrize(
    ("manner", "message"),
    [
        ("manner: {hand: {}}", "manner.hand: unknown key; did you mean 'hands'?"),
        ("manner: {hands: {cary: [0, 0, 0]}}", "manner.hands.cary: unknown key; did you mean 'carry'?"),
        ("manner: {hands: {carry: [0.3, -0.3]}}", "manner.hands.carry: [0.3, -0.3]: must be a list of 3"),
        ("manner: {walk: {cap_share: 1.5}}", "manner.walk.cap_share: 1.5: must be ≤ 1 [1]"),
        ("manner: {stops: {tilt: 1.0}}", "manner.stops.tilt: 1: must be ≤ 0.698132 [rad]"),
        ("manner: 3", "manner: 3: must be a mapping"),
        (
            "manner: {stops: {strain_slow: 9.0}}",
            "manner.stops.strain_slow 9 must be ≤ strain_stop, 8",
        ),
        (
            "manner: {hands: {carry: [0.9, -0.3, 1.0]}}",
            "manner.hands.carry: [0.9, -0.3, 1.0]: is 0.95 m from the shoulder: must be within the arm's reach, 0.71 m",
        ),
        (
            "manner: {head: {pitch: [-0.6, 0.4]}}",
            "manner.head.pitch: [-0.6, 0.4]: must be [low, high] within the joint's range, -0.524 … 0.524",
        ),
        (
            "manner: {head: {yaw: [0.4, -0.4]}}",
            "manner.head.yaw: [0.4, -0.4]: must be [low, high] within the joint's range, -1.571 … 1.571",
        ),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, manner: str, message: str) -> None:
    assert refusal(tmp_path, manner) == message


def test_hands_in_the_wrong_order_are_told(tmp_path: Path) -> None:
    file = write_profile(tmp_path, "")
    file.write_text(file.read_text(encoding="utf-8").replace("[l_grip, r_grip]", "[r_grip, l_grip]"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"frames.hands: \['r_grip', 'l_grip'\]: must be left, then right"):
        _ = load_profile(file).manner


def test_the_default_robots_own_words_count(profile: RobotProfile) -> None:
    manner = profile.manner
    assert manner.hands.carry == (0.36, -0.30, 1.0) and manner.head.yaw == (-1.3, 1.3)
    assert manner.stops == StopManner()
    assert make_stop_limits(profile) == StopLimits()


def test_a_robot_that_says_nothing_moves_as_its_body_suggests(tmp_path: Path) -> None:
    said = load_profile(PROFILE).manner
    silent = load_profile(write_profile(tmp_path, "")).manner
    np.testing.assert_allclose(silent.hands.carry, said.hands.carry, atol=0.01)
    np.testing.assert_allclose(silent.hands.ready, said.hands.ready, atol=0.01)
    np.testing.assert_allclose(dataclasses.astuple(silent.stops), dataclasses.astuple(said.stops), rtol=0.01)
    np.testing.assert_allclose(silent.head.pitch, (-0.524 + HEAD_MARGIN, 0.524 - HEAD_MARGIN))


def test_one_word_leaves_the_rest_to_the_body(tmp_path: Path) -> None:
    silent = load_profile(write_profile(tmp_path, "")).manner
    one = load_profile(write_profile(tmp_path, "manner: {walk: {step_back: 0.7}}")).manner
    assert one == dataclasses.replace(silent, walk=dataclasses.replace(silent.walk, step_back=0.7))


def test_a_smaller_body_reaches_and_strides_less(profile: RobotProfile) -> None:
    figures = measure_body(profile)
    assert figures.leg_length == pytest.approx(0.82, abs=0.005) and figures.arm_length == pytest.approx(0.71, abs=0.005)
    half = dataclasses.replace(
        figures,
        leg_length=0.5 * figures.leg_length,
        arm_length=0.5 * figures.arm_length,
        shoulder=0.5 * figures.shoulder,
    )
    whole, small = scale_manner(figures), scale_manner(half)
    np.testing.assert_allclose(small.hands.carry, 0.5 * np.array(whole.hands.carry), atol=0.01)
    assert small.stops.capture_reach == pytest.approx(0.5 * whole.stops.capture_reach)
    assert small.stops.slow_speed == pytest.approx(math.sqrt(0.5) * whole.stops.slow_speed)
    assert small.stops.tilt == whole.stops.tilt and small.walk.settle_time == whole.walk.settle_time
    for body, manner in ((figures, whole), (half, small)):
        assert np.linalg.norm(np.array(manner.hands.carry) - body.shoulder) < body.arm_length


def test_a_head_that_does_not_turn_has_a_manner_too(profile: RobotProfile) -> None:
    figures = dataclasses.replace(measure_body(profile), head_range=np.zeros((0, 2)))
    assert scale_manner(figures).head == Manner().head


def test_a_waist_and_other_names_change_nothing(profile: RobotProfile, tmp_path: Path) -> None:
    one, other = measure_body(make_waisted_robot(tmp_path)), measure_body(profile)
    for figure in ("leg_length", "arm_length", "weight", "shoulder", "head_range"):
        np.testing.assert_allclose(getattr(one, figure), getattr(other, figure), atol=1e-3)


def test_the_stop_ladder_goes_by_the_robots_manner(tmp_path: Path) -> None:
    from greeting import load_greeting

    from robot_trials.runtime.assembly import make_stop_guard

    file = write_profile(tmp_path, "manner: {stops: {capture_reach: 0.2, stand_max: 9.0}}")
    guard = make_stop_guard(load_profile(file), load_greeting())
    assert (guard.limits.capture_reach, guard.limits.stand_max) == (0.2, 9.0)

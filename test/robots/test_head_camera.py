"""Frames of the head camera are rendered beside the world that goes on: the same ones, at the same simulated times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from robot_trials.exceptions import RobotFault
from robot_trials.robots.interface import CameraFrame
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials_control.records import make_robot_state

LATENCY_TICKS = 40
"""80 ms at 500 Hz."""
CAPTURE_TICKS = (1, 50, 100)
"""At 10 Hz; the first one with the first state."""


@pytest.fixture
def make_seeing(make_robot: Callable[..., MujocoRobot]) -> Callable[[], MujocoRobot]:
    """Make robots with rendered frames."""

    def make() -> MujocoRobot:
        try:
            return make_robot(seed=5, camera="rendered")
        except RobotFault as error:
            pytest.skip(str(error))

    return make


def replace_render(
    robot: MujocoRobot, monkeypatch: pytest.MonkeyPatch, render: Callable[..., Any]
) -> Callable[..., Any]:
    """Put `render` in the place of the head camera's; returns the real one."""
    assert robot._camera is not None
    real = robot._camera._renderer.render
    monkeypatch.setattr(robot._camera._renderer, "render", render)
    return real


def watch(robot: MujocoRobot, ticks: int) -> list[tuple[int, CameraFrame]]:
    """Frames with the ticks at which they came; the robot falls meanwhile."""
    state, frames = make_robot_state(len(robot.joint_names)), []
    for tick in range(1, ticks + 1):
        robot.read_state(state)
        frame = robot.read_camera()
        if frame is not None:
            frames.append((tick, frame))
    return frames


def test_slow_renderer_changes_neither_frames_nor_their_time(
    make_seeing: Callable[[], MujocoRobot], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow = make_seeing(), make_seeing()

    def render(**options: Any) -> None:
        time.sleep(0.1)
        real(**options)

    real = replace_render(slow, monkeypatch, render)
    expected, found = watch(quick, 150), watch(slow, 150)
    ticks = [tick for tick, _ in expected]
    assert ticks == [tick + LATENCY_TICKS for tick in CAPTURE_TICKS]
    assert [tick for tick, _ in found] == ticks
    for (_, one), (_, other) in zip(expected, found, strict=True):
        assert one.time_ns == other.time_ns
        assert np.array_equal(one.image_bgr, other.image_bgr)


def test_broken_renderer_is_the_callers_error(
    make_seeing: Callable[[], MujocoRobot], monkeypatch: pytest.MonkeyPatch
) -> None:
    robot = make_seeing()

    def render(**_: Any) -> None:
        raise RuntimeError("no device any more")

    replace_render(robot, monkeypatch, render)
    with pytest.raises(RuntimeError, match="no device any more"):
        watch(robot, 1 + LATENCY_TICKS)


def test_closed_robot_leaves_no_thread(make_seeing: Callable[[], MujocoRobot]) -> None:
    robot = make_seeing()
    watch(robot, 2)  # a frame is under way
    assert any(thread.name.startswith("head_camera") for thread in threading.enumerate())
    robot.close()
    assert not any(thread.name.startswith("head_camera") for thread in threading.enumerate())

"""What the trial makes of what the camera saw."""

from __future__ import annotations

import math

import numpy as np
import pytest
from trial_bench import load_kuavo, load_setup

from robot_trials.geometry import invert_transform, rotation_to_quaternion, rotation_to_transform
from robot_trials.perception.eyes import Eyes
from robot_trials.perception.percept import Attention
from robot_trials.robots.interface import FiducialObservation
from robot_trials_control.records import RIGHT, make_control_sample

PERIOD_NS = 20_000_000
LATENCY_TICKS = 4
TURN_RATE = 0.4
"""Of the hand that holds the torch [rad/s]."""


def rotation_y(angle: float) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


class TurningHand:
    """A robot that stands still and looks at the torch in its hand, which turns at an even rate."""

    def __init__(self) -> None:
        setup, profile = load_setup(), load_kuavo()
        sample = make_control_sample(len(profile.joint_names))
        self.state, self.status, self.time_ns = sample.state, sample.status, 0
        self.status.base_position[2] = 0.85
        self.status.base_orientation_xyzw[3] = 1.0
        self.status.hand_pose[:, 6] = 1.0
        self.holding = False
        self.eyes = Eyes(setup.site, profile)
        self.tag = next(tag for tag in setup.site.fiducials if tag.mount == "torch")
        self.grasp = rotation_to_transform(rotation_y(0.1))
        self.hands: list[np.ndarray] = []

    def run(self, seconds: float) -> None:
        """Let time pass; every fifth tick a picture becomes available that is four ticks old."""
        for _ in range(round(seconds * 1e9) // PERIOD_NS):
            turned = rotation_y(TURN_RATE * len(self.hands) * PERIOD_NS * 1e-9)
            self.hands.append(rotation_to_transform(turned, np.array([0.4, -0.3, 1.0])))
            self.time_ns = len(self.hands) * PERIOD_NS
            self.status.hand_pose[RIGHT, :3] = self.hands[-1][:3, 3]
            self.status.hand_pose[RIGHT, 3:] = rotation_to_quaternion(turned)
            seen = len(self.hands) % 5 == 0 and len(self.hands) > LATENCY_TICKS
            attention = Attention(RIGHT, "torch" if self.holding else "")
            self.eyes.look(self.state, self.status, self.time_ns, [self._observe()] if seen else [], attention)

    def _observe(self) -> FiducialObservation:
        """The torch's tag as it was when the picture was taken."""
        base = rotation_to_transform(np.eye(3), np.array([0.0, 0.0, 0.85]))
        camera = base @ self.eyes.percept.transform_base_camera
        tag = self.hands[-1 - LATENCY_TICKS] @ self.grasp @ self.tag.transform_mount_tag
        time_ns = self.time_ns - LATENCY_TICKS * PERIOD_NS
        return FiducialObservation(time_ns, self.tag.id, invert_transform(camera) @ tag)


@pytest.mark.relay
def test_torch_is_measured_in_a_hand_that_turns() -> None:
    world = TurningHand()
    world.holding = True
    world.run(2.0)
    seen = world.eyes.percept.in_hand
    assert seen is not None and seen.count >= 15
    assert np.allclose(seen.transform, world.grasp, atol=1e-6)
    lag = world.eyes.percept.targets["torch"].transform[:3, :3].T @ world.hands[-1][:3, :3] @ world.grasp[:3, :3]
    assert math.acos(lag[2, 2]) > 0.1, "a mean in odom lags behind: the turn is fast enough to tell"


@pytest.mark.relay
def test_torch_is_in_no_hand_before_it_is_held_or_after() -> None:
    world = TurningHand()
    world.run(1.0)
    assert world.eyes.percept.in_hand is None
    world.holding = True
    world.run(1.0)
    assert world.eyes.percept.in_hand is not None
    world.holding = False
    world.run(0.2)
    assert world.eyes.percept.in_hand is None

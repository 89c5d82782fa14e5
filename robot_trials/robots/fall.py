"""When a simulated robot has fallen or touches what it should not: one rule for drills, benches and verdicts.

Judged on what only the simulator knows. The controller's own estimate goes by the same bounds (`fall_bounds`), but
knows neither the ground under the lane nor of a trunk that touches it.
"""

from __future__ import annotations

import math

import numpy as np

from robot_trials.config.site.ground import GroundSpec
from robot_trials_control.records import MotionMode, Record
from robot_trials_control.stops.fall_bounds import FALL_HEIGHT_SHARE, FALL_TILT_DEG

FALL_TILT = math.radians(FALL_TILT_DEG)
"""[rad]"""


def find_fallen(
    truth: np.ndarray, status: np.ndarray, height_start: float, ground: GroundSpec, may_be_low: bool = False
) -> np.ndarray:
    """At which ticks the robot has fallen: ground contact but the soles', too much tilt, or a base too low.

    Args:
        truth: what the simulator knows, structured array of shape (n,).
        status: what the controller says at the same ticks, shape (n,).
        height_start: of the base above the ground at the start [m].
        ground: of the lane.
        may_be_low: the base's height does not count at all.

    Returns:
        Shape (n,), bool.
    """
    low = compute_base_height(truth, ground) < FALL_HEIGHT_SHARE * height_start
    if may_be_low:
        low[:] = False
    elif low.any():
        low &= ~find_low_on_purpose(status)
    tilted = compute_tilt(truth["base_orientation_xyzw"]) > FALL_TILT
    fallen: np.ndarray = low | tilted | (truth["ground_contacts"] > 0)
    return fallen


def find_unwanted_contacts(truth: np.ndarray) -> np.ndarray:
    """At which ticks the robot touches itself, a person or a thing beyond its grasp, shape (n,) → (n,), bool.

    The trunk, a leg or a hand on the ground is a fall instead; what counts as which, the simulator sorts
    (`mujoco/contacts.py`).
    """
    touching: np.ndarray = truth["unwanted_contacts"] > 0
    return touching


def find_low_on_purpose(status: np.ndarray) -> np.ndarray:
    """At which ticks the robot lowers itself, rests low, or rises again, shape (n,) → (n,); a damped one does not."""
    mode = status["mode"]
    lowering = (mode == MotionMode.LOWER) | (mode == MotionMode.OFF)
    low: np.ndarray = (lowering | (status["lowered"] > 0.0)) & (mode != MotionMode.DAMPED)
    return low


def compute_base_height(truth: np.ndarray, ground: GroundSpec) -> np.ndarray:
    """Height of the base above the ground where it is, shape (n,) → (n,) [m]."""
    position = truth["base_position"]
    height: np.ndarray = position[:, 2] - ground.heights(position[:, 0])
    return height


def compute_tilt(orientation_xyzw: np.ndarray) -> np.ndarray:
    """Angle between a body's z and the vertical, shape (…, 4) → (…) [rad]."""
    x, y = orientation_xyzw[..., 0], orientation_xyzw[..., 1]
    tilt: np.ndarray = np.arccos(np.clip(1.0 - 2.0 * (x * x + y * y), -1.0, 1.0))
    return tilt


class FallWatch:
    """Watches the truth of every tick.

    Attributes:
        fell: the robot has fallen at some tick, by `find_fallen`.
        may_be_low: the base's height does not count.
        tilt_max: largest tilt of the base [rad].
        touches: ticks with contacts that nobody wants, by `find_unwanted_contacts`.
    """

    def __init__(self, ground: GroundSpec) -> None:
        self.fell = self.may_be_low = False
        self.tilt_max, self.touches = 0.0, 0
        self._ground, self._height = ground, math.nan

    def update(self, sample: Record) -> None:
        """Look at one tick."""
        truth = sample.truth.data
        if math.isnan(self._height):
            self._height = float(compute_base_height(truth, self._ground)[0])
        self.tilt_max = max(self.tilt_max, float(compute_tilt(truth["base_orientation_xyzw"])[0]))
        self.touches += int(find_unwanted_contacts(truth)[0])
        fallen = find_fallen(truth, sample.status.data, self._height, self._ground, self.may_be_low)
        self.fell = self.fell or bool(fallen[0])

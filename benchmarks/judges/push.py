"""Judges of pushes, on what only the simulator knows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from robot_trials.geometry import quaternion_to_rotation, wrap_angle, yaw_of_rotation
from robot_trials.robots.fall import compute_tilt, find_unwanted_contacts
from robot_trials_control.records import Record

LOADED_FORCE = 100.0
"""Normal force from which a foot counts as standing [N]."""
STAND_SLIDE_MAX, STAND_TILT_MAX, STAND_YAW_MAX = 0.020, math.radians(3.0), math.radians(5.0)
"""Bounds of a push that is stood out [m], [rad], [rad]."""
REST_TIME, REST_SPEED_MAX = 0.5, 0.05
"""Time at the end over which the robot has to be at rest, and what rest is [s], [m/s]."""
WALK_SLIDE_MAX, WALK_TILT_MAX = 0.030, math.radians(15.0)
"""Bounds of a push that is walked out [m], [rad]."""
STEPS_TO_REGAIN, SPEED_ERROR_MAX = 4, 0.1
"""Steps after which the speed is the one before again, and the error of its vector that is let pass [m/s]."""

SolePoses = Callable[[], np.ndarray]
"""True poses of the soles in the world, shape (2, 4, 4)."""


class SlideWatch:
    """How far each sole moves on the ground while it stands, from where it came to stand.

    Attributes:
        slide, yaw: largest so far [m], [rad].
    """

    def __init__(self, sole_poses: SolePoses, may_lift: bool) -> None:
        self.slide = self.yaw = 0.0
        self._poses, self._may_lift = sole_poses, may_lift
        self._from: list[np.ndarray | None] = [None, None] if may_lift else list(sole_poses())

    def update(self, sample: Record) -> None:
        """Look at one tick."""
        for side, pose in enumerate(self._poses()):
            if self._may_lift and sample.state.foot_wrench[side, 2] < LOADED_FORCE:
                self._from[side] = None
                continue
            start = self._from[side]
            if start is None:
                self._from[side] = pose
                continue
            turned = start[:3, :3].T @ pose[:3, :3]
            self.slide = max(self.slide, math.hypot(*(pose[:2, 3] - start[:2, 3])))
            self.yaw = max(self.yaw, abs(math.atan2(turned[1, 0], turned[0, 0])))


class StandingJudge:
    """Whether a push is stood out: no step, no slide, no turn, and upright and at rest when the watch ends.

    A sole that lifts and comes down elsewhere has slid. Slide and turn count all the time, turn of soles and of the
    base alike; tilt counts at the end only, since bending at the hips is a way to stand a push out.

    Attributes:
        failure: what was wrong first; empty as long as nothing is.
        is_over: never; the watch ends it.
        tilt_max: largest tilt of the base on the way [rad].
        touches: ticks in which the robot touched itself.
    """

    def __init__(self, sample: Record, sole_poses: SolePoses) -> None:
        self.failure, self.is_over, self.tilt_max, self.touches = "", False, 0.0, 0
        self._slide = SlideWatch(sole_poses, may_lift=False)
        self._steps = int(sample.status.steps)
        self._yaw = _yaw_of(sample.truth.base_orientation_xyzw)
        self._holds = bool(sample.truth.robot_holds)
        self._end: list[tuple[float, float, float]] = []  # time, tilt, speed

    def update(self, sample: Record) -> None:
        """Look at one tick."""
        truth, slide = sample.truth, self._slide
        slide.update(sample)
        self.touches += int(find_unwanted_contacts(truth.data)[0])
        tilt = float(compute_tilt(truth.base_orientation_xyzw))
        self.tilt_max = max(self.tilt_max, tilt)
        yaw = abs(wrap_angle(_yaw_of(truth.base_orientation_xyzw) - self._yaw))
        self._end.append((int(sample.state.time_ns) * 1e-9, tilt, float(np.linalg.norm(truth.base_linear_velocity))))
        if self.failure:
            return
        if slide.slide > STAND_SLIDE_MAX:
            self.failure = "slide"
        elif max(slide.yaw, yaw) > STAND_YAW_MAX:
            self.failure = "yaw"
        elif self._holds and not truth.robot_holds:
            self.failure = "torch lost"
        elif int(sample.status.steps) != self._steps or sample.status.walking:
            self.failure = "step"

    def finish(self) -> str:
        """What was wrong, looked at when the watch is over; empty for nothing."""
        last = [entry for entry in self._end if entry[0] > self._end[-1][0] - REST_TIME]
        if not self.failure and max(tilt for _, tilt, _ in last) > STAND_TILT_MAX:
            self.failure = "tilt"
        if not self.failure and max(speed for _, _, speed in last) > REST_SPEED_MAX:
            self.failure = "not at rest"
        return self.failure


class WalkingJudge:
    """Whether a push is walked out: no slide of a standing foot, no large tilt, torch held, speed as before again.

    The speed is the base's mean velocity over the stride (two steps) that follows the fourth touchdown after the push.

    Attributes:
        failure: what was wrong first; empty as long as nothing is.
        is_over: whether the stride has ended.
        tilt_max: largest tilt of the base on the way [rad].
        touches: ticks in which the robot touched itself.
    """

    def __init__(self, sample: Record, sole_poses: SolePoses, speed: float) -> None:
        self.failure, self.tilt_max, self.is_over, self.touches = "", 0.0, False, 0
        self._slide = SlideWatch(sole_poses, may_lift=True)
        self._first = int(sample.status.steps) + STEPS_TO_REGAIN
        self._holds = bool(sample.truth.robot_holds)
        yaw = _yaw_of(sample.truth.base_orientation_xyzw)
        self._velocity = speed * np.array((math.cos(yaw), math.sin(yaw)))
        self._start: tuple[float, np.ndarray] | None = None

    def update(self, sample: Record) -> None:
        """Look at one tick."""
        truth = sample.truth
        self._slide.update(sample)
        self.tilt_max = max(self.tilt_max, float(compute_tilt(truth.base_orientation_xyzw)))
        self.touches += int(find_unwanted_contacts(truth.data)[0])
        if not self.failure:
            if self._slide.slide > WALK_SLIDE_MAX:
                self.failure = "slide"
            elif self.tilt_max > WALK_TILT_MAX:
                self.failure = "tilt"
            elif self._holds and not truth.robot_holds:
                self.failure = "torch lost"
        self._follow_speed(sample)

    def finish(self) -> str:
        """What was wrong, looked at when the watch is over; empty for nothing."""
        if not self.failure and not self.is_over:
            self.failure = "no steps"
        return self.failure

    def _follow_speed(self, sample: Record) -> None:
        time, steps = int(sample.state.time_ns) * 1e-9, int(sample.status.steps)
        place = np.array(sample.truth.base_position[:2])
        if self._start is None and steps >= self._first:
            self._start = time, place
        elif self._start is not None and steps >= self._first + 2 and not self.is_over:
            self.is_over = True
            error = (place - self._start[1]) / (time - self._start[0]) - self._velocity
            if not self.failure and math.hypot(*error) > SPEED_ERROR_MAX:
                self.failure = f"speed off by {error[0]:+.2f} {error[1]:+.2f}"


def _yaw_of(quaternion_xyzw: np.ndarray) -> float:
    return yaw_of_rotation(quaternion_to_rotation(quaternion_xyzw))

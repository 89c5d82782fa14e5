"""Numbers of a trial from its control samples, a block of ticks at a time.

This is the judge's eye: it alone, beside tests and logs, looks at a simulator's truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robot_trials.config.ground import GroundSpec
from robot_trials.geometry import PlanarPose, compose_planar, invert_planar, quaternion_to_rotation, yaw_of_rotation
from robot_trials.robots.fall import compute_base_height, compute_tilt, find_fallen
from robot_trials.safety.stop_ladder import Rung

__all__ = ["Measures", "TickGap", "compute_excess_force", "compute_tilt", "count_onsets"]

GRAVITY = 9.81
WEIGHING_TICKS = 50
"""The torch's weight is the mean of this many ticks while the giver alone holds it still."""


@dataclass(frozen=True)
class TickGap:
    """Control ticks that are missing between two that are there, with the times of these."""

    start_ns: int
    end_ns: int
    count: int


class Measures:
    """Accumulates what the criteria need.

    "Carried" is the time from the robot's first step with the torch in its hand alone until somebody else holds it
    too, or nobody does, or a stop begins: the tilt with which a giver offers it is not the robot's, and where a stop
    leads is not the way.

    Args:
        payload_mass: announced mass, used when the giver was never seen holding the torch alone [kg].
        ground: of the lane; level when omitted.

    Attributes:
        gaps: control ticks that never came.
    """

    def __init__(self, payload_mass: float, ground: GroundSpec | None = None) -> None:
        self.gaps: list[TickGap] = []
        self.ticks = 0
        self.time_start_ns = 0
        self.time_end_ns = 0
        self.falls = 0
        self.unwanted_contacts = 0
        self.qp_failures = 0
        self.giver_force_max = 0.0
        self.receiver_force_max = 0.0
        self.lateral_offset_max = 0.0
        self.torque_ratio_max = 0.0
        self.zmp_margin_min = math.inf
        self.deadline_misses = 0
        self._payload_weight = payload_mass * GRAVITY
        self._weighed: list[float] = []
        self._ground = ground or GroundSpec()
        self._height_start = math.nan
        self._stopped = False
        self._last_tick = (0, 0)
        self._fallen = False
        self._touching = False
        self._tilts: list[np.ndarray] = []
        self._carrying = False
        self._carried_x = (math.nan, math.nan)
        self._walked_ns = (0, 0)
        self._walked_x = (math.nan, math.nan)
        self._truth_to_odom: PlanarPose | None = None
        self._drift = math.nan

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        if not len(block):
            return
        truth, status = block["truth"], block["status"]
        if not self.ticks:
            self._start(block)
        self._find_gaps(block)
        self.ticks += len(block)
        self.time_end_ns = int(block["state"]["time_ns"][-1])
        self.qp_failures = int(status["qp_failures"][-1])
        self.deadline_misses = int(block["timing"]["deadline_misses"][-1])
        self.torque_ratio_max = max(self.torque_ratio_max, float(status["torque_ratio"].max()))
        self._count_falls(block)
        self._count_contacts(truth)
        self._measure_forces(truth)
        self._measure_carry(block)

    def compute_figures(self) -> dict[str, float]:
        """Every number by name; NaN where there was nothing to measure."""
        tilts = np.concatenate(self._tilts) if self._tilts else np.array([math.nan])
        walked = self._walked_x[1] - self._walked_x[0]
        walked_time = (self._walked_ns[1] - self._walked_ns[0]) * 1e-9
        distance = self._carried_x[1] - self._carried_x[0]
        return {
            "falls": float(self.falls),
            "qp_failures": float(self.qp_failures),
            "unwanted_contacts": float(self.unwanted_contacts),
            "distance": distance,
            "mean_speed": walked / walked_time if walked_time > 0.0 else math.nan,
            "torch_tilt_p99_deg": float(np.percentile(tilts, 99)),
            "torch_tilt_max_deg": float(tilts.max()),
            "giver_force_max": self.giver_force_max,
            "receiver_force_max": self.receiver_force_max,
            "lateral_offset_max": self.lateral_offset_max,
            "odometry_drift": self._drift,
            "odometry_drift_percent": 100.0 * self._drift / distance if distance > 0.0 else math.nan,
            "torque_ratio_max": self.torque_ratio_max,
            "zmp_margin_min": self.zmp_margin_min,
            "deadline_misses": float(self.deadline_misses),
            "missing_ticks": float(sum(gap.count for gap in self.gaps)),
            "simulated_time": (self.time_end_ns - self.time_start_ns) * 1e-9,
        }

    def _start(self, block: np.ndarray) -> None:
        """Remember height and place at the first sample."""
        self.time_start_ns = int(block["state"]["time_ns"][0])
        self._height_start = float(compute_base_height(block["truth"][:1], self._ground)[0])
        self._last_tick = int(block["timing"]["tick"][0]) - 1, self.time_start_ns

    def _find_gaps(self, block: np.ndarray) -> None:
        """Control ticks are counted without a gap; a log that was full has some."""
        ticks, times = block["timing"]["tick"], block["state"]["time_ns"]
        steps = np.diff(ticks, prepend=self._last_tick[0])
        for place in np.flatnonzero(steps > 1):
            before = int(times[place - 1]) if place else self._last_tick[1]
            self.gaps.append(TickGap(before, int(times[place]), int(steps[place]) - 1))
        self._last_tick = int(ticks[-1]), int(times[-1])

    def _count_falls(self, block: np.ndarray) -> None:
        """A fall counts once until it is over; a squat on purpose is none."""
        fallen = find_fallen(block["truth"], block["status"], self._height_start, self._ground)
        self.falls += count_onsets(fallen, self._fallen)
        self._fallen = bool(fallen[-1])

    def _count_contacts(self, truth: np.ndarray) -> None:
        touching = truth["unwanted_contacts"] > 0
        self.unwanted_contacts += count_onsets(touching, self._touching)
        self._touching = bool(touching[-1])

    def _measure_forces(self, truth: np.ndarray) -> None:
        """Peak force on each person beyond what the torch's weight explains."""
        if len(self._weighed) < WEIGHING_TICKS:
            alone = (truth["giver_holds"] > 0) & (truth["robot_holds"] == 0) & (truth["receiver_holds"] == 0)
            self._weighed += (-truth["giver_force"][alone, 2]).tolist()[: WEIGHING_TICKS - len(self._weighed)]
            if len(self._weighed) == WEIGHING_TICKS:
                self._payload_weight = float(np.mean(self._weighed))
        excess = compute_excess_force(truth["giver_force"], self._payload_weight)
        self.giver_force_max = max(self.giver_force_max, float(excess.max(initial=0.0)))
        excess = compute_excess_force(truth["receiver_force"], self._payload_weight)
        self.receiver_force_max = max(self.receiver_force_max, float(excess.max(initial=0.0)))

    def _measure_carry(self, block: np.ndarray) -> None:
        """Way, speed, tilt, lateral offset and drift while the robot alone has the torch."""
        truth, status = block["truth"], block["status"]
        if self._stopped:
            return
        alone = (truth["robot_holds"] > 0) & (truth["giver_holds"] == 0) & (truth["receiver_holds"] == 0)
        stops = status["stop_rung"] >= Rung.STAND
        if stops.any():
            self._stopped = True
            alone[int(np.argmax(stops)) :] = False
        if not alone.any():
            self._carrying = False
            return
        x = truth["base_position"][:, 0]
        held = np.flatnonzero(alone)
        start = self._carried_x[0]
        self._carried_x = (float(x[held[0]]) if math.isnan(start) else start, float(x[held[-1]]))
        walking = np.flatnonzero(alone & (status["walking"] > 0))
        if len(walking):
            time_ns = block["state"]["time_ns"]
            if not self._walked_ns[1]:
                self._walked_ns = (int(time_ns[walking[0]]), 0)
                self._walked_x = (float(x[walking[0]]), math.nan)
            self._walked_ns = (self._walked_ns[0], int(time_ns[walking[-1]]))
            self._walked_x = (self._walked_x[0], float(x[walking[-1]]))
            self.zmp_margin_min = min(self.zmp_margin_min, float(status["zmp_margin"][walking].min()))
        if not self._carrying and len(walking):
            self._carrying = True
            alone = alone & (np.arange(len(block)) >= walking[0])
        if self._carrying and alone.any():
            self._tilts.append(np.degrees(compute_tilt(truth["torch_pose"][alone, 3:])))
            offset = float(np.abs(truth["base_position"][alone, 1]).max())
            self.lateral_offset_max = max(self.lateral_offset_max, offset)
            self._measure_drift(block, int(np.flatnonzero(alone)[0]), int(np.flatnonzero(alone)[-1]))

    def _measure_drift(self, block: np.ndarray, first: int, last: int) -> None:
        """Distance between truth and odometry alone, laid over each other at the first step."""
        if self._truth_to_odom is None:
            true, own = _planar(block["truth"], first), _planar(block["status"], first)
            self._truth_to_odom = compose_planar(true, invert_planar(own))
        true = _planar(block["truth"], last)
        own = compose_planar(self._truth_to_odom, _planar(block["status"], last))
        self._drift = math.hypot(true[0] - own[0], true[1] - own[1])


def compute_excess_force(force: np.ndarray, weight: float) -> np.ndarray:
    """Force that no share of a hanging weight explains, world frame with z up, shape (n, 3) → (n,) [N].

    A hand that holds feels between nothing and the whole weight downwards; the distance from that range counts.
    """
    share = np.clip(-force[:, 2], 0.0, weight)
    return np.sqrt(force[:, 0] ** 2 + force[:, 1] ** 2 + (force[:, 2] + share) ** 2)


def count_onsets(flags: np.ndarray, before: bool) -> int:
    """How often a condition begins, given whether it held just before, shape (n,)."""
    previous = np.concatenate(([before], flags[:-1]))
    return int(np.count_nonzero(flags & ~previous))


def _planar(group: np.ndarray, index: int) -> PlanarPose:
    position = group["base_position"][index]
    yaw = yaw_of_rotation(quaternion_to_rotation(group["base_orientation_xyzw"][index]))
    return float(position[0]), float(position[1]), yaw

"""Way, speed, tilt and drift while the robot alone has the torch."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from robot_trials.geometry import PlanarPose, compose_planar, invert_planar, quaternion_to_rotation, yaw_of_rotation
from robot_trials.kinds.contract import Rule
from robot_trials.kinds.relay.judge.holding import find_robot_alone
from robot_trials.robots.fall import compute_tilt
from robot_trials.safety.stop_ladder import Rung


class CarryMeasure:
    """How the torch is carried.

    "Carried" is the time from the robot's first step with the torch in its hand alone until somebody else holds it
    too, or nobody does, or a stop begins: the tilt with which a giver offers it is not the robot's, and where a stop
    leads is not the way.

    Args:
        bounds: of the verdict, by key of the trial's `criteria`.
    """

    def __init__(self, bounds: Mapping[str, float]) -> None:
        self.lateral_offset_max = 0.0
        self.zmp_margin_min = math.inf
        self._bounds = bounds
        self._stopped = False
        self._tilts: list[np.ndarray] = []
        self._carrying = False
        self._carried_x = (math.nan, math.nan)
        self._walked_ns = (0, 0)
        self._walked_x = (math.nan, math.nan)
        self._truth_to_odom: PlanarPose | None = None
        self._drift = math.nan

    def add(self, block: np.ndarray) -> None:
        """Take in consecutive control samples, structured array of shape (n,)."""
        truth, status = block["truth"], block["status"]
        if self._stopped:
            return
        alone = find_robot_alone(truth)
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
            self._tilts.append(np.degrees(compute_tilt(truth["prop_pose"][alone, 3:])))
            offset = float(np.abs(truth["base_position"][alone, 1]).max())
            self.lateral_offset_max = max(self.lateral_offset_max, offset)
            self._measure_drift(block, int(np.flatnonzero(alone)[0]), int(np.flatnonzero(alone)[-1]))

    def compute_figures(self) -> dict[str, float]:
        """Every figure by name; NaN where there was nothing to measure."""
        tilts = np.concatenate(self._tilts) if self._tilts else np.array([math.nan])
        walked = self._walked_x[1] - self._walked_x[0]
        walked_time = (self._walked_ns[1] - self._walked_ns[0]) * 1e-9
        distance = self._carried_x[1] - self._carried_x[0]
        return {
            "distance": distance,
            "mean_speed": walked / walked_time if walked_time > 0.0 else math.nan,
            "torch_tilt_p99_deg": float(np.percentile(tilts, 99)),
            "torch_tilt_max_deg": float(tilts.max()),
            "lateral_offset_max": self.lateral_offset_max,
            "odometry_drift": self._drift,
            "odometry_drift_percent": 100.0 * self._drift / distance if distance > 0.0 else math.nan,
            "zmp_margin_min": self.zmp_margin_min,
        }

    def list_rules(self) -> list[Rule]:
        """Bounds in the order of the verdict."""
        bounds = self._bounds
        return [
            Rule("distance", "Distance with the torch", "m", ">=", bounds["distance_min"]),
            Rule("mean_speed", "Mean walking speed", "m/s", ">=", bounds["mean_speed_min"]),
            Rule("torch_tilt_p99_deg", "Torch tilt, 99th percentile", "deg", "<=", bounds["torch_tilt_p99_max_deg"]),
            Rule("torch_tilt_max_deg", "Torch tilt, largest", "deg", "<=", bounds["torch_tilt_max_deg"]),
            Rule("lateral_offset_max", "Off the lane's middle, largest", "m", "<=", bounds["lateral_offset_max"]),
        ]

    def _measure_drift(self, block: np.ndarray, first: int, last: int) -> None:
        """Distance between truth and odometry alone, laid over each other at the first step."""
        if self._truth_to_odom is None:
            true, own = _planar(block["truth"], first), _planar(block["status"], first)
            self._truth_to_odom = compose_planar(true, invert_planar(own))
        true = _planar(block["truth"], last)
        own = compose_planar(self._truth_to_odom, _planar(block["status"], last))
        self._drift = math.hypot(true[0] - own[0], true[1] - own[1])


def _planar(group: np.ndarray, index: int) -> PlanarPose:
    position = group["base_position"][index]
    yaw = yaw_of_rotation(quaternion_to_rotation(group["base_orientation_xyzw"][index]))
    return float(position[0]), float(position[1]), yaw

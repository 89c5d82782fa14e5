"""The plots of a report: which numbers of the bag, beside which bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from robot_trials.kinds.relay.judge.people_force import compute_excess_force
from robot_trials.review.verdict import Verdict
from robot_trials.robots.fall import compute_tilt
from robot_trials.telemetry import Bag
from robot_trials.telemetry.rotations import rotate

POINTS_MAX = 3000
"""Points of a curve; beyond that, pairs of smallest and largest value stand for each stretch."""

SPEED_WINDOW = 1.0
"""Speed is averaged over one stride or so [s]."""


@dataclass(frozen=True)
class Plot:
    """One plot.

    Attributes:
        key: name in the page.
        title: what it shows.
        note: how to read it, in a sentence.
        unit: of all its curves.
        times: [s], shape (n,).
        curves: label → values, each of shape (n,); NaN makes a gap.
        bounds: label → value of horizontal lines.
    """

    key: str
    title: str
    note: str
    unit: str
    times: np.ndarray
    curves: dict[str, np.ndarray]
    bounds: dict[str, float | None] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The plot with its curves thinned out, ready for JSON."""
        times, curves = thin_out(self.times, self.curves)
        return {
            "key": self.key,
            "title": self.title,
            "note": self.note,
            "unit": self.unit,
            "times": [round(float(time), 3) for time in times],
            "curves": [{"label": label, "values": _json_values(values)} for label, values in curves.items()],
            "bounds": [{"label": label, "value": value} for label, value in self.bounds.items() if value is not None],
        }


def thin_out(times: np.ndarray, curves: dict[str, np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """At most `POINTS_MAX` points that keep every peak: the extremes of each stretch, in the order they came."""
    stretch = -(-2 * len(times) // POINTS_MAX)
    if stretch <= 2:
        return times, curves
    whole = len(times) // stretch
    starts = times[: whole * stretch : stretch]
    step = (times[-1] - times[0]) / (len(times) - 1) * stretch
    thin_times = np.stack([starts + 0.25 * step, starts + 0.75 * step], axis=1).ravel()
    return thin_times, {label: _extremes(values[: whole * stretch], stretch) for label, values in curves.items()}


def _extremes(values: np.ndarray, stretch: int) -> np.ndarray:
    """Two values for each stretch."""
    table = np.asarray(values, dtype=float).reshape(-1, stretch)
    empty = np.isnan(table).all(axis=1)
    filled = np.where(empty[:, None], 0.0, table)
    ends = np.sort(np.stack([np.nanargmin(filled, axis=1), np.nanargmax(filled, axis=1)], axis=1), axis=1)
    result = np.take_along_axis(filled, ends, axis=1)
    result[empty] = np.nan
    return result.ravel()


def _json_values(values: np.ndarray) -> list[float | None]:
    """Five digits are more than a screen shows."""
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values.tolist()]


def compute_plots(bag: Bag, verdict: Verdict) -> list[Plot]:
    """All plots for which the bag has numbers."""
    makers = (_tilt, _forces, _margin, _speed, _torque, _payload, _lateral, _timing)
    return [plot for maker in makers if (plot := maker(bag, verdict)) is not None and len(plot.times)]


def _carried(truth: dict[str, np.ndarray]) -> np.ndarray:
    """While the robot alone has the torch, bool."""
    others = truth["giver_holds"].astype(bool) | truth["receiver_holds"].astype(bool)
    return truth["robot_holds"].astype(bool) & ~others


def _tilt(bag: Bag, verdict: Verdict) -> Plot | None:
    """Torch and trunk against the vertical."""
    truth, odometry = bag.columns("/ground_truth/state"), bag.columns("/odom")
    if not odometry:
        return None
    curves = {"trunk": np.degrees(compute_tilt(odometry["pose.pose.orientation"]))}
    if truth and len(truth["torch_pose"]) == len(curves["trunk"]):
        tilt = np.degrees(compute_tilt(truth["torch_pose"][:, 3:]))
        curves = {"torch": np.where(_carried(truth), tilt, np.nan), **curves}
    bounds = {"99 % of the time": verdict.bound("torch_tilt_p99_deg"), "at most": verdict.bound("torch_tilt_max_deg")}
    note = "Angle to the vertical; the torch while only the robot holds it. Judged from its first step until a stop."
    return Plot("tilt", "Tilt", note, "°", bag.times("/odom"), curves, bounds)


def _forces(bag: Bag, verdict: Verdict) -> Plot | None:
    """What people feel beyond the torch's weight."""
    truth = bag.columns("/ground_truth/state")
    if not truth or not np.isfinite(truth["giver_force"]).any():
        return None
    alone = truth["giver_holds"].astype(bool) & ~truth["robot_holds"].astype(bool)
    weight = float(np.mean(-truth["giver_force"][alone, 2])) if alone.any() else 0.0
    curves = {person: compute_excess_force(truth[f"{person}_force"], weight) for person in ("giver", "receiver")}
    bounds = {"at most": verdict.bound("giver_force_max")}
    note = "Force on a person's hand that the torch's own weight does not explain."
    return Plot("forces", "Force on people", note, "N", bag.times("/ground_truth/state"), curves, bounds)


def _margin(bag: Bag, _verdict: Verdict) -> Plot | None:
    """How far the robot is from tipping."""
    balance = bag.columns("/balance_state")
    if not balance:
        return None
    error = np.hypot(balance["dcm.x"] - balance["dcm_reference.x"], balance["dcm.y"] - balance["dcm_reference.y"])
    curves = {"ZMP margin": 1e3 * balance["zmp_margin"], "DCM error": 1e3 * error}
    note = "ZMP margin: from the pressure point under the feet to the edge of the soles; below zero the robot tips."
    return Plot("margin", "Balance", note, "mm", bag.times("/balance_state"), curves, {"edge of the soles": 0.0})


def _speed(bag: Bag, verdict: Verdict) -> Plot | None:
    """Forward speed."""
    curves = {}
    for label, topic in (("true", "/ground_truth/odom"), ("estimated", "/odom")):
        columns = bag.columns(topic)
        if columns and np.isfinite(columns["pose.pose.orientation"]).any():
            velocity = rotate(columns["pose.pose.orientation"], columns["twist.twist.linear"])
            curves[label] = _smooth(velocity[:, 0], bag.times(topic))
    if not curves:
        return None
    bounds = {"mean, at least": verdict.bound("mean_speed")}
    note = "Along the lane, averaged over one second."
    return Plot("speed", "Walking speed", note, "m/s", bag.times("/odom"), curves, bounds)


def _smooth(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Moving average over `SPEED_WINDOW`."""
    if len(values) < 3 or times[-1] <= times[0]:
        return values
    width = max(1, round(SPEED_WINDOW * (len(times) - 1) / (times[-1] - times[0])))
    padded = np.pad(np.nan_to_num(values), (width // 2, width - 1 - width // 2), mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded)])
    return (total[width:] - total[:-width]) / width


def _torque(bag: Bag, _verdict: Verdict) -> Plot | None:
    """How hard the drives work."""
    balance = bag.columns("/balance_state")
    if not balance:
        return None
    curves = {"hardest-worked joint": 100 * balance["torque_ratio"]}
    note = "Torque of the joint that is closest to its limit, as a share of that limit."
    return Plot("torque", "Torque use", note, "%", bag.times("/balance_state"), curves, {"limit": 100.0})


def _payload(bag: Bag, _verdict: Verdict) -> Plot | None:
    """The torch's mass as the robot feels it."""
    payload = bag.columns("/payload_state")
    if not payload:
        return None
    curves = {"estimated": payload["mass"], "in the model": payload["mass_applied"]}
    note = "Mass in the hand as the arm's torques tell it, and what the controller reckons with."
    return Plot("payload", "Payload", note, "kg", bag.times("/payload_state"), curves)


def _lateral(bag: Bag, verdict: Verdict) -> Plot | None:
    """Distance from the lane's middle."""
    truth = bag.columns("/ground_truth/odom")
    if not truth or not np.isfinite(truth["pose.pose.position"]).any():
        return None
    bound = verdict.bound("lateral_offset_max")
    bounds = {} if bound is None else {"left, at most": bound, "right, at most": -bound}
    curves = {"true": truth["pose.pose.position"][:, 1]}
    note = "Robot's distance from the middle of the lane; left is positive."
    return Plot("lateral", "Off the lane's middle", note, "m", bag.times("/ground_truth/odom"), curves, dict(bounds))


def _timing(bag: Bag, _verdict: Verdict) -> Plot | None:
    """Cost of the control loop."""
    timing = bag.columns("/control_timing")
    if not timing or not timing["cpu_ns"].any():
        return None
    times = bag.times("/control_timing")
    period = 1e6 * float(np.median(np.diff(times))) if len(times) > 1 else None
    curves = {"control step": 1e-3 * timing["cpu_ns"]}
    note = "Processor time of each control step; it has to stay below the control period."
    return Plot("timing", "Control step", note, "µs", times, curves, {"control period": period})

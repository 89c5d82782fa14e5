"""The plots that every trial has, and every plot's curves thinned out for the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from robot_trials.kinds.common.curves import read_velocity
from robot_trials.kinds.reporting import Plot
from robot_trials.robots.fall import compute_tilt
from robot_trials.telemetry import Bag

POINTS_MAX = 3000
"""Points of a curve; beyond that, pairs of smallest and largest value stand for each stretch."""


def to_json(plot: Plot) -> dict[str, Any]:
    """A plot with its curves thinned out, ready for JSON."""
    times, curves = thin_out(plot.times, plot.curves)
    return {
        "key": plot.key,
        "title": plot.title,
        "note": plot.note,
        "unit": plot.unit,
        "times": [round(float(time), 3) for time in times],
        "curves": [{"label": label, "values": _json_values(values)} for label, values in curves.items()],
        "bounds": [
            {"label": label, "value": float(value)} for label, value in plot.bounds.items() if value is not None
        ],
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


def compute_common_plots(bag: Bag) -> dict[str, Plot]:
    """Plots that need no kind of trial, by key, where the bag has numbers for them."""
    makers = (_tilt, _margin, _speed, _torque, _payload, _timing)
    plots = (plot for maker in makers if (plot := maker(bag)) is not None and len(plot.times))
    return {plot.key: plot for plot in plots}


def _tilt(bag: Bag) -> Plot | None:
    """Trunk against the vertical."""
    odometry = bag.columns("/odom")
    if not odometry:
        return None
    curves = {"trunk": np.degrees(compute_tilt(odometry["pose.pose.orientation"]))}
    return Plot("tilt", "Tilt", "Angle to the vertical.", "°", bag.times("/odom"), curves)


def _margin(bag: Bag) -> Plot | None:
    """How far the robot is from tipping."""
    balance = bag.columns("/balance_state")
    if not balance:
        return None
    error = np.hypot(balance["dcm.x"] - balance["dcm_reference.x"], balance["dcm.y"] - balance["dcm_reference.y"])
    curves = {"ZMP margin": 1e3 * balance["zmp_margin"], "DCM error": 1e3 * error}
    note = "ZMP margin: from the pressure point under the feet to the edge of the soles; below zero the robot tips."
    return Plot("margin", "Balance", note, "mm", bag.times("/balance_state"), curves, {"edge of the soles": 0.0})


def _speed(bag: Bag) -> Plot | None:
    """Over ground, in whatever direction."""
    times, curves = bag.times("/odom"), {}
    for label, topic in (("true", "/ground_truth/odom"), ("estimated", "/odom")):
        velocity = read_velocity(bag, topic, times)
        if velocity is not None:
            curves[label] = np.hypot(velocity[:, 0], velocity[:, 1])
    if not curves:
        return None
    note = "Over the ground, averaged over one second."
    return Plot("speed", "Walking speed", note, "m/s", times, curves)


def _torque(bag: Bag) -> Plot | None:
    """How hard the drives work."""
    balance = bag.columns("/balance_state")
    if not balance:
        return None
    curves = {"hardest-worked joint": 100 * balance["torque_ratio"]}
    note = "Torque of the joint that is closest to its limit, as a share of that limit."
    return Plot("torque", "Torque use", note, "%", bag.times("/balance_state"), curves, {"limit": 100.0})


def _payload(bag: Bag) -> Plot | None:
    """The load's mass as the robot feels it."""
    payload = bag.columns("/payload_state")
    if not payload:
        return None
    curves = {"estimated": payload["mass"], "in the model": payload["mass_applied"]}
    note = "Mass in the hand as the arm's torques tell it, and what the controller reckons with."
    return Plot("payload", "Payload", note, "kg", bag.times("/payload_state"), curves)


def _timing(bag: Bag) -> Plot | None:
    """Cost of the control loop."""
    timing = bag.columns("/control_timing")
    if not timing or not timing["cpu_ns"].any():
        return None
    times = bag.times("/control_timing")
    period = 1e6 * float(np.median(np.diff(times))) if len(times) > 1 else None
    curves = {"control step": 1e-3 * timing["cpu_ns"]}
    note = "Processor time of each control step; it has to stay below the control period."
    return Plot("timing", "Control step", note, "µs", times, curves, {"control period": period})

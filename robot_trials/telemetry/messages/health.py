"""Health of components, read off a control sample, as `/diagnostics` tells it."""

from __future__ import annotations

from typing import NamedTuple

from robot_trials_control.records import Fault, MotionMode, Record, Support

OK, WARN, ERROR, STALE = range(4)
"""Levels of `diagnostic_msgs/DiagnosticStatus`."""

BATTERY_LOW = 0.2
"""State of charge below which the robot should be on its way home."""


class Health(NamedTuple):
    """Health of one component.

    Attributes:
        name: component.
        level: OK, WARN, ERROR or STALE.
        message: in a few words.
        values: numbers behind it, units in the key.
    """

    name: str
    level: int
    message: str
    values: dict[str, object]


def describe_controller(sample: Record) -> Health:
    """Whole-body controller: faults, solver, balance."""
    status = sample.status
    fault = Fault(int(status.fault))
    failures = int(status.qp_failures)
    values: dict[str, object] = {
        "mode": MotionMode(int(status.mode)).name,
        "support": Support(int(status.support)).name,
        "steps": int(status.steps),
        "qp_failures": failures,
        "zmp_margin_mm": round(float(status.zmp_margin) * 1000, 1),
        "torque_ratio": round(float(status.torque_ratio), 3),
    }
    if fault:
        names = ", ".join(flag.name or "" for flag in Fault if flag and flag in fault)
        return Health("control: controller", ERROR, names, values)
    if failures:
        return Health("control: controller", WARN, "solver has failed", values)
    return Health("control: controller", OK, "ok", values)


def describe_timing(sample: Record) -> Health:
    """Cost of the control loop. A loop in lockstep with a simulator misses no deadline that matters."""
    timing = sample.timing
    values: dict[str, object] = {
        "tick": int(timing.tick),
        "wall_us": int(timing.wall_ns) // 1000,
        "cpu_us": int(timing.cpu_ns) // 1000,
        "deadline_misses": int(timing.deadline_misses),
    }
    return Health("control: loop", OK, "runs", values)


def describe_battery(sample: Record) -> Health:
    """State of charge."""
    charge = float(sample.state.battery)
    level = WARN if charge < BATTERY_LOW else OK
    return Health("robot: battery", level, f"{charge:.0%}", {"charge": round(charge, 4)})

"""What /diagnostics says about the control process, from its newest sample and counters."""

from __future__ import annotations

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from robot_trials.runtime.trial_link import Following
from robot_trials_control.records import Fault, MotionMode, Record, Support

BATTERY_LOW = 0.2
"""State of charge below which the robot should be on its way home."""


def make_status(name: str, level: bytes, message: str, values: dict[str, object]) -> DiagnosticStatus:
    """One diagnostic status; every value becomes text."""
    pairs = [KeyValue(key=key, value=str(value)) for key, value in values.items()]
    return DiagnosticStatus(level=level, name=name, message=message, hardware_id="robot", values=pairs)


def describe_loop(sample: Record, health: Record) -> DiagnosticStatus:
    """Timing of the control loop and whose command is in force."""
    following = Following(int(health.following))
    values: dict[str, object] = {
        "tick": int(sample.timing.tick),
        "wall_us": int(sample.timing.wall_ns) // 1000,
        "cpu_us": int(sample.timing.cpu_ns) // 1000,
        "deadline_misses": int(sample.timing.deadline_misses),
        "following": following.name,
        "quiet_takeovers": int(health.quiet_takeovers),
        "real_time_scheduling": bool(health.fifo),
        "memory_locked": bool(health.memory_locked),
    }
    if following == Following.SAFE_CONTINUATION:
        return make_status("control: loop", DiagnosticStatus.ERROR, "trial is quiet: robot stands", values)
    if int(health.quiet_takeovers):
        return make_status("control: loop", DiagnosticStatus.WARN, "trial has been quiet", values)
    return make_status("control: loop", DiagnosticStatus.OK, f"follows {following.name.lower()}", values)


def describe_controller(sample: Record) -> DiagnosticStatus:
    """Whole-body controller: faults, solver, balance."""
    status = sample.status
    fault = Fault(int(status.fault))
    values: dict[str, object] = {
        "mode": MotionMode(int(status.mode)).name,
        "support": Support(int(status.support)).name,
        "steps": int(status.steps),
        "qp_failures": int(status.qp_failures),
        "zmp_margin_mm": round(float(status.zmp_margin) * 1000, 1),
        "torque_ratio": round(float(status.torque_ratio), 3),
    }
    if fault:
        names = ", ".join(flag.name or "" for flag in Fault if flag and flag in fault)
        return make_status("control: controller", DiagnosticStatus.ERROR, names, values)
    level = DiagnosticStatus.WARN if int(status.qp_failures) else DiagnosticStatus.OK
    message = "solver has failed" if int(status.qp_failures) else "ok"
    return make_status("control: controller", level, message, values)


def describe_recording(health: Record) -> DiagnosticStatus:
    """Whether every control tick found room in the rings."""
    values: dict[str, object] = {
        "log_overruns": int(health.log_overruns),
        "trial_overruns": int(health.trial_overruns),
    }
    if int(health.log_overruns):
        return make_status("control: log ring", DiagnosticStatus.WARN, "control ticks were lost to the log", values)
    return make_status("control: log ring", DiagnosticStatus.OK, "complete", values)


def describe_battery(sample: Record) -> DiagnosticStatus:
    """State of charge."""
    charge = float(sample.state.battery)
    level = DiagnosticStatus.WARN if charge < BATTERY_LOW else DiagnosticStatus.OK
    return make_status("robot: battery", level, f"{charge:.0%}", {"charge": round(charge, 4)})

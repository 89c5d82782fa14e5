"""What /diagnostics says about the control process, from its newest sample and counters."""

from __future__ import annotations

from collections.abc import Collection

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from robot_trials.runtime.channel.stop_outbox import StopOutbox
from robot_trials.runtime.channel.trial_link import Following
from robot_trials.runtime.processes.node_watch import Life, NodeWatch
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import describe_triggers
from robot_trials.safety.watchdog import Watchdog
from robot_trials.telemetry.messages import health as components
from robot_trials_control.records import Record


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
    return _to_status(components.describe_controller(sample))


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
    return _to_status(components.describe_battery(sample))


def describe_stop_inputs(
    outbox: StopOutbox, holding: list[str], missing: list[str], unheard: list[str]
) -> DiagnosticStatus:
    """What people and buttons ask for, and whether all of them can be heard."""
    values: dict[str, object] = {
        "e_stop": outbox.stop_asked,
        "holding": "; ".join(holding),
        "buttons_missing": ", ".join(missing),
        "not_heard": "; ".join(unheard),
        "armed_by": outbox.armed_by,
    }
    if unheard:
        return make_status("stop: inputs", DiagnosticStatus.ERROR, unheard[0], values)
    if missing:
        return make_status("stop: inputs", DiagnosticStatus.ERROR, f"not alive: {', '.join(missing)}", values)
    if outbox.stop_asked:
        return make_status("stop: inputs", DiagnosticStatus.WARN, "emergency stop is asked for", values)
    return make_status("stop: inputs", DiagnosticStatus.OK, "listening", values)


def describe_stop(sample: Record, armed_by: str) -> DiagnosticStatus:
    """Where the robot is on the stop ladder, why, since when, and who let it move again last."""
    status = sample.status
    rung, reason = Rung(int(status.stop_rung)), describe_triggers(int(status.stop_triggers))
    values: dict[str, object] = {
        "rung": rung.name,
        "triggers": reason,
        "since": f"{int(sample.state.time_ns) * 1e-9 - float(status.stop_time):.3f}" if rung else "",
        "elapsed": f"{float(status.stop_time):.3f}",
        "over": bool(status.stop_over),
        "waits": bool(status.stop_waits),
        "armed_by": armed_by,
    }
    if not rung:
        return make_status("control: stop", DiagnosticStatus.OK, "no stop", values)
    level = DiagnosticStatus.WARN if rung == Rung.SLOW else DiagnosticStatus.ERROR
    return make_status("control: stop", level, f"{rung.name.lower()}: {reason}", values)


def describe_nodes(nodes: NodeWatch, now: float) -> DiagnosticStatus:
    """Which nodes live, at CLOCK_MONOTONIC `now` [s]."""
    values: dict[str, object] = {
        name: life.value if life == Life.ABSENT else f"{life.value}, {nodes.age(name, now):.1f} s ago"
        for name, life in nodes.lives.items()
    }
    lost = nodes.find(Life.DEAD, Life.SILENT)
    if lost:
        text = ", ".join(f"{name} {nodes.lives[name].value}" for name in lost)
        return make_status("safety: nodes", DiagnosticStatus.ERROR, text, values)
    absent = nodes.find(Life.ABSENT)
    if absent:
        return make_status("safety: nodes", DiagnosticStatus.WARN, f"not there: {', '.join(absent)}", values)
    return make_status("safety: nodes", DiagnosticStatus.OK, "all nodes are alive", values)


def describe_watchdogs(watchdogs: Collection[Watchdog], now: float) -> DiagnosticStatus:
    """What must keep coming while a trial runs, at control time `now` [s]."""
    ages = {watchdog.name: watchdog.age(now) if watchdog.armed else None for watchdog in watchdogs}
    values: dict[str, object] = {
        f"{name}_age": "not watched" if age is None else f"{age:.2f}" for name, age in ages.items()
    }
    late = [dog.name for dog in watchdogs if dog.armed and dog.age(now) > dog.timeout]
    if late:
        return make_status("safety: watchdogs", DiagnosticStatus.ERROR, f"silent: {', '.join(late)}", values)
    text = "data is fresh" if any(age is not None for age in ages.values()) else "no trial runs"
    return make_status("safety: watchdogs", DiagnosticStatus.OK, text, values)


def describe_sources(problems: list[str]) -> DiagnosticStatus:
    """Whether every topic of the robot has one source."""
    values: dict[str, object] = {str(index): problem for index, problem in enumerate(problems)}
    if problems:
        return make_status("safety: sources", DiagnosticStatus.ERROR, problems[0], values)
    return make_status("safety: sources", DiagnosticStatus.OK, "one for each topic", values)


def _to_status(state: components.Health) -> DiagnosticStatus:
    """Health as a message."""
    return make_status(state.name, bytes([state.level]), state.message, state.values)

"""What must hold throughout a trial; looked at before every tick of the mission."""

from __future__ import annotations

import numpy as np

from robot_trials.kinds.common.context import TrialContext
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import describe_triggers
from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.records import Fault

PER_JOINT = ("joint_position", "joint_velocity", "joint_torque")
SENSORS = (*PER_JOINT, "imu_angular_velocity", "imu_linear_acceleration", "foot_wrench")
FAULTS = {
    Fault.FALLEN: "the robot has fallen",
    Fault.BAD_SENSOR: "the controller reads a bad sensor",
    Fault.QP_FAILED: "the whole-body QP has had no solution for too long",
}


def may_go_on(context: TrialContext) -> bool:
    """Whether the mission may act this tick; if not, the context has the reason."""
    if not context.failure and (reason := find_fault(context)):
        context.fail(reason)
    return not context.failure


def find_fault(context: TrialContext) -> str:
    """Why the trial cannot go on; empty while it can."""
    return _find_controller_fault(context) or _find_stop(context) or _find_lost(context)


def find_bad_sensor(context: TrialContext) -> str:
    """The first sensor whose reading is not a number; empty if there is none."""
    if _is_sound(context.state.data):
        return ""
    for name in SENSORS:
        values = getattr(context.state, name)
        if np.isfinite(values).all():
            continue
        index = int(np.argmin(np.isfinite(values).ravel()))
        where = context.joint_names[index] if name in PER_JOINT else str(index)
        return f"sensor {name}[{where}] reads {values.ravel()[index]}: must be finite"
    return ""


def is_fallen(context: TrialContext) -> bool:
    """Whether the controller has given up balance."""
    return bool(int(context.status.fault) & Fault.FALLEN)


def _find_controller_fault(context: TrialContext) -> str:
    fault = int(context.status.fault)
    if not fault:
        return ""
    return next((text for flag, text in FAULTS.items() if fault & flag), "")


def is_stopped(context: TrialContext) -> bool:
    """Whether the stop ladder drops every command until a person arms again."""
    return int(context.status.stop_rung) >= Rung.STAND


def _find_stop(context: TrialContext) -> str:
    if not is_stopped(context):
        return ""
    sensor = find_bad_sensor(context)
    return f"stopped: {describe_triggers(int(context.status.stop_triggers))}" + (f": {sensor}" if sensor else "")


def _find_lost(context: TrialContext) -> str:
    """Having walked too far without seeing a site fiducial."""
    blind, bound = context.percept.blind_way, context.parameters.lost_way
    return f"no site fiducial in {blind:.1f} m of walking: must be ≤ {bound:g} m" if blind > bound else ""


@compiled
def _is_sound(state: np.ndarray) -> bool:
    """Whether every reading of `SENSORS` is finite, for a state record of shape (1,)."""
    readings = state[0]
    return (
        np.isfinite(readings.joint_position).all()
        and np.isfinite(readings.joint_velocity).all()
        and np.isfinite(readings.joint_torque).all()
        and np.isfinite(readings.imu_angular_velocity).all()
        and np.isfinite(readings.imu_linear_acceleration).all()
        and np.isfinite(readings.foot_wrench).all()
    )

"""Every trigger of the stop ladder, and how it is brought about.

Sensors really fall silent or read no numbers, requests and signs of life are the real ones. Heat, torque-time and late
ticks are set; pushes reach the limits of tilt and capture point because these are lowered: with the limits in force the
robot balances such pushes and walks on. A permit's cap, area and end are moved so that the robot is beyond them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from robot_trials.runtime.drill import Drill
    from robot_trials.trials.trial_drill import TrialDrill

    AnyDrill = Drill | TrialDrill

PUSH_TIME = 0.1
"""[s]"""
PUSHES = {"standing": 180.0, "walking": 200.0}
"""Force forwards that drives the capture point away from its plan; in some phases of a step the walk absorbs it, and
nothing needs to be stopped [N]."""
CAPTURE_LIMIT = 0.04
"""Limit of the capture point's error for this bench: pushes that are absorbed never reach the one in force [m]."""
TILT_PUSH, TILT_LIMIT = 140.0, 0.02
"""To the left [N]; a push that tilts the base beyond the real limit hardly leaves a robot to be stopped, so that the
limit is lowered [rad]."""
SPEED_CAP = 0.3
"""Of a permit that is exceeded by a walk [m/s]."""


class TriggerCase(NamedTuple):
    """Which trigger fires, and what makes it."""

    flag: str
    inject: Callable[[AnyDrill], None]


def keep_alive(drill: AnyDrill) -> None:
    """From now on a supervisor and a listener for stops must give signs of life, and do."""
    requests = drill.stop_requests
    requests.heartbeat_required[...] = requests.inputs_required[...] = 1

    def beat(_: object) -> None:
        requests.heartbeat[...] += 1
        requests.inputs[...] += 1

    drill.watch(beat)


def _request(drill: AnyDrill) -> None:
    drill.stop_requests.e_stop[...] = 1


def _fall_silent(name: str, drill: AnyDrill) -> None:
    """The last sign of life has been."""
    count = getattr(drill.stop_requests, name)
    drill.watch(lambda _: count.__isub__(1))


def _call_for(flag: str, drill: AnyDrill) -> None:
    """Somebody who watches from outside calls for a stop."""
    from robot_trials.safety.stop_triggers import Trigger

    asked = drill.stop_requests.asked
    asked[...] = int(asked) | Trigger[flag]


def _push(drill: AnyDrill) -> None:
    import numpy as np

    situation = "standing" if not drill.sample.status.walking else "walking"
    drill.stops.triggers.memory.capture_error[:] = CAPTURE_LIMIT
    drill.robot.push(np.array((PUSHES[situation], 0.0, 0.0)), PUSH_TIME)  # type: ignore[attr-defined]


def _tilt(drill: AnyDrill) -> None:
    import numpy as np

    drill.stops.triggers.memory.tilt_cos[0] = np.cos(TILT_LIMIT)
    drill.robot.push(np.array((0.0, TILT_PUSH, 0.0)), PUSH_TIME)  # type: ignore[attr-defined]


def _find_knee(drill: AnyDrill) -> int:
    return int(drill.controller.model.limbs.knees[0])  # type: ignore[union-attr]


def _heat(drill: AnyDrill) -> None:
    drill.robot.heat(drill.robot.joint_names[_find_knee(drill)], drill.stops.limits.temperature_stop + 2.0)  # type: ignore[attr-defined]


def _strain(drill: AnyDrill) -> None:
    drill.stops.triggers.memory.strain[_find_knee(drill)] = drill.stops.limits.strain_stop + 2.0


def _be_late(drill: AnyDrill) -> None:
    drill.stops.triggers.watch_deadlines = True
    drill.watch(lambda sample: sample.timing.deadline_misses.__iadd__(1))


def _fail(group: str, failure: str, drill: AnyDrill) -> None:
    drill.robot.fail_sensor(group, failure)  # type: ignore[attr-defined]


def _cap_speed(drill: AnyDrill) -> None:
    drill.stops.triggers.memory.speed_cap[...] = SPEED_CAP


def _move_area(drill: AnyDrill) -> None:
    """The permitted area ends behind the robot; without a trial, whoever knows the place says so."""
    from robot_trials.config import Area

    trial = getattr(drill, "trial", None)
    if trial is None:
        _call_for("GEOFENCE", drill)
    else:
        trial.permit_watch.area = Area(((-9.0, -2.0), (-8.0, -2.0), (-8.0, 2.0)), "bench")


def _end_window(drill: AnyDrill) -> None:
    """The permit's time is over."""
    trial = getattr(drill, "trial", None)
    if trial is None:
        _call_for("WINDOW", drill)
    else:
        trial.permit_watch.end_ns = int(drill.sample.state.time_ns)


DELAYS = {"heartbeat": 0.55, "inputs": 0.55, "late": 0.45, "overspeed": 1.0}
"""From the injection to what the ladder calls a trigger [s]."""
SENSORS = {
    f"{group}_{failure}": TriggerCase("STALE" if failure == "silent" else "NOT_FINITE", partial(_fail, group, failure))
    for group in ("imu", "feet", "joints")
    for failure in ("silent", "nan")
}
TRIGGERS: dict[str, TriggerCase] = {
    "e_stop": TriggerCase("E_STOP", _request),
    "heartbeat": TriggerCase("HEARTBEAT", partial(_fall_silent, "heartbeat")),
    "inputs": TriggerCase("INPUTS", partial(_fall_silent, "inputs")),
    "button": TriggerCase("BUTTON", partial(_call_for, "BUTTON")),
    "sources": TriggerCase("SOURCES", partial(_call_for, "SOURCES")),
    "geofence": TriggerCase("GEOFENCE", _move_area),
    "overspeed": TriggerCase("OVERSPEED", _cap_speed),
    "window": TriggerCase("WINDOW", _end_window),
    "tilt": TriggerCase("TILT", _tilt),
    "capture_point": TriggerCase("CAPTURE_POINT", _push),
    "temperature": TriggerCase("TEMPERATURE", _heat),
    "torque_time": TriggerCase("STRAIN", _strain),
    "late": TriggerCase("LATE", _be_late),
    **SENSORS,
}
"""By name."""
MAY_NOT_FIRE = ("tilt", "capture_point")
"""Pushes that some phases of a step absorb, and then nothing needs to be stopped."""
LOWERING = ("e_stop", "heartbeat", "inputs", "button", "temperature", "torque_time", "imu_silent", "imu_nan")
"""Triggers that lead to a squat, each of another kind."""
QUICK = ("e_stop", "inputs", "temperature", "imu_silent")
"""One of each way down to it."""

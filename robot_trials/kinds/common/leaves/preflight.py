"""May this robot do this trial, here and now? Every check names what is wrong with its number and bound."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from py_trees.common import Status

from robot_trials.clock import add_ns
from robot_trials.config import Permit, check_permit, load_model
from robot_trials.exceptions import ConfigError
from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.common.guard import find_fault
from robot_trials.kinds.common.hand import command_arms_posture
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.common.permit_watch import DEVIATIONS
from robot_trials.telemetry import DiskFullError, check_space
from robot_trials.telemetry.identity import hash_file
from robot_trials_control.records import MotionMode

LOCALIZED_AGE_MAX = 2.0
"""A site fiducial must have been seen within this time [s]."""
LOCALIZED_DEVIATION_MAX = 0.25
"""The robot must know its place on the map to this standard deviation [m]."""


@dataclass(frozen=True)
class Check:
    """One question of the preflight.

    Attributes:
        name: what is looked at.
        find_problems: gives everything that is wrong; empty if nothing is.
        waits: True if a problem may go away by waiting, as for the first camera frame.
    """

    name: str
    find_problems: Callable[[Any], Sequence[str]]
    waits: bool = False


class Preflight(Leaf[TrialContext]):
    """Asks every check; standing, arms at the body.

    Args:
        name: name in the tree.
        context: the trial's blackboard.
        checks: what to ask, in order.
        patience: how long checks that may wait are waited for [s].
    """

    def __init__(self, name: str, context: TrialContext, checks: Sequence[Check], patience: float) -> None:
        super().__init__(name, context)
        self._checks = tuple(checks)
        self._patience = patience

    def update(self) -> Status:
        """SUCCESS when nothing is wrong; FAILURE with everything that is."""
        context = self.context
        context.command.mode[...] = MotionMode.STAND
        command_arms_posture(context)
        first = self.elapsed == 0.0
        late = self.elapsed > self._patience
        waiting = False
        problems = []
        for check in self._checks:
            if not (check.waits or first):
                continue
            found = [f"{check.name}: {problem}" for problem in check.find_problems(context)]
            if check.waits and not late:
                waiting = waiting or bool(found)
            else:
                problems += found
        if problems:
            return self.fail("; ".join(problems))
        settled = self.elapsed >= context.manner.walk.settle_time
        return Status.SUCCESS if settled and not waiting else Status.RUNNING


def check_permit_file(context: TrialContext) -> list[str]:
    """The permit as it is now, against what the trial demands, its site, robot and civil time."""
    setup = context.setup
    now: datetime = add_ns(setup.start_time, context.time_ns)
    try:
        permit = load_model(setup.permit_file, Permit)
        context.permit_sha256 = hash_file(setup.permit_file)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    except OSError as error:
        return [f"{setup.permit_file}: {error.strerror or error}"]
    context.report("info", "preflight", f"permit {permit.value.number}, SHA-256 {context.permit_sha256}")
    occasion = replace(setup.occasion, start=now)
    return [str(problem) for problem in check_permit(permit, setup.demands, occasion, setup.configuration)]


def check_battery(context: TrialContext) -> list[str]:
    """Enough charge to finish."""
    charge, least = float(context.state.battery), context.setup.trial.battery_min
    return [] if charge >= least else [f"state of charge {charge:.2f} must be ≥ {least:g}"]


def check_sensors(context: TrialContext) -> list[str]:
    """Finite readings, no fault, and feet that feel the ground."""
    problem = find_fault(context)
    problems = [problem] if problem else []
    vertical = float(context.state.foot_wrench[:, 2].sum())
    if not vertical > 50.0:
        problems.append(f"feet feel {vertical:.0f} N: must be > 50 N on the ground")
    return problems


def check_localization(context: TrialContext) -> list[str]:
    """The robot knows where it is from fresh site fiducials."""
    if context.percept.localized_ns is None:
        return ["no site fiducial seen yet"]
    age = (context.time_ns - context.percept.localized_ns) * 1e-9
    if age > LOCALIZED_AGE_MAX:
        return [f"last site fiducial {age:.1f} s ago: must be ≤ {LOCALIZED_AGE_MAX:g} s"]
    deviation = max(context.percept.map_deviation[:2])
    if deviation > LOCALIZED_DEVIATION_MAX:
        return [f"place known to {deviation:.2f} m: must be ≤ {LOCALIZED_DEVIATION_MAX:g} m"]
    return []


def check_place(context: TrialContext) -> list[str]:
    """The robot stands where its trial's area covers its way to the start."""
    if check_localization(context):
        return []  # said there
    area, start = context.setup.area, context.setup.site.start
    x, y, _ = context.robot_in_map
    if area.measure_leeway(x, y, context.percept.place_deviation, DEVIATIONS) >= 0.0:
        return []
    distance = math.hypot(start.x - x, start.y - y)
    where = f"({start.x:g}, {start.y:g}) m"
    return [f"the robot stands outside the area of {area.source}, {distance:.1f} m from the start at {where}"]


def check_disk(context: TrialContext) -> list[str]:
    """Room for the bag, where one is written."""
    setup = context.setup
    if setup.output is None:
        return []
    duration = setup.demands.duration.total_seconds()
    try:
        check_space(setup.output, duration, len(context.joint_names), camera=setup.camera == "rendered")
    except DiskFullError as error:
        return [str(error)]
    return []


def list_checks(*own: Check) -> list[Check]:
    """Questions that every kind asks, with a kind's own before those that may wait."""
    return [
        Check("permit", check_permit_file),
        Check("battery", check_battery),
        Check("disk", check_disk),
        *own,
        Check("sensors", check_sensors, waits=True),
        Check("localization", check_localization, waits=True),
        Check("place", check_place, waits=True),
    ]

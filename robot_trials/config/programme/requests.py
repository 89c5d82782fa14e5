"""What a request of a programme comes to: its trial's file, tightened by what the request says, in one zone.

A request that names a trial has its numbers from that file. What it says itself may only be tighter, and reaches the
robot as overrides of the goal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from robot_trials.config.files.model import Loaded, load_model
from robot_trials.config.files.search import find_config
from robot_trials.config.permit import Occasion
from robot_trials.config.programme.trials import LoadSpec, TrialRequest, TrialsFile
from robot_trials.config.site import SiteSpec, StanceSpec
from robot_trials.config.site.ground_plan import list_area_faults
from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.kinds.asking import lay_and_demand
from robot_trials.kinds.contract import Corner, Demands, Load
from robot_trials.kinds.registry import read_kind

PAYLOAD = "payload"
"""Key under which the file of a trial that carries something says mass, mass_tolerance and hand."""


@dataclass(frozen=True)
class Wanted:
    """A request in one zone.

    Attributes:
        kind: of trial.
        trial, site: what a robot is sent, by name or absolute path; trial empty: no software here can start it.
        trials: names that a permit may say for it.
        place: name of the site, which its permit must say.
        demands: what it takes at most; the area is the zone, on the site's map [m].
        overrides: `trial.KEY=VALUE` that bring what was asked for to the robot.
    """

    kind: str
    trial: str
    site: str
    trials: tuple[str, ...]
    place: str
    demands: Demands
    overrides: tuple[str, ...] = ()

    def on(self, robot: str) -> Occasion:
        """Where and by whom it is held, for the permit; when is not settled.

        Args:
            robot: profile.
        """
        return Occasion(self.trials, self.place, robot)

    def expect_duration(self, request: TrialRequest) -> float:
        """Of the request by its duration model, at no more than the speed that is demanded [s]."""
        return request.duration.base + request.distance / min(request.duration.speed, self.demands.speed)


def read_wanted(
    trials: Loaded[TrialsFile], site: Loaded[SiteSpec], name: str, zone: str, area: Sequence[Corner]
) -> Wanted:
    """Read what a request takes at most in a zone; a trial's file is read anew every time.

    Args:
        trials: with the request.
        site: with the zone.
        name: of the request.
        zone: where it would be held.
        area: corners of the zone on the site's map [m].

    Raises:
        ConfigError: the trial's file is invalid, or the request exceeds or contradicts it.
    """
    request, course = trials.value.trials[name], site.value.zones[zone].course
    corners = tuple((float(x), float(y)) for x, y in area)
    sent = name_anywhere("sites", trials.value.site, trials)
    if request.trial is None:
        return Wanted(str(request.kind), "", sent, (name,), site.value.name, _demand_alone(request, corners))
    found, pose = _read_file(trials, name, request.trial, course)
    found = replace(found, site=sent, place=site.value.name)
    place = (site.value.zones[zone].pose or pose).resolve()
    key = f"trials.{name}.zones.{request.zones.index(zone)}"
    faults = list_area_faults(site.value, place, found.demands.area, {zone: corners})
    problems = [*find_contradictions(trials, name, found), *(trials.problem(key, zone, fault) for fault in faults)]
    if problems:
        raise ConfigError(problems)
    asked = request.load
    load = _tighten(asked, found.demands.load) if asked and found.demands.load else found.demands.load
    speed = min(request.walking_speed or found.demands.speed, found.demands.speed)
    demands = replace(found.demands, speed=speed, load=load, area=corners)
    return replace(found, demands=demands, overrides=tuple(list_overrides(trials, request)))


def find_contradictions(trials: Loaded[TrialsFile], name: str, found: Wanted) -> list[ConfigProblem]:
    """What a request says beyond, or against, the file of its trial.

    Args:
        trials: with the request.
        name: of the request.
        found: what the file says.
    """
    request, demands, problems = trials.value.trials[name], found.demands, []

    def tell(key: str, value: object, rule: str) -> None:
        problems.append(trials.problem(f"trials.{name}.{key}", value, f"must be {rule} in trial {request.trial}"))

    if request.kind is not None and request.kind != found.kind:
        tell("kind", request.kind, f"{found.kind}, as")
    if request.walking_speed is not None and request.walking_speed > demands.speed:
        tell("walking_speed", request.walking_speed, f"≤ {demands.speed:g}, the speed [m/s]")
    expected, longest = found.expect_duration(request), demands.duration.total_seconds()
    if expected > longest:
        tell("duration", f"{expected:.0f} s", f"≤ {longest:g}, the longest time [s]")
    if request.load is not None and demands.load is None:
        tell("load", None, "left out: nothing is carried")
    elif request.load is not None and demands.load is not None:
        for key, value, rule in _compare_loads(request.load, demands.load):
            tell(f"load.{key}", value, rule)
    return problems


def list_overrides(trials: Loaded[TrialsFile], request: TrialRequest) -> list[str]:
    """What the goal of a request says beyond the file of its trial: the permit, and what is tighter."""
    permit = name_anywhere("permits", request.permit, trials)
    values: dict[str, object] = {"permit": permit, "walking_speed": request.walking_speed}
    if request.load is not None:
        asked = request.load
        values |= {f"{PAYLOAD}.{key}": getattr(asked, key) for key in ("mass", "mass_tolerance", "hand")}
    return [
        f"trial.{key}={json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value is not None
    ]


def _read_file(trials: Loaded[TrialsFile], name: str, trial: str, course: str | None) -> tuple[Wanted, StanceSpec]:
    """What a trial's file demands on a course, and where this lies unless a zone says otherwise.

    Raises:
        ConfigError: one of the files is invalid; told at the request's line.
    """
    try:
        file = find_config("trials", trial, trials.file)
        kind = read_kind(file)
        value = load_model(file, kind.trial).value
        course_file = find_config("courses", course, None) if course else find_config("courses", value.course, file)
        laid, demands = lay_and_demand(kind, load_model(course_file, kind.course).value, value)
        sent = name_anywhere("trials", trial, trials)
        return Wanted(kind.name, sent, "", (value.name,), "", demands), laid.spec.pose
    except ConfigError as error:
        key = f"trials.{name}.trial"
        raise ConfigError([trials.problem(key, trial, str(problem)) for problem in error.problems]) from error


def name_anywhere(folder: str, name: str, trials: Loaded[TrialsFile]) -> str:
    """What a robot is sent of a file: its name, or its absolute path where it is written relative to another."""
    return str(find_config(folder, name, trials.file)) if "/" in name or name.endswith((".yaml", ".yml")) else name


def _demand_alone(request: TrialRequest, area: tuple[Corner, ...]) -> Demands:
    """Of a trial for which there is no software: what the request itself says."""
    assert request.walking_speed is not None
    load, asked = None, request.load
    if asked is not None:
        assert asked.mass is not None
        load = Load(asked.mass, 0.4 if asked.mass_tolerance is None else asked.mass_tolerance, asked.hand or "right")
    way = request.distance / min(request.duration.speed, request.walking_speed)
    longest = (request.duration.base + way) * request.duration.spread
    return Demands(request.walking_speed, timedelta(seconds=longest), area, load)


def _tighten(asked: LoadSpec, file: Load) -> Load:
    """The file's load with what the request says of it."""
    mass = file.mass if asked.mass is None else asked.mass
    tolerance = file.tolerance if asked.mass_tolerance is None else asked.mass_tolerance
    return Load(mass, tolerance, asked.hand or file.hand)


def _compare_loads(asked: LoadSpec, file: Load) -> list[tuple[str, object, str]]:
    """Key, value and rule for whatever a request accepts that its trial's file does not."""
    found: list[tuple[str, object, str]] = []
    wanted = _tighten(asked, file)
    if asked.hand is not None and asked.hand != file.hand:
        found.append(("hand", asked.hand, f"{file.hand}, as"))
    key = "mass" if asked.mass is not None else "mass_tolerance"
    value, slack = getattr(asked, key), 1e-9
    if wanted.heaviest > file.heaviest + slack:
        found.append((key, value, f"such that at most {file.heaviest:g} kg are accepted, not {wanted.heaviest:g}, as"))
    lightest = file.mass - file.tolerance
    if wanted.mass - wanted.tolerance < lightest - slack:
        least = wanted.mass - wanted.tolerance
        found.append((key, value, f"such that at least {lightest:g} kg are accepted, not {least:g}, as"))
    return found

"""A whole programme: its files, read and checked against each other, every problem told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely

from robot_trials.config.model import Loaded
from robot_trials.config.permit import Permit
from robot_trials.config.problems import Problems
from robot_trials.config.programme.fleet import FleetFile
from robot_trials.config.programme.ground_plan import check_ground_plan, resolve_zones
from robot_trials.config.programme.map_frame import MapFrame
from robot_trials.config.programme.marshals import MarshalsFile
from robot_trials.config.programme.requests import Wanted, read_wanted
from robot_trials.config.programme.trials import TrialRequest, TrialsFile
from robot_trials.config.programme.zones import ProgrammeSite
from robot_trials.config.search import find_programme
from robot_trials.exceptions import ConfigError, ConfigProblem


@dataclass(frozen=True)
class Programme:
    """A site's programme.

    Attributes:
        folder: its files.
        site, fleet, marshals, trials: one file each.
        permits: by name, as trials name them.
        polygons: of the zones, map frame [m].
        wanted: what each request takes at most in each of its zones, by request and zone.
        faults: why one cannot be held there, whoever does it: its trial's file is invalid, or says otherwise.
    """

    folder: Path
    site: Loaded[ProgrammeSite]
    fleet: Loaded[FleetFile]
    marshals: Loaded[MarshalsFile]
    trials: Loaded[TrialsFile]
    permits: Mapping[str, Loaded[Permit]]
    polygons: Mapping[str, shapely.Polygon]
    wanted: Mapping[tuple[str, str], Wanted]
    faults: Mapping[tuple[str, str], tuple[ConfigProblem, ...]]

    @property
    def name(self) -> str:
        """Of the folder and of the site."""
        return self.site.value.name

    @property
    def timezone(self) -> ZoneInfo:
        """Of the site."""
        return ZoneInfo(self.site.value.timezone)


def load_programme(name: str) -> Programme:
    """Read a programme and check it.

    Args:
        name: of a folder in `config/programmes`, or a path to one.

    Raises:
        ConfigError: with every problem of every file.
    """
    folder, problems = find_programme(name), Problems()
    site = problems.load(folder / "site.yaml", ProgrammeSite)
    fleet = problems.load(folder / "robots.yaml", FleetFile)
    marshals = problems.load(folder / "marshals.yaml", MarshalsFile)
    trials = problems.load(folder / "trials.yaml", TrialsFile)
    polygons: dict[str, shapely.Polygon] = {}
    permits: dict[str, Loaded[Permit]] = {}
    if site is not None:
        if site.value.name != folder.name:
            problems.found.append(site.problem("name", site.value.name, f"must be {folder.name}, as the folder"))
        polygons = resolve_zones(site, MapFrame(site.value.map), problems)
        problems.found += check_ground_plan(site, polygons)
        for zone, spec in site.value.zones.items():
            if spec.course is not None:
                problems.find("sites", spec.course, site, f"zones.{zone}.course")
    if fleet is not None:
        for robot, unit in fleet.value.robots.items():
            problems.find("robots", unit.profile, fleet, f"robots.{robot}.profile")
    if trials is not None:
        permits = _read_permits(trials, problems)
        problems.found += _check_names(trials, site, fleet)
        problems.found += _check_places(trials, polygons)
    problems.stop_if_any()
    assert site is not None and fleet is not None and marshals is not None and trials is not None
    return reread_trials(Programme(folder, site, fleet, marshals, trials, permits, polygons, {}, {}))


def reread_trials(programme: Programme) -> Programme:
    """The same programme with what the files of its trials and courses say now: they may have changed."""
    wanted: dict[tuple[str, str], Wanted] = {}
    faults: dict[tuple[str, str], tuple[ConfigProblem, ...]] = {}
    for name, request in programme.trials.value.trials.items():
        for zone in request.zones:
            try:
                wanted[name, zone] = find_wanted(programme, name, zone)
            except ConfigError as error:
                faults[name, zone] = tuple(error.problems)
    return replace(programme, wanted=wanted, faults=faults)


def find_wanted(programme: Programme, request: str, zone: str) -> Wanted:
    """What a request takes at most in a zone, by its trial's file as it is now.

    Raises:
        ConfigError: the file is invalid, or says otherwise.
    """
    corners = list(programme.polygons[zone].exterior.coords)[:-1]
    return read_wanted(programme.trials, programme.site, request, zone, corners)


def _read_permits(trials: Loaded[TrialsFile], problems: Problems) -> dict[str, Loaded[Permit]]:
    """Permits and trial files that requests name."""
    permits: dict[str, Loaded[Permit]] = {}
    tried = set()
    for name, request in trials.value.trials.items():
        if request.trial is not None:
            problems.find("trials", request.trial, trials, f"trials.{name}.trial")
        if request.permit in tried:
            continue
        tried.add(request.permit)
        permit = problems.load(problems.find("permits", request.permit, trials, f"trials.{name}.permit"), Permit)
        if permit is not None:
            permits[request.permit] = permit
    return permits


def _check_names(
    trials: Loaded[TrialsFile], site: Loaded[ProgrammeSite] | None, fleet: Loaded[FleetFile] | None
) -> list[ConfigProblem]:
    """Zones and robots that requests name."""
    found = []
    for name, request in trials.value.trials.items():
        known: list[tuple[str, list[str], Any]] = []
        if site is not None:
            known.append(("zones", request.zones, site.value.zones))
        if fleet is not None:
            known.append(("robots", request.robots, fleet.value.robots))
        for key, wanted, there in known:
            for index, each in enumerate(wanted):
                if each not in there:
                    rule = f"must be one of {', '.join(there)}"
                    found.append(trials.problem(f"trials.{name}.{key}.{index}", each, rule))
    return found


def _check_places(trials: Loaded[TrialsFile], polygons: Mapping[str, shapely.Polygon]) -> list[ConfigProblem]:
    """Routes and posts must lie in the trial's zones."""
    found = []
    for name, request in trials.value.trials.items():
        if not all(zone in polygons for zone in request.zones):
            continue
        area = shapely.union_all([polygons[zone] for zone in request.zones])
        for key, index, point in _places_of(request):
            if not area.covers(shapely.Point(point)):
                rule = f"must lie in {' or '.join(request.zones)}"
                path = f"trials.{name}.{key}" + (f".{index}" if index is not None else "")
                found.append(trials.problem(path, list(point), rule))
    return found


def _places_of(request: TrialRequest) -> list[tuple[str, int | None, tuple[float, float]]]:
    """Every place of a trial, with the key that gives it."""
    places: list[tuple[str, int | None, tuple[float, float]]] = []
    places += [("route", index, point) for index, point in enumerate(request.route)]
    places += [("posts", index, point) for index, point in enumerate(request.posts)]
    if request.load is not None:
        places += [("load.taken_at", None, request.load.taken_at), ("load.released_at", None, request.load.released_at)]
    return places

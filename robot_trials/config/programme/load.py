"""A whole programme: its files, read and checked against each other, every problem told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from robot_trials.config.files.document import read_document
from robot_trials.config.files.model import Loaded
from robot_trials.config.files.problems import Problems
from robot_trials.config.files.search import PROGRAMME_FILE, find_config, find_programme
from robot_trials.config.permit import Permit
from robot_trials.config.programme.fleet import FleetFile
from robot_trials.config.programme.marshals import MarshalsFile
from robot_trials.config.programme.requests import Wanted, name_anywhere, read_wanted
from robot_trials.config.programme.trials import TrialRequest, TrialsFile
from robot_trials.config.site import SiteSpec
from robot_trials.config.site.ground_plan import check_ground_plan, resolve_zones
from robot_trials.config.site.polygon import Corners
from robot_trials.exceptions import ConfigError, ConfigProblem


@dataclass(frozen=True)
class Programme:
    """A site's programme.

    Attributes:
        folder: its files.
        site: where it is held; `trials` names it.
        fleet, marshals, trials: one file each.
        permits: by name, as trials name them.
        zones: corners of each on the site's map [m].
        wanted: what each request takes at most in each of its zones, by request and zone.
        faults: why one cannot be held there, whoever does it: its trial's file is invalid, or says otherwise.
    """

    folder: Path
    site: Loaded[SiteSpec]
    fleet: Loaded[FleetFile]
    marshals: Loaded[MarshalsFile]
    trials: Loaded[TrialsFile]
    permits: Mapping[str, Loaded[Permit]]
    zones: Mapping[str, Corners]
    wanted: Mapping[tuple[str, str], Wanted]
    faults: Mapping[tuple[str, str], tuple[ConfigProblem, ...]]

    @property
    def name(self) -> str:
        """Of the folder: under it, records keep what is planned and held."""
        return self.folder.name

    @property
    def sent_site(self) -> str:
        """What robots are told of the site: its name, or the path of a file that lies beside the programme."""
        return name_anywhere("sites", self.trials.value.site, self.trials)

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
    fleet = problems.load(folder / "robots.yaml", FleetFile)
    marshals = problems.load(folder / "marshals.yaml", MarshalsFile)
    trials = problems.load(folder / PROGRAMME_FILE, TrialsFile)
    site = _read_site(folder / PROGRAMME_FILE, problems)
    zones: dict[str, Corners] = {}
    permits: dict[str, Loaded[Permit]] = {}
    if site is not None:
        zones = check_site(site, problems)
    if fleet is not None:
        for robot, unit in fleet.value.robots.items():
            problems.find("robots", unit.profile, fleet, f"robots.{robot}.profile")
    if trials is not None:
        permits = _read_permits(trials, problems)
        problems.found += _check_names(trials, site, fleet)
        problems.found += _check_places(trials, zones)
    problems.stop_if_any()
    assert site is not None and fleet is not None and marshals is not None and trials is not None
    return reread_trials(Programme(folder, site, fleet, marshals, trials, permits, zones, {}, {}))


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
    return read_wanted(programme.trials, programme.site, request, zone, programme.zones[zone])


def check_site(site: Loaded[SiteSpec], problems: Problems) -> dict[str, Corners]:
    """Whether a site fits together; gives the corners of its zones on its map [m].

    Args:
        site: its file.
        problems: told what is wrong.
    """
    zones = resolve_zones(site, problems)
    problems.found += check_ground_plan(site, zones)
    for zone, spec in site.value.zones.items():
        if spec.course is not None:
            problems.find("courses", spec.course, site, f"zones.{zone}.course")
    return zones


def _read_site(trials: Path, problems: Problems) -> Loaded[SiteSpec] | None:
    """The site that a programme names, with all that a programme needs of it; also where its trials are not valid."""
    try:
        document = read_document(trials)
    except ConfigError:
        return None  # told where its trials were read
    name = str(document.data.get("site", TrialsFile.model_fields["site"].default))
    try:
        file = find_config("sites", name, trials)
    except ConfigError as error:
        problems.found += [document.problem(("site",), name, problem.bound) for problem in error.problems]
        return None
    site = problems.load(file, SiteSpec)
    if site is None:
        return None
    for key in ("map", "operator", "zones", "stand_down"):
        if not getattr(site.value, key):
            problems.found.append(site.problem(key, None, f"must be there: a programme is held here ({trials})"))
    return site


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
    trials: Loaded[TrialsFile], site: Loaded[SiteSpec] | None, fleet: Loaded[FleetFile] | None
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


def _check_places(trials: Loaded[TrialsFile], zones: Mapping[str, Corners]) -> list[ConfigProblem]:
    """Routes and posts must lie in the trial's zones."""
    import shapely

    polygons, found = {name: shapely.Polygon(corners) for name, corners in zones.items()}, []
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

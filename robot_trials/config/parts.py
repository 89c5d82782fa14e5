"""The files of a trial, each valid on its own, and how its course lies on the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from robot_trials.config.files.document import read_document
from robot_trials.config.files.identity import canonical_text
from robot_trials.config.files.model import Loaded, suggest
from robot_trials.config.files.problems import Problems
from robot_trials.config.permit import Permit
from robot_trials.config.site import ORIGIN, TAG_ID_MAX, CourseSpec, Site, SiteSpec, ZoneSpec, resolve_site
from robot_trials.config.site.ground_plan import check_ground_plan, list_area_faults, resolve_zones
from robot_trials.config.site.polygon import Corners
from robot_trials.config.trial import Trial
from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.kinds.contract import LaidCourse, TrialKind
from robot_trials.kinds.registry import read_kind

ROLES = ("trial", "site", "course", "permit", "robot", "controller")
"""What the files of a trial are to it, in their order; the last may be absent."""
SITE_SETTABLE = ("ground", "stop_buttons")
"""Keys of a site that one run may set: what permits are written against stays as it was approved."""


class Where(NamedTuple):
    """Where a trial is held, as asked for; None: as its file says.

    Attributes:
        site, course: name or path of a file.
        zone: name of a zone of the site.
    """

    site: str | None = None
    course: str | None = None
    zone: str | None = None


@dataclass(frozen=True)
class Parts:
    """Files of a trial, each valid on its own.

    Attributes:
        zone: of the site, in which the course lies; empty where none was named.
    """

    kind: TrialKind
    trial: Loaded[Trial]
    site: Loaded[SiteSpec]
    course: Loaded[CourseSpec]
    permit: Loaded[Permit]
    robot_file: Path
    controller_file: Path | None
    zone: str

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that was read, in the order of `ROLES`."""
        files = (self.trial.file, self.site.file, self.course.file, self.permit.file, self.robot_file)
        return files if self.controller_file is None else (*files, self.controller_file)

    def content(self) -> dict[str, str]:
        """Canonical text of every file, by role, overrides applied; the URDF where it lies beside the profile."""
        loaded = (self.trial.document, self.site.document, self.course.document, self.permit.document)
        documents = dict(zip(ROLES, loaded, strict=False))
        documents["robot"] = read_document(self.robot_file)
        if self.controller_file is not None:
            documents["controller"] = read_document(self.controller_file)
        texts = {role: canonical_text(document.data) for role, document in documents.items()}
        urdf = self.robot_file.parent / str(documents["robot"].data.get("urdf"))
        if urdf.is_file():
            texts["robot_description"] = urdf.read_text(encoding="utf-8")
        return texts


def read_parts(
    name: str, robot: str | None, where: Where, overrides: dict[str, dict[str, str]], problems: Problems
) -> Parts:
    """Read the trial and the files it names.

    Args:
        name: of the trial, or a path.
        robot: profile; None: the trial's.
        where: site, course and zone.
        overrides: key and value, by role.
        problems: told what is wrong.

    Raises:
        ConfigError: with the problems of all of them.
    """
    trial_file = problems.find("trials", name)
    if trial_file is None:
        raise ConfigError(problems.found)
    kind = read_kind(trial_file, overrides["trial"])
    trial = problems.load(trial_file, kind.trial, overrides["trial"])
    if trial is None:
        raise ConfigError(problems.found)
    value = trial.value
    robot_file = problems.find("robots", robot) if robot else problems.find("robots", value.robot, trial, "robot")
    permit_file = problems.find("permits", value.permit, trial, "permit")
    controller_file = problems.find("controllers", value.controller, trial, "controller") if value.controller else None
    site, course, zone = _read_place(kind, trial, where, overrides, problems)
    permit = problems.load(permit_file, Permit, {})
    problems.stop_if_any()
    assert site is not None and course is not None and permit is not None and robot_file is not None
    return Parts(kind, trial, site, course, permit, robot_file, controller_file, zone)


def _read_place(
    kind: TrialKind, trial: Loaded[Trial], where: Where, overrides: dict[str, dict[str, str]], problems: Problems
) -> tuple[Loaded[SiteSpec] | None, Loaded[CourseSpec] | None, str]:
    """Site and course; the zone says which course lies in it and where, before the course's own file does."""
    value = trial.value
    site_file = problems.find("sites", where.site) if where.site else problems.find("sites", value.site, trial, "site")
    site = problems.load(site_file, SiteSpec, overrides["site"])
    if site is None:
        return None, None, ""
    if any(key.startswith("stop_buttons") for key in overrides["site"]) and read_document(site.file).data.get(
        "stop_buttons"
    ):
        rule = "cannot be set for one run where the site's file lists some"
        problems.found.append(ConfigProblem(site.file, None, "stop_buttons", None, rule))
    elsewhere = where.site not in (None, value.site) and "zone" not in overrides["trial"]
    zone = where.zone or ("" if elsewhere else value.zone)
    spec = site.value.zones.get(zone)
    if not zone and site.value.zones:
        rule = f"must be one of {', '.join(site.value.zones)}: a trial on a site with zones is held in one"
        problems.found.append(trial.problem("zone", None, rule))
        return site, None, zone
    if zone and spec is None:
        rule = f"no such zone on {site.value.name}{suggest(zone, site.value.zones).replace('known keys', 'known')}"
        problems.found.append(ConfigProblem(site.file, None, "zones", zone, rule))
        return site, None, zone
    file = problems.find("courses", where.course) if where.course else None
    if not where.course and spec is not None and spec.course is not None:
        file = problems.find("courses", spec.course, site, f"zones.{zone}.course")
        if file is not None and read_document(file).data.get("kind") != kind.name:
            file = None  # it is for trials of another kind
    if file is None and not problems.found:
        file = problems.find("courses", value.course, trial, "course")
    laid = _lay_in_zone(spec) if spec is not None else {}
    course = problems.load(file, kind.course, {**laid, **overrides["course"]})
    if course is not None and course.value.kind != kind.name:
        problems.found.append(course.problem("kind", course.value.kind, f"must be {kind.name}, the trial's kind"))
    return site, course, zone


def _lay_in_zone(zone: ZoneSpec) -> dict[str, str]:
    """What a zone says of the course that lies in it, as overrides of the course's file."""
    found = {f"pose.{key}": repr(value) for key, value in zone.pose.model_dump().items()} if zone.pose else {}
    if zone.tag_shift:
        found["fiducials.shift"] = str(zone.tag_shift)
    return found


def split_overrides(overrides: Sequence[str], length: float | None, problems: Problems) -> dict[str, dict[str, str]]:
    """`course.lane.length=60` → {"course": {"lane.length": "60"}}; `world.KEY` stands in the trial's file.

    Args:
        overrides: as written.
        length: of the lane [m]; None: as the course says.
        problems: told what cannot be read.
    """
    by_file: dict[str, dict[str, str]] = {"trial": {}, "site": {}, "course": {}}
    for text in overrides:
        key, equals, value = text.partition("=")
        file, dot, rest = key.partition(".")
        if file == "world":
            file, rest = "trial", f"world.{rest}" if rest else ""
        if not (equals and dot and rest) or file not in by_file:
            rule = "must read trial.KEY=VALUE, site.KEY=VALUE, course.KEY=VALUE or world.KEY=VALUE"
            problems.found.append(ConfigProblem(None, None, "--set", text, rule))
            continue
        top = rest.partition(".")[0]
        if top == "name" or (file == "site" and top not in SITE_SETTABLE):
            settable = " and ".join(f"site.{name}" for name in SITE_SETTABLE)
            rule = f"cannot be set for one run: permits are written against it; {settable} can"
            problems.found.append(ConfigProblem(None, None, "--set", text, rule))
            continue
        by_file[file][rest] = value
    if length is not None:
        by_file["course"]["lane.length"] = repr(float(length))
    return by_file


def lay_course(parts: Parts, laid: LaidCourse, area: Corners, problems: Problems) -> Site:
    """The site on the map of the course, which must lie where a trial may be held.

    Args:
        parts: files of the trial.
        laid: the course.
        area: corners of where the trial's robot stays, on the course's map [m].
        problems: told what is wrong.
    """
    site, zones = parts.site, resolve_zones(parts.site, problems)
    try:
        place = resolve_site(site.value, laid.spec, zones, parts.zone, laid.marks)
    except ValueError as error:
        problems.found.append(site.problem("ground", None, str(error)))
        level = site.value.model_copy(update={"ground": type(site.value.ground)()})
        place = resolve_site(level, laid.spec, zones, parts.zone, laid.marks)
    problems.found += [*check_ground_plan(site, zones), *_check_tags(parts, place)]
    problems.found += _check_area(parts, place, area, zones)
    return place


def _check_area(parts: Parts, place: Site, area: Corners, zones: dict[str, Corners]) -> list[ConfigProblem]:
    """Where the trial's area reaches to places where its robot may not be."""
    course = parts.course
    key = "lane" if course.value.pose == ORIGIN else "pose"
    faults = list_area_faults(parts.site.value, place.place, area, {parts.zone: zones.get(parts.zone)})
    return [course.problem(key, None, fault) for fault in faults]


def _check_tags(parts: Parts, place: Site) -> list[ConfigProblem]:
    """Tag ids that are used twice or that the family does not have."""
    course, tags = parts.course, parts.course.value.fiducials.tags
    placed = [tag for tag in place.fiducials if not tag.shared]
    boards = [tag.id for tag in placed[: len(placed) - len(tags)]]
    problems = []
    if boards and boards[-1] > TAG_ID_MAX:
        rule = f"must leave room for {len(boards)} boards up to id {TAG_ID_MAX}"
        problems.append(course.problem("fiducials.lane_boards.first_id", boards[0], rule))
    seen = set(boards)
    for index, tag in enumerate(placed[len(boards) :]):
        key = f"fiducials.tags.{index}.id"
        if tag.id > TAG_ID_MAX:
            problems.append(course.problem(key, tag.id, f"must be ≤ {TAG_ID_MAX} when shifted"))
        if tag.id in seen:
            problems.append(course.problem(key, tag.id, "must be unique on the site"))
        seen.add(tag.id)
    for index, own in enumerate(parts.site.value.fiducials):
        if own.id in seen:
            rule = f"must be unique on the site, and course {course.value.name} has it too"
            problems.append(parts.site.problem(f"fiducials.{index}.id", own.id, rule))
        seen.add(own.id)
    return problems

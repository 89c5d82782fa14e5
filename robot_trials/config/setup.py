"""Everything a trial needs, read, checked against each other and frozen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from robot_trials.config.area import Area, find_area
from robot_trials.config.criteria import tighten_criteria
from robot_trials.config.document import read_document
from robot_trials.config.goal import GoalFacts
from robot_trials.config.identity import canonical_text, hash_configuration
from robot_trials.config.model import Loaded
from robot_trials.config.permit import Occasion, Permit, check_hashes, check_permit
from robot_trials.config.problems import Problems
from robot_trials.config.site import TAG_ID_MAX, Site, SiteSpec
from robot_trials.config.trial import Trial
from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.kinds.contract import Demands, TrialKind
from robot_trials.kinds.registry import read_kind

CameraSource = Literal["rendered", "model"]
"""Where fiducials come from: OpenCV on rendered frames, or the geometric model of that sensor."""

DEFAULT_SIMULATOR = "mujoco"
"""Name of what moves the simulated world where nobody says otherwise."""


@dataclass(frozen=True)
class TrialSetup:
    """A trial that is ready to run.

    Attributes:
        kind: of the trial.
        trial: its file, by its kind's own model.
        site: the place; `course`: what the kind has there.
        demands: what the trial takes at most.
        criteria: bounds of the verdict, by key of the trial's `criteria`.
        robot: name of the robot profile; `robot_file` its file.
        controller_file: overrides of the controller's parameters; None for the built-in ones.
        seed: draws everything random of the simulated world.
        camera: where fiducials come from.
        simulator: name of what moves the world; `gui`: whether it shows a window.
        output: folder for bag, verdict and report; None records nothing.
        files: every configuration file that was used.
        arguments: keyword arguments of `load_trial_setup` (JSON) that give the same setup elsewhere.
        configuration: canonical content of every file used, by role.
        configuration_hash: SHA-256 over it.
        goal: for whom it runs; None while nobody has asked.
    """

    kind: TrialKind
    trial: Any
    site: Site
    course: Any
    demands: Demands
    permit: Permit
    permit_file: Path
    criteria: dict[str, float]
    robot: str
    robot_file: Path
    controller_file: Path | None
    seed: int
    camera: CameraSource
    simulator: str
    gui: bool
    output: Path | None
    start_time: datetime
    files: tuple[Path, ...]
    arguments: dict[str, Any]
    configuration: dict[str, str]
    configuration_hash: str
    goal: GoalFacts | None = None

    @property
    def trial_id(self) -> str:
        """Name of this run, the same for the same configuration and seed."""
        start = self.start_time.strftime("%Y%m%dT%H%M%S")
        return f"{self.trial.name}-{start}-seed{self.seed}-{self.configuration_hash[:8]}"

    @property
    def files_by_role(self) -> dict[str, Path]:
        """File of each role of `configuration`."""
        files = dict(zip(("trial", "site", "permit", "robot", "controller"), self.files, strict=False))
        if "robot_description" in self.configuration:
            files["robot_description"] = self.robot_file.parent / json.loads(self.configuration["robot"])["urdf"]
        return files

    @property
    def occasion(self) -> Occasion:
        """Where, by whom and when it is held, for its permit."""
        return make_occasion(self.trial.name, self.site, self.robot, self.start_time)

    @property
    def area(self) -> Area:
        """Where the robot may be, on the site's map."""
        return find_area(self.site, self.permit, self.demands.area)


def make_occasion(trial: str, site: Site, robot: str, start: datetime | None = None) -> Occasion:
    """What a permit has to say of a trial: its name, the place it is held at, the profile of its robot, its start."""
    return Occasion((trial,), (site.name,), robot, site.place, start)


@dataclass(frozen=True)
class _Parts:
    """Files of a trial, each valid on its own."""

    kind: TrialKind
    trial: Loaded[Trial]
    site: Loaded[SiteSpec]
    permit: Loaded[Permit]
    robot_file: Path
    controller_file: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that was read."""
        files = (self.trial.file, self.site.file, self.permit.file, self.robot_file, self.controller_file)
        return tuple(file for file in files if file is not None)

    def content(self) -> dict[str, str]:
        """Canonical text of every file, by role, overrides applied; the URDF where it lies beside the profile."""
        documents = {"trial": self.trial.document, "site": self.site.document, "permit": self.permit.document}
        documents["robot"] = read_document(self.robot_file)
        if self.controller_file is not None:
            documents["controller"] = read_document(self.controller_file)
        texts = {role: canonical_text(document.data) for role, document in documents.items()}
        urdf = self.robot_file.parent / str(documents["robot"].data.get("urdf"))
        if urdf.is_file():
            texts["robot_description"] = urdf.read_text(encoding="utf-8")
        return texts


def load_trial_setup(
    name: str,
    *,
    robot: str | None = None,
    site: str | None = None,
    seed: int = 0,
    length: float | None = None,
    camera: CameraSource = "model",
    simulator: str = DEFAULT_SIMULATOR,
    gui: bool = False,
    output: Path | str | None = None,
    overrides: Sequence[str] = (),
    moment: datetime | None = None,
) -> TrialSetup:
    """Read a trial and everything it names, and check that they go together.

    Args:
        name: trial by name (`config/trials/NAME.yaml`) or a path.
        robot: robot profile instead of the trial's.
        site: site instead of the trial's.
        seed: draws everything random of the simulated world.
        length: length of the lane instead of the site's [m].
        camera: where fiducials come from.
        simulator: name of what moves the simulated world; looked up where the world is made.
        gui: whether the simulator shows a window, where it has one.
        output: folder for bag, verdict and report; None records nothing.
        overrides: `trial.KEY=VALUE`, `site.KEY=VALUE` or `world.KEY=VALUE`, VALUE in YAML; the last is short for
            `trial.world.KEY=VALUE`.
        moment: civil time of the start for which the permit is checked; the trial's `start_time` when omitted.

    Raises:
        ConfigError: with every problem of every file.
    """
    problems = Problems()
    parts = _read_parts(name, robot, site, _split_overrides(overrides, length, problems), problems)
    trial, robot_name = parts.trial.value, parts.robot_file.stem
    place, course = parts.kind.resolve_site(parts.site.value, trial)
    criteria, loosened = tighten_criteria(parts.kind.list_bounds(trial, course), parts.trial)
    demands = parts.kind.find_demands(trial, course)
    problems.found += _check_kind(parts)
    problems.found += [*loosened, *_check_tags(parts.site, place), *parts.kind.check(parts.trial, parts.site)]
    occasion = make_occasion(trial.name, place, robot_name, moment or trial.start_time)
    problems.found += check_permit(parts.permit, demands, occasion)
    content = parts.content()
    problems.found += check_hashes(parts.permit, content)
    problems.stop_if_any()
    arguments: dict[str, Any] = {"name": str(parts.trial.file), "robot": robot, "site": site, "seed": seed}
    arguments |= {"simulator": simulator, "gui": gui}
    arguments |= {"length": length, "camera": camera, "output": str(output) if output else None}
    arguments |= {"overrides": list(overrides)}
    return TrialSetup(
        kind=parts.kind,
        trial=trial,
        site=place,
        course=course,
        demands=demands,
        permit=parts.permit.value,
        permit_file=parts.permit.file,
        criteria=criteria,
        robot=robot_name,
        robot_file=parts.robot_file,
        controller_file=parts.controller_file,
        seed=seed,
        camera=camera,
        simulator=simulator,
        gui=gui,
        output=Path(output) if output else None,
        start_time=trial.start_time,
        files=parts.files,
        arguments=arguments,
        configuration=content,
        configuration_hash=hash_configuration(content),
    )


def _read_parts(
    name: str, robot: str | None, site: str | None, overrides: dict[str, dict[str, str]], problems: Problems
) -> _Parts:
    """Read the trial and the files it names; raises `ConfigError` with the problems of all of them."""
    trial_file = problems.find("trials", name)
    if trial_file is None:
        raise ConfigError(problems.found)
    kind = read_kind(trial_file, overrides["trial"])
    trial = problems.load(trial_file, kind.trial, overrides["trial"])
    if trial is None:
        raise ConfigError(problems.found)
    value = trial.value
    site_file = problems.find("sites", site) if site else problems.find("sites", value.site, trial, "site")
    robot_file = problems.find("robots", robot) if robot else problems.find("robots", value.robot, trial, "robot")
    permit_file = problems.find("permits", value.permit, trial, "permit")
    controller_file = problems.find("controllers", value.controller, trial, "controller") if value.controller else None
    loaded_site = problems.load(site_file, kind.site, overrides["site"])
    permit = problems.load(permit_file, Permit, {})
    problems.stop_if_any()
    assert loaded_site is not None and permit is not None and robot_file is not None
    return _Parts(kind, trial, loaded_site, permit, robot_file, controller_file)


def _split_overrides(overrides: Sequence[str], length: float | None, problems: Problems) -> dict[str, dict[str, str]]:
    """`site.lane.length=60` → {"site": {"lane.length": "60"}}; `world.KEY` stands in the trial's file."""
    by_file: dict[str, dict[str, str]] = {"trial": {}, "site": {}}
    for text in overrides:
        key, equals, value = text.partition("=")
        file, dot, rest = key.partition(".")
        if file == "world":
            file, rest = "trial", f"world.{rest}" if rest else ""
        if not (equals and dot and rest) or file not in by_file:
            rule = "must read trial.KEY=VALUE, site.KEY=VALUE or world.KEY=VALUE"
            problems.found.append(ConfigProblem(None, None, "--set", text, rule))
            continue
        by_file[file][rest] = value
    if length is not None:
        by_file["site"]["lane.length"] = repr(float(length))
    return by_file


def _check_kind(parts: _Parts) -> list[ConfigProblem]:
    """The site's course must be the trial's kind's, where it says whose it is."""
    kind = parts.site.value.kind
    if kind in (None, parts.kind.name):
        return []
    return [parts.site.problem("kind", kind, f"must be {parts.kind.name}, the trial's kind")]


def _check_tags(site: Loaded[SiteSpec], place: Site) -> list[ConfigProblem]:
    """Tag ids that are used twice or that the family does not have."""
    placed, tags = place.fiducials, site.value.fiducials.tags
    boards = [tag.id for tag in placed[: len(placed) - len(tags)]]
    problems = []
    if boards and boards[-1] > TAG_ID_MAX:
        rule = f"must leave room for {len(boards)} boards up to id {TAG_ID_MAX}"
        problems.append(site.problem("fiducials.lane_boards.first_id", boards[0], rule))
    seen = set(boards)
    for index, tag in enumerate(placed[len(boards) :]):
        if tag.id > TAG_ID_MAX:
            problems.append(site.problem(f"fiducials.tags.{index}.id", tag.id, f"must be ≤ {TAG_ID_MAX} when shifted"))
        if tag.id in seen:
            problems.append(site.problem(f"fiducials.tags.{index}.id", tag.id, "must be unique on the site"))
        seen.add(tag.id)
    return problems

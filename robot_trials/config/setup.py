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
from robot_trials.config.files.identity import hash_configuration
from robot_trials.config.files.problems import Problems
from robot_trials.config.goal import GoalFacts
from robot_trials.config.parts import ROLES, Where, lay_course, read_parts, split_overrides
from robot_trials.config.permit import Occasion, Permit, check_permit
from robot_trials.config.site import Site
from robot_trials.kinds.asking import ask_kind, lay_and_demand, list_bounds
from robot_trials.kinds.contract import Demands, TrialKind

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
        site: the place on the course's map; `course`: what the kind has there.
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
        files = dict(zip(ROLES, self.files, strict=False))
        if "robot_description" in self.configuration:
            files["robot_description"] = self.robot_file.parent / json.loads(self.configuration["robot"])["urdf"]
        return files

    @property
    def occasion(self) -> Occasion:
        """Where, by whom and when it is held, for its permit."""
        return make_occasion(self.trial.name, self.site, self.robot, self.start_time)

    @property
    def area(self) -> Area:
        """Where the robot may be, on the course's map."""
        return find_area(self.site, self.permit, self.demands.area)


def make_occasion(trial: str, site: Site, robot: str, start: datetime | None = None) -> Occasion:
    """What a permit has to say of a trial: its name, where it is held, the profile of its robot, its start."""
    return Occasion((trial,), site.name, robot, site.place, start)


def load_trial_setup(
    name: str,
    *,
    robot: str | None = None,
    site: str | None = None,
    course: str | None = None,
    zone: str | None = None,
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
        course: course instead of the zone's, or else the trial's.
        zone: of the site in which the course lies, instead of the trial's.
        seed: draws everything random of the simulated world.
        length: length of the lane instead of the course's [m].
        camera: where fiducials come from.
        simulator: name of what moves the simulated world; looked up where the world is made.
        gui: whether the simulator shows a window, where it has one.
        output: folder for bag, verdict and report; None records nothing.
        overrides: `trial.KEY=VALUE`, `site.KEY=VALUE`, `course.KEY=VALUE` or `world.KEY=VALUE`, VALUE in YAML; the
            last is short for `trial.world.KEY=VALUE`.
        moment: civil time of the start for which the permit is checked; the trial's `start_time` when omitted.

    Raises:
        ConfigError: with every problem of every file.
    """
    problems = Problems()
    where = Where(site, course, zone)
    parts = read_parts(name, robot, where, split_overrides(overrides, length, problems), problems)
    trial, robot_name = parts.trial.value, parts.robot_file.stem
    laid, demands = lay_and_demand(parts.kind, parts.course.value, trial)
    place = lay_course(parts, laid, demands.area, problems)
    criteria, loosened = tighten_criteria(list_bounds(parts.kind, trial, laid.course), parts.trial)
    check = ask_kind(parts.kind, "check", lambda: parts.kind.check(parts.trial, parts.course), list)
    problems.found += [*loosened, *check]
    occasion = make_occasion(trial.name, place, robot_name, moment or trial.start_time)
    content = parts.content()
    problems.found += check_permit(parts.permit, demands, occasion, content)
    problems.stop_if_any()
    arguments: dict[str, Any] = {"name": str(parts.trial.file), "robot": robot, **where._asdict(), "seed": seed}
    arguments |= {"simulator": simulator, "gui": gui}
    arguments |= {"length": length, "camera": camera, "output": str(output) if output else None}
    arguments |= {"overrides": list(overrides)}
    return TrialSetup(
        kind=parts.kind,
        trial=trial,
        site=place,
        course=laid.course,
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

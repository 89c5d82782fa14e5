"""Several robots in one world, each with its trial, its course and where that lies, read and checked together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, field_validator

from robot_trials.clock import require_zone
from robot_trials.config.files.model import Loaded, StrictModel, load_model
from robot_trials.config.files.search import find_config
from robot_trials.config.setup import CameraSource, TrialSetup, load_trial_setup
from robot_trials.config.site import Stance, StanceSpec
from robot_trials.exceptions import ConfigError, ConfigProblem

RobotName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""Also a ROS namespace, a folder and a prefix of names in the simulator."""


class FleetRobotSpec(StrictModel):
    """One robot as written.

    Attributes:
        trial, robot, site, course, zone: as for a trial alone; all but the first are the trial's when left out.
        pose: of the course's map on the site's, which is the world's; as zone or course say when left out.
        tag_shift: added to the number of every fiducial of its course, so that robots cannot take them for their own;
            the zone's when left out.
        start_delay: wall time from a graph that is ready until the goal is sent, where the fleet starts by itself [s].
        overrides: `trial.KEY=VALUE`, `site.KEY=VALUE`, `course.KEY=VALUE` or `world.KEY=VALUE`.
    """

    name: RobotName
    trial: str = "torch_relay"
    robot: str | None = None
    site: str | None = None
    course: str | None = None
    zone: str | None = None
    pose: StanceSpec | None = None
    seed: Annotated[int, Field(ge=0)] = 0
    length: Annotated[float, Field(gt=0.0)] | None = None
    camera: CameraSource | None = None
    tag_shift: Annotated[int, Field(ge=0)] | None = None
    start_delay: Annotated[float, Field(ge=0.0, le=3600.0)] = 0.0
    overrides: list[str] = []


class FleetSpec(StrictModel):
    """A fleet file (`config/fleets/*.yaml`).

    Attributes:
        start_time: civil time of the first instant, instead of that of every trial.
    """

    name: str
    description: str = ""
    start_time: datetime | None = None
    robots: Annotated[list[FleetRobotSpec], Field(min_length=1)]

    @field_validator("start_time")
    @classmethod
    def _has_zone(cls, moment: datetime | None) -> datetime | None:
        return None if moment is None else require_zone(moment)


@dataclass(frozen=True)
class FleetMember:
    """One robot of a world with several.

    Attributes:
        name: of the robot, and of its namespace.
        setup: its trial.
        start_delay: wall time from a graph that is ready until the goal is sent [s].
    """

    name: str
    setup: TrialSetup
    start_delay: float = 0.0

    @property
    def pose(self) -> Stance:
        """Of its course's map in the world, x, y [m], yaw [rad]."""
        return self.setup.site.place

    def to_json(self) -> dict[str, Any]:
        """What builds the same member in another process."""
        return {"name": self.name, "setup": self.setup.arguments}


def member_from_json(data: dict[str, Any]) -> FleetMember:
    """The member behind what `FleetMember.to_json` gave.

    Raises:
        ConfigError: its configuration is wrong.
    """
    return FleetMember(str(data["name"]), load_trial_setup(**data["setup"]))


@dataclass(frozen=True)
class Fleet:
    """A fleet that is ready to run.

    Attributes:
        file: where it is written.
        members: its robots, in the order of the file.
    """

    name: str
    file: Path
    members: tuple[FleetMember, ...]


def load_fleet(
    name: str,
    *,
    seed: int = 0,
    length: float | None = None,
    camera: CameraSource | None = None,
    output: Path | str | None = None,
) -> Fleet:
    """Read a fleet, the trials of its robots, and check that they go together.

    Args:
        name: fleet by name (`config/fleets/NAME.yaml`) or a path.
        seed: added to every robot's.
        length: of every lane, instead of what the fleet and the courses say [m].
        camera: where fiducials come from; rendered frames where neither this nor the fleet says.
        output: folder with one for each robot's bag, verdict and report; None records nothing.

    Raises:
        ConfigError: with every problem of every file.
    """
    loaded = load_model(find_config("fleets", name), FleetSpec)
    spec, problems, members = loaded.value, [], []
    for index, robot in enumerate(spec.robots):
        arguments = _choose_arguments(robot, spec.start_time, loaded.file)
        arguments |= {"seed": robot.seed + seed, "length": length or robot.length}
        arguments |= {"camera": camera or robot.camera or "rendered"}
        arguments |= {"output": Path(output).resolve() / robot.name if output else None}
        try:
            setup = load_trial_setup(**arguments)
        except ConfigError as error:
            problems += [loaded.problem(f"robots.{index}.trial", robot.trial, str(one)) for one in error.problems]
            continue
        members.append(FleetMember(robot.name, setup, robot.start_delay))
    if not problems:
        problems += [*_check_names(loaded), *_check_sharing(loaded, members), *_check_tags(loaded, members)]
    if problems:
        raise ConfigError(problems)
    return Fleet(spec.name, loaded.file, tuple(members))


def _choose_arguments(robot: FleetRobotSpec, start_time: datetime | None, file: Path) -> dict[str, Any]:
    """Arguments of `load_trial_setup` that the file decides alone; paths in it begin at its folder."""
    overrides = list(robot.overrides)
    if start_time is not None:
        overrides.append(f"trial.start_time={start_time.isoformat()}")
    if robot.pose is not None:
        overrides += [f"course.pose.{key}={value!r}" for key, value in robot.pose.model_dump().items()]
    if robot.tag_shift is not None:
        overrides.append(f"course.fiducials.shift={robot.tag_shift}")

    def locate(kind: str, name: str) -> str:
        return str(find_config(kind, name, file)) if "/" in name or name.endswith((".yaml", ".yml")) else name

    return {
        "name": locate("trials", robot.trial),
        "robot": robot.robot and locate("robots", robot.robot),
        "site": robot.site and locate("sites", robot.site),
        "course": robot.course and locate("courses", robot.course),
        "zone": robot.zone,
        "overrides": overrides,
    }


def _check_names(loaded: Loaded[FleetSpec]) -> list[ConfigProblem]:
    names = [robot.name for robot in loaded.value.robots]
    return [
        loaded.problem(f"robots.{index}.name", name, "must be unique in the fleet")
        for index, name in enumerate(names)
        if name in names[:index]
    ]


def _check_sharing(loaded: Loaded[FleetSpec], members: Sequence[FleetMember]) -> list[ConfigProblem]:
    """One world has one clock and is one site."""
    first, problems = members[0], []
    moment, site = first.setup.start_time, first.setup.site.name
    for index, member in enumerate(members):
        setup = member.setup
        if setup.start_time != moment:
            rule = f"start_time must be {moment.isoformat()}, as of {first.name}, or set the fleet's own"
            problems.append(loaded.problem(f"robots.{index}.trial", setup.start_time.isoformat(), rule))
        if setup.site.name != site:
            rule = f"must be {site}, as of {first.name}: one world is one site"
            problems.append(loaded.problem(f"robots.{index}.site", setup.site.name, rule))
    return problems


def _check_tags(loaded: Loaded[FleetSpec], members: Sequence[FleetMember]) -> list[ConfigProblem]:
    """A robot that sees a fiducial of another lane must not take it for one of its own."""
    problems, owners = [], dict[int, str]()
    for index, member in enumerate(members):
        ids = {tag.id for tag in member.setup.site.fiducials if not tag.shared}
        taken = sorted(ids & owners.keys())
        if taken:
            rule = f"fiducial {taken[0]} of its course is also one of {owners[taken[0]]}: choose another tag_shift"
            problems.append(loaded.problem(f"robots.{index}", member.name, rule))
        owners |= dict.fromkeys(ids - owners.keys(), member.name)
    return problems

"""Who made a recording, with what: the identity that a bag carries in its metadata."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import Path

from robot_trials.clock import epoch_ns
from robot_trials.config import TrialSetup
from robot_trials.config.goal import GoalFacts
from robot_trials.config.world_draw import Drawn, draw_conditions
from robot_trials.kinds.contract import Demands

PACKAGE = "robot_trials"


@dataclass(frozen=True)
class TrialIdentity:
    """One run of one trial.

    Attributes:
        trial: name of the trial's configuration.
        robot: name of the robot's profile.
        site, course: names of place and course; `zone`: in which the course lies, empty for none.
        seed: of everything drawn at random.
        host: `in_process` or `ros`.
        start_time: scenario's civil date at trial time 0, with its time zone.
        run_id: identity of this run.
        files: configuration files that were used; their SHA-256 goes into the metadata.
        configuration_hash: of everything in force, overrides and robot description included; empty where unknown.
        overrides: what was changed from the files for this run, as written; empty for nothing.
        kind: of the trial, as in its YAML; empty where unknown.
        world: numbers that the seed drew for the simulated world.
        demands: what the trial takes at most, by key of the metadata; empty where unknown.
        permit, permit_file: number of the permit and its file, whose SHA-256 goes into the metadata as it is then.
        goal: for whom it runs; None where nobody has asked yet.
        simulator: what moved the world; empty where unknown.
    """

    trial: str
    robot: str
    site: str
    seed: int
    host: str
    start_time: datetime
    run_id: str
    files: tuple[Path, ...] = ()
    configuration_hash: str = ""
    overrides: str = ""
    kind: str = ""
    world: tuple[Drawn, ...] = ()
    demands: Mapping[str, str] = field(default_factory=dict)
    permit: str = ""
    permit_file: Path | None = None
    goal: GoalFacts | None = None
    course: str = ""
    zone: str = ""
    simulator: str = ""

    @property
    def start_time_ns(self) -> int:
        """Trial time 0 since 1970 [ns]."""
        return epoch_ns(self.start_time)

    def to_metadata(self) -> dict[str, str]:
        """Key → text, as it stands in `custom_data` and in the MCAP metadata record `robot_trials`.

        Raises:
            OSError: a configuration file cannot be read.
        """
        values = {
            "trial": self.trial,
            "kind": self.kind,
            "robot": self.robot,
            "site": self.site,
            "course": self.course,
            "zone": self.zone,
            "seed": str(self.seed),
            "host": self.host,
            **({"simulator": self.simulator} if self.simulator else {}),
            "start_time": self.start_time.isoformat(),
            "run_id": self.run_id,
            "configuration_hash": self.configuration_hash,
            "overrides": self.overrides,
            **self.demands,
            **({"permit": self.permit, "permit_sha256": hash_file(self.permit_file)} if self.permit_file else {}),
            **(self.goal.to_metadata() if self.goal else {}),
            "software_version": read_software_version(),
            "git_hash": read_git_hash(Path(__file__).resolve().parents[2]),
        }
        if self.world:
            drawn = {number.name: _describe_number(number) for number in self.world}
            values["world"] = json.dumps(drawn, ensure_ascii=False)
        for name, digest in sorted(compute_file_hashes(self.files).items()):
            values[f"sha256:{name}"] = digest
        return values


def compute_file_hashes(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file, by its path below `config/` where it lies in such a folder, else by its name."""
    hashes = {}
    for file in files:
        parts = Path(file).resolve().parts
        below = parts[len(parts) - parts[::-1].index("config") :] if "config" in parts else parts[-1:]
        hashes["/".join(below)] = hash_file(file)
    return hashes


def hash_file(file: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


def read_software_version() -> str:
    """Version of the installed package; `unknown` where it runs without having been installed."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return "unknown"


def read_git_hash(checkout: Path) -> str:
    """Commit of the checkout, with `-dirty` behind it where files differ; `unknown` outside a checkout."""
    if not (checkout / ".git").exists():
        return "unknown"
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def make_identity(setup: TrialSetup, host: str) -> TrialIdentity:
    """Identity of a run for bag and verdict."""
    return TrialIdentity(
        trial=setup.trial.name,
        robot=setup.robot,
        site=setup.site.name,
        course=setup.site.course,
        zone=setup.site.zone,
        seed=setup.seed,
        host=host,
        start_time=setup.start_time,
        run_id=setup.trial_id,
        files=setup.files,
        configuration_hash=setup.configuration_hash,
        overrides=_describe_overrides(setup),
        kind=setup.kind.name,
        world=list_drawn(setup),
        demands=describe_demands(setup.demands),
        permit=setup.permit.number,
        permit_file=setup.permit_file,
        goal=setup.goal,
        simulator=setup.simulator,
    )


def list_drawn(setup: TrialSetup) -> tuple[Drawn, ...]:
    """Every number that a setup's seed draws for its simulated world, those of its kind last."""
    world = setup.trial.world
    conditions = draw_conditions(setup.seed, world.friction, world.unevenness)
    return (*conditions.drawn, *setup.kind.make_props(setup).drawn)


def _describe_number(number: Drawn) -> dict[str, str | float]:
    return {"label": number.label, "value": number.value, "unit": number.unit}


def describe_demands(demands: Demands) -> dict[str, str]:
    """What a trial takes at most, as a bag's metadata says it: what was declared, beside what is measured."""
    load = demands.load
    carried = f"{load.mass:g} ± {load.tolerance:g} kg, {load.hand} hand" if load else "nothing"
    return {
        "declared_speed": f"{demands.speed:g} m/s",
        "declared_load": carried,
        "longest_time": f"{demands.duration.total_seconds():g} s",
    }


def _describe_overrides(setup: TrialSetup) -> str:
    """What this run changed from the files, as written on the command line."""
    length = setup.arguments["length"]
    return ", ".join([*([] if length is None else [f"length={length:g}"]), *setup.arguments["overrides"]])

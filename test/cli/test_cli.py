"""The command line as a user meets it: output and exit codes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from greeting import PACKAGE, put_in_reach

from robot_trials.cli import main
from robot_trials.config.files.search import FOLDER_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = PACKAGE / "robot_trials_greet" / "config"


@dataclass
class Done:
    """What a finished command left."""

    returncode: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run `robot-trials` with arguments, in an empty working folder."""
    put_in_reach()
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    working_folder = tmp_path / "work"
    working_folder.mkdir()
    monkeypatch.chdir(working_folder)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["robot-trials", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return Done(int(ended.value.code or 0), output.out, output.err)

    return run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A user's own configuration folder: the shipped trial under another name."""
    folder = tmp_path / "my_config"
    (folder / "trials").mkdir(parents=True)
    text = (SHIPPED / "trials" / "greet.yaml").read_text()
    (folder / "trials" / "mine.yaml").write_text(text.replace("name: greet", "name: mine"))
    shutil.copytree(SHIPPED / "permits", folder / "permits")
    permit = folder / "permits" / "greeting_corner.yaml"
    permit.write_text(permit.read_text().replace("[greet]", "[greet, mine]"))
    return folder


def test_help_tells_where_configuration_is_looked_for_and_what_exit_codes_mean(call: Call) -> None:
    done = call("--help")
    assert done.returncode == 0
    for word in ("run", "robots", "trials", "check", "ROBOT_TRIALS_CONFIG", "Exit codes"):
        assert word in done.stdout


def test_run_help_names_every_option(call: Call) -> None:
    done = call("run", "--help")
    assert done.returncode == 0
    for word in ("--robot", "--site", "--seed", "--length", "--camera", "--output", "--host", "--quiet", "--set"):
        assert word in done.stdout


def test_version_from_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "robot_trials.cli", "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout.startswith("robot-trials ")


def test_trials_lists_the_users_and_the_shipped_ones(call: Call, config: Path) -> None:
    done = call("--config-dir", str(config), "trials")
    assert done.returncode == 0
    assert {"mine", "greet"} <= set(done.stdout.splitlines())


def test_robots_lists_joints(call: Call) -> None:
    done = call("robots")
    assert done.returncode == 0
    assert "kuavo" in done.stdout and "28 joints" in done.stdout


def test_shipped_configuration_is_valid(call: Call) -> None:
    done = call("check")
    assert done.returncode == 0, done.stdout
    files = [*(ROOT / "config").glob("*/*.yaml"), SHIPPED / "trials" / "greet.yaml"]
    assert all(f"ok       {file.parent.name}/{file.name}" in done.stdout for file in files)
    assert " 0 with problems" in done.stdout


def test_check_finds_a_users_mistake_and_names_its_line(call: Call, config: Path) -> None:
    file = config / "trials" / "mine.yaml"
    file.write_text(file.read_text().replace("walking_speed: 0.4", "walking_sped: 0.4"))
    done = call("--config-dir", str(config), "check")
    line = file.read_text().splitlines().index(next(x for x in file.read_text().splitlines() if "sped" in x)) + 1
    assert done.returncode == 1
    place = f"my_config/trials/mine.yaml:{line}: walking_sped: unknown key; did you mean 'walking_speed'?"
    assert place in done.stdout
    assert "Traceback" not in done.stderr


def test_check_of_one_file(call: Call, config: Path) -> None:
    done = call("--config-dir", str(config), "check", str(config / "trials" / "mine.yaml"))
    assert done.returncode == 0, done.stdout
    assert "1 files, 0 with problems" in done.stdout


def test_check_of_a_stray_file_is_bad_input(call: Call) -> None:
    done = call("check", "stray.yaml")
    assert done.returncode == 2
    assert "stray.yaml: must lie in a folder called robots, sites" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no_such_trial",), "trials: no_such_trial: no file no_such_trial.yaml; searched"),
        (("./missing.yaml",), "missing.yaml: no such file"),
        (("greet", "--robot", "atlas"), "robots: atlas: no file atlas.yaml; searched"),
        (("greet", "--length", "2"), "command line: lane.length: 2: must be ≥ 5"),
        (("greet", "--set", "trial.walking_speed=9"), "command line: walking_speed: 9: must be ≤ 1.5"),
        (("greet", "--set", "speed"), "command line: --set: speed: must read trial.KEY=VALUE"),
        (("greet", "--seed", "-1"), "--seed"),
        (("greet", "--camera", "eyes"), "--camera"),
    ],
)
def test_bad_input_ends_with_a_message_and_exit_code_2(call: Call, arguments: tuple[str, ...], message: str) -> None:
    done = call("run", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert list(Path.cwd().iterdir()) == []  # nothing was begun

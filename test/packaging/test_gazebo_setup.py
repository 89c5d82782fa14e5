"""`./run gazebo` on machines that lack something, with stand-ins for the commands that change a machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PLUGIN = "librobot_trials_gazebo_classic.so"
COMMANDS = {
    "id": "echo 0",
    "apt-get": "exit 0",
    "gpgv": "exit 0",
    "df": "echo Avail; echo 9000M",
    "mknod": 'touch "$1"',
    # Makes what counts of a Debian; the folder is the last argument but one.
    "debootstrap": 'folder=${@: -2:1}; mkdir -p "$folder/usr/bin" "$folder/var/cache/apt"',
    # What is called in the folder: apt-get brings Gazebo, CMake the plugin.
    "chroot": 'case "$*" in *"apt-get install"*) touch "$1/usr/bin/gzserver" ;; '
    f'*"cmake --build"*) mkdir -p "$1/robot_trials/build"; echo $RANDOM >"$1/robot_trials/build/{PLUGIN}" ;; esac',
}


class Machine:
    """One whose commands are stand-ins that note how they were called."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.calls_file, self.gazebo = folder / "bin", folder / "calls", folder / "cache" / "gazebo"
        self.bin.mkdir()
        for name, script in COMMANDS.items():
            self.replace(name, script)

    def replace(self, name: str, script: str) -> None:
        file = self.bin / name
        file.write_text(f'#!/bin/bash\necho "{name} $*" >>{self.calls_file}\n{script}\n')
        file.chmod(0o755)

    def set_up(self, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the step; `calls` then tells what was called."""
        self.calls_file.write_text("")
        environment = {"PATH": f"{self.bin}:/usr/bin:/bin", "ROBOT_TRIALS_GAZEBO": str(self.gazebo), **environment}
        result = subprocess.run(
            [CHECKOUT / "run", "gazebo"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
            cwd="/",
        )
        return result

    @property
    def calls(self) -> str:
        return self.calls_file.read_text()

    @property
    def failure(self) -> str:
        file = self.gazebo.with_name("gazebo.failed")
        return file.read_text() if file.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_fresh_machine_gets_gazebo_and_plugin_once(machine: Machine) -> None:
    result = machine.set_up()
    assert result.returncode == 0, result.stderr
    assert "Gazebo is ready" in result.stderr
    assert (machine.gazebo / "usr/bin/gzserver").exists() and (machine.gazebo / "robot_trials" / PLUGIN).exists()
    assert sorted(path.name for path in (machine.gazebo / "robot_trials").iterdir()) == [
        PLUGIN,
        "packages.stamp",
        "plugin.stamp",
    ]
    assert [path.name for path in machine.gazebo.parent.iterdir()] == ["gazebo"]
    assert "--force-check-gpg" in machine.calls and "apt-get clean" in machine.calls
    assert machine.set_up().returncode == 0
    for command in ("debootstrap", "chroot", "apt-get"):
        assert command not in machine.calls, "nothing is left to do"


def test_only_the_plugin_is_built_anew_where_its_sources_changed(machine: Machine) -> None:
    machine.set_up()
    (machine.gazebo / "robot_trials" / "plugin.stamp").write_text("of other sources\n")
    before = (machine.gazebo / "robot_trials" / PLUGIN).read_text()
    assert machine.set_up().returncode == 0
    assert "cmake" in machine.calls and "apt-get" not in machine.calls and "debootstrap" not in machine.calls
    assert (machine.gazebo / "robot_trials" / PLUGIN).read_text() != before


def test_a_half_made_folder_is_no_gazebo_and_is_gone_on_with(machine: Machine) -> None:
    good = COMMANDS["chroot"]
    fail = (
        'case "$*" in *"apt-get install"*) touch "$1/usr/bin/gzserver"; echo "E: Failed to fetch x"; exit 100 ;; esac'
    )
    machine.replace("chroot", fail)
    result = machine.set_up()
    assert result.returncode == 1
    assert "its packages cannot be installed: E: Failed to fetch x; call again to go on" in result.stderr
    assert not machine.gazebo.exists() and machine.failure in result.stderr
    machine.replace("chroot", good)
    assert machine.set_up().returncode == 0
    assert "debootstrap" not in machine.calls, "what was there already is kept"
    assert machine.gazebo.exists() and not machine.failure


def test_another_list_of_packages_replaces_the_folder(machine: Machine) -> None:
    machine.set_up()
    (machine.gazebo / "robot_trials" / "packages.stamp").write_text("of an older list\n")
    (machine.gazebo / "old").touch()
    assert machine.set_up().returncode == 0
    assert "debootstrap" in machine.calls and not (machine.gazebo / "old").exists()


def test_somebodys_own_folder_is_left_as_it_is(machine: Machine) -> None:
    (machine.gazebo / "usr/bin").mkdir(parents=True)
    (machine.gazebo / "usr/bin/gzserver").touch()
    assert machine.set_up().returncode == 0
    assert "debootstrap" not in machine.calls and "cmake" in machine.calls


@pytest.mark.parametrize(
    ("command", "script", "message"),
    [
        ("id", "echo 1000", "needs root once, to unpack and build: sudo env ROBOT_TRIALS_GAZEBO="),
        ("gpgv", None, "apt-get cannot install gpgv: is there a network?"),
        ("chroot", "exit 1", "chroot or mknod is not permitted here; call ./run gazebo outside of this container"),
        ("mknod", "exit 1", "chroot or mknod is not permitted here"),
        ("df", "echo Avail; echo 120M", "needs 3500 MiB in"),
        ("uname", "echo riscv64", "cannot be fetched for riscv64; install Gazebo Classic 11"),
        ("debootstrap", "echo 'E: Failed getting release file x'; exit 1", "cannot reach http://deb.debian.org/debian"),
        ("debootstrap", "echo 'E: No pkgdetails available'; exit 1", "debootstrap failed: E: No pkgdetails available"),
    ],
)
def test_what_is_missing_is_said_in_one_line(
    machine: Machine, command: str, script: str | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script is None:
        (machine.bin / command).unlink()
        machine.replace("apt-get", "exit 100")
        monkeypatch.setenv("BASH_ENV", str(hide(machine, command)))
    else:
        machine.replace(command, script)
    result = machine.set_up()
    assert result.returncode == 1
    last = result.stderr.splitlines()[-1]
    assert last.startswith(f"gazebo: {message}"), result.stderr
    assert machine.failure == f"{last.removeprefix('gazebo: ')}\n", "tests that skip repeat it"
    assert not machine.gazebo.exists()


def hide(machine: Machine, command: str) -> Path:
    """A file that lets bash not find one command of this machine."""
    file = machine.bin / "hide"
    body = f'[ "$*" != "-v {command}" ] || return 1; builtin command "$@"'
    file.write_text(f"command() {{ {body}; }}\n")
    return file


def test_a_compiler_error_is_shown(machine: Machine) -> None:
    build = '*"cmake --build"*) echo "plugin.cpp:1: error: expected"; exit 2 ;; esac'
    machine.replace("chroot", COMMANDS["chroot"].replace('*"cmake --build"*', f"{build}\ncase x in never"))
    result = machine.set_up()
    assert result.returncode == 1
    assert "plugin.cpp:1: error: expected" in result.stderr and "its plugin cannot be built" in machine.failure
    assert (machine.gazebo / "usr/bin/gzserver").exists(), "Gazebo itself need not be fetched again"


def test_an_installed_gazebo_gets_the_plugin_only(machine: Machine, tmp_path: Path) -> None:
    build = f'build=${{@: -3:1}}; [ "$1" != --build ] || {{ mkdir -p "$2"; touch "$2/{PLUGIN}"; }}'
    machine.replace("cmake", build)
    for name in ("gzserver", "make", "g++"):
        machine.replace(name, "exit 0")
    machine.replace("id", "echo 1000")  # which needs no root
    result = machine.set_up(ROBOT_TRIALS_GAZEBO="", XDG_CACHE_HOME=str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "robot_trials/gazebo-classic-11-plugin" / PLUGIN).exists()
    assert "debootstrap" not in machine.calls and "chroot" not in machine.calls
    machine.set_up(ROBOT_TRIALS_GAZEBO="", XDG_CACHE_HOME=str(tmp_path))
    assert "cmake" not in machine.calls


def test_help_says_where_it_lies_and_does_nothing(machine: Machine) -> None:
    result = subprocess.run(
        [CHECKOUT / "run", "gazebo", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ROBOT_TRIALS_GAZEBO": str(machine.gazebo)},
    )
    assert str(machine.gazebo) in result.stdout and "--sim gazebo" in result.stdout
    assert not machine.gazebo.parent.exists()


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ("torch_relay --sim gazebo --quiet", True),
        ("--sim=gazebo", True),
        ("trial:=torch_relay sim:=gazebo", True),
        ("torch_relay --sim mujoco", False),
        ("--output gazebo", False),
        ("", False),
    ],
)
def test_a_trial_in_gazebo_is_told_from_others(arguments: str, asked: bool) -> None:
    script = f'source {CHECKOUT}/tools/gazebo.sh; gazebo_is_asked_for "$@"'
    result = subprocess.run(["bash", "-c", script, "-", *arguments.split()], check=False)
    assert result.returncode == (0 if asked else 1)


def test_in_the_background_the_lock_is_held_until_the_end(machine: Machine) -> None:
    """Whoever asks right after the start waits, and then reads why it failed."""
    machine.replace("id", "sleep 0.5; echo 1000")
    script = """
        set -euo pipefail
        ROOT=$1; source "$ROOT/tools/environment.sh"; source "$ROOT/tools/setup.sh"; source "$ROOT/tools/gazebo.sh"
        start_gazebo_setup
        flock --nonblock "$2" true && echo "not locked" || echo "locked"
        flock "$2" cat "$3.failed"
    """
    result = subprocess.run(
        ["bash", "-c", script, "-", CHECKOUT, machine.gazebo.parent, machine.gazebo],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{machine.bin}:/usr/bin:/bin", "ROBOT_TRIALS_GAZEBO": str(machine.gazebo)},
    )
    assert result.stdout.splitlines()[0] == "locked", result.stderr
    assert result.stdout.splitlines()[1].startswith("needs root once"), result.stderr

"""Gazebo's processes: started with a world, watched, and never left behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo.install import GazeboInstall
from robot_trials.robots.gazebo.protocol import PartnerLost, SimulatorLink

START_TIMEOUT = 60.0
"""A world loads within this [s]."""
END_TIMEOUT = 3.0
"""From the end of the link until Gazebo is killed [s]."""
LAST_BREATH = 0.5
"""From the end of the link until the process has ended too [s]."""
LAST_LINES = 6
"""Of Gazebo's output that an error repeats."""
NO_PLUGIN = "Failed to load plugin librobot_trials"
"""What it writes when ours is missing or was built for another Gazebo."""
COLOURS = re.compile("\x1b\\[[0-9;]*m")
"""Escape sequences in that output."""


class GazeboProcess:
    """One Gazebo with one world, in a process group of its own.

    Attributes:
        folder: what belongs to the run: world, socket, output. Removed at the end.
    """

    def __init__(self, install: GazeboInstall, gui: bool = False) -> None:
        self._install, self._gui = install, gui
        self.folder = Path(tempfile.mkdtemp(prefix="robot_trials_gazebo_"))
        self._children: list[subprocess.Popen[bytes]] = []
        self._ends_itself = False

    @property
    def socket(self) -> Path:
        """Where the plugin connects."""
        return self.folder / "link"

    def start(self, world: ElementTree.Element, link: SimulatorLink) -> None:
        """Run a world until its plugin is connected.

        Raises:
            RobotFault: it ended, or did not connect in time; with the last lines of its output.
        """
        path = self.folder / "world.sdf"
        ElementTree.ElementTree(world).write(path)
        environment = {**self._install.make_environment(), "GAZEBO_LOG_PATH": str(self.folder)}
        environment["GAZEBO_MASTER_URI"] = f"http://127.0.0.1:{_free_port()}"
        environment["GAZEBO_IP"] = "127.0.0.1"
        blind = {name: value for name, value in environment.items() if name != "DISPLAY"}  # physics need no screen
        self._run((*self._install.server, *self._install.options, str(path)), blind, "server")
        deadline = time.monotonic() + START_TIMEOUT
        while not self._accept(link):
            if time.monotonic() > deadline:
                raise RobotFault(f"Gazebo did not load its world in time{self.describe()}", timeout=START_TIMEOUT)
        self._ends_itself = not self._gui  # once its plugin finds the link closed
        if self._gui:
            self._run(self._install.client, environment, "client")

    def describe(self) -> str:
        """How the server ended, if it did, and the last lines it wrote; for an error's message."""
        lines = self._read_output().splitlines()[-LAST_LINES:]
        return self._describe_end() + "".join(f"\n  gazebo: {line.rstrip()}" for line in lines)

    def _read_output(self) -> str:
        output = self.folder / "server.txt"
        return COLOURS.sub("", output.read_text(errors="replace")) if output.exists() else ""

    def _describe_end(self) -> str:
        if not self._children:
            return ""
        try:  # whoever closed the link is mostly just ending
            code = self._children[0].wait(LAST_BREATH)
        except subprocess.TimeoutExpired:
            return ""
        return f"; it died by signal {signal.Signals(-code).name}" if code < 0 else f"; it ended with exit code {code}"

    def close(self) -> None:
        """End every process and remove the folder; idempotent."""
        for child in self._children:
            try:
                child.wait(END_TIMEOUT if child is self._children[0] and self._ends_itself else 0.0)
            except subprocess.TimeoutExpired:
                pass
            _kill_group(child)
        self._children.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self, link: SimulatorLink) -> bool:
        if self._children[0].poll() is not None:
            raise RobotFault(f"Gazebo did not start{self.describe()}")
        if NO_PLUGIN in self._read_output():  # it would run on without
            raise RobotFault(f"Gazebo cannot load the project's plugin; build it with `./run gazebo`{self.describe()}")
        try:
            return link.accept(0.2)
        except PartnerLost as error:
            raise RobotFault(f"Gazebo did not start: {error}{self.describe()}") from error

    def _run(self, command: tuple[str, ...], environment: dict[str, str], name: str) -> None:
        # Whoever is killed without warning takes its simulator along: the thread that calls this, to the kernel.
        leash = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
        with (self.folder / f"{name}.txt").open("wb") as output:
            self._children.append(
                subprocess.Popen(
                    (*leash, *command),
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

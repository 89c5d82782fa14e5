"""Where Gazebo is on this machine, and how it is started."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from robot_trials.exceptions import RobotFault

FOLDER_VARIABLE = "ROBOT_TRIALS_GAZEBO"
"""Names the folder that `./run gazebo` fills, where it is not the usual one."""
OPENCV_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
"""Set by OpenCV's wheel for all that its process starts: with its Qt plugins Gazebo's window ends without a word."""
SERVER = "gzserver"
CLIENT = "gzclient"


@dataclass(frozen=True)
class GazeboInstall:
    """A Gazebo that can be started.

    Attributes:
        server, client: the first words of the commands that run physics and window.
        environment: what both need beside the usual.
        options: of the server, before the world's name.
    """

    server: tuple[str, ...]
    client: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ("--verbose",)

    def make_environment(self) -> dict[str, str]:
        """This process's environment, with what both need, and without what an import of OpenCV has put there."""
        strange = {name for name in OPENCV_VARIABLES if "/cv2/" in os.environ.get(name, "")}
        return {name: value for name, value in os.environ.items() if name not in strange} | self.environment


def gazebo_folder() -> Path:
    """Where Debian's Gazebo Classic lies when `./run gazebo` has fetched it; tools/gazebo.sh names the same."""
    given = os.environ.get(FOLDER_VARIABLE)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given or cache / "robot_trials" / "gazebo-classic-11").resolve()


def find_gazebo() -> GazeboInstall:
    """The Gazebo of this machine: the folder that is named, else one on the path, else the folder of `./run gazebo`.

    Raises:
        RobotFault: there is none, or it lacks the project's plugin.
    """
    folder = gazebo_folder()
    plugins = folder / "robot_trials"
    if shutil.which(SERVER) and not os.environ.get(FOLDER_VARIABLE):
        plugins = folder.with_name(f"{folder.name}-plugin")
        install = GazeboInstall((SERVER,), (CLIENT,), _plugin_path(plugins))
    elif (folder / "usr/bin" / SERVER).exists():
        install = _from_folder(folder, plugins)
    else:
        raise RobotFault("Gazebo is not there; fetch it with `./run gazebo`", path=str(folder))
    if not list(plugins.glob("librobot_trials_gazebo_*.so")):
        raise RobotFault("Gazebo lacks the project's plugin; build it with `./run gazebo`", path=str(plugins))
    return install


def _from_folder(folder: Path, plugins: Path) -> GazeboInstall:
    """A Gazebo of another Debian release, run by that release's own dynamic loader beside our libraries."""
    libraries = [folder / "usr/lib/x86_64-linux-gnu", folder / "lib/x86_64-linux-gnu", folder / "usr/lib"]
    libraries += [libraries[0] / name for name in ("gazebo-11/plugins", "pulseaudio", "blas", "lapack")]
    loader = folder / "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    prefix = (str(loader), "--library-path", ":".join(map(str, libraries)))
    environment = _plugin_path(plugins) | {
        "GAZEBO_RESOURCE_PATH": str(folder / "usr/share/gazebo-11"),
        "GAZEBO_MODEL_PATH": str(folder / "usr/share/gazebo-11/models"),
        "LIBGL_DRIVERS_PATH": str(libraries[0] / "dri"),
        "QT_PLUGIN_PATH": str(libraries[0] / "qt5/plugins"),
        "OGRE_RESOURCE_PATH": str(libraries[0] / "OGRE-1.9.0"),
        "SDF_PATH": str(folder / "usr/share/sdformat/1.7"),
    }
    programs = [str((folder / "usr/bin" / name).resolve()) for name in (SERVER, CLIENT)]
    return GazeboInstall((*prefix, programs[0]), (*prefix, programs[1]), environment)


def _plugin_path(plugins: Path) -> dict[str, str]:
    """Where the plugin is; no models from the network, no sound."""
    return {"GAZEBO_PLUGIN_PATH": str(plugins), "GAZEBO_MODEL_DATABASE_URI": "", "ALSOFT_DRIVERS": "null"}

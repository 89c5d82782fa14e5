"""A robot in gz-sim 8 (Gazebo Harmonic): the same world, link and sensors as in Gazebo Classic, moved by DART."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo import sdf
from robot_trials.robots.gazebo.install import GazeboInstall, gazebo_folder
from robot_trials.robots.gazebo.robot import GazeboRobot
from robot_trials.robots.mujoco.physics import PHYSICS_PERIOD

PLUGIN = "robot_trials_gz_sim"
PLUGINS_VARIABLE = "ROBOT_TRIALS_GZ_PLUGINS"
"""Names the folder with the project's plugin for gz-sim, where it is not the usual one."""
COMMAND = "gz"
VERSION = "1.10"
"""Of SDF: the first that knows added inertia."""


def find_gz_sim() -> GazeboInstall:
    """The gz-sim on the path, with the project's plugin.

    Raises:
        RobotFault: one of the two is missing.
    """
    if not shutil.which(COMMAND):
        raise RobotFault("gz-sim is not there: no command on the path", command=COMMAND)
    plugins = Path(os.environ.get(PLUGINS_VARIABLE) or gazebo_folder().with_name("gz-sim-plugin"))
    if not (plugins / f"lib{PLUGIN}.so").exists():
        raise RobotFault("gz-sim lacks the project's plugin; build sim/gazebo with CMake", path=str(plugins))
    environment = {
        "GZ_SIM_SYSTEM_PLUGIN_PATH": str(plugins),
        "GZ_PARTITION": f"robot_trials_{uuid.uuid4().hex}",
        "GZ_IP": "127.0.0.1",
    }
    return GazeboInstall((COMMAND, "sim"), (COMMAND, "sim", "-g"), environment, ("-s", "-r", "-v", "1"))


def add_physics(root: ElementTree.Element, step: float) -> None:
    """DART, as fast as it goes, with steps of `step` [s]."""
    world = root.find("world")
    assert world is not None
    physics = ElementTree.SubElement(world, "physics", name="steps", type="dart")
    for tag, value in (("max_step_size", step), ("real_time_factor", 0.0), ("real_time_update_rate", 0.0)):
        ElementTree.SubElement(physics, tag).text = repr(value)
    system = ElementTree.SubElement(world, "plugin", filename="gz-sim-physics-system", name="gz::sim::systems::Physics")
    contacts = ElementTree.SubElement(system, "contacts")
    ElementTree.SubElement(contacts, "include_entity_names").text = "false"


def add_plugin(root: ElementTree.Element, names: sdf.WorldNames, socket: str, steps_per_exchange: int) -> None:
    """Have the world's plugin connect to `socket` and exchange every so many steps; it knows no rotors."""
    sdf.add_plugin(root, names, {}, socket, steps_per_exchange)
    plugin = root.find("world/plugin[@name='control_link']")
    assert plugin is not None
    plugin.set("filename", PLUGIN)
    plugin.set("name", "robot_trials::ControlLink")


def split_inertias(root: ElementTree.Element) -> None:
    """Let every link's inertia be a body's; what a rotor has added to it beyond that is written as added inertia.

    A light link with the rotor of a strong joint has about the joint's axis more than the sum of its other two moments.
    SDF takes such a link for an error, and knows inertia beside the link's own only as that of the fluid around it.
    """
    root.set("version", VERSION)
    rows, columns = np.triu_indices(3)
    for inertial in root.iter("inertial"):
        entries = [
            inertial.find(f"inertia/i{'xyz'[row]}{'xyz'[column]}") for row, column in zip(rows, columns, strict=True)
        ]
        values = [float(entry.text or "") for entry in entries if entry is not None]
        matrix = np.zeros((3, 3))
        matrix[rows, columns] = matrix[columns, rows] = values
        moments, axes = np.linalg.eigh(matrix)
        if moments[2] <= moments[0] + moments[1]:
            continue
        added = (moments[2] - moments[1] - 0.5 * moments[0]) * np.outer(axes[:, 2], axes[:, 2])
        fluid = ElementTree.SubElement(inertial, "fluid_added_mass")
        for entry, row, column in zip(entries, rows, columns, strict=True):
            assert entry is not None
            entry.text = repr(float(matrix[row, column] - added[row, column]))
            ElementTree.SubElement(fluid, "pqr"[row] + "pqr"[column]).text = repr(float(added[row, column]))


class GzSimRobot(GazeboRobot):
    """A simulated robot at a site, moved by gz-sim."""

    def _find_install(self) -> GazeboInstall:
        return find_gz_sim()

    def _make_world(self) -> ElementTree.Element:
        world = sdf.write_world(self.model, self.view.model, self.world_names, self.drives.torque_limits)
        split_inertias(world)
        add_physics(world, PHYSICS_PERIOD)
        add_plugin(world, self.world_names, str(self._process.socket), self._physics.substeps)
        return world

"""The simulated world as SDF: the same bodies, masses, joints and shapes as the MuJoCo model it is written from.

Whatever the seed drew, a prop's mass or the floor's friction, is in that model already, so the two simulators share
one world. What differs is said in docs/simulation.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

import mujoco
import numpy as np

from robot_trials.robots.gazebo.sdf_elements import (
    GEOMS,
    GRIPPY,
    add_material,
    add_shape,
    add_surface,
    add_text,
    as_known_shape,
    pose_of,
)
from robot_trials.robots.mujoco.body.grasp import GRASP
from robot_trials.robots.mujoco.groups import HIDDEN_GROUP, ContactBits
from robot_trials.robots.mujoco.rotations import matrix_from_quaternion_wxyz
from robot_trials.robots.profile import RobotProfile

VERSION = "1.7"
PLUGIN = "robot_trials_gazebo_classic"
ITERATIONS = 120
"""Of ODE's solver; from 100 on ankles with braced rotors stay quiet with every seed tried, with 60 not."""


@dataclass(frozen=True)
class WorldNames:
    """What the plugin drives and reads, by MuJoCo's names.

    Attributes:
        robot: the model.
        joints: in the order of every joint array.
        bodies: floating bodies, the robot's base first.
        feet, hands: links of the robot.
        figures: what is posed from outside: slabs under the robot, people.
    """

    robot: str
    joints: tuple[str, ...]
    bodies: tuple[str, ...]
    feet: tuple[str, ...]
    hands: tuple[str, ...]
    figures: tuple[str, ...]

    @property
    def scoped_bodies(self) -> tuple[str, ...]:
        """Bodies as `model::link`; every free body but the robot's base is a model of its own name."""
        return (*self.scope(self.bodies[:1]), *(f"{body}::{body}" for body in self.bodies[1:]))

    def scope(self, links: Iterable[str]) -> tuple[str, ...]:
        """Links of the robot as `model::link`."""
        return tuple(f"{self.robot}::{link}" for link in links)


def find_names(model: mujoco.MjModel, profile: RobotProfile) -> WorldNames:
    """What is what in a world's model."""

    def carrier(site: str) -> str:
        return str(model.body(int(model.site_bodyid[model.site(site).id])).name)

    free = [joint for joint in range(model.njnt) if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE]
    bodies = tuple(str(model.body(model.jnt_bodyid[joint]).name) for joint in free)
    grasps = [weld for weld in range(model.neq) if model.equality(weld).name.startswith(GRASP)]
    return WorldNames(
        robot=profile.name,
        joints=profile.joint_names,
        bodies=bodies,
        feet=tuple(carrier(name) for name in profile.frames.feet),
        hands=tuple(carrier(name) for name in profile.frames.hands) if grasps else (),
        figures=tuple(model.body(body).name for body in range(model.nbody) if model.body_mocapid[body] >= 0),
    )


def write_world(
    model: mujoco.MjModel, looks: mujoco.MjModel, names: WorldNames, torque_limits: np.ndarray
) -> ElementTree.Element:
    """Everything of a world as SDF, still without plugin and physics.

    Args:
        model: the world as it moves; masses, joints and what touches are taken from it.
        looks: the same world as it looks; what is seen is taken from it.
        names: what is what.
        torque_limits: of the drives, shape (nu,) [N·m].
    """
    root = ElementTree.Element("sdf", version=VERSION)
    world = ElementTree.SubElement(root, "world", name="trial")
    add_text(world, "gravity", *model.opt.gravity)
    _add_light(world)
    friction = float(model.geom("street").friction[0])
    _add_ground(world, model, friction)
    writer = _LinkWriter(model, looks, friction)
    for name in names.figures:
        writer.add_figure(world, name)
    writer.add_robot(world, names, torque_limits)
    for name in names.bodies[1:]:
        writer.add_free_body(world, name)
    return root


def add_physics(root: ElementTree.Element, step: float) -> None:
    """ODE, as fast as it goes, with steps of `step` [s]."""
    world = root.find("world")
    assert world is not None
    physics = ElementTree.SubElement(world, "physics", name="steps", type="ode")
    add_text(physics, "max_step_size", step)
    add_text(physics, "real_time_update_rate", 0.0)
    add_text(physics, "real_time_factor", 0.0)
    ode = ElementTree.SubElement(physics, "ode")
    solver = ElementTree.SubElement(ode, "solver")
    add_text(solver, "type", "quick")
    add_text(solver, "iters", ITERATIONS)
    constraints = ElementTree.SubElement(ode, "constraints")
    add_text(constraints, "cfm", 0.0)
    add_text(constraints, "erp", 0.2)
    add_text(constraints, "contact_surface_layer", 0.0)


def add_plugin(
    root: ElementTree.Element, names: WorldNames, rotors: dict[str, float], socket: str, steps_per_exchange: int
) -> None:
    """Have the world's plugin connect to `socket` and exchange every so many steps.

    Args:
        root: changed in place.
        names: what is what.
        rotors: inertia that turns with a joint, not with its link, by joint [kg·m²].
        socket: path.
        steps_per_exchange: physics steps in a control period.
    """
    world = root.find("world")
    assert world is not None
    plugin = ElementTree.SubElement(world, "plugin", name="control_link", filename=f"lib{PLUGIN}.so")
    add_text(plugin, "socket", socket)
    add_text(plugin, "steps_per_exchange", steps_per_exchange)
    add_text(plugin, "robot", names.robot)
    for key, things in (
        ("joint", names.joints),
        ("body", names.scoped_bodies),
        ("foot", names.scope(names.feet)),
        ("hand", names.scope(names.hands)),
        ("figure", names.figures),
    ):
        for thing in things:
            add_text(plugin, key, thing)
    for joint, inertia in rotors.items():
        rotor = ElementTree.SubElement(plugin, "rotor")
        add_text(rotor, "joint", joint)
        add_text(rotor, "inertia", inertia)


def _add_light(world: ElementTree.Element) -> None:
    light = ElementTree.SubElement(world, "light", type="directional", name="sun")
    add_text(light, "pose", 0.0, 0.0, 20.0, 0.0, 0.0, 0.0)
    add_text(light, "diffuse", 0.85, 0.85, 0.82, 1.0)
    add_text(light, "direction", -0.4, 0.3, -0.9)


def _add_ground(world: ElementTree.Element, model: mujoco.MjModel, friction: float) -> None:
    link = _static_link(world, "ground")
    street = model.geom("street")
    upright = np.array((1.0, 0.0, 0.0, 0.0))
    plane = add_shape(link, "collision", "street", street.pos, upright, street.type[0], street.size)
    add_surface(plane, friction, ContactBits.FLOOR)
    seen = add_shape(link, "visual", "street", street.pos, upright, street.type[0], street.size)
    add_material(seen, (0.45, 0.46, 0.47, 1.0))
    for geom in _geoms_of(model, 0):
        if geom.type[0] != GEOMS.mjGEOM_BOX or not geom.contype[0] & ContactBits.FLOOR:
            continue
        for kind in ("collision", "visual"):
            piece = add_shape(link, kind, geom.name, geom.pos, geom.quat, geom.type[0], geom.size)
            if kind == "visual":
                add_material(piece, geom.rgba)
            else:
                add_surface(piece, friction, ContactBits.FLOOR)


def _static_link(world: ElementTree.Element, name: str) -> ElementTree.Element:
    model = ElementTree.SubElement(world, "model", name=name)
    add_text(model, "static", "true")
    return ElementTree.SubElement(model, "link", name=name)


class _LinkWriter:
    """Writes MuJoCo's bodies as links."""

    def __init__(self, model: mujoco.MjModel, looks: mujoco.MjModel, friction: float) -> None:
        self._model, self._looks, self._friction = model, looks, friction
        data = mujoco.MjData(model)
        data.qpos[:] = model.qpos0
        data.qpos[:7] = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
        mujoco.mj_kinematics(model, data)
        self._data = data

    def add_robot(self, world: ElementTree.Element, names: WorldNames, torque_limits: np.ndarray) -> None:
        element = ElementTree.SubElement(world, "model", name=names.robot)
        add_text(element, "pose", 0.0, 0.0, 1.5, 0.0, 0.0, 0.0)
        add_text(element, "self_collide", "false")
        root = self._model.body(names.bodies[0]).id
        bodies = [body for body in range(root, self._model.nbody) if self._model.body_rootid[body] == root]
        for body in bodies:
            position, quat = self._data.xpos[body], self._data.xquat[body]
            self._add_link(element, body, pose_of(position, quat))
        for name, limit in zip(names.joints, torque_limits, strict=True):
            self._add_joint(element, name, float(limit))

    def add_free_body(self, world: ElementTree.Element, name: str) -> None:
        element = ElementTree.SubElement(world, "model", name=name)
        add_text(element, "pose", 0.0, -3.0, 1.5, 0.0, 0.0, 0.0)
        self._add_link(element, self._model.body(name).id, (0.0,) * 6)

    def add_figure(self, world: ElementTree.Element, name: str) -> None:
        """Slabs and fixed props are touched. People are only seen: what touches them has no force, but is counted."""
        body = self._model.body(name).id
        link = _static_link(world, name)
        for geom in _geoms_of(self._model, body):
            if geom.contype[0] & (ContactBits.FLOOR | ContactBits.PROP):
                shape = add_shape(link, "collision", f"{name}_{geom.id}", geom.pos, geom.quat, geom.type[0], geom.size)
                add_surface(shape, self._friction, ContactBits.FLOOR)
        self._add_visuals(link, body)

    def _add_link(self, parent: ElementTree.Element, body: int, pose: Sequence[float]) -> None:
        model = self._model
        link = ElementTree.SubElement(parent, "link", name=model.body(body).name)
        add_text(link, "pose", *pose)
        inertial = ElementTree.SubElement(link, "inertial")
        add_text(inertial, "mass", model.body_mass[body])
        add_text(inertial, "pose", *model.body_ipos[body], 0.0, 0.0, 0.0)
        axes = matrix_from_quaternion_wxyz(model.body_iquat[body])
        matrix = axes @ np.diag(model.body_inertia[body]) @ axes.T + self._rotor_inertia(body)
        inertia = ElementTree.SubElement(inertial, "inertia")
        for row, column in zip(*np.triu_indices(3), strict=True):
            add_text(inertia, "i" + "xyz"[row] + "xyz"[column], matrix[row, column])
        for geom in _geoms_of(model, body):
            if geom.contype[0]:
                name = geom.name or f"{model.body(body).name}_{geom.id}"
                shape = add_shape(link, "collision", name, geom.pos, geom.quat, geom.type[0], geom.size)
                add_surface(shape, GRIPPY, ContactBits.FLOOR)
        self._add_visuals(link, body)

    def _rotor_inertia(self, body: int) -> np.ndarray:
        """What the rotor of a link's own joint adds: neither engine knows armature."""
        model = self._model
        total = np.zeros((3, 3))
        for joint in range(model.body_jntadr[body], model.body_jntadr[body] + model.body_jntnum[body]):
            if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_HINGE:
                axis = model.jnt_axis[joint]
                total += model.dof_armature[model.jnt_dofadr[joint]] * np.outer(axis, axis)
        return total

    def _add_visuals(self, link: ElementTree.Element, body: int) -> None:
        name = self._model.body(body).name
        for geom in _geoms_of(self._looks, self._looks.body(name).id):
            if geom.rgba[3] == 0.0 or geom.group[0] in (HIDDEN_GROUP, 3, 4):
                continue
            geom_type, size = as_known_shape(geom.type[0], geom.size)
            seen = add_shape(link, "visual", f"{name}_{geom.id}", geom.pos, geom.quat, geom_type, size)
            add_material(seen, geom.rgba)

    def _add_joint(self, parent: ElementTree.Element, name: str, torque_limit: float) -> None:
        model = self._model
        joint = model.joint(name)
        body = int(joint.bodyid[0])
        element = ElementTree.SubElement(parent, "joint", name=name, type="revolute")
        add_text(element, "parent", model.body(model.body_parentid[body]).name)
        add_text(element, "child", model.body(body).name)
        add_text(element, "pose", *joint.pos, 0.0, 0.0, 0.0)
        axis = ElementTree.SubElement(element, "axis")
        add_text(axis, "xyz", *joint.axis)
        limit = ElementTree.SubElement(axis, "limit")
        add_text(limit, "lower", joint.range[0])
        add_text(limit, "upper", joint.range[1])
        add_text(limit, "effort", torque_limit)
        dynamics = ElementTree.SubElement(axis, "dynamics")
        add_text(dynamics, "friction", joint.frictionloss[0])


def _geoms_of(model: mujoco.MjModel, body: int) -> list[mujoco._structs._MjModelGeomViews]:
    first, count = int(model.body_geomadr[body]), int(model.body_geomnum[body])
    return [model.geom(index) for index in range(first, first + count)]

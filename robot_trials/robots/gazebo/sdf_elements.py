"""Shapes, surfaces, colours and numbers as SDF writes them."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

import mujoco
import numpy as np

from robot_trials.robots.mujoco.rotations import matrix_from_quaternion_wxyz

GEOMS = mujoco.mjtGeom
GRIPPY = 1e6
"""Friction of everything but the ground: the smaller of two surfaces' frictions counts, and that is the ground's."""
SHAPES = {
    GEOMS.mjGEOM_BOX: lambda size: ("box", {"size": 2.0 * size}),
    GEOMS.mjGEOM_SPHERE: lambda size: ("sphere", {"radius": size[:1]}),
    GEOMS.mjGEOM_CYLINDER: lambda size: ("cylinder", {"radius": size[:1], "length": 2.0 * size[1:2]}),
    # Gazebo Classic has no capsules: a cylinder as long as the whole one.
    GEOMS.mjGEOM_CAPSULE: lambda size: ("cylinder", {"radius": size[:1], "length": 2.0 * (size[:1] + size[1:2])}),
    GEOMS.mjGEOM_PLANE: lambda size: ("plane", {"normal": (0.0, 0.0, 1.0), "size": (400.0, 400.0)}),
}
"""Element and parameters of each kind of shape, from MuJoCo's half sizes."""
ROUND = 1.6
"""Longest over shortest axis up to which an ellipsoid passes for a sphere."""


def as_known_shape(kind: int, size: np.ndarray) -> tuple[int, np.ndarray]:
    """Gazebo Classic has no ellipsoids: a round one is seen as a sphere, a long one as a box of the same volume."""
    if kind != GEOMS.mjGEOM_ELLIPSOID:
        return kind, size
    if np.max(size) < ROUND * np.min(size):
        return GEOMS.mjGEOM_SPHERE, np.full(3, float(np.mean(size)))
    return GEOMS.mjGEOM_BOX, size * (np.pi / 6.0) ** (1.0 / 3.0)


def add_shape(
    link: ElementTree.Element,
    kind: str,
    name: str,
    position: np.ndarray,
    quat: np.ndarray,
    shape: int,
    size: np.ndarray,
) -> ElementTree.Element:
    """Add a `collision` or `visual` of MuJoCo's kind and half sizes at a pose in the link; returns it."""
    element = ElementTree.SubElement(link, kind, name=name)
    add_text(element, "pose", *pose_of(position, quat))
    tag, parameters = SHAPES[GEOMS(shape)](size)
    inner = ElementTree.SubElement(ElementTree.SubElement(element, "geometry"), tag)
    for key, values in parameters.items():
        add_text(inner, key, *values)
    return element


def add_surface(collision: ElementTree.Element, friction: float, bits: int) -> None:
    """Let a collision touch whatever shares one of its bits, with this friction."""
    add_text(collision, "max_contacts", 8)
    surface = ElementTree.SubElement(collision, "surface")
    ode = ElementTree.SubElement(ElementTree.SubElement(surface, "friction"), "ode")
    add_text(ode, "mu", friction)
    add_text(ode, "mu2", friction)
    contact = ElementTree.SubElement(surface, "contact")
    add_text(contact, "collide_bitmask", int(bits))
    if friction == GRIPPY:
        ode = ElementTree.SubElement(contact, "ode")
        add_text(ode, "kp", 1e5)
        add_text(ode, "kd", 2e3)
        add_text(ode, "max_vel", 0.1)
        add_text(ode, "min_depth", 0.0)


def add_material(visual: ElementTree.Element, rgba: Iterable[float]) -> None:
    """Colour a visual."""
    colour = [float(value) for value in rgba]
    material = ElementTree.SubElement(visual, "material")
    add_text(material, "ambient", *colour)
    add_text(material, "diffuse", *colour)
    if colour[3] < 1.0:
        add_text(visual, "transparency", 1.0 - colour[3])


def pose_of(position: np.ndarray, quat_wxyz: np.ndarray) -> tuple[float, ...]:
    """Position and roll, pitch, yaw."""
    matrix = matrix_from_quaternion_wxyz(np.asarray(quat_wxyz))
    pitch = np.arcsin(np.clip(-matrix[2, 0], -1.0, 1.0))
    roll, yaw = np.arctan2(matrix[2, 1], matrix[2, 2]), np.arctan2(matrix[1, 0], matrix[0, 0])
    if abs(matrix[2, 0]) > 1.0 - 1e-12:
        roll, yaw = 0.0, np.arctan2(-matrix[0, 1], matrix[1, 1])
    return (*(float(value) for value in position), float(roll), float(pitch), float(yaw))


def add_text(parent: ElementTree.Element, tag: str, *values: object) -> None:
    """Add an element whose text is these values, one space between them."""
    element = ElementTree.SubElement(parent, tag)
    element.text = " ".join(value if isinstance(value, str) else _number(value) for value in values)


def _number(value: object) -> str:
    return repr(value) if isinstance(value, int) else repr(float(value))  # type: ignore[arg-type]

"""Write a robot's URDF from its body YAML.

`python -m robot_trials.robots.description BODY.yaml ROBOT.urdf`
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from xml.etree import ElementTree

from robot_trials.robots.body import Body, Frame, Joint, Link, Shape, Vector, load_body
from robot_trials.robots.inertia import compute_principal_inertia

AXIS_VECTOR = {"x": "1 0 0", "y": "0 1 0", "z": "0 0 1"}
AXIS_RPY = {"x": (0.0, math.pi / 2, 0.0), "y": (-math.pi / 2, 0.0, 0.0), "z": (0.0, 0.0, 0.0)}
"""Turns a solid that lies along z, as URDF cylinders do, to lie along the axis."""


def write_urdf(body_path: Path, urdf_path: Path) -> None:
    """Generate the URDF of the body in `body_path`.

    Raises:
        ConfigError: the body file is missing or not valid.
    """
    urdf_path.write_text(make_urdf(load_body(body_path)), encoding="utf-8")


def make_urdf(body: Body) -> str:
    """URDF text of a body; joints are written in the project's array order."""
    full = body.expanded()
    root = ElementTree.Element("robot", name=full.name)
    for name, rgba in full.colours.items():
        ElementTree.SubElement(ElementTree.SubElement(root, "material", name=name), "color", rgba=_text(rgba))
    for link in full.links:
        _add_link(root, link)
    for frame in full.frames:
        ElementTree.SubElement(root, "link", name=frame.name)
    for link in full.links:
        if link.joint is not None:
            _add_joint(root, link.joint, link.name)
    for frame in full.frames:
        _add_fixed_joint(root, frame)
    ElementTree.indent(root)
    return f'<?xml version="1.0"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add_link(root: ElementTree.Element, link: Link) -> None:
    element = ElementTree.SubElement(root, "link", name=link.name)
    inertial = ElementTree.SubElement(element, "inertial")
    _add_origin(inertial, link.inertia.at)
    ElementTree.SubElement(inertial, "mass", value=repr(link.mass))
    ixx, iyy, izz = (repr(moment) for moment in compute_principal_inertia(link.inertia, link.mass))
    ElementTree.SubElement(inertial, "inertia", ixx=ixx, iyy=iyy, izz=izz, ixy="0", ixz="0", iyz="0")
    for shape in link.visual:
        _add_shape(ElementTree.SubElement(element, "visual"), shape)
    for shape in link.collision:
        _add_shape(ElementTree.SubElement(element, "collision"), shape)


def _add_shape(element: ElementTree.Element, shape: Shape) -> None:
    if shape.name is not None:
        element.set("name", shape.name)
    _add_origin(element, shape.at, AXIS_RPY[shape.axis] if shape.cylinder is not None else (0.0, 0.0, 0.0))
    geometry = ElementTree.SubElement(element, "geometry")
    if shape.box is not None:
        ElementTree.SubElement(geometry, "box", size=_text(shape.box))
    elif shape.cylinder is not None:
        radius, length = shape.cylinder
        ElementTree.SubElement(geometry, "cylinder", radius=repr(radius), length=repr(length))
    else:
        ElementTree.SubElement(geometry, "sphere", radius=repr(shape.sphere))
    if shape.colour is not None:
        ElementTree.SubElement(element, "material", name=shape.colour)


def _add_joint(root: ElementTree.Element, joint: Joint, child: str) -> None:
    element = ElementTree.SubElement(root, "joint", name=joint.name, type="revolute")
    _add_origin(element, joint.origin)
    ElementTree.SubElement(element, "parent", link=joint.parent)
    ElementTree.SubElement(element, "child", link=child)
    ElementTree.SubElement(element, "axis", xyz=AXIS_VECTOR[joint.axis])
    lower, upper = (repr(bound) for bound in joint.range)
    ElementTree.SubElement(
        element, "limit", lower=lower, upper=upper, effort=repr(joint.effort), velocity=repr(joint.speed)
    )


def _add_fixed_joint(root: ElementTree.Element, frame: Frame) -> None:
    element = ElementTree.SubElement(root, "joint", name=f"{frame.name}_fixed", type="fixed")
    _add_origin(element, frame.at, frame.rpy)
    ElementTree.SubElement(element, "parent", link=frame.parent)
    ElementTree.SubElement(element, "child", link=frame.name)


def _add_origin(element: ElementTree.Element, xyz: Vector, rpy: Vector = (0.0, 0.0, 0.0)) -> None:
    ElementTree.SubElement(element, "origin", xyz=_text(xyz), rpy=_text(rpy))


def _text(values: tuple[float, ...]) -> str:
    return " ".join(repr(float(value)) for value in values)


if __name__ == "__main__":
    write_urdf(Path(sys.argv[1]), Path(sys.argv[2]))

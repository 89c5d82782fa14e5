"""Simple shapes and joints of a URDF, as the replay draws them."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

DEFAULT_COLOUR = [0.7, 0.72, 0.75, 1.0]
BAR_RADIUS = 0.035
"""Radius of the bars drawn for links without simple shapes [m]."""


def compute_geometry(urdf: str) -> dict[str, Any]:
    """Links with their shapes, and joints.

    Links that are drawn by meshes only become bars from their origin to the joints they carry.

    Args:
        urdf: robot description.

    Returns:
        `links`: name → list of shapes (kind, size [m], xyz [m], rpy [rad], rgba); `joints`: name, type, parent, child,
        xyz, rpy and axis of each; all ready for JSON.

    Raises:
        ElementTree.ParseError: the text is no XML.
    """
    robot = ElementTree.fromstring(urdf)
    materials = _read_materials(robot)
    links = {link.get("name", ""): _read_shapes(link, materials) for link in robot.findall("link")}
    joints = [_read_joint(joint) for joint in robot.findall("joint")]
    meshes = {
        link.get("name", "")
        for link in robot.findall("link")
        if link.find("visual/geometry/mesh") is not None and not links[link.get("name", "")]
    }
    for joint in joints:
        if joint["parent"] in meshes and any(joint["xyz"]):
            links[joint["parent"]].append(
                {"kind": "bar", "size": [BAR_RADIUS], "xyz": joint["xyz"], "rpy": [0, 0, 0], "rgba": DEFAULT_COLOUR}
            )
    return {"links": links, "joints": joints}


def _read_materials(robot: ElementTree.Element) -> dict[str, list[float]]:
    """Colours by name."""
    return {
        material.get("name", ""): _numbers(colour, "rgba")
        for material in robot.findall("material")
        if (colour := material.find("color")) is not None
    }


def _read_shapes(link: ElementTree.Element, materials: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Boxes, cylinders, capsules and spheres of a link."""
    shapes = []
    for visual in link.findall("visual"):
        shape = visual.find("geometry/*")
        if shape is None or shape.tag not in ("box", "cylinder", "capsule", "sphere"):
            continue
        if shape.tag == "box":
            size = _numbers(shape, "size")
        else:
            size = [float(shape.get(name, "0")) for name in ("radius", "length") if shape.get(name) is not None]
        shapes.append({"kind": shape.tag, "size": size, **_read_origin(visual), "rgba": _colour(visual, materials)})
    return shapes


def _colour(visual: ElementTree.Element, materials: dict[str, list[float]]) -> list[float]:
    """Colour of a shape."""
    material = visual.find("material")
    if material is None:
        return DEFAULT_COLOUR
    colour = material.find("color")
    return _numbers(colour, "rgba") if colour is not None else materials.get(material.get("name", ""), DEFAULT_COLOUR)


def _read_joint(joint: ElementTree.Element) -> dict[str, Any]:
    """One joint."""
    axis, parent, child = joint.find("axis"), joint.find("parent"), joint.find("child")
    return {
        "name": joint.get("name", ""),
        "type": joint.get("type", "fixed"),
        "parent": "" if parent is None else parent.get("link", ""),
        "child": "" if child is None else child.get("link", ""),
        "axis": [1.0, 0.0, 0.0] if axis is None else _numbers(axis, "xyz"),
        **_read_origin(joint),
    }


def _read_origin(element: ElementTree.Element) -> dict[str, list[float]]:
    """Origin of a joint or shape."""
    origin = element.find("origin")
    names = ("xyz", "rpy")
    return {name: [0.0] * 3 if origin is None else _numbers(origin, name) or [0.0] * 3 for name in names}


def _numbers(element: ElementTree.Element, name: str) -> list[float]:
    """Numbers of an attribute; empty where it is absent."""
    return [float(value) for value in element.get(name, "").split()]

"""Find a URDF and read names and joint limits from it, without a physics library."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

MOVING_JOINTS = ("revolute", "continuous", "prismatic")


@dataclass(frozen=True)
class UrdfSummary:
    """Names and limits of a URDF.

    Attributes:
        links: every link (and so every frame).
        joint_names: moving joints, depth first with siblings in alphabetical order, as Pinocchio numbers them.
        ranges: lower and upper limit of each joint [rad].
        efforts: effort limit of each joint [N·m].
        speeds: speed limit of each joint [rad/s].
    """

    links: frozenset[str]
    joint_names: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    efforts: tuple[float, ...]
    speeds: tuple[float, ...]


def resolve_urdf(reference: str, profile_file: Path) -> Path:
    """The file a profile's `urdf` names.

    Args:
        reference: a path relative to the profile, an absolute path, `package://PACKAGE/FILE` (a ROS package's
            share folder), or `python://MODULE/FILE` (a file of an installed Python package).
        profile_file: the profile.

    Raises:
        FileNotFoundError: the package, module or file does not exist.
    """
    kind, _, rest = reference.partition("://")
    if not rest:
        path = (profile_file.parent / reference).resolve()
    else:
        owner, _, inside = rest.partition("/")
        path = _find_folder(kind, owner, profile_file) / inside
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    return path


def _find_folder(kind: str, owner: str, profile_file: Path) -> Path:
    if kind == "python":
        spec = importlib.util.find_spec(owner)
        if spec is None or not spec.submodule_search_locations:
            raise FileNotFoundError(f"no installed Python package {owner!r}")
        return Path(next(iter(spec.submodule_search_locations)))
    if kind != "package":
        raise FileNotFoundError(f"unknown kind of address {kind!r}; known: package, python")
    if owner == "robot_trials":
        return profile_file.resolve().parents[2]
    try:
        from ament_index_python.packages import get_package_share_directory

        return Path(get_package_share_directory(owner))
    except (ImportError, LookupError) as error:
        raise FileNotFoundError(f"no ROS package {owner!r}: {error}") from error


@lru_cache(maxsize=8)
def read_urdf_summary(path: Path) -> UrdfSummary:
    """Read names and limits.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not a URDF.
    """
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise ValueError(f"{path} is not XML: {error}") from error
    if root.tag != "robot":
        raise ValueError(f"{path} holds <{root.tag}>, not <robot>")
    joints = _order_joints(root)
    limits = [joint.find("limit") for joint in joints]

    def numbers(key: str, default: str) -> tuple[float, ...]:
        return tuple(float(limit.get(key, default) if limit is not None else default) for limit in limits)

    return UrdfSummary(
        links=frozenset(str(link.get("name")) for link in root.iter("link")),
        joint_names=tuple(str(joint.get("name")) for joint in joints),
        ranges=tuple(zip(numbers("lower", "-inf"), numbers("upper", "inf"), strict=True)),
        efforts=numbers("effort", "inf"),
        speeds=numbers("velocity", "inf"),
    )


def _order_joints(root: ElementTree.Element) -> list[ElementTree.Element]:
    """Moving joints, depth first, siblings by name."""
    children: dict[str, list[tuple[str, str, ElementTree.Element]]] = {}
    below: set[str] = set()
    for joint in root.findall("joint"):
        parent, child = joint.find("parent"), joint.find("child")
        if parent is None or child is None:
            raise ValueError(f"joint {joint.get('name')!r} lacks a parent or a child")
        name = str(joint.get("name"))
        children.setdefault(str(parent.get("link")), []).append((name, str(child.get("link")), joint))
        below.add(str(child.get("link")))
    ordered: list[ElementTree.Element] = []

    def visit(link: str) -> None:
        for _, child, joint in sorted(children.get(link, []), key=lambda entry: entry[0]):
            if joint.get("type") in MOVING_JOINTS:
                ordered.append(joint)
            visit(child)

    for link in root.findall("link"):
        if link.get("name") not in below:
            visit(str(link.get("name")))
    return ordered

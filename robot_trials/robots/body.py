"""Schema of a body YAML: the links, joints, shapes and frames a robot description is generated from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import ConfigDict, Field, model_validator

from robot_trials.config.files.model import StrictModel, load_model

Vector = tuple[float, float, float]
Positive = Annotated[float, Field(gt=0)]
Axis = Literal["x", "y", "z"]

MIRROR_SIGN = {"x": -1.0, "y": 1.0, "z": -1.0}
"""Sign of a joint's coordinate under reflection in the plane y = 0, by axis."""


class _Strict(StrictModel):
    model_config = ConfigDict(strict=False)


class Shape(_Strict):
    """A box, cylinder or sphere at a position in its link's frame [m]."""

    box: tuple[Positive, Positive, Positive] | None = None  # full edge lengths
    cylinder: tuple[Positive, Positive] | None = None  # radius, length
    sphere: Positive | None = None  # radius
    at: Vector = (0.0, 0.0, 0.0)
    axis: Axis = "z"
    colour: str | None = None
    name: str | None = None

    @model_validator(mode="after")
    def _exactly_one_kind(self) -> Self:
        kinds = [kind for kind in ("box", "cylinder", "sphere") if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"needs exactly one of box, cylinder, sphere; has {kinds or 'none'}")
        return self


class Joint(_Strict):
    """The hinge that carries a link; `range` [rad], `effort` [N·m], `speed` [rad/s]."""

    name: str
    parent: str
    origin: Vector
    axis: Axis
    range: tuple[float, float]
    effort: Positive
    speed: Positive

    @model_validator(mode="after")
    def _ordered_range(self) -> Self:
        if not self.range[0] < self.range[1]:
            raise ValueError(f"joint {self.name}: range {list(self.range)} must be [lower, upper] with lower < upper")
        return self


class Link(_Strict):
    """A rigid link: mass [kg], the solid that stands for its inertia, and what is seen and touched."""

    name: str
    mass: Positive
    joint: Joint | None = None
    inertia: Shape
    visual: tuple[Shape, ...] = ()
    collision: tuple[Shape, ...] = ()


class Frame(_Strict):
    """A frame without mass, fixed to `parent`."""

    name: str
    parent: str
    at: Vector = (0.0, 0.0, 0.0)
    rpy: Vector = (0.0, 0.0, 0.0)


Part = TypeVar("Part", Link, Frame)


class Body(_Strict):
    """A whole robot; names with <s> stand for a left link and its mirror image, the words of `sides` put in."""

    name: str
    sides: tuple[str, str] = ("l", "r")
    colours: dict[str, tuple[float, float, float, float]]
    links: tuple[Link, ...]
    frames: tuple[Frame, ...]
    joint_groups: tuple[str, ...]

    def expanded(self) -> Body:
        """The same body with every <s> written out: left as given, right mirrored; joints in array order."""
        links = [link for source in self.links for link in _both_sides(source, self.sides)]
        frames = [frame for source in self.frames for frame in _both_sides(source, self.sides)]
        sided = [(group, self.sides if "<s>" in group else ("",)) for group in self.joint_groups]
        groups = [group.replace("<s>", side) for group, sides in sided for side in sides]

        def rank(link: Link) -> int:
            if link.joint is None:
                return -1
            return next(i for i, group in enumerate(groups) if link.name.startswith(group))

        return self.model_copy(
            update={"links": tuple(sorted(links, key=rank)), "frames": tuple(frames), "joint_groups": tuple(groups)}
        )


def load_body(path: Path) -> Body:
    """Read a body YAML.

    Raises:
        ConfigError: no such file, or a key is unknown, missing or out of range.
    """
    return load_model(path, Body).value


def _both_sides(source: Part, sides: tuple[str, str]) -> list[Part]:
    """The part alone if it is on the middle plane, else its left and its mirrored right one."""
    if "<s>" not in source.name:
        return [source]
    text = source.model_dump_json()
    left, right = (type(source).model_validate_json(text.replace("<s>", side)) for side in sides)
    return [left, _mirrored(right)]


def _mirrored(part: Part) -> Part:
    if isinstance(part, Frame):
        roll, pitch, yaw = part.rpy
        return part.model_copy(update={"at": _mirrored_point(part.at), "rpy": (-roll, pitch, -yaw)})
    update: dict[str, object] = {
        "inertia": _mirrored_shape(part.inertia),
        "visual": tuple(_mirrored_shape(shape) for shape in part.visual),
        "collision": tuple(_mirrored_shape(shape) for shape in part.collision),
    }
    if part.joint is not None:
        joint, (lower, upper) = part.joint, part.joint.range
        mirrored_range = (lower, upper) if MIRROR_SIGN[joint.axis] > 0 else (-upper, -lower)
        update["joint"] = joint.model_copy(update={"origin": _mirrored_point(joint.origin), "range": mirrored_range})
    return part.model_copy(update=update)


def _mirrored_shape(shape: Shape) -> Shape:
    return shape.model_copy(update={"at": _mirrored_point(shape.at)})


def _mirrored_point(point: Vector) -> Vector:
    return (point[0], -point[1], point[2])

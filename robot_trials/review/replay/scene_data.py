"""A kind's scene as the page's scripts take it."""

from __future__ import annotations

import base64
from dataclasses import fields
from typing import Any

import numpy as np

from robot_trials.kinds.scene import Scene


def describe_scene(scene: Scene, count: int) -> dict[str, Any]:
    """The scene, ready for JSON; arrays are base64 of little-endian float32 with one row or `count`.

    Raises:
        ValueError: an array has another shape, or something that is drawn is not finite.
    """
    return {
        "things": [
            {
                "name": thing.name,
                "shapes": [_to_plain(shape) for shape in thing.shapes],
                "poses": _pack_track(f"poses of {thing.name}", thing.poses, count, 7),
            }
            for thing in scene.things
        ],
        "people": [
            {
                "name": person.name,
                "side": person.side,
                "shirt": _make_plain(person.shirt),
                "trousers": _make_plain(person.trousers),
                "stance": _pack_track(f"stance of {person.name}", person.stance, count, 3),
                "hand": None
                if person.hand is None
                else _pack_track(f"hand of {person.name}", person.hand, count, 3, gaps=True),
            }
            for person in scene.people
        ],
        "ground": [_to_plain(patch) for patch in scene.ground],
        "labels": [_to_plain(label) for label in scene.labels],
    }


def pack(array: np.ndarray) -> str:
    """Base64 of little-endian float32."""
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode()


def _pack_track(what: str, array: np.ndarray, count: int, width: int, gaps: bool = False) -> str:
    """Rows of numbers; NaN only where gaps are allowed."""
    array = np.asarray(array, dtype=float)
    if array.shape not in ((width,), (1, width), (count, width)):
        raise ValueError(f"{what}: shape must be ({width},) or ({count}, {width}), got {array.shape}")
    if not gaps and not np.isfinite(array).all():
        raise ValueError(f"{what}: must be finite")
    return pack(array)


def _to_plain(record: Any) -> dict[str, Any]:
    """A record of plain values."""
    return {field.name: _make_plain(getattr(record, field.name)) for field in fields(record)}


def _make_plain(value: Any) -> Any:
    """Sequences and arrays of numbers become lists of floats; texts and truths stay."""
    if value is None or isinstance(value, str | bool):
        return value
    array = np.asarray(value, dtype=float)
    if not np.isfinite(array).all():
        raise ValueError(f"must be finite: {value!r}")
    return array.tolist()

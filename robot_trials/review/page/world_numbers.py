"""What a seed drew for a simulated world, as a recording's identity tells it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

KEY = "world"
"""Of what was drawn, in the identity: JSON, name → label, value and unit."""


@dataclass(frozen=True)
class DrawnNumber:
    """One number.

    Attributes:
        name: key of the trial's `world:`.
        label: in words.
        text: value and unit.
    """

    name: str
    label: str
    text: str


def read_world(identity: Mapping[str, str]) -> list[DrawnNumber]:
    """Every number that was drawn; empty where the recording does not tell, or nothing that can be read."""
    try:
        numbers = json.loads(identity.get(KEY) or "{}")
        return [
            DrawnNumber(name, str(number.get("label") or name), f"{number['value']:.4g} {number['unit']}".rstrip())
            for name, number in numbers.items()
        ]
    except (ValueError, AttributeError, TypeError, KeyError):
        return []

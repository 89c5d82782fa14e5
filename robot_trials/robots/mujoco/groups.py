"""Which things of the world may touch which, and which are only seen."""

from __future__ import annotations

import enum

VISUAL_GROUP = 1
"""Geom group of the visible shapes of robot and props."""
SCENERY_GROUP = 2
"""Geom group of people, boards and street, seen and partly touched."""
COLLISION_GROUP = 3
"""Geom group of what is touched only; not drawn."""
UNSEEN_GROUP = 4
"""Geom group of what a prop is touched by and no camera sees."""
HIDDEN_GROUP = 5
"""Geom group of what is out of sight at the moment; not drawn."""


class ContactBits(enum.IntFlag):
    """Bits of MuJoCo's contype and conaffinity: a pair is tested when one's type is in the other's affinity."""

    FLOOR = 1
    ROBOT = 2
    SOLE = 4
    PERSON = 8
    PROP = 16

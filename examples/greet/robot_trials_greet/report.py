"""What a greeting's report shows beyond that of any trial: words, numbers, and the person in the replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from robot_trials.kinds.reporting import KindReport, Tile
from robot_trials.kinds.scene import Figure, Patch, Scene

if TYPE_CHECKING:
    from robot_trials.telemetry import Bag

BLUE = (0.25, 0.40, 0.70, 0.35)
HALF = 0.3
"""Half the edge of the square that marks a place [m]."""


class GreetReport(KindReport):
    """A greeting's words, numbers and scene."""

    phases: ClassVar[Mapping[str, str]] = {"walk_up": "Walk up to the person", "wave": "Wave"}
    tiles: ClassVar[Sequence[Tile]] = (
        Tile("raised_time", "Hand raised to the person", "s", 1),
        Tile("person_distance_min", "Nearest to the person", "m", 2),
        Tile("return_distance", "From the start at the end", "m", 2),
    )

    def make_scene(self, bag: Bag, site: Mapping[str, Any], moments: np.ndarray) -> Scene:
        """The person, and where the robot begins and greets."""
        if not site:
            return Scene()
        ground = []
        for x, y, _ in (site["start"], site["meeting"]):
            ground.append(Patch.make_rectangle((x - HALF, x + HALF), (y - HALF, y + HALF), BLUE))
        return Scene(people=(Figure("person", np.array(site["person"])),), ground=tuple(ground))

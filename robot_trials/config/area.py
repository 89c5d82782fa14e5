"""The area within which a robot may be, on its site's map: one place that says it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from robot_trials.config.permit import Permit
from robot_trials.config.site import Site

Corner = tuple[float, float]


@dataclass(frozen=True)
class Area:
    """A polygon on the site's map.

    Attributes:
        corners: in order, either way round, the last not repeating the first [m].
        source: where it is written.
    """

    corners: tuple[Corner, ...]
    source: str

    def measure_leeway(self, x: float, y: float, deviation: tuple[float, float], deviations: float) -> float:
        """How far a place is inside, in doubt less; negative outside or where it may be outside [m].

        Args:
            x, y: the place on the map [m].
            deviation: standard deviations of x and y [m].
            deviations: so many of them count as doubt.
        """
        least, inside = math.inf, False
        for (x1, y1), (x2, y2) in zip(self.corners, self.corners[1:] + self.corners[:1], strict=True):
            dx, dy = x2 - x1, y2 - y1
            along = min(max(((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy), 0.0), 1.0)
            to_edge = x1 + along * dx - x, y1 + along * dy - y
            distance = math.hypot(*to_edge)
            across = to_edge if distance > 1e-9 else (dy, -dx)
            length = math.hypot(*across)
            doubt = deviations * math.hypot(across[0] / length * deviation[0], across[1] / length * deviation[1])
            least = min(least, distance - doubt)
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / dy * dx:
                inside = not inside
        return least if inside else min(least, -1e-9)


def find_area(site: Site, permit: Permit, demanded: Sequence[Corner]) -> Area:
    """Where a robot may be: where its trial demands to be, which its permit has to cover, and no further.

    Args:
        site: whose map the area lies on.
        permit: covers it (`config.permit.find_gaps`); named where it has a polygon.
        demanded: corners of the area that the trial's kind asks for, on the site's map [m].
    """
    within = f", within the polygon of permit {permit.number}" if permit.polygon is not None else ""
    return Area(tuple(demanded), f"the trial on {site.name}{within}")

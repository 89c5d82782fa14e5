"""The area within which a robot may be, on its site's map: one place that says it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from robot_trials.config.permit import Permit
from robot_trials.config.site import Site
from robot_trials.geometry import compose_planar, invert_planar

MARGIN_ALONG = 1.0
"""A lane without a permit's polygon goes on by so much behind the start zone and beyond the hand-over zone [m]."""

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


def find_area(site: Site, permit: Permit) -> Area:
    """Where a robot may be: within the permit's polygon where it has one, else on its lane.

    A permit's polygon is written on the programme's map, on which the site's own lies at `site.place`.
    """
    if permit.polygon is not None:
        to_site = invert_planar(site.place)
        corners = [compose_planar(to_site, (x, y, 0.0)) for x, y in permit.polygon]
        return Area(tuple((x, y) for x, y, _ in corners), f"permit {permit.number}")
    back, front = site.start_zone.x_min - MARGIN_ALONG, site.hand_over_zone.x_max + MARGIN_ALONG
    side = 0.5 * site.lane.width
    return Area(((back, -side), (front, -side), (front, side), (back, side)), f"lane of {site.name}")

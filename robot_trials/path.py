"""Walking along a path: the pose ahead on it that a robot is told to walk to next.

A path is a polyline on the ground with a heading at its end. The pose ahead is aimed at as in pure pursuit
[Coulter1992]; from the end on it is the end's own pose, so that the robot stops there exactly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from robot_trials.geometry import PlanarPose

LOOKAHEAD = 1.2
"""Distance along the path at which it is aimed [m]."""
SEARCH = 2.0
"""How far ahead of the last place the nearest one is looked for, so that a path may cross itself [m]."""
Point = tuple[float, float]


class PathFollower:
    """Gives walking targets along a path; made for one run along it.

    Attributes:
        length: of the path [m].
        end: pose at its end.
        progress: how far along the path the robot is [m].
    """

    def __init__(self, path: Sequence[PlanarPose], lookahead: float = LOOKAHEAD) -> None:
        """Take a path over.

        Args:
            path: at least two poses in one frame; of the headings only the last counts.
            lookahead: [m].

        Raises:
            ValueError: the path has no length, or the lookahead is not positive.
        """
        points = [(x, y) for x, y, _ in path]
        self._legs = [(a, b, math.dist(a, b)) for a, b in zip(points, points[1:], strict=False) if a != b]
        if not self._legs or lookahead <= 0.0:
            raise ValueError(f"a path of {len(self._legs)} legs with lookahead {lookahead} m: both must be > 0")
        self.end, self._lookahead = path[-1], lookahead
        self.length, self.progress = sum(length for _, _, length in self._legs), 0.0

    def target(self, robot: PlanarPose) -> PlanarPose:
        """The pose to walk to now, in the path's frame.

        Args:
            robot: where the robot is, in the path's frame.
        """
        self.progress = max(self.progress, self._nearest(robot))
        aim = self.progress + self._lookahead
        if aim >= self.length:
            return self.end
        x, y = self.point(aim)
        return x, y, math.atan2(y - robot[1], x - robot[0])

    def point(self, along: float) -> Point:
        """The point so far along the path [m]."""
        for (ax, ay), (bx, by), length in self._legs:
            if along <= length:
                share = max(along, 0.0) / length
                return ax + share * (bx - ax), ay + share * (by - ay)
            along -= length
        return self.end[0], self.end[1]

    def deviation(self, x: float, y: float) -> float:
        """Distance of a point to the path, wherever on it is nearest [m]."""
        return min(self._project(leg, x, y, 0.0, leg[2])[1] for leg in self._legs)

    def _nearest(self, robot: PlanarPose) -> float:
        """How far along is the nearest point of the stretch ahead [m]."""
        start, best, found = 0.0, math.inf, self.progress
        for leg in self._legs:
            low, high = max(self.progress - start, 0.0), min(self.progress + SEARCH - start, leg[2])
            if low <= high:
                along, distance = self._project(leg, robot[0], robot[1], low, high)
                if distance < best:
                    best, found = distance, start + along
            start += leg[2]
        return found

    @staticmethod
    def _project(leg: tuple[Point, Point, float], x: float, y: float, low: float, high: float) -> tuple[float, float]:
        """How far along a leg, from `low` to `high`, is nearest to a point, and how far that is off [m]."""
        (ax, ay), (bx, by), length = leg
        ux, uy = (bx - ax) / length, (by - ay) / length
        along = min(max((x - ax) * ux + (y - ay) * uy, low), high)
        return along, math.dist((x, y), (ax + along * ux, ay + along * uy))

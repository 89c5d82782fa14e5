"""How a coordinator's core reaches the robots of its site."""

from __future__ import annotations

from robot_trials.nodes.site.robot_link import RobotLink, make_goal
from robot_trials.records.models import Booking


class LinkDispatcher:
    """The core's way to the robots, each over its `RobotLink`."""

    def __init__(self, links: dict[str, RobotLink], site: str = "") -> None:
        self._links, self._site = links, site

    def find_obstacle(self, robot: str) -> str:
        """Why a robot cannot take a goal now; empty when it can."""
        link = self._links.get(robot)
        return link.find_obstacle() if link is not None else f"robot {robot} is none of this site's"

    def send(self, goal_id: str, robot: str, booking: Booking) -> None:
        """Send a booking's trial."""
        if robot in self._links:
            self._links[robot].send(goal_id, make_goal(booking, self._site))

    def query(self, goal_id: str, robot: str, withdraw: bool) -> None:
        """Ask what became of a goal."""
        if robot in self._links:
            self._links[robot].query(goal_id, withdraw)

    def cancel(self, goal_id: str, robot: str) -> None:
        """Have a goal end safely."""
        if robot in self._links:
            self._links[robot].cancel(goal_id)

    def hold(self, goal_id: str, robot: str) -> None:
        """Have a robot stand."""
        if robot in self._links:
            self._links[robot].switch("hold")

    def resume(self, goal_id: str, robot: str) -> None:
        """Have it go on."""
        if robot in self._links:
            self._links[robot].switch("resume")

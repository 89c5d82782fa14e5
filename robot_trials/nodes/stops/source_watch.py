"""Finds topics of a robot that more than one publisher speaks on: nobody can tell then whose word counts.

DDS forgets a killed publisher only when its lease has run out, seconds later. Publishers of a node whose process has
ended are therefore left out, and two must be seen twice in a row.
"""

from __future__ import annotations

from typing import Any

from rclpy.node import Node

from robot_trials.nodes.common.offers import name_endpoint
from robot_trials.telemetry import topics

OWNERS = {
    topics.FIDUCIALS.relative_name: "perception_node",
    topics.CAMERA.relative_name: "perception_node",
    "recorder_node/status": "recorder_node",
    topics.TRIAL_PHASE.relative_name: "trial_node",
    topics.MOTION_COMMAND.relative_name: "trial_node",
    topics.JOINT_STATES.relative_name: "control_node",
    topics.ODOM.relative_name: "control_node",
    topics.STOP_STATE.relative_name: "control_node",
    topics.BATTERY.relative_name: "control_node",
    "/clock": "control_node",
}
"""Topics with one source in a robot's graph, and whose they are."""
SPEAKERS = {
    topics.TRIAL_EVENTS.relative_name: ("trial_node", "stop_node", "safety_node", "control_node"),
    topics.STOP_REQUESTS.relative_name: ("trial_node", "stop_node", "safety_node"),
}
"""Topics on which several nodes of a robot speak, and who: what others say there would stand in its verdict."""
UNKNOWN = "_NODE_NAME_UNKNOWN_"
"""Name of a publisher's node until discovery knows it."""
CLOCK_NODE = "clock_node"
CLOCK_PATIENCE_S = 40.0
"""Two sources of `/clock` where clock_node tells it, which gives no signs of life: longer than a lease [s]."""


class SourceWatch:
    """Counts publishers of a robot's own topics.

    Attributes:
        problems: topics with more than one living source, or with a stranger's, now; a sentence each.
    """

    def __init__(self, node: Node) -> None:
        self.problems: list[str] = []
        self._node = node
        self._known: dict[str, dict[bytes, str]] = {topic: {} for topic in (*OWNERS, *SPEAKERS)}
        self._ignored: set[bytes] = set()
        self._since: dict[str, float] = {}

    def forget(self, owner: str) -> None:
        """A node's process has ended: those of its publishers that were there before are gone, or will be soon."""
        for topic, node in OWNERS.items():
            if node == owner:
                self._ignored |= self._known[topic].keys()
        for topic in SPEAKERS:
            self._ignored |= {gid for gid, node in self._known[topic].items() if node == owner}

    def update(self, now: float) -> list[str]:
        """Look at the graph at `now` [s], about twice a second; what is new of `problems`."""
        said, problems = set(self.problems), []
        present: set[bytes] = set()
        for topic in (*OWNERS, *SPEAKERS):
            publishers = self._node.get_publishers_info_by_topic(topic)
            gids = {bytes(publisher.endpoint_gid): publisher for publisher in publishers}
            present |= gids.keys()
            living = {gid: publisher for gid, publisher in gids.items() if gid not in self._ignored}
            self._known[topic] = {gid: publisher.node_name for gid, publisher in living.items()}
            rivals = find_rivals(topic, list(living.values()))
            if self._is_contested(topic, rivals, now):
                names = " and ".join(sorted(map(name_endpoint, rivals)))
                words = f"{len(rivals)} sources" if topic in OWNERS else "publishers that are not this robot's alone"
                problems.append(f"{topic} has {words}: {names}")
        self._ignored &= present
        self.problems = problems
        return [problem for problem in problems if problem not in said]

    def _is_contested(self, topic: str, rivals: list[Any], now: float) -> bool:
        """Whether there have been rivals for long enough."""
        if not rivals:
            self._since.pop(topic, None)
            return False
        since = self._since.setdefault(topic, now)
        told_by_clock_node = topic == "/clock" and any(publisher.node_name == CLOCK_NODE for publisher in rivals)
        return now - since > (CLOCK_PATIENCE_S if told_by_clock_node else 0.0)


def find_rivals(topic: str, publishers: list[Any]) -> list[Any]:
    """Publishers of a topic of whose words nobody can say whether they count: all where only one may speak.

    Where several nodes speak, strangers, and those that share a name.
    """
    if topic in OWNERS:
        return publishers if len(publishers) > 1 else []
    names = [(publisher.node_namespace, publisher.node_name) for publisher in publishers]
    return [
        publisher
        for publisher, name in zip(publishers, names, strict=True)
        if name[1] != UNKNOWN and (name[1] not in SPEAKERS[topic] or names.count(name) > 1)
    ]

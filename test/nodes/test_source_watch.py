"""Who may speak on a robot's topics: one source where there is one, known nodes where several speak."""

from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.ros


def publisher(name, namespace="/"):
    return SimpleNamespace(node_name=name, node_namespace=namespace)


@pytest.mark.parametrize(
    ("topic", "names", "rivals"),
    [
        ("fiducials", ["perception_node"], []),
        ("fiducials", ["perception_node", "forger"], ["perception_node", "forger"]),
        ("trial/events", ["trial_node", "stop_node", "safety_node", "control_node"], []),
        ("trial/events", ["trial_node", "forger", "stop_node"], ["forger"]),
        ("trial/events", ["trial_node", "stop_node", "stop_node"], ["stop_node", "stop_node"]),
        ("motion_command", ["trial_node", "forger"], ["trial_node", "forger"]),
        ("stop_requests", ["trial_node", "stop_node", "safety_node"], []),
        ("stop_requests", ["stop_node", "forger"], ["forger"]),
        ("trial/events", ["trial_node", "_NODE_NAME_UNKNOWN_"], []),
    ],
)
def test_rivals(topic, names, rivals):
    from robot_trials.nodes.stops.source_watch import find_rivals

    assert [found.node_name for found in find_rivals(topic, [publisher(name) for name in names])] == rivals

"""Print the nodes and topics of the graph, and who publishes /clock, as JSON.

`python graph_listing.py SECONDS NODE ...` looks until those nodes are seen, for so many seconds at most.
"""

import json
import os
import sys
import time

import rclpy


def main(seconds, *wanted):
    """Look around until all wanted nodes have been discovered."""
    rclpy.init()
    node = rclpy.create_node(f"graph_listing_{os.getpid()}")
    deadline = time.monotonic() + float(seconds)
    while time.monotonic() < deadline and not set(wanted) <= set(list_nodes(node)):
        rclpy.spin_once(node, timeout_sec=0.2)
    clocks = node.get_publishers_info_by_topic("/clock")
    listing = {
        "nodes": list_nodes(node),
        "topics": [name for name, _ in node.get_topic_names_and_types()],
        "clocks": [f"{clock.node_namespace.rstrip('/')}/{clock.node_name}" for clock in clocks],
    }
    print(json.dumps(listing), flush=True)
    node.destroy_node()
    rclpy.shutdown()


def list_nodes(node):
    """Full names of the nodes that are known by now."""
    return [f"{space.rstrip('/')}/{name}" for name, space in node.get_node_names_and_namespaces()]


if __name__ == "__main__":
    main(*sys.argv[1:])

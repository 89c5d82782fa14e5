"""Calls one service of a running node and prints its answer; the command line starts it as a process.

`python -m robot_trials.nodes.service_client NODE SERVICE FIELDS`, with fields of the request as JSON. Exit code 0:
done; 1: refused; 2: nobody answers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import rclpy
from std_srvs.srv import Trigger

from robot_trials_msgs.srv import ActOnTrials, StopAct

FIND_S, ANSWER_S = 5.0, 10.0
"""Longest waits for the node to be found, and for its answer [s]."""
SERVICES: dict[str, Any] = {
    **{name: ActOnTrials for name in ("hold", "resume", "abort", "dispatch")},
    **{name: Trigger for name in ("plan", "e_stop")},
    **{name: StopAct for name in ("rearm", "lower")},
}
"""Type of each service by its name."""
EXIT_DONE, EXIT_REFUSED, EXIT_ABSENT = 0, 1, 2


def call(node_name: str, service: str, fields: dict[str, str]) -> tuple[int, str]:
    """Exit code and the node's message.

    Args:
        node_name: with its namespace.
        service: a key of `SERVICES`.
        fields: of the request.
    """
    rclpy.init()
    node = rclpy.create_node("service_client")
    try:
        client = node.create_client(SERVICES[service], f"{node_name}/{service}")
        if not client.wait_for_service(FIND_S):
            return EXIT_ABSENT, f"nobody offers {node_name}/{service}: is it running, and in this ROS domain?"
        future = client.call_async(SERVICES[service].Request(**fields))
        deadline = time.monotonic() + ANSWER_S
        while not future.done() and time.monotonic() < deadline:
            rclpy.spin_once(node, timeout_sec=0.05)
        if not future.done():
            return EXIT_ABSENT, f"{node_name}/{service} did not answer within {ANSWER_S:g} s: it may have been done"
        answer = future.result()
        return EXIT_DONE if answer.success else EXIT_REFUSED, str(answer.message)
    finally:
        node.destroy_node()
        rclpy.shutdown()


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `service_client`."""
    name, service, fields = sys.argv[1:] if arguments is None else arguments
    code, message = call(name, service, json.loads(fields))
    print(message, file=sys.stdout if code == EXIT_DONE else sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())

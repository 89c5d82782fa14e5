"""Sends the goal `run_trial`, prints feedback and result as one JSON object a line, ends with the verdict.

Every wait is bounded: a server that vanishes or falls silent ends it with that reason. Where two servers offer the
trial, as when two graphs run in one domain, it sends no goal: both would take it.

Exit code 0: every criterion met; 1: not met, aborted or rejected.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from math import isfinite
from typing import Any

from rclpy.action import ActionClient
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.task import Future

from robot_trials.nodes.common.node_main import EXIT_FAULT, EXIT_OK, run_node
from robot_trials.nodes.common.parameters import declare
from robot_trials.nodes.common.stamps import from_stamp
from robot_trials.runtime.ending import describe_wish
from robot_trials_msgs.action import RunTrial
from robot_trials_msgs.srv import GetTrialOutcome

SERVER_TIMEOUT_S = 90.0
"""Time for every process of the graph to start on a busy machine."""
SILENCE_S = 20.0
"""Without a word of a server that runs the goal, many times its period of feedback, which does not stop for a hold."""
LAST_SILENCE_S = 10.0
"""The same once the end is wanted."""
ANSWER_S = 20.0
"""Longest wait for a goal to be accepted."""
LOOK_AROUND_S, ACQUAINTANCE_S = 0.5, 4.0
"""From the first server that is seen to the goal, and from this node's start: others of that name are discovered
meanwhile. A graph takes longer to start, so that nobody waits for the second."""
NAMES_S = 3.0
"""Longest wait for the names of several servers."""
FAREWELL_S = 60.0
"""From the wish to end until it ends without a result; the goal is cancelled, and a robot may take half of this."""
UNANSWERED_S = 1.0
"""The same for a goal that was sent and not yet accepted."""
REASON_S = 2.0
"""Longest wait for the reason of a rejection."""
POLL_PERIOD_S = 0.1


class TrialClient(Node):
    """One goal, from the wish to the result.

    Attributes:
        finished: the result is there, or there will be none.
    """

    def __init__(self) -> None:
        super().__init__("trial_client")
        self.finished = False
        self.exit_code = EXIT_FAULT
        trial = declare(self, "trial", "", "trial to run; empty: the one the graph was started for")
        self._delay = declare(self, "start_delay", 0.0, "from a server that is ready to the goal [s]", (0.0, 3600.0))
        reset = declare(self, "reset_props", False, "put the things and people of the trial back first, in simulation")
        course = declare(self, "course", "", "course of the trial; empty: the one that zone or trial names")
        zone = declare(self, "zone", "", "zone of the graph's site; empty: the graph's")
        self._goal = RunTrial.Goal(trial=trial, course=course, zone=zone, reset_props=reset)
        self._client = ActionClient(self, RunTrial, "run_trial")
        self._outcomes = self.create_client(GetTrialOutcome, "trial_node/get_trial_outcome")
        self._handle: Any = None
        self._cancel_wanted = self._sent = False
        self._ready_at: float | None = None
        self._patience = declare(
            self, "server_timeout", SERVER_TIMEOUT_S, "longest wait for the server [s]", (1.0, 3600.0)
        )
        self._silence = declare(
            self, "silence_timeout", SILENCE_S, "longest silence of a server that runs the goal [s]", (1.0, 3600.0)
        )
        self._deadline, self._late = (
            time.monotonic() + self._patience,
            f"no action server run_trial after {self._patience:g} s",
        )
        self._started_at = self._heard_at = time.monotonic()
        self.create_timer(POLL_PERIOD_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def request_end(self) -> None:
        """A signal: cancel the trial and wait for its safe end; before a goal is accepted, leave at once."""
        if self._cancel_wanted:
            return
        self._cancel_wanted = True
        if not self._sent:
            self._end(f"{describe_wish()} before the trial began")
            return
        patience = UNANSWERED_S if self._handle is None else FAREWELL_S
        self._deadline, self._late = time.monotonic() + patience, f"{describe_wish()}; no result after {patience:g} s"
        if self._handle is not None:
            self._handle.cancel_goal_async()

    def release(self) -> None:
        """Nothing to let go."""

    def _look(self) -> None:
        """What is due: the goal, or the end of a wait."""
        now = time.monotonic()
        if self.finished:
            return
        if now > self._deadline:
            self._end(self._late)
        elif not self._sent:
            self._send_when_ready(now)
        elif self._handle is not None:
            silence = min(self._silence, LAST_SILENCE_S) if self._cancel_wanted else self._silence
            if now > self._heard_at + silence:
                state = "fell silent" if self._client.server_is_ready() else "is gone"
                wish = f"{describe_wish()}; " if self._cancel_wanted else ""
                self._end(f"{wish}the action server run_trial {state}: no word for {silence:g} s")

    def _send_when_ready(self, now: float) -> None:
        """Send the goal when the server is there and the only one, after the delay that is wanted."""
        if not self._client.server_is_ready():
            self._ready_at = None
            return
        self._ready_at = self._ready_at or now
        self._deadline = now + ANSWER_S + self._delay
        if now < max(self._ready_at + max(self._delay, LOOK_AROUND_S), self._started_at + ACQUAINTANCE_S):
            return
        servers = self._list_servers()
        if len(servers) > 1 and any("UNKNOWN" in name for name in servers) and now < self._ready_at + NAMES_S:
            return  # an endpoint is discovered before the name of its node
        if len(servers) > 1:
            self._end(f"run_trial is offered by {' and '.join(servers)}: no goal was sent; use a ROS_DOMAIN_ID each")
            return
        self._sent, self._late = True, f"run_trial did not answer the goal within {ANSWER_S:g} s"
        self._deadline = now + ANSWER_S
        self._client.send_goal_async(self._goal, self._show).add_done_callback(self._take_answer)

    def _list_servers(self) -> list[str]:
        """Full names of the nodes that offer the action, each with what tells it from others of that name."""
        topic = self.resolve_topic_name("run_trial/_action/status")
        ends = self.get_publishers_info_by_topic(topic)
        return sorted(
            f"{end.node_namespace.rstrip('/')}/{end.node_name} ({_shorten(end.endpoint_gid)})" for end in ends
        )

    def _take_answer(self, future: Future) -> None:
        handle = future.result()
        if not handle.accepted:
            self._ask_why(handle.goal_id)
            return
        self._handle, self._heard_at = handle, time.monotonic()
        handle.get_result_async().add_done_callback(self._take_result)
        if self._cancel_wanted:
            handle.cancel_goal_async()
            self._deadline = self._heard_at + FAREWELL_S
        else:
            self._deadline = float("inf")

    def _ask_why(self, goal_id: Any) -> None:
        """The server has rejected the goal; its node knows why."""
        self._deadline, self._late = time.monotonic() + REASON_S, "the trial was rejected; see the log of trial_node"
        if self._outcomes.service_is_ready():
            future = self._outcomes.call_async(GetTrialOutcome.Request(goal_id=goal_id))
            future.add_done_callback(lambda done: self._end_rejected(done.result().reason))

    def _end_rejected(self, reason: str) -> None:
        if not self.finished:
            self._end(f"the trial was rejected: {reason}" if reason else self._late)

    def _show(self, message: Any) -> None:
        self._heard_at = time.monotonic()
        feedback = message.feedback
        _say(
            stamp_ns=from_stamp(feedback.stamp),
            phase=feedback.phase,
            progress=feedback.progress,
            names=list(feedback.names),
            values=[value if isfinite(value) else None for value in feedback.values],
            units=list(feedback.units),
            zmp_margin=feedback.zmp_margin,
            torque_ratio=feedback.torque_ratio,
        )

    def _take_result(self, future: Future) -> None:
        result = future.result().result
        self.exit_code = EXIT_OK if result.passed else EXIT_FAULT
        _say(
            passed=result.passed,
            verdict=result.verdict,
            reason=result.reason,
            bag_path=result.bag_path,
            report_path=result.report_path,
        )
        self.finished = True

    def _end(self, reason: str) -> None:
        self.get_logger().error(reason)
        _say(passed=False, verdict="aborted", reason=reason)
        self.finished = True


def _shorten(gid: Sequence[int]) -> str:
    """The part of an endpoint's id that its process has of its own."""
    return bytes(gid[:12]).hex()


def _say(**values: object) -> None:
    """One line of JSON; what is not a number becomes null."""
    finite = {key: None if value != value else value for key, value in values.items()}
    print(json.dumps(finite, allow_nan=False), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `trial_client`."""
    return run_node(TrialClient, arguments)


if __name__ == "__main__":
    sys.exit(main())

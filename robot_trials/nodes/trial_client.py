"""Sends the goal `run_trial`, prints feedback and result as one JSON object a line, ends with the verdict.

Exit code 0: every criterion met; 1: not met, aborted or rejected.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from rclpy.action import ActionClient
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.task import Future

from robot_trials.nodes.node_main import EXIT_FAULT, EXIT_OK, run_node
from robot_trials.nodes.parameters import declare
from robot_trials.nodes.stamps import from_stamp
from robot_trials_msgs.action import RunTrial

SERVER_TIMEOUT_S = 90.0
"""Time for every process of the graph to start on a busy machine."""
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
        self._goal = RunTrial.Goal(trial=trial)
        self._client = ActionClient(self, RunTrial, "run_trial")
        self._handle: Any = None
        self._cancel_wanted = False
        self._ready_at: float | None = None
        self._patience = declare(
            self, "server_timeout", SERVER_TIMEOUT_S, "longest wait for the server [s]", (1.0, 3600.0)
        )
        self._deadline = time.monotonic() + self._patience
        self._timer = self.create_timer(POLL_PERIOD_S, self._send, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def request_end(self) -> None:
        """A signal: cancel the trial and wait for its safe end; before a goal is accepted, leave at once."""
        self._cancel_wanted = True
        if self._handle is None:
            self.finished = True
        else:
            self._handle.cancel_goal_async()

    def release(self) -> None:
        """Nothing to let go."""

    def _send(self) -> None:
        """Send the goal when the server is there, after the delay that is wanted."""
        if self._client.server_is_ready():
            self._ready_at = self._ready_at or time.monotonic()
            if time.monotonic() < self._ready_at + self._delay:
                return
            self.destroy_timer(self._timer)
            self._client.send_goal_async(self._goal, self._show).add_done_callback(self._take_answer)
        elif time.monotonic() > self._deadline:
            self._end(f"no action server run_trial after {self._patience:g} s")

    def _take_answer(self, future: Future) -> None:
        handle = future.result()
        if not handle.accepted:
            self._end("the trial was rejected; see the log of trial_node")
            return
        self._handle = handle
        handle.get_result_async().add_done_callback(self._take_result)
        if self._cancel_wanted:
            handle.cancel_goal_async()

    def _show(self, message: Any) -> None:
        feedback = message.feedback
        _say(
            stamp_ns=from_stamp(feedback.stamp),
            phase=feedback.phase,
            distance=feedback.distance,
            tilt=feedback.tilt,
            zmp_margin=feedback.zmp_margin,
            torque_ratio=feedback.torque_ratio,
            payload_mass=feedback.payload_mass,
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
        _say(passed=False, verdict="aborted", reason=reason)
        self.finished = True


def _say(**values: object) -> None:
    """One line of JSON; what is not a number becomes null."""
    finite = {key: None if value != value else value for key, value in values.items()}
    print(json.dumps(finite, allow_nan=False), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `trial_client`."""
    return run_node(TrialClient, arguments)


if __name__ == "__main__":
    sys.exit(main())

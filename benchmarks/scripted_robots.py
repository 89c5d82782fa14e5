"""Robots that only have a trial node: the real action, ledger and services, and trials that take a second or so.

`python -m benchmarks.scripted_robots FOLDER NAMES SHORTEST LONGEST` runs them all in one process until it is told to
end. Every run leaves a line `goal start end` in FOLDER/NAME.runs, beside the ledger and independent of it.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import rclpy
from rclpy.action import CancelResponse, GoalResponse
from rclpy.clock import Clock, ClockType
from rclpy.executors import ExternalShutdownException
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger

from benchmarks.harness import end_with_parent
from robot_trials.nodes.trial.goals import TrialGoals
from robot_trials.nodes.trial.patient_action_server import PatientActionServer, id_of
from robot_trials_msgs.action import RunTrial

WATCH_PERIOD_S = 0.02


class ScriptedTrialNode(Node):
    """A trial node whose trials only take time.

    Args:
        robot: namespace.
        folder: for its ledger and the runs.
        draw_duration: how long the next trial takes [s].
    """

    def __init__(self, robot: str, folder: Path, draw_duration: Callable[[], float]) -> None:
        super().__init__("trial_node", namespace=robot)
        self._runs = (folder / f"{robot}.runs").open("a", buffering=1)
        self._goals = TrialGoals(self, folder / f"{robot}.jsonl")
        self._draw_duration = draw_duration
        self._goal: Any = None
        self._started = self._ends = 0.0
        for name in ("hold", "resume", "abort"):
            self.create_service(Trigger, f"~/{name}", self._switch)
        self._server = PatientActionServer(
            self, RunTrial, "run_trial", self._start, self._judge, cancel_callback=lambda _: CancelResponse.ACCEPT
        )
        self.create_timer(WATCH_PERIOD_S, self._watch, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _judge(self, _: RunTrial.Goal, goal_id: str) -> GoalResponse:
        problems = ["busy"] if self._goal is not None else self._goals.take(goal_id)
        return GoalResponse.REJECT if problems else GoalResponse.ACCEPT

    def _start(self, goal: Any) -> None:
        self._goal, self._started = goal, time.time()
        self._ends = time.monotonic() + self._draw_duration()

    def _watch(self) -> None:
        if self._goal is None or (time.monotonic() < self._ends and not self._goal.is_cancel_requested):
            return
        goal, self._goal = self._goal, None
        self._runs.write(f"{id_of(goal)} {self._started} {time.time()}\n")
        os.fdatasync(self._runs.fileno())
        cancelled = bool(goal.is_cancel_requested)
        verdict, reason = ("aborted", "cancelled by the client") if cancelled else ("pass", "")
        result = RunTrial.Result(passed=not cancelled, verdict=verdict, reason=reason)
        self._goals.end(id_of(goal), result)
        self._server.conclude(goal, partial(self._conclude, result, cancelled))

    def _conclude(self, result: RunTrial.Result, cancelled: bool, goal: Any) -> RunTrial.Result:
        goal.canceled() if cancelled else goal.succeed()
        return result

    def _switch(self, _: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        answer.success, answer.message = self._goal is not None, "passed on"
        return answer


def main() -> int:
    """Run every robot until the process is ended."""
    folder, names, shortest, longest = Path(sys.argv[1]), sys.argv[2].split(","), *map(float, sys.argv[3:5])
    rclpy.init()
    draws = [partial(random.Random(seed).uniform, shortest, longest) for seed in range(len(names))]
    nodes = [ScriptedTrialNode(name, folder, draw) for name, draw in zip(names, draws, strict=True)]
    executor = EventsExecutor()
    for node in nodes:
        executor.add_node(node)
    print("ready", flush=True)
    end_with_parent()
    with contextlib.suppress(ExternalShutdownException):  # a signal
        while rclpy.ok():
            executor.spin_once(timeout_sec=0.5)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A folder for each goal of one graph: the output folder for the first, `goal_2` and so on below it for the others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.task import Future

from robot_trials.config import TrialSetup
from robot_trials.config.goal import GoalFacts
from robot_trials.trials.judging.outcome import VERDICT_FILE
from robot_trials_msgs.srv import BeginRecording

PATIENCE_S = 10.0
"""Longest wait until the recorder has begun the bag of a goal [s]."""
POLL_S = 0.2
BAG_FOLDER = "bag"
Then = Callable[[str], None]


class TrialFolders:
    """Finds folders for goals, and has the recorder begin a bag in each.

    Args:
        node: owner.
        base: what the graph was started with; nothing is written where it has no output folder.
        recorded: whether there is a recorder.
    """

    def __init__(self, node: Node, base: TrialSetup, recorded: bool) -> None:
        self._base, self._output, self._recorded = base, base.output, recorded
        self._arguments = self._goal = ""
        self._client = node.create_client(BeginRecording, "recorder_node/begin") if recorded else None
        self._bag = ""
        self._then: Then | None = None
        self._future: Future | None = None
        self._deadline = 0.0
        self._trouble = ""
        node.create_timer(POLL_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def find_free(self, used: set[str], setup: TrialSetup) -> Path | None:
        """Where the next goal's evidence goes: no folder that an earlier goal has used, here or before a restart.

        Args:
            used: folders of earlier goals.
            setup: of the goal; the graph's own folder is for the trial that the graph was started with.
        """
        output = self._output
        if output is None:
            return None
        fresh = str(output.resolve()) not in used and not (output / VERDICT_FILE).exists()
        if fresh and self._is_base(setup):
            return output
        number = 2
        while (output / f"goal_{number}").exists() or str((output / f"goal_{number}").resolve()) in used:
            number += 1
        return output / f"goal_{number}"

    def begin(self, folder: Path | None, setup: TrialSetup, then: Then) -> None:
        """Have the recorder begin a bag in a folder; `then` hears when it has, with "", or why it cannot.

        Args:
            folder: of the goal; the graph's own already has a bag for the trial that the graph was started with, which
                is told for whom it runs.
            setup: what is recorded.
            then: hears of it.
        """
        if folder is None or self._client is None:
            then("")
            return
        self._arguments = json.dumps({**setup.arguments, "output": str(folder)})
        self._goal = json.dumps((setup.goal or GoalFacts()).to_json())
        self._bag, self._then, self._future = str(folder.resolve() / BAG_FOLDER), then, None
        self._deadline, self._trouble = time.monotonic() + PATIENCE_S, "recorder_node/begin is not offered"
        self._look()

    def _is_base(self, setup: TrialSetup) -> bool:
        """Whether a goal is of the very trial that the graph was started with, whose bag is begun already."""
        return setup.configuration_hash == self._base.configuration_hash

    def _look(self) -> None:
        """Ask, and ask again what was refused, until the time is over."""
        if self._then is None or self._client is None:
            return
        if self._future is not None and self._future.done():
            answer, self._future = self._future.result(), None
            if answer is not None and answer.success:
                self._end("")
                return
            self._trouble = answer.message if answer is not None else "recorder_node gave no answer"
        if time.monotonic() > self._deadline:
            self._end(f"no recording of this goal: {self._trouble}")
        elif self._future is None and self._client.service_is_ready():
            self._trouble = "recorder_node does not answer"
            self._future = self._client.call_async(
                BeginRecording.Request(folder=self._bag, setup=self._arguments, goal=self._goal)
            )

    def _end(self, trouble: str) -> None:
        then, self._then = self._then, None
        if self._future is not None and self._client is not None:
            self._client.remove_pending_request(self._future)
            self._future = None
        if then is not None:
            then(trouble)

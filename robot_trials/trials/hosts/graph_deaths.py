"""What has died in one robot's graph: written down at once, said in words, and how long the robot has to react itself.

A dead process is not the end of everything: the stop ladder, the safe continuation and safety_node bring the robot to
rest and the trial to its verdict. A host waits for that, for a bounded time, before it ends the graph.
"""

from __future__ import annotations

import time
from pathlib import Path

from robot_trials.runtime.ending import HOST_GONE
from robot_trials.runtime.processes.exits import ProcessExit, describe_exit, note_exit
from robot_trials.trials.judging.reasons import name_exits

CONTROL, CLIENT, TRIAL = "control_process", "trial_client", "trial_node"
REACTION_S = {CONTROL: 10.0, CLIENT: 0.0, TRIAL: 3.0}
"""Wall time from a process's death until the graph is ended, for those without whom no result comes [s]: the trial node
concludes when it sees that the control process is gone; a robot whose trial node is gone stands."""
OTHERS_REACTION_S = 90.0
"""The same for all others: from a stop's trigger to a squat, in a world several times slower than real time [s]."""
TOLD = (HOST_GONE, "cancelled by the client")
"""Reasons that say only that somebody told the trial to end: a death is behind them, if there was one."""


class Deaths:
    """Processes of one robot that ended though nobody had told them to.

    Args:
        folder: the run's output folder; None where nothing is kept.

    Attributes:
        words: how each of them ended, in order.
        deadline: when the graph is to be ended, by CLOCK_MONOTONIC [s].
    """

    def __init__(self, folder: Path | None) -> None:
        self.words: list[str] = []
        self.deadline = float("inf")
        self._folder = folder
        self._exits: list[ProcessExit] = []

    def add(self, process: str, code: int, last_words: str = "") -> None:
        """A process has died; `last_words` are quoted of one that ended by itself."""
        note_exit(self._folder, process, code)
        quoted = f" ({last_words})" if code > 0 and last_words else ""
        self._exits.append(ProcessExit(process, code, time.time_ns()))
        self.words.append(describe_exit(process, code) + quoted)
        self.deadline = min(self.deadline, time.monotonic() + REACTION_S.get(process, OTHERS_REACTION_S))

    def explain(self, reason: str) -> str:
        """A verdict's reason with the deaths in it, and what those said last that ended by themselves."""
        if not self.words:
            return reason
        if not reason or reason in TOLD:
            return ", ".join(self.words)
        named = name_exits(reason, self._exits)
        for exit_, words in zip(self._exits, self.words, strict=True):
            named = named if words in named else named.replace(exit_.words, words, 1)
        return named

"""Reasons that name who died: a process that ended unasked stands in the verdict with its signal."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

from robot_trials.runtime.processes.exits import ProcessExit, read_exits
from robot_trials.trials.judging.verdict import is_shortfall

EXIT_PATIENCE_S = 0.8
"""A process's end may be noted so long after its effect was seen [s]."""
POLL_S = 0.02
_EFFECTS = re.compile(
    r"silent|died|ended|lost|not answer|processed frame|sign of life|fiducial|never seen|recording|broke off|"
    r"not written|no trial was begun|started|internal error|quiet"
)
"""Words of reasons that a death may be behind; others, such as an emergency stop, have a cause of their own."""
_HOLLOW = re.compile(
    r"(?:.*interrupted(?: by SIG\w+)?|cancelled by the client|the process that started the graph is gone|"
    r"the control process was told to end|control process \d+ died|(?:\w+ )?\w+_(?:node|process) died)"
)
"""Reasons that say less than who died."""


def name_exits(reason: str, exits: Sequence[ProcessExit]) -> str:
    """A reason with the processes behind it; one that says nothing more than that makes way for them."""
    words = [exit_.words for exit_ in exits]
    words = [text for text in dict.fromkeys(words) if text not in reason]
    if not words or not may_be_deaths(reason):
        return reason
    told = ", ".join(words)
    return told if _HOLLOW.fullmatch(reason) else f"{reason}: {told}"


def may_be_deaths(reason: str) -> bool:
    """Whether a death may be behind a reason; a trial that came to its end was ended by nobody."""
    return not is_shortfall(reason) and bool(_EFFECTS.search(reason) or _HOLLOW.fullmatch(reason))


def await_exits(folder: Path | None, reason: str, since_ns: int) -> list[ProcessExit]:
    """Processes of a run that ended unasked since a civil time [ns].

    Where the reason sounds like a death that nobody has noted yet, this waits for it a little.
    """
    deadline = time.monotonic() + EXIT_PATIENCE_S
    while True:
        exits = [exit_ for exit_ in find_exits(folder) if exit_.time_ns >= since_ns]
        if exits or folder is None or not may_be_deaths(reason) or time.monotonic() > deadline:
            return exits
        time.sleep(POLL_S)


def find_exits(folder: Path | None) -> list[ProcessExit]:
    """What was noted in a run's folder, or in the one above for a later goal of the same graph."""
    if folder is None:
        return []
    return read_exits(folder) or read_exits(folder.parent)

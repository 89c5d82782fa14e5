"""A ROS domain that no other graph on this machine uses, for as long as this process lives."""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

DOMAINS = range(1, 101)
"""Domains whose ports lie below those that Linux hands out by itself."""
_held: list[tuple[int, int]] = []
"""Domain and the descriptor whose lock keeps it."""


def claim_domain() -> int:
    """The domain of this process: locked at the first call, the same at every other one.

    A process id alone would not do: two that differ by a multiple of a hundred would share one graph.
    """
    if not _held:
        _held.append(_lock_one())
    return _held[0][0]


def make_environment() -> dict[str, str]:
    """Environment of a graph of its own whose processes may be killed at any moment.

    Its messages go by UDP on this machine. The middleware's shared memory has locks that a process which is killed
    may leave shut behind it; a node that starts later, and whom this one should tell of itself, then hears nothing.
    """
    return dict(os.environ) | {
        "ROS_DOMAIN_ID": str(claim_domain()),
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST",
        "FASTDDS_BUILTIN_TRANSPORTS": "UDPv4",
    }


def _lock_one() -> tuple[int, int]:
    start = os.getpid()
    for i in range(len(DOMAINS)):
        domain = DOMAINS[(start + i) % len(DOMAINS)]
        path = Path(tempfile.gettempdir()) / f"robot_trials_domain_{domain}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return domain, descriptor
    raise RuntimeError("every ROS domain from 1 to 100 is in use on this machine")

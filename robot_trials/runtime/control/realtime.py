"""Ask the system for steady timing: no garbage collection, real-time scheduling, memory that is never paged out."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
from dataclasses import dataclass

MCL_CURRENT, MCL_FUTURE = 1, 2
FIFO_PRIORITY = 80
"""Above ordinary threads and most interrupts' threads, below the kernel's own watchdogs (99)."""


@dataclass(frozen=True)
class RealtimeReport:
    """What the system granted.

    Attributes:
        fifo: scheduled as SCHED_FIFO.
        memory_locked: pages stay in memory.
        problems: a sentence for each thing that was refused.
    """

    fifo: bool
    memory_locked: bool
    problems: tuple[str, ...]


def enter_realtime(scheduling: bool = True) -> RealtimeReport:
    """Freeze garbage collection and, where allowed, take SCHED_FIFO and lock the memory.

    Args:
        scheduling: False leaves scheduler and memory alone, as when a simulator shares the process with the loop and
            would starve everything else on the core.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    if not scheduling:
        return RealtimeReport(False, False, ())
    problems = []
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
        fifo = True
    except OSError as error:
        fifo = False
        problems.append(
            f"no real-time scheduling (SCHED_FIFO {FIFO_PRIORITY}): {error.strerror}; see rtprio in limits.conf"
        )
    memory_locked = _lock_memory(problems)
    return RealtimeReport(fifo, memory_locked, tuple(problems))


def _lock_memory(problems: list[str]) -> bool:
    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if os.geteuid() != 0 and limit != resource.RLIM_INFINITY:  # a finite limit would make later allocations fail
        problems.append(f"memory is not locked: memlock limit is {limit} bytes; set it to unlimited in limits.conf")
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if library.mlockall(MCL_CURRENT | MCL_FUTURE) == 0:
        return True
    reason = os.strerror(ctypes.get_errno())
    problems.append(f"memory is not locked (mlockall): {reason}; see memlock in limits.conf")
    return False

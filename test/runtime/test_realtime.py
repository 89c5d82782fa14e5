"""Asking the system for steady timing, in a process of its own: it changes the whole process."""

import subprocess
import sys

PROGRAM = """
import gc, os, resource
from robot_trials.runtime.control.realtime import enter_realtime
resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
report = enter_realtime()
print(gc.isenabled(), gc.get_freeze_count() > 1000, report.memory_locked)
print(os.sched_getscheduler(0) == os.SCHED_FIFO, report.fifo)
print(*report.problems, sep="\\n")
"""


def test_what_is_refused_is_reported_and_garbage_collection_is_off_all_the_same():
    result = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30, check=True)
    lines = result.stdout.splitlines()
    assert lines[0] == "False True False"
    assert lines[1] in ("False False", "True True")
    text = "\n".join(lines[2:])
    assert "memory is not locked: memlock limit is 65536 bytes" in text
    assert ("SCHED_FIFO 80" in text) == (lines[1] == "False False")

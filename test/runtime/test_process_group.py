"""Starting, watching and ending processes together."""

import os
import queue
import signal
import sys

from robot_trials.runtime.processes.process_group import ProcessGroup

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]
FAILING = [sys.executable, "-c", "import sys; print('no such robot: kuavu', file=sys.stderr); sys.exit(3)"]


def test_failure_names_process_exit_code_and_last_words(tmp_path):
    with ProcessGroup(tmp_path) as group:
        group.start("control", FAILING, dict(os.environ))
        group.start("trial", SLEEPER, dict(os.environ))
        assert group.wait(10, ["control"]) == []
        ended = group.find_ended()
        assert ended.name == "control"
        assert ended.failure == "control ended with exit code 3\nno such robot: kuavu"
        assert group.find_ended(but=["control"]) is None
        group.send(signal.SIGKILL, ["trial"])
        group.wait(10, ["trial"])
        assert group.members["trial"].failure == "trial was killed by SIGKILL"
        assert ended.last_words == "no such robot: kuavu"


def test_nothing_is_left_behind_even_of_the_deaf(tmp_path):
    with ProcessGroup(tmp_path) as group:
        member = group.start("deaf", STUBBORN, dict(os.environ), pipe=True)
        assert member.process.stdout.readline() == "deaf\n"
        group.send(signal.SIGTERM)
        assert group.wait(0.1) == ["deaf"]
    assert member.process.returncode == -signal.SIGKILL


def test_a_good_end_is_no_failure(tmp_path):
    with ProcessGroup(tmp_path) as group:
        member = group.start("short", [sys.executable, "-c", "print('done')"], dict(os.environ))
        assert group.wait(10) == []
        assert member.failure == ""
        assert (tmp_path / "short.log").read_text() == "done\n"


def test_only_an_end_that_nobody_asked_for_is_a_death(tmp_path):
    deaths = queue.SimpleQueue()
    with ProcessGroup(tmp_path, on_death=lambda member: deaths.put((member.name, member.process.returncode))) as group:
        for name in ("told", "killed", "expected"):
            group.start(name, SLEEPER, dict(os.environ))
        group.send(signal.SIGTERM, ["told"])
        group.expect_ends(["expected"])
        os.kill(group.members["expected"].process.pid, signal.SIGTERM)
        group.wait(10, ["told", "expected"])
        os.kill(group.members["killed"].process.pid, signal.SIGKILL)
        assert deaths.get(timeout=10) == ("killed", -signal.SIGKILL)
    assert deaths.empty()

"""A goal is taken once, whatever dies in between."""

import contextlib
import json
import resource
import subprocess
import sys

import pytest

from robot_trials.exceptions import TrialFault
from robot_trials.runtime.processes.goal_ledger import GoalLedger, GoalOutcome, LedgerState

OUTCOME = GoalOutcome(True, "pass", "", "/bag", "/report")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "goals.jsonl"


def reopen(ledger, path):
    ledger.close()
    return GoalLedger(path)


def test_goal_is_taken_once_also_by_the_next_process(path):
    ledger = GoalLedger(path)
    assert ledger.find("a1")[0] is LedgerState.UNKNOWN
    assert ledger.take("a1") and not ledger.take("a1")
    ledger = reopen(ledger, path)
    assert not ledger.take("a1") and ledger.find("a1")[0] is LedgerState.RUNNING
    ledger.end("a1", OUTCOME)
    ledger = reopen(ledger, path)
    assert ledger.find("a1") == (LedgerState.ENDED, OUTCOME) and not ledger.take("a1")


def test_withdrawn_goal_is_never_taken_and_a_taken_one_is_not_withdrawn(path):
    ledger = GoalLedger(path)
    assert ledger.withdraw("a1") and not ledger.take("a1")
    assert ledger.take("b2") and not ledger.withdraw("b2")
    ledger = reopen(ledger, path)
    assert [ledger.find(goal)[0].name for goal in ("a1", "b2")] == ["WITHDRAWN", "RUNNING"]


def test_goal_left_open_by_a_dead_process_ends_aborted(path):
    ledger = GoalLedger(path)
    ledger.take("a1")
    ledger = reopen(ledger, path)
    assert ledger.end_open("died") == ["a1"] and ledger.end_open("died") == []
    assert reopen(ledger, path).find("a1") == (LedgerState.ENDED, GoalOutcome(verdict="aborted", reason="died"))


def test_only_what_runs_can_end(path):
    with pytest.raises(TrialFault, match="does not run"):
        GoalLedger(path).end("a1", OUTCOME)


@pytest.mark.parametrize("left", [1, 10, 29])
def test_line_that_was_cut_short_never_was(path, left):
    ledger = GoalLedger(path)
    ledger.take("a1")
    whole = path.stat().st_size
    ledger.take("b2")
    ledger.close()
    with path.open("r+b") as file:
        file.truncate(whole + left)
    ledger = GoalLedger(path)
    assert ledger.find("a1")[0] is LedgerState.RUNNING and ledger.take("b2")
    assert [json.loads(line)["goal_id"] for line in path.read_text().splitlines()] == ["a1", "b2"]


def test_killed_process_leaves_the_ledger_to_the_next(path):
    script = f"""
import os, signal
from pathlib import Path
from robot_trials.runtime.processes.goal_ledger import GoalLedger
ledger = GoalLedger(Path({str(path)!r}))
ledger.take("a1")
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    assert not GoalLedger(path).take("a1")


def test_second_process_is_refused(path):
    ledger = GoalLedger(path)
    with pytest.raises(TrialFault, match="another trial node writes to this ledger"):
        GoalLedger(path)
    ledger.close()


def test_file_of_something_else_is_refused_and_left_alone(path):
    path.parent.mkdir()
    path.write_text("site: park\n")
    with pytest.raises(TrialFault, match="cannot be used as a ledger"):
        GoalLedger(path)
    assert path.read_text() == "site: park\n"


@contextlib.contextmanager
def file_size_limit(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_takes_nothing_and_loses_no_end(path):
    ledger = GoalLedger(path)
    ledger.take("a1")
    with file_size_limit(path.stat().st_size + 10):
        with pytest.raises(TrialFault, match=r"goals.jsonl: (?i:.*space|.*large)"):
            ledger.take("b2")
        with pytest.raises(TrialFault):
            ledger.end("a1", OUTCOME)
        assert ledger.find("a1") == (LedgerState.ENDED, OUTCOME)
        assert ledger.find("b2")[0] is LedgerState.UNKNOWN
    assert ledger.take("b2")
    ledger = reopen(ledger, path)
    assert ledger.find("a1") == (LedgerState.ENDED, OUTCOME) and ledger.find("b2")[0] is LedgerState.RUNNING


def test_ledger_without_a_file_keeps_what_it_knows():
    ledger = GoalLedger(None)
    assert ledger.take("a1") and not ledger.take("a1")
    ledger.end("a1", OUTCOME)
    assert ledger.find("a1") == (LedgerState.ENDED, OUTCOME)

"""Reasons name who died, and wait a little for the one who notes it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from robot_trials.runtime.processes.exits import ProcessExit, note_exit
from robot_trials.trials.judging.reasons import EXIT_PATIENCE_S, await_exits, find_exits, name_exits

STOP_NODE = ProcessExit("stop_node", -9, 0)
CONTROL = ProcessExit("control_process", -9, 0)


@pytest.mark.parametrize(
    ("reason", "exits", "named"),
    [
        (
            "stopped: stop inputs silent",
            [STOP_NODE],
            "stopped: stop inputs silent: stop_node was killed by SIGKILL",
        ),
        ("control process 4711 died", [CONTROL], "control_process was killed by SIGKILL"),
        ("the control process was told to end", [CONTROL], "control_process was killed by SIGKILL"),
        ("interrupted", [CONTROL], "control_process was killed by SIGKILL"),
        ("control_node died", [ProcessExit("control_node", -11, 0)], "control_node was killed by SIGSEGV"),
        ("interrupted by SIGHUP", [CONTROL], "control_process was killed by SIGKILL"),
        ("interrupted by SIGTERM", [], "interrupted by SIGTERM"),
        ("", [CONTROL], ""),
        ("Falls: 1 must be ≤ 0", [STOP_NODE], "Falls: 1 must be ≤ 0"),
        (
            "no site fiducial in 3.0 s of walking: must be ≤ 2 s",
            [ProcessExit("perception_node", -9, 0)],
            "no site fiducial in 3.0 s of walking: must be ≤ 2 s: perception_node was killed by SIGKILL",
        ),
        ("stopped: emergency stop", [], "stopped: emergency stop"),
        ("stopped: emergency stop", [ProcessExit("perception_node", -9, 0)], "stopped: emergency stop"),
        ("lost: stop_node was killed by SIGKILL", [STOP_NODE], "lost: stop_node was killed by SIGKILL"),
        (
            "camera silent",
            [ProcessExit("perception_node", 1, 0), STOP_NODE, STOP_NODE],
            "camera silent: perception_node ended with exit code 1, stop_node was killed by SIGKILL",
        ),
    ],
)
def test_who_died_stands_in_the_reason(reason: str, exits: list[ProcessExit], named: str) -> None:
    assert name_exits(reason, exits) == named


def test_an_exit_that_is_noted_a_moment_later_is_waited_for(tmp_path: Path) -> None:
    threading.Timer(0.2, note_exit, (tmp_path, "control_process", -9)).start()
    (found,) = await_exits(tmp_path, "control process 12 died", 0)
    assert found.words == "control_process was killed by SIGKILL"


def test_a_reason_without_a_death_waits_for_nobody(tmp_path: Path) -> None:
    start = time.monotonic()
    assert await_exits(tmp_path, "stopped: emergency stop", 0) == []
    assert time.monotonic() - start < 0.5 * EXIT_PATIENCE_S


def test_exits_of_an_earlier_trial_do_not_count(tmp_path: Path) -> None:
    note_exit(tmp_path, "perception_node", -9)
    assert await_exits(tmp_path, "stopped: emergency stop", time.time_ns() + 1) == []
    assert len(await_exits(tmp_path, "stopped: emergency stop", 0)) == 1


def test_a_later_goal_finds_the_exits_of_its_graph(tmp_path: Path) -> None:
    note_exit(tmp_path, "recorder_node", -9)
    (tmp_path / "goal_2").mkdir()
    assert [entry.name for entry in find_exits(tmp_path / "goal_2")] == ["recorder_node"]

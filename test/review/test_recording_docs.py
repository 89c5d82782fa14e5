"""The page about recordings keeps up with what is written."""

from __future__ import annotations

import re
from pathlib import Path

from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.telemetry.bag.reserve import LAST_WORDS, RESERVE_FILE, RESERVE_SIZE
from robot_trials.telemetry.topics import TOPICS
from robot_trials.trials.judging.outcome import VERDICT_FILE, TrialOutcome
from robot_trials.trials.judging.run_marker import RUN_FILE
from robot_trials.trials.judging.stop_history import STILL_NS
from robot_trials.trials.judging.stops import RungSpan, Stop, TriggerTime

PAGE = (Path(__file__).parents[2] / "docs" / "recording.md").read_text(encoding="utf-8")


def read_keys(heading: str) -> list[str]:
    """Names in the first column of the table behind a line."""
    table = PAGE[PAGE.index(heading) :].split("\n|---|---|\n", 1)[1].split("\n\n", 1)[0]
    return [key for line in table.splitlines() for key in re.findall(r"`([^`]+)`", line.split("|")[1])]


def test_every_key_of_a_verdict_is_explained() -> None:
    assert read_keys("## The verdict") == list(TrialOutcome(True, "", "standing").to_json_dict())


def test_every_key_of_a_stop_is_explained() -> None:
    stop = Stop(0, None, (TriggerTime(Trigger.E_STOP, 0),), (RungSpan(Rung.STAND, 0, 1),))
    assert read_keys("Each of `stops`") == list(stop.to_json())
    assert f"rests for {STILL_NS * 1e-9:g} s" in PAGE


def test_every_topic_and_file_stands_on_the_page() -> None:
    assert [topic.name for topic in TOPICS if f"`{topic.name}`" not in PAGE] == []
    files = read_keys("Every trial leaves a folder")
    assert {VERDICT_FILE, RUN_FILE, RESERVE_FILE, "report.html", "exits.jsonl", "bag/", "goal_2/"} <= set(files)


def test_sizes_are_those_in_force() -> None:
    megabyte = 1024 * 1024
    assert f"reserve of {RESERVE_SIZE // megabyte} MB" in PAGE and f"{LAST_WORDS // megabyte} MB of it" in PAGE

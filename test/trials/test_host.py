"""The in-process host: whatever breaks, there is a verdict with the reason and a closed bag."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from kinematic_world import Mishaps
from trial_bench import load_setup, run_host

from robot_trials.telemetry import DiskFullError, make_identity, read_bag
from robot_trials.trials.hosts.one_process import InProcessHost


def test_good_run_leaves_bag_and_verdict(tmp_path: Path) -> None:
    outcome, _ = run_host(output=tmp_path / "run")
    assert outcome.ended == "standing"
    assert [c.name for c in outcome.criteria if not c.passed] in ([], ["mean_speed"])
    assert outcome.verdict_file == tmp_path / "run" / "verdict.json"
    data = json.loads(outcome.verdict_file.read_text())
    assert data["identity"]["host"] == "in_process" and data["identity"]["trial"] == "torch_relay"
    assert [entry["phase"] for entry in data["timeline"]][0] == "preflight"
    assert outcome.bag is not None and (outcome.bag / "metadata.yaml").is_file()
    read_bag(outcome.bag)


def test_same_seed_same_numbers() -> None:
    first, _ = run_host()
    second, _ = run_host()
    for name, value in first.figures.items():
        if name not in ("wall_time", "deadline_misses"):
            assert np.array_equal(value, second.figures[name], equal_nan=True), name
    assert first.events == second.events


def test_simulator_that_dies(tmp_path: Path) -> None:
    outcome, world = run_host(Mishaps(dies_at=3.0), output=tmp_path / "run")
    assert not outcome.passed and outcome.ended == "unknown"
    assert outcome.reason == "RobotFault: the simulator no longer answers (time = 3)"
    assert outcome.bag is not None and (outcome.bag / "metadata.yaml").is_file(), "the bag is closed"
    assert json.loads((tmp_path / "run" / "verdict.json").read_text())["reason"] == outcome.reason
    assert world.time == 3.0


def test_controller_that_breaks_leaves_a_damped_robot() -> None:
    outcome, world = run_host(Mishaps(controller_breaks_at=3.0))
    assert outcome.reason == "ZeroDivisionError: controller broke" and not outcome.passed
    assert world.time >= 4.0, "the robot was damped for a second, without the controller"


def test_disk_that_fills_up_ends_standing(tmp_path: Path) -> None:
    def fill(host: InProcessHost) -> None:
        write = host.trial.tick

        def tick(*arguments) -> None:  # noqa: ANN002
            write(*arguments)
            if host.trial.phase == "carry" and host._recorder is not None:
                error = DiskFullError("no room", path="/full", free_bytes=0, needed_bytes=4096)
                host._recorder._writer.fault = error

        host.trial.tick = tick  # type: ignore[method-assign]

    outcome, world = run_host(output=tmp_path / "run", prepare=fill)
    assert outcome.reason.startswith("recording failed: no room (path = /full, free_bytes = 0")
    assert outcome.ended == "standing" and world.robot_holds
    assert not outcome.passed


def test_disk_without_room_refuses_before_the_robot_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    outcome, world = run_host(output=tmp_path / "run")
    assert "disk" in outcome.reason and "too little room" in outcome.reason and not outcome.passed
    assert world.base[0] == pytest.approx(load_setup().site.start.x, abs=0.01)


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    outcome, world = run_host(output=blocked / "run")
    assert outcome.reason.startswith("recording failed:") and outcome.ended == "standing"
    assert outcome.verdict_file is None
    assert world.base[0] == pytest.approx(load_setup().site.start.x, abs=0.01)


def test_identity_names_the_run() -> None:
    identity = make_identity(load_setup(), "in_process")
    assert identity.run_id == load_setup().trial_id and identity.seed == 0

"""Each preflight check says what is wrong, with number and bound."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from pathlib import Path

import pytest
from leaf_bench import make_context, perceive, tick
from py_trees.common import Status

from robot_trials.kinds.common.leaves.preflight import (
    Check,
    Preflight,
    check_battery,
    check_disk,
    check_localization,
    check_permit_file,
    check_place,
    check_sensors,
)


def test_all_is_well() -> None:
    context = make_context()
    context.status.base_position[:2] = context.setup.site.start[:2]
    for check in (check_permit_file, check_battery, check_disk, check_sensors, check_localization, check_place):
        assert list(check(context)) == []


def test_permit_is_read_anew(tmp_path: Path) -> None:
    """A permit that was withdrawn after the configuration was loaded still stops the trial."""
    context = make_context()
    text = context.setup.permit_file.read_text().replace("speed: 0.5", "speed: 0.3").replace("2025-11-30", "2025-11-01")
    changed = tmp_path / "permit.yaml"
    changed.write_text(text)
    context.setup = dataclasses.replace(context.setup, permit_file=changed)
    problems = "\n".join(check_permit_file(context))
    assert "caps.speed: 0.3: must be ≥ 0.4" in problems
    assert "expires" in problems
    changed.unlink()
    assert "cannot be read" in check_permit_file(context)[0]


def test_permit_is_named_as_it_was_read(tmp_path: Path) -> None:
    """What counts is the file at the start, also what it is bound to by then."""
    context = make_context()
    changed = tmp_path / "permit.yaml"
    changed.write_text(context.setup.permit_file.read_text() + f"configuration_hash: {'a' * 64}\n")
    context.setup = dataclasses.replace(context.setup, permit_file=changed)
    (problem,) = check_permit_file(context)
    assert "configuration_hash" in problem and "of what is about to run" in problem
    found = hashlib.sha256(changed.read_bytes()).hexdigest()
    assert context.permit_sha256 == found
    assert context.events[-1].text == f"permit GREET-2025-001, SHA-256 {found}"


def test_empty_battery() -> None:
    context = make_context()
    context.state.battery[...] = 0.1
    assert check_battery(context) == ["state of charge 0.10 must be ≥ 0.3"]
    context.state.battery[...] = math.nan
    assert check_battery(context)


def test_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import shutil
    from collections import namedtuple

    context = make_context(output=str(tmp_path / "run"))
    assert check_disk(context) == []
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    (problem,) = check_disk(context)
    assert str(tmp_path) in problem and "1000" in problem


def test_robot_in_the_air() -> None:
    context = make_context()
    context.state.foot_wrench[:] = 0.0
    assert check_sensors(context) == ["feet feel 0 N: must be > 50 N on the ground"]


def test_unlocalized() -> None:
    context = make_context()
    perceive(context, map_deviation=(0.4, 0.1, 0.1))
    assert check_localization(context) == ["place known to 0.40 m: must be ≤ 0.25 m"]
    context.time_ns = 5_000_000_000
    assert check_localization(context) == ["last site fiducial 5.0 s ago: must be ≤ 2 s"]
    perceive(context, localized_ns=None)
    assert check_localization(context) == ["no site fiducial seen yet"]


def test_outside_the_trial_s_area() -> None:
    context = make_context()
    start = context.setup.site.start
    context.status.base_position[:2] = start.x, start.y
    assert check_place(context) == []
    context.status.base_position[:2] = start.x, start.y + 9.0
    (problem,) = check_place(context)
    assert problem.startswith("the robot stands outside the area of the trial on ")
    assert f"9.0 m from the start at ({start.x:g}, {start.y:g}) m" in problem
    perceive(context, localized_ns=None)
    assert check_place(context) == [], "where its place is not known, localization says so"


def test_leaf_waits_for_what_may_come_and_fails_on_the_rest() -> None:
    context = make_context()
    perceive(context, localized_ns=None)
    checks = [Check("battery", check_battery), Check("localization", check_localization, waits=True)]
    leaf = Preflight("checks", context, checks, patience=3.0)
    assert tick(leaf, context, 1.0) == Status.RUNNING
    perceive(context, localized_ns=context.time_ns)
    assert tick(leaf, context, 0.5) == Status.RUNNING, "the gyro is still learning its bias"
    assert tick(leaf, context, 1.0) == Status.SUCCESS
    perceive(context, localized_ns=None)
    assert tick(leaf, context, 5.0) == Status.FAILURE
    assert leaf.reason == "localization: no site fiducial seen yet"
    context.state.battery[...] = 0.05
    assert tick(leaf, context, 0.02) == Status.FAILURE
    assert leaf.reason == "battery: state of charge 0.05 must be ≥ 0.3"

"""A permit that does not cover the trial is refused with file, line, key, value and bound."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from robot_trials.config import load_trial_setup
from robot_trials.exceptions import ConfigError

Spoil = Callable[[str, str, str], Path]
PERMIT = "permits/shenzhen_relay.yaml"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (
            "expires: .*",
            "expires: 2025-11-01T00:00:00+08:00",
            "expires: 2025-11-01T00:00:00+08:00: must be > 2025-11-02T09:00",
        ),
        ("site: .*", "site: elsewhere", "site: elsewhere: must be shenzhen_relay, the trial's site"),
        ("robot: .*", "robot: g1", "robot: g1: must be kuavo, the trial's robot"),
        ("trials: .*", "trials: [patrol]", "trials: patrol: must include torch_relay"),
        ("approver: .*", "approver: lin hai ", "approver: lin hai: must be someone else than the operator"),
        ("speed: 1.0", "speed: 0.5", "caps.speed: 0.5: must be ≥ 0.8, the trial's walking speed [m/s]"),
        ("load: 2.5", "load: 1.5", "caps.load: 1.5: must be ≥ 2, the heaviest load that the trial accepts [kg]"),
        (
            "start: .*",
            "start: 2025-11-02T10:00:00+08:00",
            "window.start: 2025-11-02T10:00:00+08:00: must be ≤ 2025-11-02T09",
        ),
        (
            "end: .*",
            "end: 2025-11-02T08:30:00+08:00",
            "window.end: 2025-11-02T08:30:00+08:00: must be > 2025-11-02T09:00:00",
        ),
        (
            "end: .*",
            "end: 2025-11-02T09:02:00+08:00",
            "window.end: 2025-11-02T09:02:00+08:00: must be ≥ 2025-11-02T09:1",
        ),
    ],
)
def test_uncovered(config: Path, spoil: Spoil, pattern: str, text: str, expected: str) -> None:
    file = spoil(PERMIT, pattern, text)
    line = next(i for i, found in enumerate(file.read_text().splitlines(), 1) if text.strip() in found)
    with pytest.raises(ConfigError) as caught:
        load_trial_setup("torch_relay")
    (message,) = str(caught.value).splitlines()
    assert message.startswith(f"{file}:{line}: {expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"configuration_hash: {'a' * 64}", f"configuration_hash: {'a' * 64}: must be "),
        (f"controller_hash: {'a' * 64}", f"controller_hash: {'a' * 64}: must be "),
        ("controller_hash: 12ab", "controller_hash: 12ab: must match ^[0-9a-f]{64}$"),
        ("evidence: {report_sha256: 12ab}", "evidence.report_sha256: 12ab: must match ^[0-9a-f]{64}$"),
    ],
)
def test_a_permit_for_something_else(config: Path, spoil: Spoil, text: str, expected: str) -> None:
    file = spoil(PERMIT, "expires:", f"{text}\nexpires:")
    line = file.read_text().splitlines().index(text) + 1
    with pytest.raises(ConfigError) as caught:
        load_trial_setup("torch_relay")
    assert str(caught.value).startswith(f"{file}:{line}: {expected}")


def test_a_permit_for_this_configuration(config: Path, spoil: Spoil) -> None:
    spoil(PERMIT, "expires:", f"configuration_hash: {'a' * 64}\nexpires:")
    with pytest.raises(ConfigError) as caught:
        load_trial_setup("torch_relay")
    (found,) = re.findall("must be ([0-9a-f]{64})", str(caught.value))
    spoil(PERMIT, f"configuration_hash: {'a' * 64}", f"configuration_hash: {found}")
    load_trial_setup("torch_relay")
    spoil("trials/torch_relay.yaml", "walking_speed: 0.8", "walking_speed: 0.7")
    with pytest.raises(ConfigError, match="configuration_hash: .*: must be .*, of what is about to run"):
        load_trial_setup("torch_relay")


def test_zones_of_time_are_compared_as_instants(config: Path, spoil: Spoil) -> None:
    spoil(PERMIT, "start: .*", "start: 2025-11-02T01:00:00+00:00")  # 09:00 in Shenzhen
    load_trial_setup("torch_relay")


def test_a_date_without_zone_is_refused(config: Path, spoil: Spoil) -> None:
    spoil(PERMIT, "expires: .*", "expires: 2025-11-30T00:00:00")
    with pytest.raises(ConfigError, match="expires: .* needs a time zone"):
        load_trial_setup("torch_relay")

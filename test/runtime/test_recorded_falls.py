"""What once threw the robot over does so no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded_fall import FOLDER, PushSpec, RecordedFall, load_fall, open_drill, replay

from robot_trials.exceptions import ConfigError

pytestmark = pytest.mark.relay

FILES = sorted(FOLDER.glob("*.yaml"))
STANDING = {"why": "it was made to fall", "fell_at": None, "seed": 0, "torch": False, "friction": 0.8}


def replay_once(fall: RecordedFall) -> str:
    drill = open_drill(fall)
    try:
        return replay(fall, drill)
    finally:
        drill.close()


@pytest.mark.simulation
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recorded_fall_happens_no_more(file: Path) -> None:
    fall = load_fall(file)
    fell = replay_once(fall)
    assert not fell, f"{file.stem} falls again, {fell}: {fall.why}"


@pytest.mark.simulation
def test_a_push_too_hard_is_seen_as_a_fall() -> None:
    """The replay itself can tell."""
    fall = RecordedFall(**STANDING, push=PushSpec(direction_deg=90.0, impulse=60.0))
    assert replay_once(fall) == "in the end"


def test_every_recorded_fall_can_be_read() -> None:
    assert len(FILES) >= 2
    for file in FILES:
        load_fall(file)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("push: {direction_deg: 0, impulse: 8}\nfall: 1", "fall: unknown key"),
        ("push: {direction_deg: 0, impuls: 8}", "push.impulse: required key is missing"),
        ("push: {direction_deg: 0, impulse: -8}", "push.impulse: -8: must be > 0"),
        ("velocity: [0.5, 0.0]", "velocity"),
        ("ground: {ramps: [{x_min: 1, x_max: 2, slope_deg: 40}]}", "slope_deg: 40: must be ≤ 15"),
        ("", "neither push nor velocity: nothing happens"),
        ("push: {direction_deg: 0, impulse: 8}\nmoment: {phase: 0.5}", "a moment of a walk needs a velocity"),
        ("velocity: [0.5, 0, 0]\nmoment: {phase: 1.5}", "moment.phase: 1.5: must be ≤ 1"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "fall.yaml"
    file.write_text(f"why: it stumbled over its feet\nfell_at: null\nseed: 0\ntorch: false\nfriction: 0.8\n{text}\n")
    with pytest.raises(ConfigError) as caught:
        load_fall(file)
    assert "fall.yaml" in str(caught.value) and problem in str(caught.value)


def test_a_revision_is_written_as_text(tmp_path: Path) -> None:
    file = tmp_path / "fall.yaml"
    rest = "why: it stumbled over its feet\nseed: 0\ntorch: false\nfriction: 0.8\nvelocity: [0.5, 0, 0]\n"
    file.write_text(f"{rest}fell_at: 'cd3399b'\n")
    assert load_fall(file).fell_at == "cd3399b"
    for wrong in ("1234567", "'yesterday'"):
        file.write_text(f"{rest}fell_at: {wrong}\n")
        with pytest.raises(ConfigError, match="fell_at"):
            load_fall(file)

"""A trial with everything it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from robot_trials.config import load_trial_setup
from robot_trials.exceptions import ConfigError

Spoil = Callable[[str, str, str], Path]
TRIAL, PERMIT, COURSE = "trials/torch_relay.yaml", "permits/shenzhen_relay.yaml", "courses/shenzhen_relay.yaml"


def refusal(**arguments: object) -> str:
    with pytest.raises(ConfigError) as caught:
        load_trial_setup("torch_relay", **arguments)  # type: ignore[arg-type]
    return str(caught.value)


def test_the_shipped_trial_is_valid(config: Path) -> None:
    setup = load_trial_setup("torch_relay")
    assert setup.site.lane.length == 100.0
    assert setup.criteria["distance_min"] == 100.0
    assert setup.criteria["mean_speed_min"] == 0.7
    assert setup.trial.phases["carry"].timeout * setup.trial.walking_speed > 100.0


@pytest.mark.parametrize(
    ("overrides", "bound"),
    [
        (["trial.walking_speed=0.5"], 0.4375),
        (["trial.walking_speed=1.0"], 0.7),
        (["trial.torque_limits=peak", "trial.walking_speed=0.6"], 0.4),
        (["trial.torque_limits=peak", "trial.walking_speed=0.4"], 0.35),
    ],
)
def test_no_mean_speed_is_asked_for_that_the_walk_could_not_reach(
    config: Path, overrides: list[str], bound: float
) -> None:
    setup = load_trial_setup("torch_relay", length=20.0, overrides=overrides)
    assert setup.criteria["mean_speed_min"] == pytest.approx(bound)


def test_length_moves_the_receiver_the_boards_and_the_criterion(config: Path) -> None:
    long, short = load_trial_setup("torch_relay"), load_trial_setup("torch_relay", length=60.0)
    assert long.course.receiver.grip[0] - short.course.receiver.grip[0] == pytest.approx(40.0)
    assert long.course.receiver.robot_stance.x - short.course.receiver.robot_stance.x == pytest.approx(40.0)
    assert len(long.site.fiducials) - len(short.site.fiducials) == 8
    assert short.criteria["distance_min"] == 60.0


def test_arguments_rebuild_the_same_setup_elsewhere(config: Path) -> None:
    setup = load_trial_setup(
        "torch_relay", seed=3, length=20, output=config / "out", overrides=["trial.walking_speed=0.5"]
    )
    again = load_trial_setup(**json.loads(json.dumps(setup.arguments)))
    assert again.trial == setup.trial
    assert (again.configuration_hash, again.trial_id, again.output) == (
        setup.configuration_hash,
        setup.trial_id,
        setup.output,
    )


def test_hash_follows_content_and_not_layout(config: Path, spoil: Spoil) -> None:
    before = load_trial_setup("torch_relay").configuration_hash
    spoil(COURSE, r"^name: shenzhen_relay$", "# a comment\nname:    shenzhen_relay")
    assert load_trial_setup("torch_relay").configuration_hash == before
    spoil(COURSE, r"width: 3\.0", "width: 3.1")
    assert load_trial_setup("torch_relay").configuration_hash != before


def test_peak_torque_limits_ask_for_less_speed(config: Path) -> None:
    assert load_trial_setup("torch_relay", overrides=["trial.torque_limits=peak"]).criteria["mean_speed_min"] == 0.4


def test_criteria_can_be_tightened(config: Path, spoil: Spoil) -> None:
    spoil(TRIAL, r"^criteria: \{\}", "criteria: {torch_tilt_max_deg: 8, mean_speed_min: 0.75}")
    criteria = load_trial_setup("torch_relay").criteria
    assert (criteria["torch_tilt_max_deg"], criteria["mean_speed_min"], criteria["human_force_max"]) == (
        8.0,
        0.75,
        20.0,
    )


@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        ("torch_tilt_max_deg", 12, "≤ 10"),
        ("torch_tilt_p99_max_deg", 6, "≤ 5"),
        ("human_force_max", 25, "≤ 20"),
        ("lateral_offset_max", 0.5, "≤ 0.3"),
        ("mean_speed_min", 0.5, "≥ 0.7"),
        ("distance_min", 90, "≥ 100"),
    ],
)
def test_criteria_cannot_be_loosened(config: Path, spoil: Spoil, name: str, value: float, bound: str) -> None:
    file = spoil(TRIAL, r"^criteria: \{\}", f"criteria:\n  {name}: {value}")
    line = next(i for i, text in enumerate(file.read_text().splitlines(), 1) if text.startswith(f"  {name}:"))
    assert f"{TRIAL}:{line}: criteria.{name}: {value:g}: must be {bound} (a trial may tighten" in refusal()


def test_unknown_robot_names_the_searched_folders(config: Path) -> None:
    message = refusal(robot="kuavoo")
    assert "robots: kuavoo: no file kuavoo.yaml; searched" in message
    assert str(config / "robots") in message
    assert "did you mean 'kuavo'?" in message


def test_missing_site_is_located_in_the_trial(config: Path, spoil: Spoil) -> None:
    spoil(TRIAL, r"^site: shenzhen_relay", "site: nowhere")
    assert f"{TRIAL}:7: site: nowhere: no file nowhere.yaml; searched" in refusal()


def test_problems_of_several_files_come_together(config: Path, spoil: Spoil) -> None:
    spoil(COURSE, r"width: 3\.0", "width: 0.1")
    spoil(PERMIT, r"speed: 1\.0", "sped: 1.0")
    message = refusal()
    assert "lane.width: 0.1: must be ≥ 1" in message
    assert "caps.sped: unknown key; did you mean 'speed'?" in message


def test_tag_ids_are_unique(config: Path, spoil: Spoil) -> None:
    spoil(COURSE, r"\{id: 4,", "{id: 105,")
    assert "fiducials.tags.3.id: 105: must be unique on the site" in refusal()


def test_carry_needs_time_for_the_lane(config: Path) -> None:
    message = refusal(overrides=["trial.phases.carry.timeout=100"])
    assert message == "command line: phases.carry.timeout: 100: must be ≥ 125.0, lane.length over walking_speed [s]"


@pytest.mark.parametrize("text", ["walking_speed=1", "trial.walking_speed", "permit.caps.speed=9", "trial=1"])
def test_override_reaches_trial_site_and_course_only(config: Path, text: str) -> None:
    rule = "must read trial.KEY=VALUE, site.KEY=VALUE, course.KEY=VALUE or world.KEY=VALUE"
    assert refusal(overrides=[text]) == f"command line: --set: {text}: {rule}"


def test_hash_covers_the_robot_description(config: Path, spoil: Spoil) -> None:
    (config / "robot.urdf").write_text("<robot name='a'/>")
    spoil("robots/kuavo.yaml", r"^urdf: \S+", "urdf: ../robot.urdf")
    before = load_trial_setup("torch_relay").configuration_hash
    (config / "robot.urdf").write_text("<robot name='b'/>")
    assert load_trial_setup("torch_relay").configuration_hash != before

"""A goal asks for a trial; the graph does only what its robot, place and world are for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from robot_trials.config import load_trial_setup
from robot_trials.exceptions import ConfigError
from robot_trials.nodes.trial.goal_setup import load_goal_setup


@dataclass
class Asked:
    """What a goal says, empty as in a message where it says nothing."""

    trial: str = ""
    site: str = ""
    course: str = ""
    zone: str = ""
    robot: str = ""
    overrides: list[str] = field(default_factory=list)


BASE = load_trial_setup("torch_relay", length=6.0, overrides=["trial.battery_min=0.4"])


def test_an_empty_goal_is_the_trial_of_the_graph(tmp_path: Path) -> None:
    base = replace(BASE, output=tmp_path)
    setup = load_goal_setup(base, Asked())
    assert setup.configuration_hash == base.configuration_hash and setup.output == tmp_path
    assert setup.site.lane.length == 6.0 and setup.trial.battery_min == 0.4


def test_a_goal_tightens() -> None:
    setup = load_goal_setup(BASE, Asked("torch_relay", overrides=["trial.walking_speed=0.4"]))
    assert setup.demands.speed == 0.4 and setup.trial.battery_min == 0.4
    assert setup.configuration_hash != BASE.configuration_hash


def test_what_does_not_keep_the_permit_is_refused() -> None:
    with pytest.raises(ConfigError, match="walking_speed|caps.speed"):
        load_goal_setup(BASE, Asked(overrides=["trial.walking_speed=1.4"]))


def test_another_trial_runs_by_the_clock_of_the_graph(tmp_path: Path) -> None:
    """Its own first instant is only the one for which it was written."""
    text = Path(BASE.arguments["name"]).read_text().replace("name: torch_relay", "name: evening_relay", 1)
    file = tmp_path / "evening_relay.yaml"
    file.write_text(text.replace("2025-11-02T09:00:00", "2025-11-02T15:00:00"))
    permit = tmp_path / "evening.yaml"
    permit.write_text(BASE.permit_file.read_text().replace("[torch_relay]", "[torch_relay, evening_relay]"))
    file.write_text(file.read_text().replace("permit: shenzhen_relay", f"permit: {permit}"))
    base = replace(BASE, arguments={**BASE.arguments, "length": None, "overrides": []})
    base = replace(base, configuration=load_trial_setup("torch_relay").configuration)
    setup = load_goal_setup(base, Asked(str(file)))
    assert setup.trial.name == "evening_relay" and setup.start_time == BASE.start_time


@pytest.mark.parametrize(("key", "value"), [("robot", "atlas"), ("site", "moon"), ("course", "moon"), ("zone", "moon")])
def test_a_robot_or_site_that_is_not_there_is_named(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=value):
        load_goal_setup(BASE, Asked(**{key: value}))


def test_a_file_that_has_changed_since_the_start_is_named() -> None:
    base = replace(BASE, configuration={**BASE.configuration, "robot": "{}"})
    with pytest.raises(ConfigError, match="robot: has changed since this graph was started"):
        load_goal_setup(base, Asked())


def test_a_zone_says_where_the_course_lies() -> None:
    permit = ["trial.permit=shenzhen_demo_relay"]
    base = load_trial_setup("torch_relay", site="shenzhen_demo", zone="relay_lane_1", overrides=permit)
    setup = load_goal_setup(base, Asked(zone="relay_lane_3", overrides=permit))
    assert (setup.site.zone, setup.site.place.y, setup.site.fiducials[0].id) == ("relay_lane_3", 17.0, 160)
    assert load_goal_setup(base, Asked()).site.zone == "relay_lane_1"


def test_another_site_is_refused() -> None:
    with pytest.raises(ConfigError, match="site: shenzhen_demo: this graph was started for 'shenzhen_relay'"):
        load_goal_setup(
            BASE, Asked(site="shenzhen_demo", zone="relay_lane_1", overrides=["trial.permit=shenzhen_demo_relay"])
        )


def test_drives_do_not_change_between_goals() -> None:
    with pytest.raises(ConfigError, match="torque_limits: peak: this graph was started for 'urdf'"):
        load_goal_setup(BASE, Asked(overrides=["trial.torque_limits=peak"]))

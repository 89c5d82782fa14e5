"""A course lies where its zone says, and only where a trial may be held."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from robot_trials.config import TrialSetup, load_fleet, load_trial_setup
from robot_trials.exceptions import ConfigError
from robot_trials.telemetry.identity import make_identity

Spoil = Callable[[str, str, str], Path]
SITE = "sites/shenzhen_demo.yaml"


def load(zone: str = "relay_lane_1", **more: object) -> TrialSetup:
    overrides = ["trial.permit=shenzhen_demo_relay", *more.pop("overrides", ())]  # type: ignore[misc]
    return load_trial_setup("torch_relay", site="shenzhen_demo", zone=zone, overrides=overrides, **more)  # type: ignore[arg-type]


def refusal(**more: object) -> str:
    with pytest.raises(ConfigError) as error:
        load(**more)  # type: ignore[arg-type]
    return str(error.value)


def test_a_zone_lays_its_course(config: Path) -> None:
    first, third = load(), load("relay_lane_3")
    assert first.site.place == (0.0, 0.0, 0.0) and third.site.place == (0.0, 17.0, 0.0)
    assert [tag.id + 60 for tag in first.site.fiducials] == [tag.id for tag in third.site.fiducials]
    assert third.site.zone == "relay_lane_3" and third.course.giver.stance == first.course.giver.stance


def test_a_fleet_names_zones_and_types_no_pose() -> None:
    members = load_fleet("shenzhen_demo").members
    assert [member.pose.y for member in members] == [0.0, 8.5, 17.0]
    assert [member.setup.site.zone for member in members] == [f"relay_lane_{index}" for index in (1, 2, 3)]


def test_everything_of_the_site_is_on_the_course_s_map(config: Path, spoil: Spoil) -> None:
    spoil(SITE, r"^    pose: \{x: 0.0, y: 17.0\}", "    pose: {x: 100.0, y: 17.0, yaw_deg: 180.0}")
    spoil(SITE, "^walkable", "fiducials:\n  - {id: 500, size: 0.4, position: [100.0, 19.0, 1.2]}\nwalkable")
    site = load("relay_lane_3").site
    (zone,) = [zone for zone in site.zones if zone.name == "relay_lane_3"]
    np.testing.assert_allclose(zone.corners, [(106.0, 2.5), (-6.0, 2.5), (-6.0, -2.5), (106.0, -2.5)], atol=1e-9)
    (own,) = [tag for tag in site.fiducials if tag.shared]
    np.testing.assert_allclose(own.transform_mount_tag[:3, 3], (0.0, -2.0, 1.2), atol=1e-9)
    np.testing.assert_allclose(own.transform_mount_tag[:3, 2], (1.0, 0.0, 0.0), atol=1e-9)
    assert math.isclose(site.keep_out[0].height, 0.6)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"\[106.0, -2.5\]", "[90.0, -2.5]", "covers the trial's area of 327 m²: "),
        ("pose: {x: 0.0, y: 0.0}", "pose: {x: 0.0, y: 2.0}", "up to 1.00 m at (-5.00, 3.50)"),
        ("fountain: .*", "tree: {polygon: [[50, 1], [52, 1], [52, 4]]}", "must lie clear of keep_out.tree"),
        (r"walkable: .*", "walkable: [[-30, -60], [330, -60], [330, 1]]", "walkable of site shenzhen_demo covers"),
        (
            "^walkable",
            "fiducials: [{id: 105, size: 0.4, position: [0, 2, 1]}]\nwalkable",
            "course shenzhen_relay has it",
        ),
        ("^  old_town:", "  old_towm:", "no such zone on shenzhen_demo; did you mean 'old_towm'?"),
        (
            "pose: {x: 0.0, y: 0.0}",
            "pose: {x: 0.0, y: 0.0, yaw_deg: 0.5}",
            "ground: runs along the site's x: a course there must have yaw 0",
        ),
    ],
)
def test_a_course_where_no_trial_may_be_held_is_refused(
    config: Path, spoil: Spoil, pattern: str, text: str, expected: str
) -> None:
    zone = "old_town" if "old_town" in pattern else "relay_lane_1"
    spoil(SITE, pattern, text)
    board = ["site.ground.boards=[{x_min: 3.0, x_max: 3.2, height: 0.02}]"] if "ground" in expected else []
    assert expected in refusal(zone=zone, overrides=board)


def test_the_ground_is_the_site_s_and_the_course_sees_it_from_its_origin() -> None:
    ramp = "site.ground.ramps=[{x_min: 10.0, x_max: 14.0, slope_deg: 4.0}]"
    here = load_trial_setup("torch_relay", overrides=[ramp]).site.ground
    there = load_trial_setup("torch_relay", overrides=[ramp, "course.pose={x: 6.0, y: 0.0}"]).site.ground
    assert (there.ramps[0].x_min, there.ramps[0].x_max) == (4.0, 8.0)
    assert there.height(20.0) == pytest.approx(here.height(26.0))


def test_a_course_of_another_kind_in_the_zone_is_not_the_trial_s(config: Path, tmp_path: Path) -> None:
    other = config / "courses" / "elsewhere.yaml"
    other.write_text("name: elsewhere\nkind: something_else\n")
    (config / SITE).write_text((config / SITE).read_text().replace("course: shenzhen_relay", "course: elsewhere"))
    assert load("relay_lane_2").site.course == "shenzhen_relay" and load("relay_lane_2").site.place.y == 8.5
    assert "kind: something_else: must be" in refusal(course="elsewhere")


def test_an_old_site_file_says_where_its_keys_went(config: Path) -> None:
    old = (config / "courses" / "shenzhen_relay.yaml").read_text() + "timezone: Asia/Shanghai\n"
    (config / "sites" / "shenzhen_relay.yaml").write_text(old)
    with pytest.raises(ConfigError, match=r"lane, start, kind: belong to a course, in a file of its own"):
        load_trial_setup("torch_relay")


@pytest.mark.parametrize(
    "override",
    ["site.zones={}", "site.walkable=null", "site.keep_out={}", "site.name=x", "course.name=x", "trial.name=x"],
)
def test_what_permits_are_written_against_cannot_be_set_for_one_run(override: str) -> None:
    assert "cannot be set for one run" in refusal(overrides=[override])


def test_listed_stop_buttons_cannot_be_set_for_one_run(config: Path, spoil: Spoil) -> None:
    none = ["site.stop_buttons=[]"]
    assert load(overrides=none).site.stop_buttons == ()
    spoil(SITE, "^walkable", "stop_buttons: [{name: gate}]\nwalkable")
    assert "stop_buttons: cannot be set for one run where the site's file lists some" in refusal(overrides=none)


def test_a_site_with_zones_wants_one() -> None:
    with pytest.raises(ConfigError, match=r"zone: .*must be one of relay_lane_1, .*held in one"):
        load_trial_setup("torch_relay", site="shenzhen_demo", overrides=["trial.permit=shenzhen_demo_relay"])
    named = ["trial.permit=shenzhen_demo_relay", "trial.zone=relay_lane_2"]
    assert load_trial_setup("torch_relay", site="shenzhen_demo", overrides=named).site.zone == "relay_lane_2"


def test_a_permit_of_another_site_does_not_cover_a_course_of_its_name() -> None:
    with pytest.raises(ConfigError, match="site: shenzhen_relay: must be shenzhen_demo, the trial's site"):
        load_trial_setup("torch_relay", site="shenzhen_demo", zone="relay_lane_1")


def test_where_the_robot_is_written_to_stand_belongs_to_its_area() -> None:
    stance = ["course.giver.robot_stance={x: 0.0, y: 9.0, yaw_deg: 0.0}"]
    assert "covers the trial's area" in refusal(overrides=stance)
    start = ["course.start={x: -300.0, y: 0.0, yaw_deg: 0.0}"]
    assert "covers the trial's area" in refusal(overrides=start)


def test_zone_and_course_stand_in_the_identity() -> None:
    said = make_identity(load("relay_lane_2"), "in_process").to_metadata()
    assert (said["site"], said["course"], said["zone"]) == ("shenzhen_demo", "shenzhen_relay", "relay_lane_2")

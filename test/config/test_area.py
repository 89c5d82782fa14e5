"""Where a robot may be: the lane or the permit's polygon, and how far inside a place is."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from robot_trials.config import Area, find_config, load_fleet, load_trial_setup
from robot_trials.exceptions import ConfigError
from robot_trials.kinds.relay.course import MARGIN_ALONG

SQUARE = Area(((0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (0.0, 4.0)), "square")
CORNER = Area(((0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (4.0, 4.0), (4.0, 10.0), (0.0, 10.0)), "corner")
SURE = (0.0, 0.0)


@pytest.mark.parametrize(
    ("place", "leeway"),
    [((5.0, 2.0), 2.0), ((1.0, 2.0), 1.0), ((9.5, 3.9), 0.1), ((5.0, 4.5), -1e-9), ((-3.0, 2.0), -1e-9)],
)
def test_leeway_is_the_distance_to_the_nearest_edge(place: tuple[float, float], leeway: float) -> None:
    assert SQUARE.measure_leeway(*place, SURE, 3.0) == pytest.approx(leeway)


def test_an_area_may_have_an_inner_corner() -> None:
    assert CORNER.measure_leeway(3.0, 3.0, SURE, 3.0) == pytest.approx(math.sqrt(2.0))
    assert CORNER.measure_leeway(6.0, 6.0, SURE, 3.0) < 0.0
    assert CORNER.measure_leeway(2.0, 8.0, SURE, 3.0) == pytest.approx(2.0)


def test_doubt_counts_across_the_edge_it_may_lie_beyond() -> None:
    assert SQUARE.measure_leeway(5.0, 2.0, (0.5, 0.1), 3.0) == pytest.approx(2.0 - 0.3)
    assert SQUARE.measure_leeway(1.0, 2.0, (0.5, 0.1), 3.0) == pytest.approx(1.0 - 1.5)
    assert SQUARE.measure_leeway(5.0, 0.0, (0.1, 0.1), 3.0) < 0.0, "on the edge"


def test_the_way_round_does_not_matter() -> None:
    turned = replace(CORNER, corners=CORNER.corners[::-1])
    assert turned.measure_leeway(3.0, 3.0, (0.1, 0.2), 3.0) == CORNER.measure_leeway(3.0, 3.0, (0.1, 0.2), 3.0)


def test_a_trial_without_a_polygon_keeps_to_its_lane() -> None:
    setup = load_trial_setup("torch_relay", length=20.0)
    area, course = setup.area, setup.course
    back, front = course.start_zone.x_min - MARGIN_ALONG, course.hand_over_zone.x_max + MARGIN_ALONG
    assert area.corners == ((back, -1.5), (front, -1.5), (front, 1.5), (back, 1.5))
    assert area.measure_leeway(setup.site.start.x, setup.site.start.y, SURE, 3.0) == pytest.approx(1.5)


TURNED = ("course.pose.x=10.0", "course.pose.y=6.5", "course.pose.yaw_deg=90")
"""A lane that begins to the left of the programme's origin and runs to the left."""


def test_a_permits_polygon_lies_on_the_sites_map(tmp_path: Path) -> None:
    permit = tmp_path / "permit.yaml"
    text = find_config("permits", "shenzhen_demo_relay").read_text()
    permit.write_text(text.replace("site: shenzhen_demo", "site: shenzhen_relay"))
    overrides = [f"trial.permit={permit}", *TURNED]
    setup = load_trial_setup("torch_relay", length=10.0, overrides=overrides)
    assert setup.permit.polygon is not None and "SZ-DEMO-2025-001" in setup.area.source
    assert setup.area.corners == setup.demands.area, "a polygon for several lanes allows no robot on another's"
    with pytest.raises(ConfigError) as caught:
        load_trial_setup("torch_relay", length=20.0, overrides=overrides)
    (told,) = str(caught.value).splitlines()
    rule = "must cover the trial's area of 87 m²: 16.50 m² of it are outside, up to 5.50 m"
    assert f"polygon: 3600 m²: {rule}" in told and "(8.50, 30.50)" in told or "(11.50, 30.50)" in told


def test_robots_of_a_fleet_know_where_their_lane_lies_on_the_programmes_map() -> None:
    members = load_fleet("shenzhen_demo").members
    assert [member.setup.site.place for member in members] == [member.pose for member in members]
    assert members[1].setup.site.place.y == 8.5


def test_a_permit_ends_with_its_window_or_its_expiry() -> None:
    permit = load_trial_setup("torch_relay").permit
    assert permit.ends == min(permit.window.end, permit.expires)
    early = permit.model_copy(update={"expires": permit.window.start})
    assert early.ends == permit.window.start

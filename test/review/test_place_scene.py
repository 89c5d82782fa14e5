"""The replay draws zones, what is kept out and what stands there."""

from __future__ import annotations

import json

import numpy as np
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.kinds.scene import Scene
from robot_trials.review.replay.place_scene import KEEP_OUT_COLOUR, ZONE_COLOUR, make_place_scene
from robot_trials.review.replay.scene_data import describe_scene
from robot_trials.telemetry.site_description import describe_site

SQUARE = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]


def test_nothing_said_is_nothing_drawn() -> None:
    assert make_place_scene({}) == Scene()


def test_edges_are_lines_and_obstacles_walls() -> None:
    kept = [{"name": "pool", "corners": SQUARE, "height": 0.5}, {"name": "lawn", "corners": SQUARE, "height": 0.0}]
    scene = make_place_scene({"zones": [{"name": "a", "corners": SQUARE}], "keep_out": kept, "walkable": None})
    assert [patch.colour for patch in scene.ground].count(ZONE_COLOUR) == 4
    assert [patch.colour for patch in scene.ground].count(KEEP_OUT_COLOUR) == 8
    right = np.array(scene.ground[1].corners)
    assert (right.min(axis=0), right.max(axis=0)) == (pytest.approx([1.95, -0.05]), pytest.approx([2.05, 2.05]))
    (pool,) = scene.things
    assert pool.name == "pool" and [wall.size[2] for wall in pool.shapes] == [0.5] * 4


@pytest.mark.relay
def test_the_bag_says_the_place_of_a_programme() -> None:
    setup = load_trial_setup(
        "torch_relay", site="shenzhen_demo", zone="relay_lane_2", overrides=["trial.permit=shenzhen_demo_relay"]
    )
    site = json.loads(describe_site(setup))
    assert (site["name"], site["course"], site["zone"]) == ("shenzhen_demo", "shenzhen_relay", "relay_lane_2")
    assert {zone["name"] for zone in site["zones"]} >= {"relay_lane_1", "park"}
    drawn = describe_scene(make_place_scene(site), 3)
    assert len(drawn["ground"]) == 4 * (len(site["zones"]) + 2) and drawn["things"][0]["name"] == "fountain"

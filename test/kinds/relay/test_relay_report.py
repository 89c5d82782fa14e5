"""The report of a relay: its words, numbers and plots, the lane and both people at work in the replay."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser_page import DRAWN, open_page
from relay_recording import Schedule, load_relay_site, record_relay

from robot_trials.kinds.relay.page.report import RelayReport
from robot_trials.kinds.relay.page.scene import HOLD_BELOW_GRIP, make_relay_scene
from robot_trials.review import write_report

SCHEDULE = Schedule(25.0)
SITE = json.loads(load_relay_site(SCHEDULE.length))
GIVEN = 8.5
"""When the giver lets go [s]."""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A relay's report; its bag names no kind, as those of earlier versions do."""
    return write_report(record_relay(tmp_path_factory.mktemp("run"), SCHEDULE.length))


@pytest.fixture(scope="module")
def data(report: Path) -> dict[str, Any]:
    """What that page's scripts get."""
    match = re.search(r'id="report-data">(.*?)</script>', report.read_text(encoding="utf-8"), re.S)
    assert match is not None
    content: dict[str, Any] = json.loads(match.group(1))
    return content


def unpack(text: str, width: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(-1, width)


def test_phases_and_numbers_are_told_in_a_relays_words(report: Path, data: dict[str, Any]) -> None:
    labels = [span["label"] for span in data["timeline"]]
    assert labels[:5] == ["Preflight checks", "Walk to the giver", "Reach for the torch", "Take over", "Carry"]
    page = report.read_text(encoding="utf-8")
    assert "<b>25.4 <small>m</small></b><span>Distance with the torch</span>" in page
    assert data["remarks"] == []


def test_plots_show_torch_people_and_lane(data: dict[str, Any]) -> None:
    plots = {plot["key"]: plot for plot in data["plots"]}
    assert list(plots) == ["tilt", "forces", "margin", "speed", "torque", "payload", "lateral", "timing"]
    torch = [value for value in plots["tilt"]["curves"][0]["values"] if value is not None]
    assert max(torch) == pytest.approx(np.degrees(2 * np.arcsin(0.02)), rel=0.02)
    assert plots["tilt"]["bounds"] == [{"label": "99 % of the time", "value": 5.0}, {"label": "at most", "value": 10.0}]
    forces = {curve["label"]: max(curve["values"]) for curve in plots["forces"]["curves"]}
    assert forces["receiver"] == pytest.approx(6.0, rel=0.02)
    assert plots["speed"]["bounds"] == [{"label": "mean, at least", "value": 0.7}]
    assert [bound["value"] for bound in plots["lateral"]["bounds"]] == [0.3, -0.3]


def test_people_hold_the_torch_and_let_go(data: dict[str, Any]) -> None:
    scene = data["replay"]["scene"]
    (torch,) = scene["things"]
    poses = unpack(torch["poses"], 7)
    giver, receiver = (unpack(person["hand"], 3) for person in scene["people"])
    assert len(poses) == len(giver) == len(receiver) == data["replay"]["count"]
    rate = data["replay"]["rate"]
    before, after = int((GIVEN - 1) * rate), int((GIVEN + 3) * rate)
    assert np.linalg.norm(giver[before] - poses[before, :3]) == pytest.approx(-HOLD_BELOW_GRIP[2], abs=1e-4)
    assert np.isnan(giver[after]).all(), "the arm hangs"
    assert np.isfinite(giver[int((GIVEN + 0.5) * rate)]).all(), "on its way back"
    assert receiver[after] == pytest.approx(np.array(SITE["receiver"]["grip"]) + HOLD_BELOW_GRIP, abs=1e-4)
    assert np.linalg.norm(receiver[-1] - poses[-1, :3]) == pytest.approx(-HOLD_BELOW_GRIP[2], abs=1e-4)


def test_the_lane_is_paved_and_marked(data: dict[str, Any]) -> None:
    scene = data["replay"]["scene"]
    paving = [patch for patch in scene["ground"] if patch["paved"]]
    assert len(paving) == 1
    assert max(x for x, _ in paving[0]["corners"]) > SCHEDULE.length
    assert [label["text"] for label in scene["labels"]] == ["10 m", "20 m"]


def test_people_on_the_other_side_use_the_other_arm() -> None:
    other = json.loads(json.dumps(SITE))
    for name in ("giver", "receiver"):
        x, y, yaw = other[name]["stance"]
        other[name]["stance"] = [x, -y, -yaw]
        other[name]["grip"][1] *= -1
    sides = [
        [person.side for person in make_relay_scene({}, np.empty(0), site, np.zeros(1)).people]
        for site in (SITE, other)
    ]
    assert sides == [["right", "right"], ["left", "left"]]


def test_a_recording_without_truth_shows_who_waits() -> None:
    scene = make_relay_scene({}, np.empty(0), SITE, np.arange(3.0))
    assert scene.things == () and [person.name for person in scene.people] == ["giver", "receiver"]


def test_only_a_lane_with_two_people_is_recognised() -> None:
    assert RelayReport().recognises(SITE)
    assert not RelayReport().recognises({"lane": SITE["lane"], "giver": SITE["giver"]})
    assert not RelayReport().recognises({})


@pytest.mark.browser
def test_lane_people_and_torch_are_drawn(report: Path) -> None:
    with open_page(report) as (page, complaints, _):
        assert page.title() == "Torch relay · Kuavo – Passed"
        assert page.locator("#scene").evaluate(DRAWN) > 500
        pictures = set()
        for time in (GIVEN - 1.0, GIVEN + 0.5, SCHEDULE.start("step_back")):
            page.locator("#scrub").evaluate(
                f"input => {{ input.value = {time}; input.dispatchEvent(new Event('input')); }}"
            )
            pictures.add(page.locator("#scene").evaluate("canvas => canvas.toDataURL()"))
        assert len(pictures) == 3
        assert complaints == []

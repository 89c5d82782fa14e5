"""The report's page: what stands in it, and that it needs nothing from outside."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path

import numpy as np
import pytest
from recorded_frames import NAMED
from walk_recording import SITE, SPEED, make_identity, record_walk

from robot_trials.review import write_report
from robot_trials.review.page.plots import POINTS_MAX, thin_out
from robot_trials.review.replay.robot_geometry import compute_geometry
from robot_trials.telemetry import BagError, TrialRecorder
from robot_trials_control.records import control_sample_dtype


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a passed trial with its report."""
    folder = tmp_path_factory.mktemp("run")
    write_report(record_walk(folder))
    return folder


@pytest.fixture(scope="module")
def page(run: Path) -> str:
    """Text of that report."""
    return (run / "report.html").read_text(encoding="utf-8")


def read_data(page: str) -> dict[str, object]:
    """What the page's scripts get."""
    match = re.search(r'<script type="application/json" id="report-data">(.*?)</script>', page, re.S)
    assert match is not None
    return json.loads(match.group(1))


def test_verdict_and_every_criterion_stand_in_the_page(page: str, run: Path) -> None:
    assert '<div class="badge" role="status">Passed</div>' in page
    for entry in json.loads((run / "verdict.json").read_text())["criteria"]:
        assert escape(entry["label"]) in page
    assert page.count("✓ met") == 3
    assert "✗ not met" not in page


def test_a_failed_trial_says_why(tmp_path: Path) -> None:
    page = write_report(record_walk(tmp_path, passed=False, pictures=False)).read_text(encoding="utf-8")
    assert '<div class="badge" role="status">Failed</div>' in page
    assert escape("Trunk's tilt, largest: 12.4 must be ≤ 10 deg") in page
    assert page.count("✗ not met") == 1


def test_without_a_verdict_the_bag_tells_phases_and_events(tmp_path: Path) -> None:
    bag = record_walk(tmp_path, pictures=False)
    (tmp_path / "verdict.json").unlink()
    page = write_report(bag).read_text(encoding="utf-8")
    assert "No verdict" in page
    data = read_data(page)
    assert [span["phase"] for span in data["timeline"]][:2] == ["preflight", "go_there"]
    assert [span["label"] for span in data["timeline"]][:4] == [
        "Preflight checks",
        "Go there",
        "Look around",
        "QP check",
    ]
    assert [event["detail"] for event in data["events"]] == ["half way", "second try"]


def test_a_graph_that_ended_before_its_trial_began_has_a_report(tmp_path: Path) -> None:
    with TrialRecorder(tmp_path / "bag", make_identity(), ("joint_1",), urdf="<robot name='r'/>", **NAMED) as recorder:
        samples = np.zeros(200, dtype=control_sample_dtype(1))
        samples["state"]["time_ns"] = 2_000_000 * np.arange(200)
        recorder.write_samples(samples)
    page = write_report(tmp_path / "bag").read_text(encoding="utf-8")
    assert "No verdict" in page
    assert read_data(page)["timeline"] == []


def test_an_empty_bag_has_a_report(tmp_path: Path) -> None:
    TrialRecorder(tmp_path / "bag", make_identity(), ("joint_1",), **NAMED).close()
    page = write_report(tmp_path / "bag").read_text(encoding="utf-8")
    assert read_data(page)["replay"] is None
    assert read_data(page)["plots"] == []


def test_page_fetches_nothing(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|link|iframe)[^>]+(src|href)=[\"'](?!data:)", page)
    assert not re.search(r"@import|url\((?!data:)", page)
    assert "fetch(" not in page.split("uPlot=function")[0]


def test_page_is_modest_in_size(run: Path) -> None:
    assert (run / "report.html").stat().st_size < 3_000_000


def test_plots_show_the_recorded_numbers(page: str) -> None:
    plots = {plot["key"]: plot for plot in read_data(page)["plots"]}
    assert list(plots) == ["tilt", "margin", "speed", "torque", "payload", "timing"]
    trunk = plots["tilt"]["curves"][0]["values"]
    assert max(trunk) == pytest.approx(np.degrees(2 * np.arcsin(0.01)), rel=0.02)
    assert plots["torque"]["bounds"] == [{"label": "limit", "value": 100.0}]
    for curve in plots["speed"]["curves"]:
        values = curve["values"]
        assert np.median(values[len(values) // 4 : len(values) // 2]) == pytest.approx(SPEED, rel=0.02), curve["label"]


def test_replay_holds_every_joint_at_25_hz(page: str) -> None:
    replay = read_data(page)["replay"]
    assert replay["rate"] == 25
    assert replay["count"] == pytest.approx(25 * read_data(page)["duration"], abs=2)
    assert len(replay["joint_names"]) == 28
    assert replay["boards"] == [SITE["fiducials"][0]], "the other hangs on somebody"
    moving = {joint["name"] for joint in replay["geometry"]["joints"] if joint["type"] == "revolute"}
    assert moving == set(replay["joint_names"])


def test_pictures_of_the_camera_show_the_phases(page: str) -> None:
    assert page.count('src="data:image/jpeg;base64,') == 5
    assert "What the robot saw" in page


def test_text_of_a_trial_cannot_become_markup(tmp_path: Path) -> None:
    bag = record_walk(tmp_path, pictures=False)
    file = tmp_path / "verdict.json"
    verdict = json.loads(file.read_text())
    verdict["passed"], verdict["reason"] = False, "<script>alert(1)</script>"
    verdict["events"][0]["detail"] = "</script><b>bold</b>"
    file.write_text(json.dumps(verdict))
    page = write_report(bag).read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert read_data(page)["events"][0]["detail"] == "</script><b>bold</b>"


def test_a_broken_verdict_is_named(tmp_path: Path) -> None:
    bag = record_walk(tmp_path, pictures=False)
    (tmp_path / "verdict.json").write_text("{")
    with pytest.raises(BagError, match=r"verdict\.json is no verdict"):
        write_report(bag)


def test_thinning_keeps_every_peak() -> None:
    times = np.arange(50_000) / 500
    values = np.zeros(50_000)
    values[12_345], values[40_001] = 7.0, -3.0
    thin_times, curves = thin_out(times, {"force": values, "unknown": np.full(50_000, np.nan)})
    assert len(thin_times) == len(curves["force"]) <= POINTS_MAX
    assert (np.diff(thin_times) > 0).all()
    assert curves["force"].max() == 7.0
    assert curves["force"].min() == -3.0
    assert thin_times[np.argmax(curves["force"])] == pytest.approx(times[12_345], abs=0.1)
    assert np.isnan(curves["unknown"]).all()


def test_a_link_of_meshes_becomes_bars() -> None:
    urdf = """<robot name="r"><link name="a"><visual><geometry><mesh filename="a.stl"/></geometry></visual></link>
    <link name="b"/><joint name="j" type="revolute"><parent link="a"/><child link="b"/>
    <origin xyz="0 0 0.4" rpy="0 0 0"/><axis xyz="0 1 0"/></joint></robot>"""
    geometry = compute_geometry(urdf)
    assert geometry["links"]["a"] == [
        {"kind": "bar", "size": [0.035], "xyz": [0.0, 0.0, 0.4], "rpy": [0, 0, 0], "rgba": [0.7, 0.72, 0.75, 1.0]}
    ]
    assert geometry["joints"][0]["axis"] == [0.0, 1.0, 0.0]


def test_stops_are_told_and_marked(tmp_path: Path) -> None:
    bag = record_walk(tmp_path, pictures=False)
    file = tmp_path / "verdict.json"
    verdict = json.loads(file.read_text())
    verdict["stops"] = [
        {
            "start_s": 10.0,
            "end_s": 14.5,
            "triggers": [{"trigger": "E_STOP", "words": "emergency stop", "time_s": 10.0}],
            "rungs": [
                {"rung": "PROTECTIVE", "start_s": 10.0, "end_s": 12.0},
                {"rung": "LOWER", "start_s": 12.0, "end_s": 14.5},
            ],
            "final_rung": "LOWER",
            "stopping_time_s": 1.25,
            "stopping_distance_m": None,
            "over": False,
            "waited_for_person": True,
            "acts": [{"time_s": 14.4, "text": "armed again by <Chen> Yue"}],
        }
    ]
    file.write_text(json.dumps(verdict))
    page = write_report(bag).read_text(encoding="utf-8")
    section = re.search(r'<section id="stops">(.*?)</section>', page, re.S)
    assert section is not None
    words = re.sub(r"<[^>]+>", " ", section.group(1))
    for told in ("emergency stop", "protective stop", "1.25 s", "squat, free again at 14.50 s", "may have held"):
        assert told in words, told
    assert "armed again by &lt;Chen&gt; Yue" in section.group(1)
    assert [stop["final_rung"] for stop in read_data(page)["stops"]] == ["LOWER"]


def test_a_later_goals_page_counts_from_its_own_bag(tmp_path: Path) -> None:
    begun_ns = 100_000_000_000
    urdf = "<robot name='r'/>"
    with TrialRecorder(tmp_path / "bag", make_identity(), ("joint_1",), urdf, begun_ns=begun_ns, **NAMED) as bag:
        samples = np.zeros(1000, dtype=control_sample_dtype(1))
        samples["state"]["time_ns"] = begun_ns + 2_000_000 * np.arange(1000)
        samples["status"]["stop_rung"][500:], samples["status"]["stop_triggers"][500:] = 2, 2
        samples["timing"]["tick"] = np.arange(1000) + 5 * (np.arange(1000) >= 700)
        bag.write_samples(samples)
    verdict = {"passed": False, "timeline": [{"phase": "carry", "start_s": 100.5, "end_s": 102.0, "result": "failure"}]}
    verdict["timeline"][0]["detail"] = ""  # type: ignore[index]
    verdict["events"] = [{"time_s": 101.25, "name": "stop_node", "detail": "asked", "severity": "warn"}]
    (tmp_path / "verdict.json").write_text(json.dumps(verdict))
    page = write_report(tmp_path / "bag").read_text(encoding="utf-8")
    data = read_data(page)
    assert data["duration"] == pytest.approx(2.0, abs=0.01)
    assert data["timeline"][0]["start_s"] == pytest.approx(0.5)
    assert data["events"][0]["time_s"] == pytest.approx(1.25)
    assert data["stops"][0]["start_s"] == pytest.approx(1.0), "read from the bag, for the verdict says nothing of stops"
    assert "5 control ticks are missing between 1.398 s and 1.400 s." in page

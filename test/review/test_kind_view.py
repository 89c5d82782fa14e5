"""What a report asks the trial's kind, and what it does where the kind is missing, silent or at fault."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from recorded_frames import NAMED

from robot_trials.exceptions import UnknownKindError
from robot_trials.kinds.reporting import Judgement, KindReport, Plot, Table, Tile
from robot_trials.kinds.scene import Figure, Label, Patch, Scene, Shape, Thing
from robot_trials.review import kind_view, write_report
from robot_trials.telemetry import Bag, TrialIdentity, TrialRecorder
from robot_trials_control.records import control_sample_dtype

SITE = {"name": "square", "post": [3.0, 1.0], "fiducials": []}
COMMON = ["tilt", "margin", "speed", "torque", "payload"]


class PatrolReport(KindReport):
    """A made-up kind: the robot walks to a post and looks at a visitor."""

    phases: ClassVar[Mapping[str, str]] = {"go": "Go to the post"}
    tiles: ClassVar[Sequence[Tile]] = (Tile("posts", "Posts visited", "of 4", 0),)

    def recognises(self, site: Mapping[str, Any]) -> bool:
        return "post" in site

    def make_plots(self, bag: Bag, verdict: Judgement, common: Mapping[str, Plot]) -> Sequence[Plot]:
        way = Plot("way", "Way to the post", "Straight line.", "m", np.arange(4.0), {"true": np.arange(4.0)})
        return [way, replace(common["speed"], bounds={"at most": verdict.bound("speed_max")})]

    def make_tables(self, bag: Bag, verdict: Judgement) -> Sequence[Table]:
        return [Table("posts", "Posts", "In order.", ("Post", "Seen"), (("north <gate>", "yes"),))]

    def make_scene(self, bag: Bag, site: Mapping[str, Any], moments: np.ndarray) -> Scene:
        x, y = site["post"]
        post = Thing("post", (Shape("cylinder", (0.1, 1.0), (1, 0, 0, 1)),), np.array([x, y, 0.5, 0, 0, 0, 1.0]))
        hand = np.full((len(moments), 3), np.nan)
        visitor = Figure("visitor", np.array([x, y + 1, 0.0]), hand=hand, side="left")
        zone = Patch(((200, 0), (201, 0), (200, 1)), (0, 0, 1, 0.5))
        return Scene((post,), (visitor,), (zone,), (Label("post", (x, y, 0.01)),))


class BrokenReport(PatrolReport):
    """The same with faults: curves of another length, no table, a scene of NaN."""

    def make_plots(self, bag: Bag, verdict: Judgement, common: Mapping[str, Plot]) -> Sequence[Plot]:
        return [Plot("way", "Way", "", "m", np.arange(4.0), {"true": np.arange(3.0)})]

    def make_tables(self, bag: Bag, verdict: Judgement) -> Sequence[Table]:
        raise KeyError("posts")

    def make_scene(self, bag: Bag, site: Mapping[str, Any], moments: np.ndarray) -> Scene:
        return Scene(things=(Thing("post", (), np.full(7, np.nan)),))


def install(monkeypatch: pytest.MonkeyPatch, **reports: type[KindReport]) -> None:
    """Make these kinds the only ones."""
    kinds = {name: SimpleNamespace(name=name, describe_report=report) for name, report in reports.items()}

    def find(name: str) -> Any:
        if name not in kinds:
            raise UnknownKindError(f"no such kind {name!r}")
        return kinds[name]

    monkeypatch.setattr(kind_view, "list_kinds", lambda: kinds)
    monkeypatch.setattr(kind_view, "find_kind", find)


def record(folder: Path, kind: str = "", **verdict: Any) -> tuple[str, dict[str, Any]]:
    """Record two seconds of a robot that stands; the report's page and its data."""
    identity = TrialIdentity(
        "round", "r", "square", 0, "in_process", datetime(2026, 1, 1, tzinfo=UTC), "run", kind=kind
    )
    samples = np.zeros(1000, dtype=control_sample_dtype(1))
    samples["state"]["time_ns"] = 2_000_000 * np.arange(1000)
    for record in (samples["status"], samples["truth"]):
        record["base_orientation_xyzw"][:, 3] = 1.0
    urdf = "<robot name='r'><link name='a'/></robot>"
    with TrialRecorder(folder / "bag", identity, ("joint_1",), urdf, site=json.dumps(SITE), **NAMED) as recorder:
        recorder.write_samples(samples)
    content = {"passed": True, "timeline": [{"phase": "go", "start_s": 0.0, "end_s": 2.0, "result": ""}], **verdict}
    content["timeline"][0]["detail"] = ""
    (folder / "verdict.json").write_text(json.dumps(content))
    page = write_report(folder / "bag").read_text(encoding="utf-8")
    match = re.search(r'<script type="application/json" id="report-data">(.*?)</script>', page, re.S)
    assert match is not None
    return page, json.loads(match.group(1))


def test_the_kind_gives_words_numbers_plots_tables_and_scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, patrol=PatrolReport)
    limit = {"name": "speed_max", "label": "Speed", "value": 0.3, "unit": "m/s", "bound": 0.5, "comparison": "<="}
    page, data = record(tmp_path, "patrol", figures={"posts": 3.0}, criteria=[{**limit, "passed": True}])
    assert data["remarks"] == []
    assert data["timeline"][0]["label"] == "Go to the post"
    assert "<b>3 <small>of 4</small></b><span>Posts visited</span>" in page
    assert [plot["key"] for plot in data["plots"]] == ["way", "speed"]
    assert data["plots"][1]["bounds"] == [{"label": "at most", "value": 0.5}]
    assert '<section id="posts"><h2>Posts</h2>' in page and "<td>north &lt;gate&gt;</td><td>yes</td>" in page
    scene = data["replay"]["scene"]
    assert [thing["name"] for thing in scene["things"]] == ["post"]
    assert scene["people"][0]["side"] == "left" and scene["labels"][0]["text"] == "post"
    assert data["replay"]["floor"][1] == pytest.approx(261.0), "the floor reaches beyond what is painted"


def test_a_recording_that_names_no_kind_is_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, other=KindReport, patrol=PatrolReport)
    _, data = record(tmp_path)
    assert data["timeline"][0]["label"] == "Go to the post"


def test_a_kind_that_is_not_installed_leaves_a_report_with_a_remark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, other=KindReport)
    page, data = record(tmp_path, "patrol", figures={"simulated_time": 2.0})
    assert data["remarks"] == ["What is particular to this kind of trial is not shown: no such kind 'patrol'."]
    assert data["timeline"][0]["label"] == "Go"
    assert [plot["key"] for plot in data["plots"]] == COMMON
    assert data["replay"]["scene"] == {"things": [], "people": [], "ground": [], "labels": []}
    assert "<b>2.0 <small>s</small></b><span>Duration</span>" in page


def test_a_kind_that_gives_nothing_has_the_report_of_any_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, patrol=KindReport)
    _, data = record(tmp_path, "patrol")
    assert data["remarks"] == [] and [plot["key"] for plot in data["plots"]] == COMMON


def test_a_kind_at_fault_costs_its_part_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, patrol=BrokenReport)
    _, data = record(tmp_path, "patrol")
    assert [plot["key"] for plot in data["plots"]] == COMMON
    assert data["replay"]["scene"]["things"] == []
    told = " ".join(data["remarks"])
    assert "plots could not be made: ValueError: plot way: true has 3 values at 4 times" in told
    assert "replay could not be made: ValueError: poses of post: must be finite" in told
    assert "tables could not be made: KeyError: 'posts'" in told


def test_what_was_approved_stands_beside_what_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, patrol=KindReport)
    identity = {
        "permit": "SZ-7",
        "booking": "b-12",
        "world.prop_mass": "2.4 kg",
        "declared_load": "1.6 ± 0.4 kg, right hand",
    }
    identity |= {"configuration_hash:stop_node": "ab12"}
    page, _ = record(tmp_path, "patrol", identity=identity, figures={"measured_load": 2.312})
    section = re.search(r'<section id="approval">(.*?)</section>', page, re.S)
    assert section is not None
    words = re.sub(r"<[^>]+>", " ", section.group(1)).split()
    assert (
        words
        == (
            "What was approved and what ran Permit SZ-7 Booking b-12 Load as declared 1.6 ± 0.4 kg, right hand "
            "Load as measured 2.312 kg The same as stop_node read it ab12 "
            "Simulated world Prop mass 2.4 kg"
        ).split()
    )
    assert "<td>Permit</td>" not in page.replace(section.group(0), ""), "told once"


def test_the_report_names_no_kind() -> None:
    folder = Path(kind_view.__file__).parent
    own = [*folder.rglob("*.py"), *(file for file in folder.glob("static/*.js") if ".min." not in file.name)]
    assert len(own) > 15
    for file in own:
        found = re.findall(
            r"(?i)torch|giver|receiver|relay|\blane\b|kinds\.(?!common|contract|registry|reporting|scene)",
            file.read_text(encoding="utf-8"),
        )
        assert not found, f"{file.name}: {found}"

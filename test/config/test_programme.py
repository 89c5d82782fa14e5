"""A programme's files are checked alone and against each other, and everything wrong is told at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from robot_trials.config.programme import MapFrame, MapFrameSpec, load_programme
from robot_trials.exceptions import ConfigError

Spoil = Callable[[str, str, str], Path]
DEMO = "programmes/shenzhen_demo"


def test_shipped_programme_is_sound(config: Path) -> None:
    programme = load_programme("shenzhen_demo")
    assert programme.folder.is_relative_to(config)
    assert set(programme.polygons) == set(programme.site.value.zones)
    assert programme.fleet.value.robots["kuavo_3"].battery.capacity == 900.0  # from the mapping that << names
    assert programme.trials.value.trials["relay_2"].distance == pytest.approx(103.5)


@pytest.mark.parametrize(
    ("file", "pattern", "text", "expected"),
    [
        ("site.yaml", "timezone: .*", "timezone: Asia/Shenzen", "timezone: Asia/Shenzen: must be a time zone such as"),
        ("site.yaml", 'from: "08:00"', 'from: "8 am"', 'from: 8 am: must be a time of day such as "08:30"'),
        ("site.yaml", "rule: FREQ=DAILY}", "rule: FREQ=OFTEN}", "rule: FREQ=OFTEN: must be a rule of RFC 5545"),
        ("site.yaml", "course: shenzhen_relay", "course: moon", "course: moon: no file moon.yaml"),
        ("site.yaml", "geojson: lake_path", "geojson: sea", "geojson: sea: must be one of lake_path"),
        ("site.yaml", "park.geojson", "nothing.geojson", "nothing.geojson: must be a GeoJSON file"),
        ("site.yaml", "latitude: 22.5", "latitude: 122.5", "latitude: 122.5431: must be ≤ 89"),
        ("site.yaml", "speed: 1.0, crowd", "sped: 1.0, crowd", "sped: unknown key; did you mean 'speed'?"),
        (
            "site.yaml",
            r"\[-6.0, 6.0\], \[106.0, 6.0\]",
            "[-6.0, 4.0], [106.0, 4.0]",
            "1.50 m: must be ≥ 2.4 from zones",
        ),
        ("site.yaml", r"\[-6.0, 6.0\], \[106.0", "[106.0, 9.0], [100.0", "polygon: must not cross itself"),
        ("site.yaml", r"gate_west: \[-20.0", "gate_west: [-200.0", "gate_west: must lie within the walkable area"),
        ("site.yaml", r"gate_west: \[-20.0, 8.0", "gate_west: [115.0, -5.0", "must not touch keep_out.fountain"),
        ("site.yaml", r"days: \[MO", "days: [MONDAY", "days must be some of MO, TU, WE, TH, FR, SA, SU, not MONDAY"),
        (
            "site.yaml",
            "low: 0.0, high: 38.0",
            "low: 50.0, high: 38.0",
            "gates.temperature: must have low ≤ high, not 50",
        ),
        ("robots.yaml", "profile: kuavo", "profile: kuawo", "robots.kuavo_1.profile: kuawo: no file kuawo.yaml"),
        ("robots.yaml", "reserve: 0.3", "reserve: 1.3", "battery.reserve: 1.3: must be ≤ 0.9"),
        ("robots.yaml", "  kuavo_2:", "  Kuavo-2:", "must match ^[a-z][a-z0-9_]*$"),
        ("marshals.yaml", "title: Chen Yue", "titel: Chen Yue", "marshals.chen.title: required key is missing"),
        ("trials.yaml", r"zones: \[old_town\]", "zones: [new_town]", "zones.0: new_town: must be one of relay_lane_1"),
        ("trials.yaml", r"robots: \[kuavo_1\]", "robots: [atlas]", "robots.0: atlas: must be one of kuavo_1, kuavo_2"),
        ("trials.yaml", "permit: shenzhen_demo_run", "permit: none_such", "permit: none_such: no file none_such.yaml"),
        ("trials.yaml", "trial: torch_relay", "trial: none_such", "trial: none_such: no file none_such.yaml"),
        (
            "trials.yaml",
            r"taken_at: \[0.0, 0.0\]",
            "taken_at: [0.0, 9.0]",
            "load.taken_at: [0.0, 9.0]: must lie in relay",
        ),
        ("trials.yaml", "09:20:00", "08:20:00", "must have earliest_start ≤ latest_start < latest_finish"),
        ("trials.yaml", "09:20:00", "09:20:00+08:00", "must be a local date and time such as 2025-11-03T09:00:00"),
        ("trials.yaml", "on_missed: ask", "on_missed: cry", "on_missed: cry: must be 'skip', 'next_window' or 'ask'"),
    ],
)
def test_a_fault_is_located(spoil: Spoil, file: str, pattern: str, text: str, expected: str) -> None:
    spoiled = spoil(f"{DEMO}/{file}", pattern, text)
    with pytest.raises(ConfigError) as error:
        load_programme("shenzhen_demo")
    told = next((line for line in str(error.value).splitlines() if expected in line), None)
    assert told is not None, str(error.value)
    assert "nothing.geojson" in told or told.partition(f"{spoiled}:")[2][0].isdigit()


def test_faults_of_all_files_are_told_at_once(spoil: Spoil) -> None:
    spoil(f"{DEMO}/site.yaml", "timezone: .*", "timezone: Mars/Olympus")
    spoil(f"{DEMO}/robots.yaml", "reserve: 0.3", "reserve: 1.3")
    spoil(f"{DEMO}/marshals.yaml", "title: Chen Yue", "title: 5")
    spoil(f"{DEMO}/trials.yaml", "priority: 8", "priority: 80")
    with pytest.raises(ConfigError) as error:
        load_programme("shenzhen_demo")
    files = {problem.file.name for problem in error.value.problems if problem.file}
    assert files == {"site.yaml", "robots.yaml", "marshals.yaml", "trials.yaml"}


def test_unknown_programme_names_those_that_exist(config: Path) -> None:
    with pytest.raises(ConfigError, match="atlantis: no such programme; there are shenzhen_demo"):
        load_programme("atlantis")


def test_map_turns_and_comes_back() -> None:
    spec = {"origin": {"latitude": 22.5431, "longitude": 114.0579}, "x_axis_deg": 90.0}
    frame = MapFrame(MapFrameSpec.model_validate(spec))
    longitude, latitude = frame.to_earth(1000.0, 0.0)  # x points north
    assert longitude == pytest.approx(114.0579, abs=1e-9)
    assert (latitude - 22.5431) * 110_750 == pytest.approx(1000.0, rel=2e-3)  # metres a degree at this latitude
    assert frame.to_map(*frame.to_earth(-350.0, 120.0)) == pytest.approx((-350.0, 120.0), abs=1e-6)

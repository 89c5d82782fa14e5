"""A programme's files are checked alone and against each other, and everything wrong is told at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from robot_trials.config import load_trial_setup
from robot_trials.config.programme import MapFrame, MapFrameSpec, load_programme
from robot_trials.config.programme.covered import check_requests
from robot_trials.exceptions import ConfigError
from robot_trials.kinds.contract import Load

Spoil = Callable[[str, str, str], Path]
DEMO = "programmes/shenzhen_demo"
SITE = "sites/shenzhen_demo.yaml"


def test_shipped_programme_is_sound(config: Path) -> None:
    programme = load_programme("shenzhen_demo")
    assert programme.folder.is_relative_to(config)
    assert set(programme.zones) == set(programme.site.value.zones)
    assert programme.fleet.value.robots["kuavo_3"].battery.capacity == 900.0  # from the mapping that << names
    assert programme.trials.value.trials["relay_2"].distance == pytest.approx(103.5)


@pytest.mark.parametrize(
    ("file", "pattern", "text", "expected"),
    [
        (SITE, "timezone: .*", "timezone: Asia/Shenzen", "timezone: Asia/Shenzen: must be a time zone such as"),
        (SITE, 'from: "08:00"', 'from: "8 am"', 'from: 8 am: must be a time of day such as "08:30"'),
        (SITE, "rule: FREQ=DAILY}", "rule: FREQ=OFTEN}", "rule: FREQ=OFTEN: must be a rule of RFC 5545"),
        (SITE, "course: shenzhen_relay", "course: moon", "course: moon: no file moon.yaml"),
        (SITE, "geojson: lake_path", "geojson: sea", "geojson: sea: must be one of lake_path"),
        (SITE, "shenzhen_park.geojson", "nothing.geojson", "nothing.geojson: must be a GeoJSON file"),
        (SITE, "latitude: 22.5", "latitude: 122.5", "latitude: 122.5431: must be ≤ 89"),
        (SITE, "speed: 1.0, crowd", "sped: 1.0, crowd", "sped: unknown key; did you mean 'speed'?"),
        (
            SITE,
            r"\[-6.0, 6.0\], \[106.0, 6.0\]",
            "[-6.0, 4.0], [106.0, 4.0]",
            "1.50 m: must be ≥ 2.4 from zones",
        ),
        (SITE, r"\[-6.0, 6.0\], \[106.0", "[106.0, 9.0], [100.0", "polygon: must not cross itself"),
        (SITE, r"gate_west: \[-20.0", "gate_west: [-200.0", "gate_west: must lie within the walkable area"),
        (SITE, r"gate_west: \[-20.0, 8.0", "gate_west: [115.0, -5.0", "must not touch keep_out.fountain"),
        (SITE, r"days: \[MO", "days: [MONDAY", "days must be some of MO, TU, WE, TH, FR, SA, SU, not MONDAY"),
        (
            SITE,
            "low: 0.0, high: 38.0",
            "low: 50.0, high: 38.0",
            "gates.temperature: must have low ≤ high, not 50",
        ),
        (SITE, "operator: Lin Hai\n", "", "operator: must be there: a programme is held here"),
        (SITE, "gradient_max: 0.01", "gradient_max: 0.7", "gradient_max: 0.7: must be ≤ 0.5"),
        (
            SITE,
            r"^walkable",
            "ground: {ramps: [{x_min: 20.0, x_max: 25.0, slope_deg: 3.0}]}\nwalkable",
            "must be ≥ 0.052",
        ),
        (SITE, r"^walkable", "lane: {length: 5.0}\nwalkable", "lane: belong to a course, in a file of its own"),
        ("trials.yaml", "site: shenzhen_demo", "site: moon", "site: moon: no file moon.yaml"),
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
    spoiled = spoil(file if file == SITE else f"{DEMO}/{file}", pattern, text)
    with pytest.raises(ConfigError) as error:
        load_programme("shenzhen_demo")
    told = next((line for line in str(error.value).splitlines() if expected in line), None)
    assert told is not None, str(error.value)
    assert "nothing.geojson" in told or told.partition(f"{spoiled}:")[2][0].isdigit()


def test_faults_of_all_files_are_told_at_once(spoil: Spoil) -> None:
    spoil(SITE, "timezone: .*", "timezone: Mars/Olympus")
    spoil(f"{DEMO}/robots.yaml", "reserve: 0.3", "reserve: 1.3")
    spoil(f"{DEMO}/marshals.yaml", "title: Chen Yue", "title: 5")
    spoil(f"{DEMO}/trials.yaml", "priority: 8", "priority: 80")
    with pytest.raises(ConfigError) as error:
        load_programme("shenzhen_demo")
    files = {problem.file.name for problem in error.value.problems if problem.file}
    assert files == {"shenzhen_demo.yaml", "robots.yaml", "marshals.yaml", "trials.yaml"}


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


def faults_of(name: str) -> list[str]:
    _, problems = check_requests(load_programme("shenzhen_demo"))
    return [str(problem) for problem in problems if f"trials.{name}." in str(problem)]


def test_requests_have_their_numbers_from_the_trials_file(config: Path) -> None:
    programme = load_programme("shenzhen_demo")
    relay, setup = programme.wanted["relay_2", "relay_lane_2"], load_trial_setup("torch_relay")
    assert (relay.kind, relay.trial, relay.trials, relay.place) == (
        "torch_relay",
        "torch_relay",
        ("torch_relay",),
        "shenzhen_demo",
    )
    assert (relay.demands.speed, relay.demands.load) == (setup.demands.speed, setup.demands.load)
    assert relay.demands.duration == setup.demands.duration and relay.demands.people == 2
    patrol = programme.wanted["old_town_round", "old_town"]
    assert (patrol.kind, patrol.trial, patrol.demands.speed, patrol.demands.load) == ("patrol", "", 0.5, None)
    assert check_requests(programme)[1] == []


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (
            "noise: 65.0",
            "walking_speed: 0.9",
            "walking_speed: 0.9: must be ≤ 0.8, the speed [m/s] in trial torch_relay",
        ),
        (
            "title: Torch",
            "kind: patrol\n    title: Torch",
            "kind: patrol: must be torch_relay, as in trial torch_relay",
        ),
        ("{taken_at", "{hand: left, taken_at", "load.hand: left: must be right, as in trial torch_relay"),
        (
            "{taken_at",
            "{mass: 1.8, taken_at",
            "load.mass: 1.8: must be such that at most 2 kg are accepted, not 2.2, as in trial torch_relay",
        ),
        (
            "{taken_at",
            "{mass: 1.0, mass_tolerance: 0.1, taken_at",
            "load.mass: 1: must be such that at least 1.2 kg are accepted, not 0.9, as in trial torch_relay",
        ),
        (
            "{taken_at",
            "{mass_tolerance: 0.5, taken_at",
            "load.mass_tolerance: 0.5: must be such that at most 2 kg are accepted, not 2.1, as in trial torch_relay",
        ),
        ("base: 90.0", "base: 960.0", "duration: 1108 s: must be ≤ 1060, the longest time [s] in trial torch_relay"),
    ],
)
def test_a_request_may_only_tighten_its_trial(spoil: Spoil, pattern: str, text: str, expected: str) -> None:
    file = spoil(f"{DEMO}/trials.yaml", pattern, text)
    told = faults_of("relay_1")
    assert all(each.startswith(f"{file}:") for each in told)
    assert any(each.endswith(f": trials.relay_1.{expected}") for each in told), told


def test_a_tighter_request_reaches_the_robot(spoil: Spoil) -> None:
    spoil(f"{DEMO}/trials.yaml", "{taken_at", "{mass: 1.7, mass_tolerance: 0.1, taken_at")
    spoil(f"{DEMO}/trials.yaml", "noise: 65.0", "walking_speed: 0.5")
    programme = load_programme("shenzhen_demo")
    assert faults_of("relay_1") == []
    wanted = programme.wanted["relay_1", "relay_lane_1"]
    setup = load_trial_setup("torch_relay", site=wanted.site, zone="relay_lane_1", overrides=wanted.overrides)
    assert (
        (setup.demands.speed, setup.demands.load)
        == (wanted.demands.speed, wanted.demands.load)
        == (
            0.5,
            Load(1.7, 0.1, "right"),
        )
    )
    assert setup.permit.number == "SZ-DEMO-2025-001"


def test_check_loads_the_whole_trial(spoil: Spoil) -> None:
    spoil("trials/torch_relay.yaml", "carry: {timeout: 300.0}", "carry: {timeout: 100.0}")
    told = faults_of("relay_1")
    assert len(told) == 1 and "trials.relay_1.trial: torch_relay: " in told[0]
    assert "phases.carry.timeout: 100: must be ≥ 125.0" in told[0]


@pytest.mark.parametrize("missing", ["kind: patrol", "walking_speed: 0.5"])
def test_a_request_without_a_trial_needs_figures_of_its_own(spoil: Spoil, missing: str) -> None:
    spoil(f"{DEMO}/trials.yaml", f"^    {missing}\n", "")
    with pytest.raises(ConfigError, match=f"without a trial it must have {missing.split(':')[0]} of its own"):
        load_programme("shenzhen_demo")


def test_a_course_that_reaches_too_far_is_a_fault_of_the_request(spoil: Spoil) -> None:
    """Planner and coordinator see it without loading the whole trial."""
    assert load_programme("shenzhen_demo").faults == {}
    spoil(SITE, "pose: {x: 0.0, y: 0.0}", "pose: {x: 0.0, y: 2.0}")
    faults = load_programme("shenzhen_demo").faults
    assert ("relay_1", "relay_lane_1") in faults and ("relay_2", "relay_lane_2") not in faults
    (fault,) = faults["relay_1", "relay_lane_1"]
    assert "trials.relay_1.zones.0" in str(fault) and "zones.relay_lane_1 of site shenzhen_demo covers" in str(fault)

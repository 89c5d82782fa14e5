"""A kind of trial in a package of its own: found, checked, run on every host, judged and reported."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.config.programme import load_programme
from robot_trials.coordination.coordinator import Coordinator
from robot_trials.coordination.programme.checks import make_checks
from robot_trials.exceptions import ConfigError
from robot_trials.kinds.common.leaves.phase import Phase
from robot_trials.kinds.registry import find_kind
from robot_trials.records import Records
from robot_trials.records.bookings import list_bookings
from robot_trials.records.gates import confirm_checklist, report_gate
from robot_trials.records.permits import act_on_permit
from robot_trials.records.robots import find_robot
from robot_trials.robots import SimOptions, load_profile
from robot_trials.telemetry import read_bag
from robot_trials_control.records import LEFT, RIGHT, control_sample_dtype

pytestmark = pytest.mark.usefixtures("installed")

PHASES = ["preflight", "walk_up", "wave", "walk_back", "stand"]
PERSON_TAG = 10
WITHOUT_ROS = importlib.util.find_spec("rclpy") is None


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "robot_trials.cli", *arguments]
    wide = {**os.environ, "COLUMNS": "160"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=wide)


def make_samples(seconds: float, x: float = 1.5, yaw: float = 0.0, raised: float = 0.3) -> np.ndarray:
    """Samples of a robot that stands somewhere with a hand raised."""
    samples = np.zeros(round(500 * seconds), dtype=control_sample_dtype(1))
    samples["state"]["time_ns"] = 2_000_000 * np.arange(len(samples))
    samples["truth"]["base_position"] = x, 0.0, 0.8
    samples["truth"]["base_orientation_xyzw"] = 0.0, 0.0, np.sin(yaw / 2), np.cos(yaw / 2)
    samples["status"]["base_position"] = 0.1, 0.2, 0.9
    samples["status"]["hand_pose"][:, RIGHT, 2] = 0.9 + raised
    return samples


class Robots:
    """Robots that are told and say nothing."""

    def __init__(self, sent: list[tuple[str, str]]) -> None:
        self.sent = sent

    def find_obstacle(self, robot):
        return ""

    def send(self, goal_id, robot, booking):
        self.sent.append((robot, booking.trial))

    def query(self, goal_id, robot, withdraw):
        pass


@pytest.fixture
def measures(installed):
    setup = load_trial_setup("greet")
    return setup.kind.list_measures(json.loads(json.dumps(setup.kind.describe_judging(setup))))


def test_check_and_kinds_know_it():
    checked = call("check")
    assert checked.returncode == 0, checked.stdout
    assert "ok       trials/greet.yaml" in checked.stdout
    listed = call("kinds").stdout
    assert "greet" in listed and "Walk up to a person" in listed


def test_it_demands_what_its_files_say():
    setup = load_trial_setup("greet", overrides=("trial.walking_speed=0.3",))
    assert (setup.demands.speed, setup.demands.load, setup.demands.people) == (0.3, None, 1)
    assert setup.demands.duration.total_seconds() >= sum(phase.timeout for _, phase in setup.trial.phases)


def test_the_mission_has_a_limit_for_every_phase():
    setup = load_trial_setup("greet")
    mission = setup.kind.start_mission(setup, load_profile(setup.robot_file))
    named = [behaviour.name for behaviour in mission.tree.iterate() if isinstance(behaviour, Phase)]
    assert [name for name in named if name != "walk_to_start"] == PHASES
    assert set(named) == {name for name, _ in setup.trial.phases}


def test_a_person_in_reach_is_refused():
    with pytest.raises(ConfigError, match=r"person.stance.x: 2: must be ≥ 1.2 m away"):
        load_trial_setup("greet", overrides=("course.person.stance.x=2.0",))


def test_a_criterion_may_be_tightened_and_not_loosened():
    assert (
        load_trial_setup("greet", overrides=("trial.criteria.raised_time_min=4.0",)).criteria["raised_time_min"] == 4.0
    )
    with pytest.raises(ConfigError, match="never loosen"):
        load_trial_setup("greet", overrides=("trial.criteria.return_distance_max=0.5",))


@pytest.mark.parametrize(
    ("case", "expected"),
    [({}, 4.0), ({"raised": 0.1}, 0.0), ({"yaw": 0.5}, 0.0), ({"x": 4.0}, 0.0), ({"x": 4.0, "yaw": np.pi}, 4.0)],
)
def test_a_hand_counts_while_it_is_raised_to_the_person(measures, case, expected):
    raised, _ = measures
    for block in np.array_split(make_samples(4.0, **case), 7):
        raised.add(block)
    assert raised.compute_figures()["raised_time"] == pytest.approx(expected, abs=0.01)


def test_the_way_back_is_measured_from_the_start(measures):
    _, back = measures
    assert np.isnan(back.compute_figures()["return_distance"])
    for x in (0.9, 1.7, 0.4):  # it may have come from elsewhere
        back.add(make_samples(0.1, x=x))
    assert back.compute_figures() == pytest.approx({"return_distance": 0.4, "person_distance_min": 1.5})


def test_the_person_stands_in_every_simulator_s_world(installed):
    from robot_trials.robots.gazebo.sdf import find_names, write_world
    from robot_trials.robots.mujoco.world import make_worlds

    setup = load_trial_setup("greet", seed=1)
    profile, options = load_profile(setup.robot_file), SimOptions(seed=1, props=find_kind("greet").make_props(setup))
    model, looks = make_worlds(profile, setup.site, options, options.draw_conditions())
    assert model.body("person").pos[:2] == pytest.approx(setup.course.person[:2])
    limits = profile.torque_limit_array(profile.torque_limits.use.drives)
    world = write_world(model, looks, find_names(model, profile), limits).find("world")
    assert any("person" in one.get("name", "") for one in world.iter())


def test_a_programme_plans_books_and_starts_it(tmp_path: Path):
    database = f"sqlite:///{tmp_path}/records.sqlite"
    planned = call("plan", "greeting_days", "--from", "2025-11-02", "--book", "--who", "Lin Hai", "--records", database)
    assert planned.returncode == 0 and "2 of 2 trials planned" in planned.stdout, planned.stdout + planned.stderr
    programme, records = load_programme("greeting_days"), Records.open(database)
    with records.write() as session:
        booking = list_bookings(session)[0]
        assert (booking.trial, booking.robot, booking.place) == ("greet", "kuavo_1", "corner")
        now = booking.planned_start
        act_on_permit(session, "GREET-2025-001", "approve", "Chen Yue", "seen at the rehearsal", now)
        find_robot(session, "kuavo_1").battery = 0.9
        report_gate(session, "greeting_days", "crowd_corner", 0.2, now, "counted")
        confirm_checklist(session, booking.name, "chen", "both points", now)
        clauses = [str(clause) for check in make_checks(programme) for clause in check(session, booking, now)]
        assert clauses == []
    sent: list[tuple[str, str]] = []
    site = programme.site.value.name
    coordinator = Coordinator(records, site, ["kuavo_1"], Robots(sent), checks=make_checks(programme))
    for second in range(5):
        coordinator.tick(now + second)
    coordinator.close()
    records.close()
    assert sent == [("kuavo_1", "greet")]


@pytest.mark.simulation
def test_a_greeting_in_one_process(tmp_path: Path):
    run = tmp_path / "run"
    result = call("run", "greet", "--camera", "model", "--seed", "2", "--output", str(run))
    assert result.returncode == 0, result.stdout + result.stderr
    check_what_is_kept(run, "mujoco")


@pytest.mark.gazebo
def test_a_greeting_in_gazebo(gazebo, tmp_path: Path):
    run = tmp_path / "run"
    result = call("run", "greet", "--sim", "gazebo", "--camera", "model", "--seed", "1", "--output", str(run))
    assert result.returncode == 0, result.stdout + result.stderr
    check_what_is_kept(run, "gazebo")


def check_what_is_kept(run: Path, simulator: str) -> None:
    """Verdict, bag and report of a greeting that has passed."""
    verdict = json.loads((run / "verdict.json").read_text())
    assert verdict["passed"] and verdict["ended"] == "standing"
    assert verdict["identity"]["simulator"] == simulator
    assert [(span["phase"], span["result"]) for span in verdict["timeline"]] == [(name, "success") for name in PHASES]
    met = {criterion["label"]: criterion["passed"] for criterion in verdict["criteria"]}
    assert met["Hand raised to the person"] and met["Back at the start"]
    page = (run / "report.html").read_text()
    assert "Hand raised to the person" in page and "Walk up to the person" in page

    bag = read_bag(run / "bag")
    assert bag.custom_data["simulator"] == simulator
    way, hands = bag.columns("/ground_truth/odom")["pose.pose.position.x"], bag.columns("/balance_state")["hand_pose"]
    assert way.max() == pytest.approx(1.5, abs=0.15) and way[-1] == pytest.approx(0.0, abs=0.3)
    assert hands[:, RIGHT, 2].max() > 1.2 > hands[:, LEFT, 2].max()
    seen = [tag.id for _, message in bag.messages("/fiducials") for tag in message.detections]
    assert PERSON_TAG in seen


@pytest.mark.ros
@pytest.mark.simulation
@pytest.mark.skipif(WITHOUT_ROS, reason="rclpy is not installed")
def test_a_greeting_on_the_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run = tmp_path / "run"
    monkeypatch.setenv("ROS_DOMAIN_ID", str(200 + os.getpid() % 30))
    result = call("run", "greet", "--host", "ros", "--camera", "model", "--output", str(run))
    assert result.returncode == 0, result.stdout + result.stderr
    verdict = json.loads((run / "verdict.json").read_text())
    assert verdict["identity"]["host"] == "ros"
    assert [span["phase"] for span in verdict["timeline"]] == PHASES

"""Numbers and criteria from synthetic samples, good ones and each kind of bad one."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.config.site.ground import GroundSpec, RampSpec
from robot_trials.kinds.registry import find_kind
from robot_trials.kinds.relay.judge.holding import compute_excess_force
from robot_trials.robots.fall import FallWatch, compute_tilt
from robot_trials.safety.stop_ladder import Rung
from robot_trials.trials.judging.outcome import TrialOutcome, write_verdict
from robot_trials.trials.judging.run_measure import RunMeasure, count_onsets
from robot_trials.trials.judging.verdict import (
    Measures,
    compute_criteria,
    compute_figures,
    describe_gaps,
    list_measures,
)
from robot_trials_control.records import MotionMode, PayloadMode, Record, control_sample_dtype

WEIGHT = 1.5 * 9.81
SPEED, PERIOD = 0.8, 0.002
LEAD, WALK, END = 1000, 14_000, 500  # ticks: with the giver, alone, with the receiver


def make_samples() -> np.ndarray:
    """A clean relay over 20 m: giver holds, robot walks, receiver holds."""
    count = LEAD + WALK + END
    samples = np.zeros(count, dtype=control_sample_dtype(4))
    samples["state"]["time_ns"] = (np.arange(count) + 1) * 2_000_000
    truth, status = samples["truth"], samples["status"]
    alone = slice(LEAD, LEAD + WALK)
    x = np.zeros(count)
    walked = np.arange(WALK - 1000) * SPEED * PERIOD
    x[LEAD + 500 : LEAD + WALK - 500] = walked
    x[LEAD + WALK - 500 :] = walked[-1]
    truth["base_position"][:, 0] = x
    truth["base_position"][:, 2] = 0.85
    truth["base_orientation_xyzw"][:, 3] = 1.0
    truth["prop_pose"][:, 6] = 1.0
    truth["people_hold"][:LEAD, 0] = 1
    truth["people_force"][:LEAD, 0, 2] = -WEIGHT
    truth["robot_holds"][LEAD - 200 : LEAD + WALK + 200] = 1
    truth["people_hold"][LEAD + WALK :, 1] = 1
    truth["people_force"][LEAD + WALK :, 1, 2] = -WEIGHT
    status["base_position"][:, 0] = x
    status["base_orientation_xyzw"][:, 3] = 1.0
    status["mode"] = MotionMode.STAND
    status["walking"][LEAD + 500 : LEAD + WALK - 500] = 1
    status["zmp_margin"][alone] = 0.03
    status["payload_mode"][LEAD - 200 : LEAD + WALK + 200] = PayloadMode.TRACK
    status["payload_mode"][LEAD + 500 : LEAD + WALK - 500] = PayloadMode.HOLD
    status["payload_mass"][LEAD - 200 : LEAD + WALK + 200] = 1.5
    return samples


def make_measures(length: float = 20.0) -> Measures:
    """What judges a relay over a lane of so many metres."""
    setup = load_trial_setup("torch_relay")
    kind = find_kind("torch_relay")
    facts = kind.describe_judging(setup) | {"bounds": setup.criteria | {"distance_min": length}}
    return list_measures(kind, setup.site.ground, facts)


def measure(change: Callable[[np.ndarray], None] | None = None, block: int = 100) -> dict[str, float]:
    """Figures of the clean relay after a change."""
    samples = make_samples()
    if change is not None:
        change(samples)
    measures = make_measures()
    for start in range(0, len(samples), block):
        for part in measures:
            part.add(samples[start : start + block])
    return compute_figures(measures)


def failed(figures: dict[str, float], length: float = 20.0) -> list[str]:
    return [c.name for c in compute_criteria(figures, make_measures(length)) if not c.passed]


def test_clean_relay_passes_with_its_numbers() -> None:
    figures = measure()
    assert failed(figures) == []
    assert figures["distance"] == pytest.approx(20.8, abs=0.01)
    assert figures["mean_speed"] == pytest.approx(SPEED, rel=1e-3)
    assert figures["falls"] == figures["qp_failures"] == figures["unwanted_contacts"] == 0.0
    assert figures["giver_force_max"] == pytest.approx(0.0, abs=1e-9), "the real weight, not the announced one, counts"
    assert figures["odometry_drift"] == pytest.approx(0.0, abs=1e-9)
    assert figures["simulated_time"] == pytest.approx((LEAD + WALK + END - 1) * PERIOD)


@pytest.mark.parametrize("block", [1, 7, 100, 15_500])
def test_block_size_does_not_matter(block: int) -> None:
    def spread(samples: np.ndarray) -> None:
        samples["truth"]["ground_contacts"][[3000, 3001, 3099, 3100]] = 1
        samples["truth"]["unwanted_contacts"][[4000, 4100]] = 1
        set_torch_tilt(samples, slice(5000, 5200), 4.0)

    assert measure(spread, block) == pytest.approx(measure(spread, 64))


def set_torch_tilt(samples: np.ndarray, ticks: slice, degrees: float) -> None:
    half = math.radians(degrees) / 2
    samples["truth"]["prop_pose"][ticks, 3:] = math.sin(half), 0.0, 0.0, math.cos(half)


def set_base_tilt(samples: np.ndarray) -> None:
    half = math.radians(46.0) / 2
    samples["truth"]["base_orientation_xyzw"][6000:6010] = 0.0, math.sin(half), 0.0, math.cos(half)


def set_low(samples: np.ndarray) -> None:
    samples["truth"]["base_position"][6000:6010, 2] = 0.5


def set_contact(samples: np.ndarray) -> None:
    samples["truth"]["ground_contacts"][6000:6010] = 2


@pytest.mark.parametrize("change", [set_base_tilt, set_low, set_contact])
def test_each_kind_of_fall_is_one_fall(change: Callable[[np.ndarray], None]) -> None:
    figures = measure(change)
    assert figures["falls"] == 1.0 and failed(figures) == ["falls"]


def test_bent_but_not_fallen() -> None:
    def bend(samples: np.ndarray) -> None:
        samples["truth"]["base_position"][6000:6010, 2] = 0.52

    assert measure(bend)["falls"] == 0.0


def squat(samples: np.ndarray, mode: MotionMode = MotionMode.LOWER) -> None:
    """From tick 6000 on the robot stops, lowers itself, and rises again."""
    status = samples["status"]
    samples["truth"]["base_position"][6000:7000, 2] = 0.4
    status["mode"][6000:6500], status["lowered"][6200:7000] = mode, 1.0
    status["stop_rung"][5800:6500] = Rung.LOWER


@pytest.mark.parametrize("mode", [MotionMode.LOWER, MotionMode.OFF])
def test_a_squat_on_purpose_and_rising_from_it_is_no_fall(mode: MotionMode) -> None:
    assert measure(lambda samples: squat(samples, mode))["falls"] == 0.0


@pytest.mark.parametrize("change", [set_base_tilt, set_contact])
def test_a_fall_from_a_squat_is_one(change: Callable[[np.ndarray], None]) -> None:
    def fall(samples: np.ndarray) -> None:
        squat(samples)
        change(samples)

    assert measure(fall)["falls"] == 1.0


def test_a_robot_that_sinks_down_damped_has_fallen() -> None:
    assert measure(lambda samples: squat(samples, MotionMode.DAMPED))["falls"] == 1.0


def test_a_lane_that_leads_downhill_is_no_fall() -> None:
    ground = GroundSpec(ramps=(RampSpec(x_min=2.0, x_max=12.0, slope_deg=-4.0),))
    samples = make_samples()
    position = samples["truth"]["base_position"]
    position[:, 2] += ground.heights(position[:, 0])
    assert position[-1, 2] < 0.6 * 0.85
    level, sloped = RunMeasure(), RunMeasure(ground)
    for measures in (level, sloped):
        measures.add(samples)
    assert level.falls == 1 and sloped.falls == 0
    watch = FallWatch(ground)
    for row in range(0, len(samples), 100):
        watch.update(Record(samples[row : row + 1]))
    assert not watch.fell, "drills judge by the same rule"


def test_the_carry_ends_where_a_stop_begins() -> None:
    def stop(samples: np.ndarray) -> None:
        samples["status"]["stop_rung"][6000:] = Rung.STAND
        set_torch_tilt(samples, slice(6000, None), 60.0)
        samples["truth"]["base_position"][6000:, 1] = 2.0
        samples["truth"]["base_position"][6000:, 0] += 1.0

    figures = measure(stop)
    assert figures["torch_tilt_max_deg"] == pytest.approx(0.0, abs=1e-6)
    assert figures["lateral_offset_max"] == 0.0
    assert figures["distance"] == pytest.approx((6000 - LEAD - 500) * SPEED * PERIOD, abs=0.01)
    assert figures["mean_speed"] == pytest.approx(SPEED, rel=1e-3)
    assert failed(figures) == ["distance"]


def test_slower_on_the_first_rung_is_still_the_carry() -> None:
    def slow(samples: np.ndarray) -> None:
        samples["status"]["stop_rung"][6000:6500] = Rung.SLOW

    assert measure(slow) == pytest.approx(measure())


def test_missing_control_ticks_are_told() -> None:
    samples = make_samples()
    samples["timing"]["tick"] = np.arange(len(samples))
    samples = np.delete(samples, slice(4990, 5012))
    measures = RunMeasure()
    for start in range(0, len(samples), 100):
        measures.add(samples[start : start + 100])
    assert measures.compute_figures()["missing_ticks"] == 22.0
    (event,) = describe_gaps(measures.gaps)
    assert event.text == "22 control ticks are missing between 9.980 s and 10.026 s"


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [("qp_failures", 3, "qp_failures"), ("unwanted_contacts", 1, "unwanted_contacts")],
)
def test_counts(field: str, value: int, name: str) -> None:
    def change(samples: np.ndarray) -> None:
        group = samples["status"] if field == "qp_failures" else samples["truth"]
        group[field][6000:] = value

    assert failed(measure(change)) == [name]


def test_tilt_is_judged_from_the_first_step_on() -> None:
    def offered_tilted(samples: np.ndarray) -> None:
        set_torch_tilt(samples, slice(0, LEAD + 300), 12.0)

    assert failed(measure(offered_tilted)) == []

    def leaning(samples: np.ndarray) -> None:
        set_torch_tilt(samples, slice(6000, 6020), 10.5)

    figures = measure(leaning)
    assert figures["torch_tilt_max_deg"] == pytest.approx(10.5)
    assert failed(figures) == ["torch_tilt_max_deg"]

    def swaying(samples: np.ndarray) -> None:
        set_torch_tilt(samples, slice(6000, 6400), 6.0)

    assert failed(measure(swaying)) == ["torch_tilt_p99_deg"]


def test_torch_with_the_receiver_is_no_longer_the_robots() -> None:
    def receiver_tips_it(samples: np.ndarray) -> None:
        set_torch_tilt(samples, slice(LEAD + WALK, None), 40.0)

    assert failed(measure(receiver_tips_it)) == []


def test_forces_beyond_the_weight() -> None:
    def pull(samples: np.ndarray) -> None:
        samples["truth"]["people_force"][900:905, 0, 0] = 25.0
        samples["truth"]["people_force"][-10:, 1, 2] = 21.0

    figures = measure(pull)
    assert figures["giver_force_max"] == pytest.approx(25.0)
    assert figures["receiver_force_max"] == pytest.approx(21.0)
    assert failed(figures) == ["giver_force_max", "receiver_force_max"]


def test_excess_force_of_a_share_of_the_weight_is_nothing() -> None:
    force = np.array([[0, 0, 0], [0, 0, -10.0], [0, 0, -20.0], [3.0, 4.0, -5.0], [0, 0, 2.0]])
    assert compute_excess_force(force, 15.0) == pytest.approx([0.0, 0.0, 5.0, 5.0, 2.0])


def test_off_the_middle_and_too_slow_and_too_short() -> None:
    def wander(samples: np.ndarray) -> None:
        samples["truth"]["base_position"][7000:7100, 1] = -0.35

    assert failed(measure(wander)) == ["lateral_offset_max"]

    def before_the_torch(samples: np.ndarray) -> None:
        samples["truth"]["base_position"][:100, 1] = 0.5

    assert failed(measure(before_the_torch)) == []

    def slow(samples: np.ndarray) -> None:
        samples["state"]["time_ns"] *= 2

    assert failed(measure(slow)) == ["mean_speed"]
    assert failed(measure(), length=25.0) == ["distance"]


def test_odometry_drift_is_measured_from_the_first_step() -> None:
    def drift(samples: np.ndarray) -> None:
        samples["status"]["base_position"][:, 0] *= 0.99
        samples["status"]["base_position"][:, :2] += 5.0, -3.0

    figures = measure(drift)
    assert figures["odometry_drift"] == pytest.approx(0.208, abs=0.002)
    assert figures["odometry_drift_percent"] == pytest.approx(1.0, abs=0.01)


def test_without_truth_nothing_passes() -> None:
    def wipe(samples: np.ndarray) -> None:
        for name in ("base_position", "prop_pose", "base_orientation_xyzw"):
            samples["truth"][name] = np.nan
        for name in ("robot_holds", "people_hold"):
            samples["truth"][name] = 0

    figures = measure(wipe)
    assert math.isnan(figures["distance"])
    assert {"distance", "mean_speed", "torch_tilt_max_deg"} <= set(failed(figures))
    assert np.isnan(list(figures.values())).any()


def test_missing_figure_is_not_met() -> None:
    assert len(failed({})) == len(compute_criteria({}, make_measures()))


def test_onsets_and_tilt() -> None:
    flags = np.array([True, True, False, True])
    assert count_onsets(flags, before=False) == 2 and count_onsets(flags, before=True) == 1
    assert compute_tilt(np.array([[0.0, 0.0, 0.7, 0.714]]))[0] == pytest.approx(0.0, abs=0.03)


def test_verdict_file_is_strict_json(tmp_path: Path) -> None:
    figures = measure() | {"torch_tilt_max_deg": math.nan}
    criteria = compute_criteria(figures, make_measures())
    outcome = TrialOutcome(False, "because", "standing", criteria, figures, identity={"trial": "torch_relay"})
    path = write_verdict(tmp_path / "new" / "folder", outcome)
    data = json.loads(path.read_text())
    assert path.name == "verdict.json" and data["passed"] is False and data["reason"] == "because"
    tilt = next(criterion for criterion in data["criteria"] if criterion["name"] == "torch_tilt_max_deg")
    assert tilt["value"] is None and tilt["passed"] is False and tilt["comparison"] == "<=" and tilt["bound"] == 10.0
    assert data["figures"]["distance"] == pytest.approx(20.8, abs=0.01)

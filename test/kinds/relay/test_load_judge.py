"""The verdict on the load: what the robot measured before its first step, from synthetic samples."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_trials.kinds.relay.judge.holding import GIVER, GRAVITY, RECEIVER, Scale, find_giver_alone, find_robot_alone
from robot_trials.kinds.relay.judge.load import LoadMeasure
from robot_trials_control.records import PayloadMode, control_sample_dtype

PERIOD_NS = 2_000_000
TARE, TAKE, WALK, GIVE = 500, 2000, 3000, 500  # ticks


def make_samples(measured: float, true: float = 1.5) -> np.ndarray:
    """A giver lets go, the robot stands with the load, walks with it, and gives it away."""
    count = TARE + TAKE + WALK + GIVE
    samples = np.zeros(count, control_sample_dtype(1))
    samples["state"]["time_ns"] = (np.arange(count) + 1) * PERIOD_NS
    status, truth = samples["status"], samples["truth"]
    status["payload_mode"][:TARE] = PayloadMode.TARE
    status["payload_mode"][TARE : TARE + TAKE] = PayloadMode.TRACK
    walk = slice(TARE + TAKE, TARE + TAKE + WALK)
    status["payload_mode"][walk], status["walking"][walk] = PayloadMode.HOLD, 1
    status["payload_mass"][TARE : TARE + TAKE] = np.minimum(measured, np.linspace(0.0, 2.0 * measured, TAKE))
    status["payload_mass"][walk] = measured + 0.5 * np.sin(np.arange(WALK))
    status["payload_mode"][-GIVE:] = PayloadMode.TRACK
    truth["people_hold"][: TARE + 1000, GIVER], truth["robot_holds"][TARE:-GIVE] = 1, 1
    truth["people_hold"][-GIVE - 100 :, RECEIVER] = 1
    truth["people_force"][:TARE, GIVER, 2] = -true * GRAVITY
    return samples


def judge(samples: np.ndarray, block: int = 100) -> tuple[dict[str, float], list[str]]:
    """Figures, and names of the rules that are not kept."""
    measure = LoadMeasure(mass=1.6, tolerance=0.4, cap=2.5)
    for start in range(0, len(samples), block):
        measure.add(samples[start : start + block])
    figures = measure.compute_figures()
    return figures, [rule.name for rule in measure.list_rules() if not figures[rule.name] <= rule.bound]


@pytest.mark.parametrize("block", [1, 100, 2500])
def test_what_was_measured_before_the_first_step_counts(block: int) -> None:
    figures, failed = judge(make_samples(1.7), block)
    assert figures["load_measured"] == pytest.approx(1.7) and figures["load_deviation"] == pytest.approx(0.1)
    assert (figures["load_announced"], figures["load_tolerance"]) == (1.6, 0.4) and failed == []
    assert figures["load_true"] == pytest.approx(1.5), "as the giver felt it; a figure only"


@pytest.mark.parametrize(
    ("measured", "broken"),
    [(1.25, []), (1.15, ["load_deviation"]), (2.05, ["load_deviation"]), (2.55, ["load_deviation", "load_measured"])],
)
def test_too_heavy_and_too_light(measured: float, broken: list[str]) -> None:
    assert judge(make_samples(measured))[1] == broken


def test_a_refused_load_that_was_never_walked_with_is_told() -> None:
    figures, failed = judge(make_samples(2.38)[: TARE + TAKE])
    assert figures["load_measured"] == pytest.approx(2.38) and failed == ["load_deviation"]


def test_a_hand_that_let_go_has_measured_nothing() -> None:
    samples = make_samples(1.6)[: TARE + TAKE]
    samples["status"]["payload_mode"][-10:] = PayloadMode.NONE
    figures, failed = judge(samples)
    assert math.isnan(figures["load_measured"]) and failed == ["load_deviation", "load_measured"]


def test_without_truth_the_load_is_judged_all_the_same() -> None:
    samples = make_samples(1.7)
    samples["truth"]["people_hold"] = 0
    figures, failed = judge(samples)
    assert math.isnan(figures["load_true"]) and failed == []


def test_who_holds_is_told_of_samples_and_of_columns_alike() -> None:
    truth = make_samples(1.6)["truth"]
    columns = {name: truth[name].copy() for name in truth.dtype.names}
    for find in (find_robot_alone, find_giver_alone):
        assert (find(truth) == find(columns)).all() and find(truth).any() and not find(truth).all()
    scale = Scale()
    assert scale.weight_or(2.0) == pytest.approx(2.0 * GRAVITY), "announced, until it was weighed"
    scale.add(columns)
    assert scale.weight == pytest.approx(1.5 * GRAVITY)

"""What the falls benchmark makes of its relays, and that its throws do throw."""

from __future__ import annotations

import pytest

from benchmarks import falls
from benchmarks.harness import Figure

pytestmark = pytest.mark.relay


def run(case: int | None, passed: bool, count: int, believed: bool = False) -> falls.Run:
    return falls.Run(falls.Job(0, case), passed, "", count, believed)


def by_name(*runs: falls.Run) -> dict[str, Figure]:
    return {figure.name: figure for figure in falls.gather_figures(runs)}


def test_both_sets_as_they_should_be() -> None:
    figures = by_name(run(None, True, 0), run(0, False, 1, believed=True), run(1, False, 2))
    assert all(figure.is_met for figure in figures.values())
    assert figures["thrown_believed_fallen"].value == 1.0


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        (run(None, False, 1), {"slopes_passed", "slopes_judged_fallen"}),
        (run(None, False, 0), {"slopes_passed"}),
        (run(2, False, 0), {"thrown_judged_fallen"}),
        (run(2, True, 1), {"thrown_passed"}),
    ],
)
def test_one_that_is_judged_wrongly(wrong: falls.Run, names: set[str]) -> None:
    figures = by_name(run(None, True, 0), run(0, False, 1), wrong)
    assert {name for name, figure in figures.items() if not figure.is_met} == names


def test_every_throw_is_on_the_way() -> None:
    assert all(0.0 < case.x < falls.LENGTH for case in falls.CASES)
    assert {case.x for case in falls.CASES if falls.UP[0] < case.x < falls.UP[1]}, "some uphill"
    assert {case.x for case in falls.CASES if falls.DOWN[0] < case.x < falls.DOWN[1]}, "some downhill"


@pytest.mark.simulation
def test_a_robot_whose_legs_lose_their_torque_is_judged_fallen() -> None:
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import SimOptions
    from robot_trials.runtime.drill import Drill, DrillOptions

    drill = Drill(load_trial_setup("torch_relay", length=20.0), DrillOptions(carrying=False, sim=SimOptions(seed=0)))
    assert drill.settle() and not drill.falls.fell
    falls.drop_torque((0, 1))(drill.robot, drill.controller.model.limbs)
    assert not drill.run(3.0) and drill.falls.fell
    drill.close()

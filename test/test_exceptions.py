"""Errors carry their numbers, also to another process."""

import pickle
from pathlib import Path

import pytest

from robot_trials.exceptions import ConfigError, ConfigProblem, RobotFault, RobotTrialsError


def test_problem_reads_as_file_line_key_value_bound() -> None:
    problem = ConfigProblem(Path("site.yaml"), 3, "limits.max_speed", 2.5, "must be ≤ 2")
    assert str(problem) == "site.yaml:3: limits.max_speed: 2.5: must be ≤ 2"


def test_long_values_are_cut() -> None:
    text = str(ConfigProblem(None, None, "k", "x" * 500, "must be short"))
    assert text.startswith("command line: k: xxx") and len(text) < 250


def test_fault_tells_its_numbers() -> None:
    fault = RobotFault("joint torque is not finite", joint="leg_l3_joint", torque=float("nan"))
    assert str(fault) == "joint torque is not finite (joint = leg_l3_joint, torque = nan)"


@pytest.mark.parametrize(
    "error",
    [RobotFault("gone", time=1.25), ConfigError([ConfigProblem(Path("a.yaml"), 1, "k", 2, "must be ≤ 1")])],
)
def test_errors_survive_the_way_between_processes(error: RobotTrialsError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error)

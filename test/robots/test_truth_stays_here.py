"""Outside robots/, tests and verdicts no code reads a simulator's truth or the simulator itself.

What may touch the truth record at all is listed by file: the loop that has it filled, the verdict, and what logs or
shows it. Everything else must not even name it.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
FOLDERS = ("robot_trials", "controllers", "benchmarks", "examples", "launch")
SIMULATOR_FOLDER = "robot_trials/robots/mujoco/"
TRUTH_READERS = (
    "robot_trials/robots/",
    "robot_trials/telemetry/",  # logs it
    "robot_trials/review/",  # shows what was logged
    "robot_trials/trials/judging/verdict.py",
    "robot_trials/trials/judging/run_measure.py",  # the verdict's figures
    "robot_trials/trials/judging/stop_history.py",  # its stops
    "robot_trials/trials/judging/bag_samples.py",  # both from a bag
    "benchmarks/judges/",  # the same for motion without a trial
    "benchmarks/falls.py",  # and for robots that are thrown down
    "robot_trials/runtime/control/loop.py",  # has the robot fill it in
    "controllers/robot_trials_control/records.py",  # defines it
)
KINDS_JUDGES = re.compile(r"(robot_trials/kinds/[a-z_]+|examples/[a-z_]+/[a-z_]+)/judge/|examples/[a-z_]+/test/")
"""What a kind of trial adds to the verdict's figures; and the tests of kinds in packages of their own."""
SIMULATOR_READERS = re.compile(
    r"robot_trials/robots/"
    r"|benchmarks/falls\.py"  # throws a simulated robot down where it is
    r"|examples/[a-z_]+/test/"
)
TRUTH_NAMES = {"truth", "read_truth", "truth_fields"}
SIMULATOR_ATTRIBUTES = {"qpos", "qvel", "xpos", "xmat", "site_xpos", "site_xmat", "mocap_pos"}


def _sources() -> list[Path]:
    return sorted(file for folder in FOLDERS for file in (CHECKOUT / folder).rglob("*.py"))


def find_truth_uses(source: str) -> list[str]:
    """Attributes, names and keys of the truth that a module's code uses, each with its line."""
    uses = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in TRUTH_NAMES:
            uses.append(f"{node.lineno}: .{node.attr}")
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == "truth":
            uses.append(f"{node.lineno}: ['truth']")
        elif isinstance(node, ast.Call) and _names_truth_by_text(node):
            uses.append(f"{node.lineno}: getattr(…, 'truth')")
        elif isinstance(node, ast.ImportFrom) and any(alias.name in TRUTH_NAMES for alias in node.names):
            uses.append(f"{node.lineno}: import")
    return uses


def find_simulator_uses(source: str) -> list[str]:
    """Imports of MuJoCo, of the simulated robot's modules, and attributes that only a simulator has."""
    uses = []
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [node.module]
        for name in names:
            if name.split(".")[0] == "mujoco" or name.startswith("robot_trials.robots.mujoco"):
                uses.append(f"{node.lineno}: import {name}")
        if isinstance(node, ast.Attribute) and node.attr in SIMULATOR_ATTRIBUTES:
            uses.append(f"{node.lineno}: .{node.attr}")
    return uses


def _names_truth_by_text(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Name) and call.func.id == "getattr"
    return named and any(isinstance(arg, ast.Constant) and arg.value == "truth" for arg in call.args)


@pytest.mark.parametrize("file", _sources(), ids=lambda file: str(file.relative_to(CHECKOUT)))
def test_no_truth_outside_robots_tests_and_verdicts(file: Path) -> None:
    relative = file.relative_to(CHECKOUT).as_posix()
    source = file.read_text(encoding="utf-8")
    if not relative.startswith(TRUTH_READERS) and not KINDS_JUDGES.match(relative):
        assert find_truth_uses(source) == [], f"{relative} reads the simulator's truth"
    if not SIMULATOR_READERS.match(relative):
        assert find_simulator_uses(source) == [], f"{relative} reads the simulator"


@pytest.mark.parametrize(
    "source",
    [
        "x = sample.truth.prop_pose",
        "robot.read_truth(record)",
        "y = block['truth']['prop_pose']",
        "z = getattr(sample, 'truth')",
        "from robot_trials_control.records import truth_fields",
    ],
)
def test_rule_finds_the_truth(source: str) -> None:
    assert find_truth_uses(source)


@pytest.mark.parametrize(
    "source", ["import mujoco", "from robot_trials.robots.mujoco.robot import MujocoRobot", "p = robot.data.qpos[:3]"]
)
def test_rule_finds_the_simulator(source: str) -> None:
    assert find_simulator_uses(source)

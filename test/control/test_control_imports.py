"""The controller runs on a machine without ROS, simulators or anything else of the project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CONTROLLERS = Path(__file__).parents[2] / "controllers"
FOREIGN = ("rclpy", "mujoco", "py_trees", "cv2", "pydantic", "robot_trials", "robot_trials_msgs")
PROGRAM = f"""
import importlib, pkgutil, sys
import robot_trials_control
names = [module.name for module in pkgutil.walk_packages(robot_trials_control.__path__, "robot_trials_control.")]
for name in names:
    importlib.import_module(name)
print(len(names), *sorted({{name.split(".")[0] for name in sys.modules}} & set({FOREIGN!r})))
"""


def test_every_module_imports_without_ros_or_a_simulator(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"PYTHONPATH": str(CONTROLLERS)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, *foreign = done.stdout.split()
    assert int(count) > 15
    assert foreign == []

"""Installs the ROS 2 package `robot_trials` with the control package that it drives."""

from pathlib import Path

from setuptools import setup

NAME = "robot_trials"

# Listed, not found: a search would ship `test`, and from this folder `launch/` looks like the module `launch`.
PACKAGES = [
    "robot_trials",
    "robot_trials.cli",
    "robot_trials.config",
    "robot_trials.config.files",
    "robot_trials.config.programme",
    "robot_trials.config.site",
    "robot_trials.coordination",
    "robot_trials.coordination.programme",
    "robot_trials.kinds",
    "robot_trials.kinds.common",
    "robot_trials.kinds.common.leaves",
    "robot_trials.nodes",
    "robot_trials.nodes.common",
    "robot_trials.nodes.control",
    "robot_trials.nodes.site",
    "robot_trials.nodes.stops",
    "robot_trials.nodes.trial",
    "robot_trials.perception",
    "robot_trials.records",
    "robot_trials.records.migrations",
    "robot_trials.records.migrations.versions",
    "robot_trials.review",
    "robot_trials.review.page",
    "robot_trials.review.replay",
    "robot_trials.robots",
    "robot_trials.robots.gazebo",
    "robot_trials.robots.mujoco",
    "robot_trials.robots.mujoco.body",
    "robot_trials.robots.mujoco.cameras",
    "robot_trials.robots.mujoco.ground",
    "robot_trials.robots.mujoco.scene",
    "robot_trials.robots.mujoco.several",
    "robot_trials.robots.props",
    "robot_trials.runtime",
    "robot_trials.runtime.channel",
    "robot_trials.runtime.control",
    "robot_trials.runtime.processes",
    "robot_trials.safety",
    "robot_trials.schedule",
    "robot_trials.schedule.output",
    "robot_trials.schedule.problem",
    "robot_trials.schedule.search",
    "robot_trials.telemetry",
    "robot_trials.telemetry.bag",
    "robot_trials.telemetry.wire",
    "robot_trials.telemetry.messages",
    "robot_trials.trials",
    "robot_trials.trials.hosts",
    "robot_trials.trials.judging",
    "robot_trials_control",
    "robot_trials_control.estimation",
    "robot_trials_control.numeric",
    "robot_trials_control.robot",
    "robot_trials_control.stops",
    "robot_trials_control.walking",
    "robot_trials_control.whole_body",
    *(  # every kind of trial, by its folder: none is named here
        file.parent.as_posix().replace("/", ".")
        for kind in sorted(Path("robot_trials/kinds").glob("*/kind.py"))
        for file in sorted(kind.parent.rglob("__init__.py"))
    ),
]
NODES = [
    "control_node",
    "stop_node",
    "trial_node",
    "safety_node",
    "perception_node",
    "recorder_node",
    "clock_node",
    "trial_client",
    "coordinator_node",
    "service_client",
]
SHARED_FOLDERS = ["config", "launch", "sim"]


def list_shared_files() -> list[tuple[str, list[str]]]:
    """Every file of the shared folders, for `share/robot_trials`, folder by folder."""
    files: dict[str, list[str]] = {}
    for folder in SHARED_FOLDERS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files.setdefault(f"share/{NAME}/{path.parent.as_posix()}", []).append(path.as_posix())
    return list(files.items())


setup(
    name=NAME,
    version="0.1.0",
    description="Trials of humanoid robots in public space: run them, judge them, keep the evidence.",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=PACKAGES,
    package_dir={"robot_trials_control": "controllers/robot_trials_control"},
    package_data={"robot_trials.review": ["static/*"], "robot_trials.schedule": ["static/*"]},
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{NAME}"]),
        (f"share/{NAME}", ["package.xml"]),
        *list_shared_files(),
    ],
    zip_safe=True,
    extras_require={"test": ["pytest"]},  # what tells `colcon test` to use pytest
    entry_points={
        "console_scripts": [
            "robot-trials = robot_trials.cli:main",
            "control_process = robot_trials.runtime.process:main",
            *(f"{node} = robot_trials.nodes.{node}:main" for node in NODES),
        ]
    },
)

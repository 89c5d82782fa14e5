"""Processes of a graph that have read different files: whoever comes later does not start, and names the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from robot_trials.config.files.search import FOLDER_VARIABLE

pytestmark = pytest.mark.ros
SHIPPED = Path(__file__).resolve().parents[2] / "config"


def test_a_file_changed_between_two_starts_is_named(graph, tmp_path, monkeypatch):
    config = Path(shutil.copytree(SHIPPED, tmp_path / "config"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(config))
    graph.environment[FOLDER_VARIABLE] = str(config)
    graph.configure()
    graph.start_control(factor=1.0, reads=True)
    graph.start("control_node", "stop_node")
    graph.ask("call", "stop_node/e_stop")  # it runs
    trial = config / "trials" / "torch_relay.yaml"
    trial.write_text(trial.read_text().replace("walking_speed: 0.8", "walking_speed: 0.7"))
    graph.start("perception_node", "recorder_node")
    assert graph.group.wait(60.0, ["perception_node", "recorder_node"]) == []
    for name in ("perception_node", "recorder_node"):
        assert graph.group.members[name].process.returncode == 1
        assert f"{trial}: trial: the control process has read {trial} otherwise" in graph.log(name)
    graph.end()

"""The built interfaces: upstream's where upstream has them, and the fields that the code exchanges."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
FIELDS_WITH_OTHER_NAMES = {"hand_orientation_xyzw": "hand_orientation"}


@pytest.mark.ros
@pytest.mark.parametrize("name", ["TFMessage", "TF2Error"])
def test_type_hash_of_tf2_msgs_is_upstreams(name: str) -> None:
    from ament_index_python.packages import get_package_share_directory
    from rosbags.typesys import Stores, get_typestore

    description = Path(get_package_share_directory("tf2_msgs")) / "msg" / f"{name}.json"
    hashes = {entry["type_name"]: entry["hash_string"] for entry in json.loads(description.read_text())["type_hashes"]}
    assert hashes[f"tf2_msgs/msg/{name}"] == get_typestore(Stores.ROS2_JAZZY).hash_rihs01(f"tf2_msgs/msg/{name}")


@pytest.mark.ros
def test_motion_command_has_the_fields_of_the_record() -> None:
    from robot_trials_control.records import make_motion_command
    from robot_trials_msgs.msg import MotionCommand

    record_names = {FIELDS_WITH_OTHER_NAMES.get(name, name) for name in make_motion_command().data.dtype.names}
    assert set(MotionCommand.get_fields_and_field_types()) - {"header"} == record_names


@pytest.mark.ros
@pytest.mark.parametrize(
    ("message", "prefix", "enumeration"),
    [
        ("MotionCommand", "MODE_", "robot_trials_control.records.MotionMode"),
        ("MotionCommand", "HAND_", "robot_trials_control.records.HandMode"),
        ("MotionCommand", "SHARING_", "robot_trials_control.records.Sharing"),
        ("StopRequest", "KIND_", "robot_trials.telemetry.messages.said.RequestKind"),
        ("PayloadState", "MODE_", "robot_trials_control.records.PayloadMode"),
        ("BalanceState", "SUPPORT_", "robot_trials_control.records.Support"),
        ("ControlTiming", "FAULT_", "robot_trials_control.records.Fault"),
        ("StopState", "SENSORS_", "robot_trials_control.records.SensorGroup"),
        ("StopState", "RUNG_", "robot_trials.safety.stop_ladder.Rung"),
        ("StopState", "TRIGGER_", "robot_trials.safety.stop_triggers.Trigger"),
    ],
)
def test_constants_are_the_records_enumerations(message: str, prefix: str, enumeration: str) -> None:
    message_type = getattr(importlib.import_module("robot_trials_msgs.msg"), message)
    module, _, name = enumeration.rpartition(".")
    members = getattr(importlib.import_module(module), name).__members__
    names = [name for name in dir(type(message_type)) if name.startswith(prefix)]
    constants = {name.removeprefix(prefix): getattr(message_type, name) for name in names}
    assert constants == {name: int(value) for name, value in members.items()}


@pytest.mark.ros
def test_states_of_a_goal_are_those_of_ledger_and_coordinator() -> None:
    from robot_trials.coordination import GoalState
    from robot_trials.runtime.processes.goal_ledger import LedgerState
    from robot_trials_msgs.srv import GetTrialOutcome

    answer = GetTrialOutcome.Response
    names = [name for name in dir(type(answer)) if name.startswith("STATE_")]
    constants = {name.removeprefix("STATE_"): getattr(answer, name) for name in names}
    assert constants == {state.name: int(state) for state in LedgerState}
    assert constants.items() <= {state.name: int(state) for state in GoalState}.items()


def test_every_interface_file_is_built() -> None:
    listed = (CHECKOUT / "robot_trials_msgs" / "CMakeLists.txt").read_text(encoding="utf-8")
    for path in (CHECKOUT / "robot_trials_msgs").glob("*/*.*"):
        if path.suffix in (".msg", ".srv", ".action"):
            assert f'"{path.parent.name}/{path.name}"' in listed

"""Bags from before the truth became neutral still open: they name torch, giver and receiver."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from telemetry_samples import JOINT_NAMES, fill_sample, make_recorder, record_ticks

from robot_trials.telemetry import read_bag, topics
from robot_trials.telemetry.bag import writer as bag_writer
from robot_trials.telemetry.messages import control_topics
from robot_trials.telemetry.messages.template import RecordTopic
from robot_trials.telemetry.wire import definitions
from robot_trials_control.records import make_control_sample

OLD_TYPE = """\
std_msgs/Header header
geometry_msgs/Pose torch_pose
geometry_msgs/Vector3 giver_force
geometry_msgs/Vector3 receiver_force
bool giver_holds
bool receiver_holds
bool robot_holds
int32 ground_contacts
int32 unwanted_contacts
"""


def old_true_state() -> RecordTopic:
    """The topic as it was written then."""
    columns = {
        "torch_pose": lambda samples: samples["truth"]["prop_pose"],
        "giver_force": lambda samples: samples["truth"]["people_force"][:, 0],
        "receiver_force": lambda samples: samples["truth"]["people_force"][:, 1],
        "giver_holds": lambda samples: samples["truth"]["people_hold"][:, 0],
        "receiver_holds": lambda samples: samples["truth"]["people_hold"][:, 1],
    }
    for name in ("robot_holds", "ground_contacts", "unwanted_contacts"):
        columns[name] = lambda samples, name=name: samples["truth"][name]
    return RecordTopic(topics.TRUE_STATE, {"header": {"frame_id": "world"}}, columns)


@pytest.fixture
def old_bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bag whose recorder knew the old type."""
    folder = tmp_path / "msg"
    shutil.copytree(definitions.message_folders()[0], folder)
    (folder / "GroundTruth.msg").write_text(OLD_TYPE)
    old = definitions.MessageDefinitions([folder])
    with monkeypatch.context() as then:
        then.setattr(bag_writer, "load_definitions", lambda: old)
        then.setattr(control_topics, "_true_state", old_true_state)
        with make_recorder(tmp_path / "bag") as writing:
            record_ticks(writing, 40)
    return tmp_path / "bag"


def test_a_bag_that_names_torch_giver_and_receiver_is_read_by_the_neutral_names(old_bag: Path) -> None:
    written = b"".join(file.read_bytes() for file in old_bag.glob("*.mcap"))
    assert b"giver_force" in written and b"people_force" not in written
    columns = read_bag(old_bag).columns(topics.TRUE_STATE.name)
    sample = make_control_sample(len(JOINT_NAMES))
    for tick in (0, 17, 39):
        fill_sample(sample, tick)
        for name in ("prop_pose", "people_force", "people_hold", "robot_holds", "ground_contacts", "unwanted_contacts"):
            np.testing.assert_array_equal(columns[name][tick], getattr(sample.truth, name), name)

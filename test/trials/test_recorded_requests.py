"""The bag of a trial in one process holds what the trial asked of the controller, what it saw, and calls for a stop."""

from __future__ import annotations

import numpy as np
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.robots import load_profile
from robot_trials.runtime.assembly import assemble
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.telemetry import Bag, read_bag
from robot_trials.telemetry.messages.said import RequestKind
from robot_trials.trials.hosts.one_process import InProcessHost
from robot_trials.trials.trial import Progress
from robot_trials_control.records import MotionMode

PERMIT_ENDS_S = 4.0
TRIAL_TICK_NS, MAP_PERIOD_NS = 20_000_000, 100_000_000


@pytest.fixture(scope="module", params=["model", "rendered"])
def bag(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bag:
    """Of a relay whose permit ends while the robot walks to the giver."""
    folder = tmp_path_factory.mktemp("run") / "run"
    setup = load_trial_setup("torch_relay", length=6.0, seed=1, camera=request.param, output=folder)
    assembly = assemble(setup)

    def end_permit(progress: Progress) -> None:
        if progress.time > PERMIT_ENDS_S:
            host.trial.permit_watch.end_ns = round(PERMIT_ENDS_S * 1e9)

    try:
        host = InProcessHost(setup, assembly, end_permit)
        outcome = host.run()
    finally:
        assembly.close()
    assert outcome.ended == "standing" and "permit's time over" in outcome.reason
    return read_bag(folder / "bag")


@pytest.mark.simulation
def test_every_motion_command_is_in_the_bag(bag: Bag) -> None:
    commands = bag.topics["/motion_command"]
    assert set(np.diff(commands.times_ns)) == {TRIAL_TICK_NS}
    columns = bag.columns("/motion_command")
    assert {MotionMode.WALK_TO, MotionMode.STAND} <= set(columns["mode"].tolist())
    assert (np.diff(columns["sequence"]) == 1).all()


@pytest.mark.simulation
def test_what_the_camera_saw_is_in_the_bag(bag: Bag) -> None:
    site = load_trial_setup("torch_relay").site
    seen = [message for _, message in bag.messages("/fiducials")]
    tags = {tag.id for message in seen for tag in message.detections}
    assert tags and tags <= {tag.id for tag in site.fiducials}
    assert {message.header.frame_id for message in seen} == {load_frames().camera_optical}
    if "/head_camera/image_raw/compressed" in bag.topics and len(bag.topics["/head_camera/image_raw/compressed"]):
        pictures = bag.topics["/head_camera/image_raw/compressed"].times_ns
        assert pictures.tolist() == bag.topics["/fiducials"].times_ns.tolist(), "also where no fiducial is seen"


@pytest.mark.simulation
def test_the_call_for_a_stop_is_in_the_bag_once(bag: Bag) -> None:
    ((_, request),) = bag.messages("/stop_requests")
    assert (request.kind, request.source, request.triggers) == (RequestKind.STOP, "trial", Trigger.WINDOW)
    assert request.accepted and not request.reason
    columns = bag.columns("/motion_command")
    assert Trigger.WINDOW in columns["stop_asked"].tolist()


@pytest.mark.simulation
def test_frames_are_the_profiles_and_the_map_is_said_ten_times_a_second(bag: Bag) -> None:
    frames = load_frames()
    assert next(iter(bag.messages("/imu/data")))[1].header.frame_id == frames.imu
    assert next(iter(bag.messages("/payload_state")))[1].header.frame_id == frames.hands[1]
    stamps = [
        one.header.stamp.sec * 1_000_000_000 + one.header.stamp.nanosec
        for _, message in bag.messages("/tf")
        for one in message.transforms
        if one.header.frame_id == "map"
    ]
    assert set(np.diff(stamps)) == {MAP_PERIOD_NS}


def load_frames():  # noqa: ANN201
    """The robot's frames."""
    return load_profile(load_trial_setup("torch_relay").robot_file).frames

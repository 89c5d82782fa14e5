"""Several robots in one control process: in step with each other, and none the end of another."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from control_rig import PATIENCE_S, Rig, wait_for_following
from runtime_doubles import PERIOD_NS, wait_for

from robot_trials.config import FleetMember, load_trial_setup
from robot_trials.runtime.channel.files import remove_channel
from robot_trials.runtime.channel.layout import DRIVE_DTYPE
from robot_trials.runtime.channel.trial_link import Following
from robot_trials.runtime.process import main
from robot_trials_control.records import MotionMode

NAMES = "one,two,three"


def times(rigs):
    return [int(rig.newest().state.time_ns) // PERIOD_NS for rig in rigs]


def test_world_waits_for_the_slowest_trial(make_rig):
    rigs = make_rig(robots=NAMES, quiet_timeout=60.0)
    *eager, slow = rigs
    for _ in range(5):
        for rig in rigs:
            rig.tick(MotionMode.WALK_TO)
    held_at = slow.port.tick + 20  # ten that its answer allows, and ten while it thinks
    deadline = time.monotonic() + 20.0
    while any(rig.port.tick < held_at for rig in eager):
        assert time.monotonic() < deadline, (times(rigs), [rig.port.tick for rig in rigs])
        for rig in eager:
            if rig.port.wait_for_tick(0.05, lambda _: None):
                rig.port.answer(rig.command, True)
    time.sleep(0.3)
    assert times(rigs) == [held_at] * 3, "the slow trial owes its answer, the others do not"
    slow.tick(MotionMode.WALK_TO)
    wait_for(lambda: min(times(rigs)) > held_at)


def test_world_goes_on_for_one_trial_while_other_robots_stand(make_rig):
    rigs = make_rig(robots=NAMES, quiet_timeout=10.0)
    for _ in range(30):
        rigs[1].tick(MotionMode.WALK_TO)
    wait_for(lambda: min(times(rigs)) >= 290)
    assert [rig.following() for rig in rigs] == [Following.NOBODY, Following.TRIAL, Following.NOBODY]
    assert [float(rig.newest().status.base_position[0]) > 0.1 for rig in rigs] == [False, True, False]


def test_trial_that_goes_quiet_stops_its_own_robot_only(make_rig):
    rigs = make_rig(robots=NAMES, quiet_timeout=5.0)
    for _ in range(3):
        for rig in rigs:
            rig.tick(MotionMode.WALK_TO)
    walking = rigs[:2]
    for _ in range(60):
        for rig in walking:
            rig.tick(MotionMode.WALK_TO)
    assert rigs[2].following() == Following.SAFE_CONTINUATION
    sample = rigs[2].newest()
    assert int(sample.status.mode) == MotionMode.STAND and not sample.status.walking
    assert [wait_for_following(rig, Following.TRIAL, PATIENCE_S) for rig in walking] == [True, True]
    assert int(rigs[0].health.quiet_takeovers) == 0


def test_broken_robot_leaves_the_others_walking_and_says_why(make_rig):
    rigs = make_rig(robots=NAMES, fault_tick=205, quiet_timeout=10.0)
    *healthy, broken = rigs
    for _ in range(60):
        for rig in healthy:
            rig.tick(MotionMode.WALK_TO)
        if not broken.channel.ended and broken.port.wait_for_tick(0.2, lambda _: None):
            broken.port.answer(broken.command, True)
    assert broken.channel.ended and broken.channel.end_reason == "the simulator died (tick = 205)"
    assert all(rig.newest().status.walking and not rig.channel.ended for rig in healthy)
    rigs[0].process.send_signal(signal.SIGTERM)
    for rig in healthy:
        rig.tick(active=False)
    code, errors = rigs[0].finish()
    assert code == 1
    assert errors.count("the simulator died (tick = 205)") == 1 and "_three" in errors
    assert [rig.channel.end_reason for rig in healthy] == ["", ""]


def test_one_robot_can_be_driven_while_another_has_a_trial(make_rig):
    rigs = make_rig(robots="one,two", quiet_timeout=10.0)
    drive = np.zeros(1, DRIVE_DTYPE)
    for _ in range(40):
        drive["monotonic_ns"], drive["velocity"] = time.monotonic_ns(), (0.3, 0, 0)
        rigs[1].channel.drive.write(drive)
        rigs[0].tick(MotionMode.WALK_TO)
    assert rigs[1].following() == Following.DRIVE
    assert float(rigs[1].newest().status.base_position[0]) > 0.05


@pytest.mark.parametrize(
    ("fleet", "problem"),
    [
        ("[]", "--fleet: []: must name one robot at least"),
        ('[{"name": "one", "setup": {"name": "torch_relay"}}]', "--fleet: one: must have channel"),
    ],
)
def test_wrong_fleet_is_bad_input(fleet, problem, capsys):
    assert main(["--fleet", fleet]) == 2
    assert problem in capsys.readouterr().err


@pytest.mark.relay
@pytest.mark.simulation
class TestRealRobots:
    """The executable with three simulated robots in one world."""

    def test_three_robots_stand_in_step_until_told_to_end(self, segment_name):
        hosted, channels = [], [f"{segment_name}_{index}" for index in range(3)]
        for index, channel in enumerate(channels):
            pose = [f"course.pose={{x: 0.0, y: {6.0 * index}, yaw_deg: {17.0 * index}}}"]
            setup = load_trial_setup("torch_relay", length=5.0, seed=index, overrides=pose)
            member = FleetMember(f"kuavo_{index}", setup)
            hosted.append(member.to_json() | {"channel": channel})
        command = [sys.executable, "-m", "robot_trials.runtime.process", "--fleet", json.dumps(hosted)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            self._stand(process, channels)
        finally:
            process.kill()
            process.communicate()
            for channel in channels:
                remove_channel(channel)

    def _stand(self, process, channels):
        rigs = [Rig(process, channel, timeout_s=150.0) for channel in channels]
        for _ in range(20):
            for rig in rigs:
                rig.tick(MotionMode.STAND, timeout_s=30.0)
        for rig, other in zip(rigs, rigs[1:], strict=False):
            assert abs(rig.port.tick - other.port.tick) <= 20
        samples = [rig.newest() for rig in rigs]
        places = [sample.truth.base_position.tolist() for sample in samples]
        np.testing.assert_allclose(places, [places[0]] * 3, atol=0.01)
        assert places[0][0] < -2.5 and places[0][2] > 0.75
        assert not np.array_equal(samples[0].state.imu_linear_acceleration, samples[1].state.imu_linear_acceleration)
        process.send_signal(signal.SIGTERM)
        for rig in rigs:
            rig.tick(active=False, timeout_s=30.0)
        assert rigs[0].finish(60.0) == (0, "")
        assert [rig.channel.end_reason for rig in rigs] == ["", "", ""]

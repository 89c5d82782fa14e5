"""The control process among other processes, with doubles of robot and controller: who commands, and how it ends."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from control_rig import wait_for_following
from runtime_doubles import PERIOD_NS, wait_for

from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import DRIVE_DTYPE, FIDUCIAL_DTYPE, frame_dtype
from robot_trials.runtime.channel.shared_memory import SharedMemoryError
from robot_trials.runtime.channel.trial_link import Following
from robot_trials_control.records import MotionMode

PROGRAM = Path(__file__).parent / "runtime_doubles.py"


def test_lockstep_world_is_one_trial_tick_ahead_and_then_waits(make_rig):
    rig = make_rig()
    rig.tick(MotionMode.WALK_TO)
    for expected in (30, 40, 50):
        wait_for(lambda expected=expected: rig.newest().state.time_ns == expected * PERIOD_NS)
        time.sleep(0.05)
        assert rig.newest().state.time_ns == expected * PERIOD_NS
        rig.tick(MotionMode.WALK_TO)
        assert rig.port.tick == expected - 10
    assert rig.seen == list(range(1, 41))


def test_trial_whose_answers_are_one_tick_late_is_not_quiet(make_rig):
    rig = make_rig()
    rig.tick(MotionMode.WALK_TO)
    for expected in (30, 40, 50):
        wait_for(lambda expected=expected: rig.newest().state.time_ns == expected * PERIOD_NS)
        rig.tick(MotionMode.WALK_TO)
        assert rig.following() == Following.TRIAL
    assert int(rig.health.quiet_takeovers) == 0


def test_back_after_a_quiet_time_a_trial_answers_what_is_now(make_rig):
    rig = make_rig()
    rig.tick(MotionMode.WALK_TO)
    wait_for(lambda: rig.following() == Following.SAFE_CONTINUATION)
    wait_for(lambda: rig.newest().timing.tick > 100)
    newest = int(rig.newest().timing.tick)
    rig.tick(MotionMode.WALK_TO)
    assert rig.port.tick % 10 == 0 and rig.port.tick > newest - 20
    assert rig.seen == list(range(1, rig.port.tick + 1))  # the judge still sees every control tick
    for _ in range(100):  # an answer that a busy machine made late does not count: the trial gives its next one
        if wait_for_following(rig, Following.TRIAL):
            return
        rig.tick(MotionMode.WALK_TO)
    raise AssertionError("a trial that is back was never followed")


def test_idle_world_in_lockstep_stands_still(make_rig):
    rig = make_rig()
    wait_for(lambda: rig.newest().state.time_ns == 10 * PERIOD_NS)
    time.sleep(0.5)  # longer than the rig's quiet timeout of 0.3 s
    assert rig.newest().state.time_ns == 10 * PERIOD_NS
    assert rig.following() == Following.NOBODY


def test_quiet_trial_in_lockstep_leaves_a_standing_robot_and_may_come_back(make_rig):
    rig = make_rig()
    for _ in range(3):
        rig.tick(MotionMode.WALK_TO)
    wait_for(lambda: rig.following() == Following.SAFE_CONTINUATION)
    wait_for(lambda: not rig.newest().status.walking)
    sample = rig.newest()
    assert int(sample.status.mode) == MotionMode.STAND
    before = int(sample.state.time_ns)
    for _ in range(5):
        rig.tick(MotionMode.WALK_TO)
    assert wait_for(lambda: rig.following() == Following.TRIAL)
    assert int(rig.newest().state.time_ns) > before
    assert int(rig.health.quiet_takeovers) == 1


def test_paced_world_does_not_wait_and_runs_at_most_at_its_factor(make_rig):
    rig = make_rig(factor=0.5)
    rig.tick(MotionMode.WALK_TO)
    start, before = time.monotonic_ns(), int(rig.newest().state.time_ns)
    time.sleep(0.6)
    share = (int(rig.newest().state.time_ns) - before) / (time.monotonic_ns() - start)
    assert 0.3 < share <= 0.55
    wait_for(lambda: rig.following() == Following.SAFE_CONTINUATION, 3.0)  # 250 ticks without an answer
    assert int(rig.newest().status.mode) == MotionMode.STAND


def test_velocity_command_drives_only_while_no_trial_runs_and_only_while_repeated(make_rig):
    rig = make_rig()
    drive = np.zeros(1, DRIVE_DTYPE)

    def push():
        drive["monotonic_ns"], drive["velocity"] = time.monotonic_ns(), (0.3, 0, 0)
        rig.channel.drive.write(drive)

    wait_for(lambda: push() or rig.following() == Following.DRIVE)  # the first may be too old before the loop runs
    wait_for(lambda: float(rig.newest().status.base_position[0]) > 0.01)
    wait_for(lambda: rig.following() == Following.NOBODY, 3.0)
    wait_for(lambda: not rig.newest().status.walking)
    held = int(wait_for(lambda: rig.newest().state.time_ns))
    rig.port.wait_for_tick(0.5, lambda _: None)
    push()
    rig.tick(MotionMode.STAND)
    wait_for(lambda: rig.following() == Following.TRIAL)
    assert int(rig.newest().state.time_ns) >= held


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_it_only_when_the_robot_stands(make_rig, number):
    rig = make_rig()
    for _ in range(3):
        rig.tick(MotionMode.WALK_TO)
    asked = int(rig.newest().timing.tick)
    os.kill(rig.process.pid, number)
    wait_for(lambda: rig.following() == Following.ENDING)
    rig.tick(MotionMode.WALK_TO, active=False)
    code, errors = rig.finish()
    assert (code, errors) == (0, "")
    last = rig.newest()
    assert int(last.status.mode) == MotionMode.STAND and not last.status.walking
    assert int(last.timing.tick) - asked >= 250 + 100 - 10  # half a second of standing after the stop
    assert rig.channel.ended and rig.channel.end_reason == ""


def test_world_that_ran_faster_than_real_time_ends_at_once_all_the_same(make_rig):
    rig = make_rig(quiet_timeout=5)
    start = time.monotonic()
    while int(rig.newest().state.time_ns) * 1e-9 < time.monotonic() - start + 8.0:
        rig.tick(MotionMode.WALK_TO)
        assert time.monotonic() - start < 60.0, "the doubles are no faster than real time"
    rig.tick(active=False)
    rig.process.send_signal(signal.SIGTERM)
    assert rig.finish(6.0)[0] == 0


def test_every_tick_up_to_the_end_is_in_the_log(make_rig):
    rig = make_rig()
    for _ in range(5):
        rig.tick(MotionMode.WALK_TO)
    ring = rig.channel.log
    rig.process.send_signal(signal.SIGTERM)
    rig.port.answer(rig.command, active=False)
    assert rig.finish()[0] == 0
    sample, ticks = rig.channel.make_sample(), []
    while ring.pop_into(sample.data):
        ticks.append(int(sample.timing.tick))
    assert ticks == list(range(ticks[0], ticks[0] + len(ticks)))
    assert ticks[-1] == int(rig.newest().timing.tick)


def test_simulator_that_dies_closes_the_channel_with_its_reason(make_rig):
    rig = make_rig(fault_tick=25)
    for _ in range(2):
        rig.tick()
    code, errors = rig.finish()
    assert code == 1
    assert "the simulator died (tick = 25)" in errors
    assert rig.channel.ended
    assert rig.channel.end_reason == "the simulator died (tick = 25)"


def test_killed_control_process_is_noticed_by_those_attached(make_rig):
    rig = make_rig()
    rig.tick()
    assert not rig.channel.ended
    rig.process.kill()
    rig.process.communicate()
    assert wait_for(lambda: rig.channel.ended)
    assert rig.channel.end_reason == f"control process {rig.process.pid} died"
    rig.close()
    assert not list(Path("/dev/shm").glob(f"robot_trials_{rig.channel.info.channel}.*"))


def test_fiducials_and_frames_pass_whole(make_rig):
    rig = make_rig()
    for _ in range(6):
        rig.tick()
    record = np.zeros(1, FIDUCIAL_DTYPE)
    wait_for(lambda: rig.channel.fiducials.pop_into(record))
    assert int(record["tag_id"][0]) == 7 and int(record["time_ns"][0]) == 50 * PERIOD_NS
    with pytest.raises(SharedMemoryError, match="carries no camera frames"):
        rig.channel.frames  # noqa: B018


def test_frames_pass_whole(make_rig):
    rig = make_rig(frames=1)
    for _ in range(6):
        rig.tick()
    record = np.zeros(1, frame_dtype(64, 48))
    wait_for(lambda: rig.channel.frames.pop_into(record))
    assert record["image_bgr"].shape == (1, 48, 64, 3)
    assert (record["image_bgr"] == 50).all()


def test_nobody_offers_the_channel():
    with pytest.raises(SharedMemoryError, match="no control process offers channel 'nowhere' after 0.05 s"):
        Channel.attach("nowhere", 0.05)

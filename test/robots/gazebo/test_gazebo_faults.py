"""Gazebo that is killed, hangs, or is too slow: a clear error, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from robot_fixtures import relay_setup as trial_setup  # noqa: F401

from robot_trials.config.site import Site
from robot_trials.config.site.ground import GroundSpec, MatSpec
from robot_trials.exceptions import ConfigError, RobotFault
from robot_trials.robots import RobotProfile, SimOptions
from robot_trials.robots.gazebo import robot as gazebo_robot
from robot_trials.robots.gazebo.install import GazeboInstall
from robot_trials.robots.gazebo.robot import GazeboRobot
from robot_trials.robots.props import PropSet
from robot_trials.telemetry import read_bag
from robot_trials_control.records import Record, make_control_sample, make_robot_command

pytestmark = [pytest.mark.gazebo, pytest.mark.relay]
CHECKOUT = Path(__file__).parents[3]


def find_servers(run_folder: str = "robot_trials_gazebo_") -> list[int]:
    """Processes whose command line names a run folder; a zombie has none."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if b"gzserver" in arguments and run_folder.encode() in arguments:
            found.append(int(entry.name))
    return found


@pytest.fixture(autouse=True)
def end_what_is_left(tmp_path: Path) -> Iterator[None]:
    """A test that fails leaves no Gazebo either."""
    yield
    for server in find_servers(str(tmp_path)):
        os.kill(server, signal.SIGKILL)


def wait_until(condition: Callable[[], bool], timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class RunningRobot:
    """A robot in Gazebo, what its process is, and what it leaves in the temporary folder."""

    def __init__(self, robot: GazeboRobot, profile: RobotProfile, temporary: Path) -> None:
        self.robot, self.temporary = robot, temporary
        self.sample = make_control_sample(len(robot.joint_names))
        self.command = make_posture(profile)
        (self.pid,) = find_servers(str(temporary))

    def run(self, ticks: int) -> Record:
        for _ in range(ticks):
            self.robot.read_state(self.sample.state)
            self.robot.write_command(self.command, self.sample.torque_applied)
            self.robot.read_truth(self.sample.truth)
        return self.sample

    def check_nothing_left(self) -> None:
        self.robot.close()
        assert find_servers(str(self.temporary)) == []
        assert not Path(f"/proc/{self.pid}").exists()
        assert list(self.temporary.iterdir()) == []
        with pytest.raises(RobotFault, match="closed"):
            self.run(1)


def make_posture(profile: RobotProfile) -> Record:
    """Hold the nominal posture, stiffly."""
    command = make_robot_command(len(profile.joint_names))
    command.position[:] = profile.nominal_array
    command.kp[:] = 10.0 * profile.torque_limit_array("urdf")
    command.kd[:] = 0.05 * command.kp
    return command


@pytest.fixture
def running(
    gazebo: GazeboInstall,
    profile: RobotProfile,
    site: Site,
    make_some_props: Callable[..., PropSet],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[RunningRobot]:
    """A robot that stands in Gazebo, its run folder below `tmp_path`."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    robot = GazeboRobot(profile, site, SimOptions(camera="off", props=make_some_props()))
    yield RunningRobot(robot, profile, tmp_path)
    robot.close()


def test_stands_for_a_second(running: RunningRobot) -> None:
    robot = running.robot
    weight = robot.model.body_mass[robot.model.body_rootid == robot.model.body("base_link").id].sum() * 9.81
    start = float(robot.data.qpos[2])
    sample = running.run(500)
    assert sample.state.time_ns == 500 * robot.control_period_ns
    assert abs(sample.truth.base_position[2] - start) < 0.02
    assert sample.state.foot_wrench[:, 2].sum() == pytest.approx(weight, rel=0.1)
    np.testing.assert_allclose(sample.state.imu_linear_acceleration[2], 9.81, atol=1.0)
    assert robot.simulator.startswith("gazebo 11.")
    running.check_nothing_left()


def test_a_gazebo_that_is_killed(running: RunningRobot) -> None:
    running.run(20)
    os.kill(running.pid, signal.SIGKILL)
    with pytest.raises(RobotFault, match="Gazebo is gone: it closed the link.*; it died by signal SIGKILL") as fault:
        running.run(500)
    assert 20 <= int(fault.value.numbers["tick"]) < 520
    running.check_nothing_left()


def test_a_gazebo_that_hangs(running: RunningRobot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gazebo_robot, "ANSWER_TIMEOUT", 0.3)
    running.run(20)
    os.kill(running.pid, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(RobotFault, match="Gazebo is gone: no answer for 0.3 s"):
        running.run(500)
    assert time.monotonic() - start < 3.0
    running.check_nothing_left()


def test_a_gazebo_that_is_too_slow(running: RunningRobot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gazebo_robot, "SLOW_AFTER", 0.02)
    running.run(20)
    exchange = running.robot.link.exchange

    def exchange_slowly(*arguments: object) -> None:
        time.sleep(0.05)
        exchange(*arguments)

    monkeypatch.setattr(running.robot.link, "exchange", exchange_slowly)
    with pytest.raises(RobotFault, match=r"Gazebo is too slow \(wall_per_simulated = [23]\d.*bound = 20"):
        running.run(40)
    running.check_nothing_left()


def test_a_gazebo_without_our_plugin_is_named(
    gazebo: GazeboInstall, profile: RobotProfile, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would run on, and nobody would ever connect."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    blind = GazeboInstall(gazebo.server, gazebo.client, gazebo.environment | {"GAZEBO_PLUGIN_PATH": str(tmp_path)})
    monkeypatch.setattr(gazebo_robot, "find_gazebo", lambda: blind)
    with pytest.raises(RobotFault, match="(?s)cannot load the project's plugin; build it with.*cannot open shared"):
        GazeboRobot(profile, site, SimOptions(camera="off"))
    assert find_servers(str(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_gazebo_that_never_comes_is_not_waited_for_for_ever(
    gazebo: GazeboInstall, profile: RobotProfile, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("robot_trials.robots.gazebo.process.START_TIMEOUT", 0.5)
    asleep = GazeboInstall(("sh", "-c", "echo loading; sleep 60 & wait", "gzserver"), gazebo.client)
    monkeypatch.setattr(gazebo_robot, "find_gazebo", lambda: asleep)
    with pytest.raises(RobotFault, match="(?s)Gazebo did not load its world in time.*gazebo: loading"):
        GazeboRobot(profile, site, SimOptions(camera="off"))
    assert find_servers(str(tmp_path)) == [] and list(tmp_path.iterdir()) == []


def test_a_gazebo_that_does_not_start_is_named(
    gazebo: GazeboInstall, profile: RobotProfile, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    broken = GazeboInstall(("sh", "-c", "echo no libgazebo.so >&2; exit 127", "gzserver"), gazebo.client)
    monkeypatch.setattr(gazebo_robot, "find_gazebo", lambda: broken)
    start = time.monotonic()
    with pytest.raises(RobotFault, match="(?s)Gazebo did not start; it ended with exit code 127.*no libgazebo.so"):
        GazeboRobot(profile, site, SimOptions(camera="off"))
    assert time.monotonic() - start < 10.0
    assert list(tmp_path.iterdir()) == []


HOLD = """
import sys
from pathlib import Path
from robot_trials.config import load_trial_setup
from robot_trials.robots import SimOptions, load_profile, open_robot
setup = load_trial_setup("torch_relay", length=5.0)
options = SimOptions(simulator="gazebo", camera="off", props=setup.kind.make_props(setup))
robot = open_robot(load_profile(setup.robot_file), setup.site, options)
print("open", flush=True)
sys.stdin.read()
"""


def test_whoever_is_killed_leaves_no_gazebo_behind(gazebo: GazeboInstall, tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=CHECKOUT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert owner.stdout is not None and owner.stdout.readline() == "open\n"
        (server,) = find_servers(str(tmp_path))
        os.kill(server, signal.SIGSTOP)  # one that notices nothing of it by itself
    finally:
        owner.kill()
        owner.communicate()
    assert wait_until(lambda: not find_servers(str(tmp_path)), timeout=5.0)


def test_a_trial_whose_gazebo_is_killed_ends_with_a_verdict_and_a_whole_bag(
    gazebo: GazeboInstall, tmp_path: Path
) -> None:
    temporary, output = tmp_path / "temporary", tmp_path / "run"
    temporary.mkdir()
    command = "run torch_relay --length 5 --camera model --sim gazebo --output".split()
    trial = subprocess.Popen(
        [sys.executable, "-m", "robot_trials.cli", *command, str(output)],
        cwd=CHECKOUT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        bag_file = output / "bag" / "bag_0.mcap"

        def is_recording() -> bool:
            assert trial.poll() is None
            return bag_file.exists() and bag_file.stat().st_size > 500_000

        assert wait_until(is_recording, timeout=300.0)  # longer only where Numba has nothing cached
        (server,) = find_servers(str(temporary))
        os.kill(server, signal.SIGKILL)
        said, _ = trial.communicate(timeout=60.0)
    finally:
        trial.kill()
        trial.wait()
    assert trial.returncode == 1, said
    verdict = json.loads((output / "verdict.json").read_text())
    assert verdict["reason"].startswith("RobotFault: Gazebo is gone: it closed the link")
    assert "it died by signal SIGKILL" in verdict["reason"] and "Gazebo is gone" in said
    bag = read_bag(output / "bag")
    assert len(bag.times("/joint_states")) > 100
    assert find_servers(str(temporary)) == [] and list(temporary.iterdir()) == []


def test_a_site_with_soft_mats_is_refused(profile: RobotProfile, site: Site) -> None:
    soft = site._replace(ground=GroundSpec(mats=(MatSpec(x_min=1.0, x_max=2.0, sink=0.02),)))
    with pytest.raises(ConfigError, match="ground.mats: 1: must be empty in Gazebo"):
        GazeboRobot(profile, soft, SimOptions(camera="off"))

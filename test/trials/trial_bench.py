"""Run a trial, or the whole host, on the kinematic double."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kinematic_world import KinematicController, KinematicRobot, KinematicWorld, Mishaps

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.robots import RobotProfile, load_profile
from robot_trials.trials.hosts.one_process import InProcessHost
from robot_trials.trials.judging.outcome import TrialOutcome
from robot_trials.trials.judging.verdict import Judge
from robot_trials.trials.trial import Trial
from robot_trials_control.records import make_control_sample

TICKS_MAX = 12_000
LENGTH = 5.0


@functools.cache
def load_setup(*overrides: str) -> TrialSetup:
    """The shipped trial on the shortest lane, with short timeouts where a test waits for them."""
    return load_trial_setup("torch_relay", length=LENGTH, overrides=overrides)


@functools.cache
def load_kuavo() -> RobotProfile:
    return load_profile(load_setup().robot_file)


@dataclass
class Run:
    """A trial that was run."""

    trial: Trial
    world: KinematicWorld
    judge: Judge


def make_world(mishaps: Mishaps | None = None, setup: TrialSetup | None = None) -> KinematicWorld:
    return KinematicWorld(setup or load_setup(), load_kuavo(), mishaps or Mishaps())


def run_trial(
    mishaps: Mishaps | None = None,
    *overrides: str,
    act: Callable[[Trial, KinematicWorld], None] | None = None,
) -> Run:
    """Tick a trial on the double until it is finished; `act` may interfere before every tick."""
    setup = load_setup(*overrides)
    world = make_world(mishaps, setup)
    trial = Trial(setup, load_kuavo())
    sample = make_control_sample(len(world.profile.joint_names))
    judge = Judge(setup, len(world.profile.joint_names))
    for _ in range(TICKS_MAX):
        world.step(trial.motion_command)
        world.fill_state(sample.state)
        world.fill_status(sample.status)
        world.fill_truth(sample.truth)
        judge.observe(sample)
        if act is not None:
            act(trial, world)
        trial.tick(sample, world.take_fiducials(), int(sample.state.time_ns))
        if trial.finished:
            break
    return Run(trial, world, judge)


@dataclass
class KinematicAssembly:
    """What the host needs of an `Assembly`, on the double."""

    robot: KinematicRobot
    controller: KinematicController
    profile: RobotProfile
    urdf_text: str = ""

    @property
    def joint_names(self) -> tuple[str, ...]:
        return self.robot.joint_names

    def close(self) -> None:
        self.robot.close()


def run_host(
    mishaps: Mishaps | None = None, output: Path | None = None, prepare: Callable[[InProcessHost], Any] | None = None
) -> tuple[TrialOutcome, KinematicWorld]:
    """Run the in-process host on the double; `prepare` may tamper with it first."""
    setup = replace(load_setup(), output=output)
    world = make_world(mishaps, setup)
    assembly = KinematicAssembly(KinematicRobot(world), KinematicController(world), world.profile)
    host = InProcessHost(setup, assembly)  # type: ignore[arg-type]
    if prepare is not None:
        prepare(host)
    return host.run(), world

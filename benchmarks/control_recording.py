"""Sensor readings and motion commands of a relay, kept to be stepped through again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.harness import BenchmarkError
from robot_trials.config import load_parameters, load_trial_setup
from robot_trials.robots import load_profile
from robot_trials.runtime.assembly import assemble
from robot_trials.trials.hosts.one_process import run_trial
from robot_trials_control.config import ControllerConfig
from robot_trials_control.controller import WholeBodyWalkingController
from robot_trials_control.records import (
    MotionMode,
    PayloadMode,
    Record,
    controller_status_fields,
    make_motion_command,
    make_record,
    make_robot_command,
    make_robot_state,
)


class RecordingController:
    """A controller that keeps every input on its way through."""

    def __init__(self, controller: Any) -> None:
        self._controller = controller
        self.inputs: list[tuple[bytes, bytes]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._controller, name)

    def step(self, state: Record, motion: Record, command: Record, status: Record) -> None:
        """Keep the inputs, then step."""
        self.inputs.append((state.to_bytes(), motion.to_bytes()))
        self._controller.step(state, motion, command, status)


@dataclass
class Recording:
    """Inputs of every step, and how to take the steps again.

    Attributes:
        make_controller: builds a controller as the relay had it.
        states, motions: records of every step, shape (steps,).
    """

    make_controller: Callable[[], Any]
    states: np.ndarray
    motions: np.ndarray
    state: Record
    motion: Record

    def __len__(self) -> int:
        return len(self.states)

    @property
    def first_loaded_step(self) -> int:
        """Index of the first step in which the robot walks with a load in its hand."""
        loaded = np.isin(self.motions["payload_mode"], (PayloadMode.TRACK, PayloadMode.HOLD))
        walking = np.isin(self.motions["mode"], (MotionMode.WALK_TO, MotionMode.WALK_VELOCITY))
        return int(np.argmax(loaded & walking))

    def load(self, index: int) -> None:
        """Make the inputs of one step the current ones."""
        self.state.data[0] = self.states[index]
        self.motion.data[0] = self.motions[index]

    def make_stepper(self) -> Callable[[], None]:
        """A fresh controller's step on the current inputs."""
        controller = self.make_controller()
        command = make_robot_command(len(controller.joint_names))
        status = make_record(controller_status_fields())
        return lambda: controller.step(self.state, self.motion, command, status)


def record_relay(length: float, seed: int, advance: Callable[[int], None]) -> Recording:
    """Run a relay and keep the inputs of its controller.

    Args:
        length: of the lane [m].
        seed: of the world.
        advance: called with whole metres done.

    Raises:
        BenchmarkError: the torch was not carried to the end, so that the states stand for nothing.
    """
    setup = load_trial_setup("torch_relay", length=length, seed=seed)
    assembly = assemble(setup)
    keeper = RecordingController(assembly.controller)
    assembly.controller = keeper
    done = 0

    def report(progress: Any) -> None:
        nonlocal done
        metres = min(int(progress.figures["distance"].value), int(length))
        if metres > done:
            advance(metres - done)
            done = metres

    outcome = run_trial(setup, report, assembly=assembly)
    if not outcome.figures.get("distance", 0.0) >= length:
        raise BenchmarkError(f"the relay to record from did not carry the torch {length:g} m: {outcome.reason}")
    profile = load_profile(setup.robot_file)
    parameters = profile.to_parameters(torque_limits=setup.trial.torque_limits)
    config = load_parameters(setup.controller_file, ControllerConfig)
    period = assembly.robot.control_period_ns * 1e-9
    state, motion = make_robot_state(len(assembly.joint_names)), make_motion_command()
    return Recording(
        make_controller=lambda: WholeBodyWalkingController(parameters, config, period),
        states=np.frombuffer(b"".join(state for state, _ in keeper.inputs), dtype=state.data.dtype),
        motions=np.frombuffer(b"".join(motion for _, motion in keeper.inputs), dtype=motion.data.dtype),
        state=state,
        motion=motion,
    )

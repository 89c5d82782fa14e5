"""Accepting the load: only when the giver has let go, and only when it is the announced one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pytest
from leaf_bench import tick
from py_trees.common import Status
from relay_bench import make_context

from robot_trials.geometry import rotation_to_transform
from robot_trials.kinds.common.hand import command_hand_in_odom
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.accept_load import NUDGE, NUDGES_MAX, PATIENCE, AcceptLoad
from robot_trials.kinds.relay.leaves.held_load import may_hold
from robot_trials_control.records import RIGHT, MotionMode, PayloadMode

GRIP = rotation_to_transform(np.eye(3), np.array([0.45, -0.28, 1.0]))
RELEASE_TIME = 0.4


@dataclass
class StrongArm:
    """A headroom that says what a test wants."""

    most: float = 10.0

    def find_problems(self, mass: float) -> list[str]:
        """Too heavy beyond `most` [kg]."""
        return [f"elbow cannot hold {mass:.2f} kg"] if mass > self.most else []


@dataclass
class Giver:
    """Holds a torch like a spring, and lets go of it within 0.4 s from a time on; the robot feels the rest.

    Attributes:
        mass: of the torch [kg].
        bears: at the height where the robot felt the torch [kg].
        stiffness: of the giver's arm [N/m].
        lets_go: when [s].
        gain: of the robot's torque readings.
    """

    mass: float
    bears: float = 0.0
    stiffness: float = 600.0
    lets_go: float = 0.0
    gain: float = 1.0

    def __call__(self, context: RelayContext) -> None:
        """What the robot feels now."""
        raised = float(context.command.hand_position[RIGHT][2]) - GRIP[2, 3]
        firmness = min(max(1.0 - (context.time - self.lets_go) / RELEASE_TIME, 0.0), 1.0)
        share = firmness * (self.bears - self.stiffness * raised / 9.81)
        context.status.payload_mass[...] = self.gain * (self.mass - share)


def ready(giver: Giver, *overrides: str, arm: StrongArm | None = None) -> AcceptLoad:
    """The hand shut around a torch whose load it begins to feel."""
    context = make_context(*overrides)
    command_hand_in_odom(context, GRIP, 0.1)
    giver(context)
    return AcceptLoad("accept", context, arm or StrongArm())  # type: ignore[arg-type]


def run(leaf: AcceptLoad, giver: Giver, seconds: float = PATIENCE + 1.0) -> Status:
    return tick(leaf, leaf.context, seconds, giver)


@pytest.mark.parametrize("gain", [0.97, 1.0, 1.03])
def test_a_load_that_is_the_robots_alone_is_accepted(gain: float) -> None:
    giver = Giver(1.65, gain=gain)
    leaf = ready(giver)
    assert run(leaf, giver) == Status.SUCCESS
    context = leaf.context
    assert context.holding and context.carried_mass == pytest.approx(1.65 * gain)
    assert context.time < 3.0, "people wait for it"
    assert "1.6 ± 0.4 kg" in context.events[-1].text and f"{1.65 * gain:.2f} kg" in context.events[-1].text
    assert context.command.hand_position[RIGHT][2] - 1.0 == pytest.approx(NUDGE), "looked at from two heights"
    assert int(context.command.mode) == MotionMode.STAND and int(context.command.payload_mode) == PayloadMode.TRACK


@pytest.mark.parametrize("lets_go", [0.5, 1.0, 1.5, 2.0, 2.5, 3.0])
def test_a_giver_who_lets_go_late_is_waited_for(lets_go: float) -> None:
    giver = Giver(1.8, bears=0.5, lets_go=lets_go)
    leaf = ready(giver)
    assert run(leaf, giver) == Status.SUCCESS
    assert leaf.context.time > lets_go + RELEASE_TIME
    assert leaf.context.carried_mass == pytest.approx(1.8, abs=0.01)


@pytest.mark.parametrize("stiffness", [300.0, 600.0])
def test_a_giver_who_holds_on_keeps_the_robot_from_walking(stiffness: float) -> None:
    giver = Giver(1.6, bears=0.4, stiffness=stiffness, lets_go=1e9)
    leaf = ready(giver)
    assert run(leaf, giver) == Status.FAILURE
    context = leaf.context
    assert context.failure and context.held_with_giver and may_hold(context)
    assert context.command.hand_position[RIGHT][2] - 1.0 <= NUDGES_MAX * NUDGE + 1e-9
    assert float(context.command.hand_closed[RIGHT]) == 1.0


def test_a_giver_who_holds_on_softly_is_told() -> None:
    giver = Giver(1.2, bears=0.6, stiffness=0.2 * 9.81 / NUDGE, lets_go=1e9)
    leaf = ready(giver, "trial.payload.mass_tolerance=0.9")
    assert run(leaf, giver) == Status.FAILURE
    assert "somebody still holds the torch: load went from 1.20 kg to 1.40 kg when raised by 8 mm" in leaf.reason
    assert leaf.context.held_with_giver and leaf.context.failure == leaf.reason


def test_a_load_that_does_not_come_to_rest_is_refused() -> None:
    leaf = ready(Giver(1.6))

    def shake(context: RelayContext) -> None:
        context.status.payload_mass[...] = 1.6 + 0.3 * np.sin(5.0 * context.time)

    assert tick(leaf, leaf.context, PATIENCE + 1.0, shake) == Status.FAILURE
    assert f"load does not come to rest in {PATIENCE:g} s" in leaf.reason and leaf.context.held_with_giver


@pytest.mark.parametrize(("mass", "rule"), [(2.4, "must be ≤ 2 kg"), (1.1, "must be ≥ 1.2 kg")])
@pytest.mark.parametrize("gain", [0.97, 1.0, 1.03])
def test_another_mass_than_announced_is_refused_with_both_numbers(mass: float, rule: str, gain: float) -> None:
    giver = Giver(mass, bears=0.3, lets_go=0.3, gain=gain)
    leaf = ready(giver)
    assert run(leaf, giver) == Status.FAILURE
    context = leaf.context
    told = re.fullmatch(rf"measured load (\S+) kg {rule}: announced 1.6 ± 0.4 kg", context.failure)
    assert told and float(told.group(1)) == pytest.approx(mass * gain, abs=0.05) and leaf.reason == context.failure
    assert may_hold(context) and float(context.command.hand_closed[RIGHT]) == 1.0
    assert int(context.command.mode) == MotionMode.STAND and context.carried_mass == 0.0


def test_a_torch_that_is_gone_again_may_be_reached_for_anew() -> None:
    giver = Giver(1.6)
    leaf = ready(giver)
    tick(leaf, leaf.context, 1.0, giver)
    leaf.context.holding, giver.mass = True, 0.05
    assert run(leaf, giver) == Status.FAILURE
    assert "nothing is in the hand any more" in leaf.reason
    assert not leaf.context.failure and not leaf.context.holding


def test_a_permit_that_allows_less_counts() -> None:
    giver = Giver(1.8)
    leaf = ready(giver)
    permit = leaf.context.setup.permit
    caps = permit.caps.model_copy(update={"load": 1.7})
    leaf.context.setup = replace(leaf.context.setup, permit=permit.model_copy(update={"caps": caps}))
    assert run(leaf, giver) == Status.FAILURE
    assert "measured load 1.80 kg must be ≤ 1.7 kg, the permit's cap" in leaf.context.failure


def test_an_arm_without_headroom_counts() -> None:
    giver = Giver(1.8)
    leaf = ready(giver, arm=StrongArm(most=1.7))
    assert run(leaf, giver) == Status.FAILURE
    assert leaf.context.failure == "elbow cannot hold 1.80 kg" and not leaf.context.held_with_giver


def test_nothing_to_accept() -> None:
    leaf = AcceptLoad("accept", make_context(), StrongArm())  # type: ignore[arg-type]
    assert tick(leaf, leaf.context, 1.0) == Status.FAILURE
    assert "not sent to a grip" in leaf.reason

"""When a person may hold the load: from the reach to the free torch, from the offer to the withdrawn hand."""

from __future__ import annotations

import pytest
from leaf_bench import PERIOD, perceive, see
from relay_bench import make_context

from robot_trials.kinds.common.context import TrialContext
from robot_trials.kinds.relay.shared_load import AWAY, LEFT_BEHIND, NEAR, SharedLoad
from robot_trials.safety.shared_load import LoadLimits
from robot_trials_control.records import RIGHT, Sharing

TORCH = (0.42, -0.30, 1.0)
TIME = LoadLimits().time


@pytest.fixture
def context() -> TrialContext:
    """A robot whose hand is at the torch that the giver offers."""
    made = make_context()
    made.phase = "reach"
    see(made, "torch", TORCH)
    put_hand(made, TORCH)
    return made


def put_hand(context: TrialContext, position: tuple[float, float, float], closed: float = 0.0) -> None:
    context.status.hand_pose[RIGHT, :3] = position
    context.command.hand_closed[RIGHT] = closed


def run(context: TrialContext, shared: SharedLoad, seconds: float) -> bool:
    for _ in range(round(seconds / PERIOD)):
        context.time_ns += round(PERIOD * 1e9)
        said = shared.update()
    return said


def test_from_when_the_hand_is_near_the_givers_torch(context: TrialContext) -> None:
    shared = SharedLoad(context)
    put_hand(context, (TORCH[0] - NEAR - 0.01, *TORCH[1:]))
    assert not shared.update()
    put_hand(context, (TORCH[0] - NEAR + 0.01, *TORCH[1:]))
    assert shared.update()


def test_a_torch_that_is_not_seen_is_where_the_site_plans_it(context: TrialContext) -> None:
    perceive(context, targets={})
    assert SharedLoad(context).update()


def test_until_the_load_has_been_the_robots_alone_for_a_while(context: TrialContext) -> None:
    shared = SharedLoad(context)
    context.phase = "take_over"
    put_hand(context, TORCH, closed=1.0)
    context.status.payload_mass[...] = 1.6
    assert run(context, shared, 10.0) == Sharing.HELD, "while it is being taken over the load alone does not decide"
    context.phase, context.status.payload_mass[...] = "carry", 1.2
    assert run(context, shared, 10.0), "a giver who still carries a quarter"
    context.status.payload_mass[...] = 1.6
    assert run(context, shared, TIME - 0.1)
    assert not run(context, shared, 0.2)


def test_or_until_the_robot_has_walked_away_with_it(context: TrialContext) -> None:
    shared = SharedLoad(context)
    context.phase = "take_over"
    shared.update()
    context.phase = "carry"
    put_hand(context, TORCH, closed=1.0)
    context.status.payload_mass[...] = 1.2
    context.status.base_position[0] = TORCH[0] + LEFT_BEHIND - 0.1
    assert run(context, shared, 1.0)
    context.status.base_position[0] = TORCH[0] + LEFT_BEHIND + 0.1
    assert not shared.update()


def test_a_hand_that_took_nothing_is_free_once_it_is_away(context: TrialContext) -> None:
    shared = SharedLoad(context)
    shared.update()
    context.phase = "safe_end"
    assert run(context, shared, 5.0)
    put_hand(context, (TORCH[0] - AWAY - 0.01, *TORCH[1:]))
    assert not shared.update()


@pytest.mark.parametrize("phase", ["carry", "reach_receiver"])
def test_from_when_the_torch_is_in_the_receivers_reach(context: TrialContext, phase: str) -> None:
    receiver = tuple(context.setup.course.receiver.grip)
    context.phase, shared = phase, SharedLoad(context)
    put_hand(context, (receiver[0] - NEAR - 0.01, receiver[1], receiver[2]), closed=1.0)
    assert not shared.update()
    put_hand(context, (receiver[0] - NEAR + 0.01, receiver[1], receiver[2]), closed=1.0)
    assert shared.update()


def test_until_the_hand_is_open_and_withdrawn(context: TrialContext) -> None:
    receiver = tuple(context.setup.course.receiver.grip)
    context.phase, shared = "hand_over", SharedLoad(context)
    context.status.base_position[0] = context.setup.course.receiver.robot_stance.x
    put_hand(context, receiver, closed=1.0)
    assert run(context, shared, 5.0)
    context.phase = "step_back"
    put_hand(context, receiver, closed=0.0)
    assert run(context, shared, 5.0), "open, but still around what the receiver holds"
    put_hand(context, (receiver[0] - AWAY - 0.01, receiver[1], receiver[2]))
    assert not shared.update()


def test_a_torch_that_the_receiver_left_to_the_robot_may_be_taken_again(context: TrialContext) -> None:
    receiver = tuple(context.setup.course.receiver.grip)
    context.phase, shared = "hand_over", SharedLoad(context)
    context.status.base_position[0] = context.setup.course.receiver.robot_stance.x
    put_hand(context, receiver, closed=1.0)
    shared.update()
    context.phase, context.status.payload_mass[...] = "safe_end", 0.8
    context.status.payload_mass[...] = 1.6
    assert run(context, shared, 10.0) == Sharing.REACHED

"""How a relay ends that cannot go on: an empty hand goes back to the body, one that may hold keeps what it holds."""

from __future__ import annotations

import py_trees
from py_trees.behaviour import Behaviour
from py_trees.common import Status

from robot_trials.kinds.common.hand import command_arms_posture, command_payload
from robot_trials.kinds.common.leaves.leaf import Leaf
from robot_trials.kinds.common.leaves.stand import Stand, is_standing
from robot_trials.kinds.common.longest import REST_PATIENCE
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.carry import command_carry
from robot_trials.kinds.relay.leaves.held_load import may_hold
from robot_trials.kinds.relay.leaves.reach import Retract
from robot_trials_control.records import PayloadMode


class IfHandEmpty(Leaf[RelayContext]):
    """SUCCESS if the working hand is open or feels no load."""

    def update(self) -> Status:
        """Judge by the measured load."""
        return Status.FAILURE if may_hold(self.context) else Status.SUCCESS


def rest_arms(context: RelayContext) -> None:
    """The torch upright where it is carried, or both arms at the body."""
    if context.holding:
        command_carry(context)
    else:
        command_arms_posture(context)


def follow_load(context: RelayContext) -> None:
    """The hand as it is; what it holds may weigh something else than before, and be taken by somebody."""
    if is_standing(context):
        command_payload(context, PayloadMode.TRACK)


def end_arms(context: RelayContext) -> Behaviour:
    """What the arms do at the safe end."""
    back = py_trees.decorators.FailureIsSuccess("empty hand back", Retract("retract", context))
    stand = Stand("stand safely", context, rest=rest_arms, patience=REST_PATIENCE)
    keep = Stand("stand as it is", context, rest=follow_load, patience=REST_PATIENCE)
    empty = py_trees.composites.Sequence(
        "empty", memory=True, children=[IfHandEmpty("hand empty?", context), back, stand]
    )
    return py_trees.composites.Selector("arms", memory=True, children=[empty, keep])

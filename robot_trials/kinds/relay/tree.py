"""The torch relay as a tree: from preflight to standing, with a safe end beside it."""

from __future__ import annotations

from collections.abc import Sequence

from py_trees.behaviour import Behaviour

from robot_trials.kinds.common.at_start import walk_to_start
from robot_trials.kinds.common.leaves.look_at import PointFunction
from robot_trials.kinds.common.leaves.phase import Phase
from robot_trials.kinds.common.leaves.preflight import Check, Preflight
from robot_trials.kinds.common.leaves.stand import Stand
from robot_trials.kinds.common.leaves.step_back import StepBack
from robot_trials.kinds.common.leaves.walk_to import WalkTo
from robot_trials.kinds.common.tree import guard_mission, looking, retry, sequence
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.ending import end_arms, rest_arms
from robot_trials.kinds.relay.leaves.accept_load import AcceptLoad
from robot_trials.kinds.relay.leaves.carry import Carry, CarryPose, MeasureTorch
from robot_trials.kinds.relay.leaves.hand_over import LowerUntilCarried, TakeBack
from robot_trials.kinds.relay.leaves.payload_headroom import CarryHeadroom
from robot_trials.kinds.relay.leaves.reach import Approach, Pregrasp, RaiseHand, Retract, Tare
from robot_trials.kinds.relay.leaves.reach_receiver import OfferTorch
from robot_trials.kinds.relay.leaves.release import Release
from robot_trials.kinds.relay.leaves.stances import point_of_exchange, stance_for_exchange
from robot_trials.kinds.relay.leaves.take_over import CloseHand, Lift
from robot_trials.kinds.relay.leaves.way_to_start import walk_along_free_side


def build_relay(
    context: RelayContext, checks: Sequence[Check], head_joints: tuple[int, ...], headroom: CarryHeadroom
) -> Behaviour:
    """The whole trial: the mission under its guard, or else the safe end.

    Args:
        context: the trial's blackboard.
        checks: questions of the preflight.
        head_joints: indices of the head's joints in every joint array.
        headroom: of the arm that carries.
    """
    mission = sequence("mission", *_Builder(context, head_joints, headroom).build_phases(checks))
    return guard_mission("torch relay", context, mission, end_arms(context))


class _Builder:
    """Puts the phases together; keeps what they share."""

    def __init__(self, context: RelayContext, head_joints: tuple[int, ...], headroom: CarryHeadroom) -> None:
        self.context = context
        self.headroom = headroom
        self.head_joints = head_joints
        course = context.course
        self.to_giver = stance_for_exchange(course.giver, "giver", "torch")
        self.to_receiver = stance_for_exchange(
            course.receiver, "receiver", "receiver_hand", context.parameters.offer_standoff
        )

    def build_phases(self, checks: Sequence[Check]) -> list[Behaviour]:
        """Phases of the mission in order."""
        context, speed = self.context, self.context.manner.walk.approach_speed
        patience = context.trial.phases.preflight.timeout - 1.0
        carry = sequence(
            "carry upright",
            MeasureTorch("measure torch in hand", context),
            CarryPose("raise to carry pose", context),
            self._looking_at_receiver(Carry("walk the lane", context, context.course.receiver, self.to_receiver)),
        )
        return [
            self._phase("preflight", Preflight("checks", context, checks, patience)),
            walk_to_start(context, self.head_joints, walk_along_free_side(context)),
            self._phase("walk_to_giver", self._looking_at_giver(WalkTo("walk", context, self.to_giver, speed))),
            self._build_take_over(),
            self._phase("carry", carry),
            self._build_hand_over(),
            self._phase("step_back", sequence("leave", Retract("retract", context), StepBack("back", context))),
            self._phase("stand", Stand("stand still", context, rest_arms)),
        ]

    def _build_take_over(self) -> Behaviour:
        """Reach and take over; after a take-over that failed the hand goes back and reaches again."""
        context = self.context
        reach = sequence(
            "reach",
            RaiseHand("raise hand", context),
            Pregrasp("pregrasp", context),
            Approach("approach", context),
            Tare("tare", context),
        )
        take = sequence(
            "take",
            CloseHand("close hand", context),
            Lift("lift until loaded", context),
            AcceptLoad("make sure of the load", context, self.headroom),
        )
        attempt = sequence(
            "attempt",
            self._phase("reach", self._looking_at_giver(reach)),
            self._phase("take_over", take),
        )
        return retry("take over", attempt, Retract("let go", context), context.trial.phases["take_over"].retries)

    def _build_hand_over(self) -> Behaviour:
        """Offer and hand over; after a hand-over that failed the torch is taken back and offered again."""
        context = self.context
        reach = OfferTorch("reach receiver", context)
        give = sequence("give", LowerUntilCarried("lower until carried", context), Release("let go", context))
        attempt = sequence(
            "attempt",
            self._phase("reach_receiver", self._looking_at_receiver(reach)),
            self._phase("hand_over", give),
        )
        return retry("hand over", attempt, TakeBack("take back", context), context.trial.phases["hand_over"].retries)

    def _phase(self, name: str, child: Behaviour) -> Phase:
        """A phase; one that a composite retries as a whole is not retried by itself."""
        spec = self.context.trial.phases[name]
        if name in ("take_over", "hand_over"):
            spec = spec.model_copy(update={"retries": 0})
        return Phase(name, child, self.context, spec)

    def _looking_at_giver(self, child: Behaviour) -> Behaviour:
        return self._looking(child, point_of_exchange(self.context.course.giver, "torch"))

    def _looking_at_receiver(self, child: Behaviour) -> Behaviour:
        return self._looking(child, point_of_exchange(self.context.course.receiver, "receiver_hand"))

    def _looking(self, child: Behaviour, point: PointFunction) -> Behaviour:
        return looking(self.context, child, point, self.head_joints)

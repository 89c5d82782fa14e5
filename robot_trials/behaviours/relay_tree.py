"""The torch relay as a tree: from preflight to standing, with a safe end beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import py_trees
from py_trees.behaviour import Behaviour
from py_trees.common import ParallelPolicy
from py_trees.decorators import EternalGuard

from robot_trials.behaviours.carry import Carry, CarryPose, MeasureTorch
from robot_trials.behaviours.context import TrialContext
from robot_trials.behaviours.guard import may_go_on
from robot_trials.behaviours.hand_over import LowerUntilCarried, TakeBack
from robot_trials.behaviours.look_at import LookAt, PointFunction, point_of_exchange
from robot_trials.behaviours.mission_end import GiveUp
from robot_trials.behaviours.phase import Phase
from robot_trials.behaviours.preflight import Check, Preflight
from robot_trials.behaviours.reach import Approach, Pregrasp, RaiseHand, Retract, Tare
from robot_trials.behaviours.reach_receiver import OfferTorch
from robot_trials.behaviours.release import Release
from robot_trials.behaviours.safe_end import build_safe_end
from robot_trials.behaviours.stances import stance_for_exchange
from robot_trials.behaviours.stand import Stand
from robot_trials.behaviours.step_back import StepBack
from robot_trials.behaviours.take_over import CloseHand, Lift
from robot_trials.behaviours.walk_to import WalkTo


def build_relay(context: TrialContext, checks: Sequence[Check], head_joints: tuple[int, ...]) -> Behaviour:
    """The whole trial: the mission under its guard, or else the safe end.

    Args:
        context: the trial's blackboard.
        checks: questions of the preflight.
        head_joints: indices of the head's joints in every joint array.
    """
    builder = _Builder(context, head_joints)
    mission = py_trees.composites.Sequence("mission", memory=True, children=builder.build_phases(checks))
    guarded = EternalGuard("guarded mission", mission, partial(may_go_on, context))
    give_up = GiveUp("give up", context)
    return py_trees.composites.Selector(
        "torch relay", memory=True, children=[guarded, sequence("ending", give_up, build_safe_end(context))]
    )


def sequence(name: str, *children: Behaviour) -> Behaviour:
    """Children one after the other, each until it succeeds."""
    return py_trees.composites.Sequence(name, memory=True, children=list(children))


class _Builder:
    """Puts the phases together; keeps what they share."""

    def __init__(self, context: TrialContext, head_joints: tuple[int, ...]) -> None:
        self.context = context
        self.head_joints = head_joints
        site = context.setup.site
        self.to_giver = stance_for_exchange(site.giver, "giver", "torch")
        self.to_receiver = stance_for_exchange(
            site.receiver, "receiver", "receiver_hand", context.parameters.offer_standoff
        )

    def build_phases(self, checks: Sequence[Check]) -> list[Behaviour]:
        """Phases of the mission in order."""
        context, speed = self.context, self.context.parameters.approach_speed_walking
        patience = context.setup.trial.phases.preflight.timeout - 1.0
        carry = sequence(
            "carry upright",
            MeasureTorch("measure torch in hand", context),
            CarryPose("raise to carry pose", context),
            self._looking_at_receiver(Carry("walk the lane", context, context.setup.site.receiver, self.to_receiver)),
        )
        return [
            self._phase("preflight", Preflight("checks", context, checks, patience)),
            self._phase("walk_to_giver", self._looking_at_giver(WalkTo("walk", context, self.to_giver, speed))),
            self._build_take_over(),
            self._phase("carry", carry),
            self._build_hand_over(),
            self._phase("step_back", sequence("leave", Retract("retract", context), StepBack("back", context))),
            self._phase("stand", Stand("stand still", context)),
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
        take = sequence("take", CloseHand("close hand", context), Lift("lift until loaded", context))
        attempt = sequence(
            "attempt",
            self._phase("reach", self._looking_at_giver(reach)),
            self._phase("take_over", take),
        )
        return self._retry("take over", attempt, Retract("let go", context), "take_over")

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
        return self._retry("hand over", attempt, TakeBack("take back", context), "hand_over")

    def _retry(self, name: str, attempt: Behaviour, recover: Behaviour, phase: str) -> Behaviour:
        """The attempt, and again after recovering from a failure, as often as the phase may be retried."""
        retries = self.context.setup.trial.phases[phase].retries
        failed = sequence("recover", recover, py_trees.behaviours.Failure("try again"))
        once = py_trees.composites.Selector(name, memory=True, children=[attempt, failed])
        return py_trees.decorators.Retry(f"{name}, retried", once, num_failures=1 + retries)

    def _phase(self, name: str, child: Behaviour) -> Phase:
        """A phase; one that a composite retries as a whole is not retried by itself."""
        spec = self.context.setup.trial.phases[name]
        if name in ("take_over", "hand_over"):
            spec = spec.model_copy(update={"retries": 0})
        return Phase(name, child, self.context, spec)

    def _looking_at_giver(self, child: Behaviour) -> Behaviour:
        return self._looking(child, point_of_exchange(self.context.setup.site.giver, "torch"))

    def _looking_at_receiver(self, child: Behaviour) -> Behaviour:
        return self._looking(child, point_of_exchange(self.context.setup.site.receiver, "receiver_hand"))

    def _looking(self, child: Behaviour, point: PointFunction) -> Behaviour:
        """The child, with the head on a point meanwhile."""
        look = LookAt("look", self.context, point, self.head_joints)
        policy = ParallelPolicy.SuccessOnSelected(children=[child], synchronise=False)
        return py_trees.composites.Parallel(f"{child.name}, looking", policy=policy, children=[look, child])

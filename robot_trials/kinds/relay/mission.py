"""A relay under way on one robot."""

from __future__ import annotations

import math

from robot_trials.config import TrialSetup
from robot_trials.kinds.common.leaves.preflight import Check, list_checks
from robot_trials.kinds.contract import Advance, Quantity
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.kinds.relay.leaves.payload_headroom import CarryHeadroom
from robot_trials.kinds.relay.leaves.torch_hand import estimate_torch_tilt
from robot_trials.kinds.relay.shared_load import SharedLoad
from robot_trials.kinds.relay.tree import build_relay
from robot_trials.perception.percept import Attention
from robot_trials.robots import RobotProfile
from robot_trials_control.records import Sharing, make_control_sample


class RelayMission:
    """Context and tree of one relay.

    Args:
        setup: the trial.
        profile: the robot.

    Raises:
        ConfigError: the robot description lacks a frame or joint.
    """

    def __init__(self, setup: TrialSetup, profile: RobotProfile) -> None:
        sample = make_control_sample(len(profile.joint_names))
        self.context = RelayContext(setup, sample.state, sample.status, profile.joint_names, profile.manner)
        head = tuple(profile.joint_names.index(name) for name in profile.head_joints)
        headroom = CarryHeadroom(self.context, profile)
        check = Check("payload", lambda context: headroom.find_problems(context.setup.demands.heaviest_load))
        self.tree = build_relay(self.context, list_checks(check), head, headroom)
        self._shared = SharedLoad(self.context)
        self._carried_from = math.nan
        self._distance = 0.0

    def attend(self) -> Attention:
        """The torch in the hand, once it is there."""
        return Attention(self.context.hand, "torch" if self.context.holding else "")

    def share_load(self) -> Sharing:
        """Whether a person may hold the torch, too, or has a hand where the robot's reaches."""
        return self._shared.update()

    def measure(self) -> Advance:
        """Way along the lane since the torch was taken, by the robot's own estimate, and how it is held."""
        context, holds = self.context, self.context.holding
        if holds:
            x = context.robot_in_map[0]
            self._carried_from = x if math.isnan(self._carried_from) else self._carried_from
            self._distance = max(self._distance, x - self._carried_from)
        length = context.course.lane.length
        figures = {
            "distance": Quantity(self._distance, "m"),
            "tilt": Quantity(estimate_torch_tilt(context) if holds else math.nan, "rad"),
            "load": Quantity(float(context.status.payload_mass), "kg"),
        }
        return Advance(min(self._distance / length, 1.0), figures)

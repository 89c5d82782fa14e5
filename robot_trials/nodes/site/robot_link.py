"""One robot as the coordinator speaks with it: its trial action, what became of goals, hold and resume, battery."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from action_msgs.srv import CancelGoal
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future
from sensor_msgs.msg import BatteryState
from std_srvs.srv import Trigger
from unique_identifier_msgs.msg import UUID

from robot_trials.coordination import GoalState, Report
from robot_trials.nodes.common.qos import topic_qos
from robot_trials.records.models import Booking
from robot_trials.telemetry.topics import BATTERY
from robot_trials_msgs.action import RunTrial
from robot_trials_msgs.srv import GetTrialOutcome


class RobotLink:
    """Clients for the trial node and the control node of one robot. Nothing here waits.

    Args:
        node: owner of the clients.
        robot: namespace without a slash.
        take_report: called with what the robot says of a goal.
        note_robot: called with the robot and its charge, 0 … 1 (None: a sign of life only).
    """

    def __init__(
        self,
        node: Node,
        robot: str,
        take_report: Callable[[Report], None],
        note_robot: Callable[[str, float | None], None],
    ) -> None:
        self._node, self._robot = node, robot
        self._take_report, self._note_robot = take_report, note_robot
        self._action = ActionClient(node, RunTrial, f"/{robot}/run_trial")
        self._cancel = node.create_client(CancelGoal, f"/{robot}/run_trial/_action/cancel_goal")
        self._asked: dict[str, Future] = {}
        self._outcome = node.create_client(GetTrialOutcome, f"/{robot}/trial_node/get_trial_outcome")
        self._switches = {
            name: node.create_client(Trigger, f"/{robot}/trial_node/{name}") for name in ("hold", "resume")
        }
        self._battery = node.create_subscription(
            BatteryState, f"/{robot}/{BATTERY.name.lstrip('/')}", self._take_battery, topic_qos(BATTERY)
        )

    def find_obstacle(self) -> str:
        """Why no goal can be sent; empty when one can."""
        if not self._action.server_is_ready():
            return f"/{self._robot}/run_trial is not offered"
        return "" if self._outcome.service_is_ready() else f"/{self._robot}/trial_node/get_trial_outcome is not offered"

    def send(self, goal_id: str, goal: RunTrial.Goal) -> None:
        """Send a goal; acceptance, feedback and result become reports."""
        future = self._action.send_goal_async(goal, self._take_feedback, make_uuid(goal_id))
        future.add_done_callback(lambda done: self._take_answer(goal_id, done))

    def query(self, goal_id: str, withdraw: bool) -> None:
        """Ask what became of a goal; no answer is silence."""
        unanswered = self._asked.pop(goal_id, None)
        if unanswered is not None:
            self._outcome.remove_pending_request(unanswered)
        if self._outcome.service_is_ready():
            request = GetTrialOutcome.Request(goal_id=make_uuid(goal_id), withdraw=withdraw)
            self._asked[goal_id] = self._outcome.call_async(request)
            self._asked[goal_id].add_done_callback(lambda done: self._take_outcome(goal_id, done))

    def cancel(self, goal_id: str) -> None:
        """Have a goal end safely; also one that another process has sent."""
        if self._cancel.service_is_ready():
            request = CancelGoal.Request()
            request.goal_info.goal_id = make_uuid(goal_id)
            self._cancel.call_async(request)

    def switch(self, name: str) -> None:
        """Hold or resume what runs."""
        if self._switches[name].service_is_ready():
            self._switches[name].call_async(Trigger.Request())
        else:
            self._node.get_logger().error(f"{self._robot}: /{self._robot}/trial_node/{name} is not offered")

    def destroy(self) -> None:
        """Let go of every client."""
        self._action.destroy()
        for client in (self._cancel, self._outcome, *self._switches.values()):
            self._node.destroy_client(client)
        self._node.destroy_subscription(self._battery)

    def _take_answer(self, goal_id: str, future: Future) -> None:
        handle = future.result()
        self._note_robot(self._robot, None)
        if handle is None:
            return
        if not handle.accepted:
            self._ask_why(goal_id)
            return
        handle.get_result_async().add_done_callback(lambda done: self._take_result(goal_id, done))
        self._take_report(Report(goal_id, GoalState.RUNNING))

    def _ask_why(self, goal_id: str) -> None:
        """A goal was rejected; the robot's trial node knows why."""
        if self._outcome.service_is_ready():
            future = self._outcome.call_async(GetTrialOutcome.Request(goal_id=make_uuid(goal_id)))
            future.add_done_callback(lambda done: self._report_rejection(goal_id, done.result()))
        else:
            self._report_rejection(goal_id, None)

    def _report_rejection(self, goal_id: str, answer: Any) -> None:
        """An answer about a goal that was taken earlier gives the reason of its outcome, not of the rejection."""
        told = answer is not None and answer.state in (GoalState.UNKNOWN, GoalState.WITHDRAWN) and answer.reason
        reason = f"by {self._robot}: {answer.reason}" if told else f"by {self._robot}; see the log of its trial_node"
        self._take_report(Report(goal_id, GoalState.REJECTED, reason=reason))

    def _take_result(self, goal_id: str, future: Future) -> None:
        answer = future.result()
        if answer is not None and answer.result.verdict:  # a goal that the server has forgotten has none
            self._take_report(make_report(goal_id, GoalState.ENDED, answer.result))

    def _take_outcome(self, goal_id: str, future: Future) -> None:
        if self._asked.get(goal_id) is future:
            del self._asked[goal_id]
        answer = future.result()
        if answer is not None:
            self._note_robot(self._robot, None)
            self._take_report(make_report(goal_id, GoalState(answer.state), answer))

    def _take_feedback(self, _: Any) -> None:
        self._note_robot(self._robot, None)

    def _take_battery(self, message: BatteryState) -> None:
        charge = float(message.percentage)
        self._note_robot(self._robot, None if math.isnan(charge) else charge)


def make_uuid(goal_id: str) -> UUID:
    """A hexadecimal id as a message."""
    return UUID(uuid=list(bytes.fromhex(goal_id)))


def make_goal(booking: Booking, site: str = "") -> RunTrial.Goal:
    """The goal of a booking: its trial, and what was planned and approved beyond the trial's file.

    Args:
        booking: from the records.
        site: of the programme, whose zone the booking's place is; empty: the robot knows where.
    """
    zone = booking.place if site else ""
    return RunTrial.Goal(
        trial=booking.trial, site=site, zone=zone, overrides=list(booking.overrides), booking=booking.name
    )


def make_report(goal_id: str, state: GoalState, result: Any) -> Report:
    """What the action's result, or the service's answer, says of a goal."""
    return Report(
        goal_id,
        state,
        passed=result.passed,
        verdict=result.verdict,
        reason=result.reason,
        bag_path=result.bag_path,
        report_path=result.report_path,
    )

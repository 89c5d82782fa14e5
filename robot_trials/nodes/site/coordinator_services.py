"""Services with which persons and instruments act on a site; each answers with what was done, or why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from std_srvs.srv import Trigger

from robot_trials.coordination import Coordinator
from robot_trials.coordination.acts import release_zone
from robot_trials.exceptions import RobotTrialsError
from robot_trials.nodes.common.stamps import NANOSECONDS, from_stamp
from robot_trials.records.gates import confirm_checklist, report_gate
from robot_trials.records.permits import act_on_permit
from robot_trials.records.robots import set_service
from robot_trials.records.store import Records
from robot_trials_msgs.srv import ActOnPermit, ActOnTrials, ConfirmChecklist, ReleaseLease, ReportGate, SetRobotService


class CoordinatorServices:
    """Services of a coordinator's node.

    Args:
        node: owner.
        records: opened database.
        site: its name.
        coordinator: whose acts and plans are asked for.
        now: civil time [s since 1970].
    """

    def __init__(
        self, node: Node, records: Records, site: str, coordinator: Coordinator, now: Callable[[], float]
    ) -> None:
        self._node, self._records, self._site, self._now = node, records, site, now
        self._coordinator, acts = coordinator, coordinator.acts
        offered = (
            (ActOnPermit, "approve_permit", self._approve_permit),
            (ActOnTrials, "hold", lambda asked: acts.hold(*self._target(asked))),
            (ActOnTrials, "resume", lambda asked: acts.resume(*self._target(asked))),
            (ActOnTrials, "abort", lambda asked: acts.abort(*self._target(asked))),
            (ActOnTrials, "dispatch", lambda asked: acts.dispatch(asked.booking, asked.who, asked.why, now())),
            (ReleaseLease, "release_lease", self._release_lease),
            (SetRobotService, "set_robot_service", self._set_robot_service),
            (ReportGate, "report_gate", self._report_gate),
            (ConfirmChecklist, "confirm_checklist", self._confirm_checklist),
            (Trigger, "plan", self._plan),
        )
        self._services = [
            node.create_service(kind, f"~/{name}", self._answer_with(name, act)) for kind, name, act in offered
        ]

    def destroy(self) -> None:
        """Offer nothing any more."""
        for service in self._services:
            self._node.destroy_service(service)

    def _answer_with(self, name: str, act: Callable[[Any], str]) -> Callable[[Any, Any], Any]:
        """A callback that does an act; its refusal is an answer, too."""

        def answer(asked: Any, reply: Any) -> Any:
            try:
                reply.success, reply.message = True, act(asked)
            except RobotTrialsError as error:
                reply.success, reply.message = False, str(error)
            self._node.get_logger().info(f"{name}: {reply.message}")
            return reply

        return answer

    def _target(self, asked: ActOnTrials.Request) -> tuple[str, str, str, str, float]:
        return asked.booking, asked.robot, asked.who, asked.why, self._now()

    def _approve_permit(self, asked: ActOnPermit.Request) -> str:
        with self._records.write() as session:
            act, evidence = asked.act or "approve", asked.evidence_sha256
            permit = act_on_permit(session, asked.number, act, asked.who, asked.why, self._now(), evidence)
        return f"permit {permit.number} is {permit.state}"

    def _release_lease(self, asked: ReleaseLease.Request) -> str:
        with self._records.write() as session:
            return release_zone(session, asked.zone, asked.who, asked.why, self._now())

    def _set_robot_service(self, asked: SetRobotService.Request) -> str:
        with self._records.write() as session:
            set_service(session, asked.robot, asked.in_service, asked.who, asked.why, self._now())
        return f"robot {asked.robot} is {'in' if asked.in_service else 'out of'} service"

    def _report_gate(self, asked: ReportGate.Request) -> str:
        at = from_stamp(asked.stamp) / NANOSECONDS or self._now()
        with self._records.write() as session:
            report_gate(session, self._site, asked.kind, asked.value, at, asked.source)
        return f"{asked.kind} is {asked.value:g}"

    def _plan(self, asked: Trigger.Request) -> str:
        self._coordinator.want_plan("somebody asked for it")
        return "what may still move is planned anew"

    def _confirm_checklist(self, asked: ConfirmChecklist.Request) -> str:
        with self._records.write() as session:
            confirm_checklist(session, asked.booking, asked.who, asked.note, self._now())
        return f"{asked.booking}: marshals are ready"

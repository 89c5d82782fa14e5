"""Dispatches a site's planned trials to its robots: one coordinator a site, a lifecycle node.

configure opens the records, which refuse a second coordinator; activate begins to dispatch and to follow; deactivate
stops both, while what runs goes on under its robot; cleanup lets another coordinator start.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.node import Node

from robot_trials.coordination import Coordinator, FollowTimes, Replan, Report, RobotCheck, StartCheck
from robot_trials.coordination.clauses import check_checklist, check_permit
from robot_trials.coordination.status import view_site
from robot_trials.exceptions import RobotTrialsError
from robot_trials.nodes.common.node_main import run_node
from robot_trials.nodes.common.parameters import declare
from robot_trials.nodes.common.qos import STATUS, to_rclpy
from robot_trials.nodes.common.stamps import NANOSECONDS
from robot_trials.nodes.site.coordinator_services import CoordinatorServices
from robot_trials.nodes.site.link_dispatcher import LinkDispatcher
from robot_trials.nodes.site.robot_link import RobotLink
from robot_trials.nodes.site.site_status import make_status
from robot_trials.records import FencedError, Records, RecordsError, choose_url
from robot_trials_msgs.msg import SiteStatus
from robot_trials_msgs.srv import GetSiteStatus

STEADY = Clock(clock_type=ClockType.STEADY_TIME)
STATUS_PERIOD_S = 1.0
SHOWN_S = 86_400.0
"""Bookings that are over stay in the status for as long after their planned end [s]."""


@dataclass(frozen=True)
class CoordinationKit:
    """What a site's rules add to the coordinator.

    Attributes:
        checks: of every start.
        replan: the planner.
        site: that goals name, with the zone of their booking; empty: robots know where they are.
    """

    checks: Sequence[StartCheck]
    replan: Replan | None = None
    site: str = ""


def make_kit(node: CoordinatorNode) -> CoordinationKit:
    """The programme's checks and planner where one is named, the plain ones otherwise."""
    name = str(
        declare(node, "programme", "", "programme whose permits, zones, caps and gates are checked; empty: none")
    )
    if not name:
        return make_plain_kit(node)
    from robot_trials.config.programme import load_programme
    from robot_trials.coordination.programme.background import BackgroundReplan
    from robot_trials.coordination.programme.checks import make_checks
    from robot_trials.coordination.programme.plan import ProgrammeReplan

    programme = load_programme(name)
    replan = BackgroundReplan(ProgrammeReplan(programme, node.read_records))
    return CoordinationKit(make_checks(programme), replan, programme.sent_site)


def make_plain_kit(node: Node) -> CoordinationKit:
    """Permit, robot, battery and checklist; what is planned stays."""
    charge_min = declare(node, "charge_min", 0.2, "smallest charge that allows a start", (0.0, 1.0))
    wanted = declare(node, "require_checklist", True, "whether marshals confirm each booking before it starts")
    checks: list[StartCheck] = [check_permit, RobotCheck(charge_min)]
    return CoordinationKit([*checks, check_checklist] if wanted else checks)


class CoordinatorNode(LifecycleNode):
    """The ROS face of a coordinator.

    Args:
        make_kit: declares what a site's rules need, and makes them.

    Attributes:
        finished: a signal asked for the end, or another coordinator has taken over.
    """

    def __init__(self, make_kit: Callable[[CoordinatorNode], CoordinationKit] = make_kit) -> None:
        super().__init__("coordinator_node")
        self.finished = False
        self.exit_code = 0
        self._site = str(declare(self, "site", "site", "name of the site"))
        self._database = str(declare(self, "database", "", "URL of the records; empty: see docs/coordination.md"))
        self._robots = list(declare(self, "robots", ["kuavo_1"], "namespaces of the robots, without slashes"))
        self._rate_hz = declare(self, "tick_rate_hz", 10.0, "looks at what is due a second [Hz]", (1.0, 50.0))
        lost_text = "silence of a robot after which its trial counts as lost, in real time [s]"
        self._lost_after = declare(self, "lost_after", 30.0, lost_text, (1.0, 3600.0))
        self._kit = make_kit(self)
        self._records: Records | None = None
        self._coordinator: Coordinator | None = None
        self._links: dict[str, RobotLink] = {}
        self._offered: CoordinatorServices | None = None
        self._beats: list[Any] = []
        self._fault = self._plan_fault = ""
        if declare(self, "autostart", True, "configure and activate without being asked"):
            self._start_timer = self.create_timer(0.0, self._autostart, clock=STEADY)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Open the records and find the robots."""
        try:
            self._open()
        except RobotTrialsError as error:
            self.get_logger().error(str(error))
            self.release()
            return TransitionCallbackReturn.FAILURE
        except Exception:  # rclpy would go to the error state without a word
            self.get_logger().error(traceback.format_exc())
            self.release()
            return TransitionCallbackReturn.FAILURE
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to dispatch."""
        result = super().on_activate(state)
        self._beats = [
            self.create_timer(1.0 / self._rate_hz, self._tick, clock=STEADY),
            self.create_timer(STATUS_PERIOD_S, self._publish_status, clock=STEADY),
        ]
        self.get_logger().info(f"coordinating {self._site} with {', '.join(self._robots)}")
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Dispatch and follow nothing; what runs goes on."""
        self._stop_timers()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let another coordinator start."""
        self.release()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End the process."""
        self.finished = True
        return TransitionCallbackReturn.SUCCESS

    def request_end(self) -> None:
        """A signal: what runs goes on, and the next coordinator follows it."""
        self.finished = True

    def release(self) -> None:
        """Close everything; idempotent."""
        self._stop_timers()
        if self._offered is not None:
            self._offered.destroy()
            self.destroy_service(self._status_service)
            self.destroy_publisher(self._status)
            self._offered = None
        for link in self._links.values():
            link.destroy()
        self._links = {}
        if self._coordinator is not None:
            self._coordinator.close()
            self._coordinator = None
        if self._records is not None:
            self._records.close()
            self._records = None

    def read_records(self) -> AbstractContextManager[Any]:
        """A view of the records.

        Raises:
            RecordsError: they are not open.
        """
        if self._records is None:
            raise RecordsError("the records are closed")
        return self._records.read()

    def now(self) -> float:
        """Civil time [s since 1970]; 0 before the scenario's clock is heard."""
        return float(self.get_clock().now().nanoseconds) / NANOSECONDS

    def _autostart(self) -> None:
        self.destroy_timer(self._start_timer)
        configured = self.trigger_configure() == TransitionCallbackReturn.SUCCESS
        if not configured or self.trigger_activate() != TransitionCallbackReturn.SUCCESS:
            self.exit_code, self.finished = 1, True

    def _open(self) -> None:
        """Records, coordinator, robots, services; raises `RecordsError` when another coordinator has the records."""
        self._records = Records.open(choose_url(self._database))
        self._coordinator = Coordinator(
            self._records,
            self._site,
            self._robots,
            LinkDispatcher(self._links, self._kit.site),
            self._kit.checks,
            self._kit.replan,
            FollowTimes(lost_after=self._lost_after),
        )
        for robot in self._robots:
            self._links[robot] = RobotLink(self, robot, self._take_report, self._note_robot)
        self._offered = CoordinatorServices(self, self._records, self._site, self._coordinator, self.now)
        self._status_service = self.create_service(GetSiteStatus, "~/get_status", self._answer_status)
        self._status = self.create_lifecycle_publisher(SiteStatus, "~/status", to_rclpy(STATUS))

    def _stop_timers(self) -> None:
        for timer in self._beats:
            self.destroy_timer(timer)
        self._beats = []

    def _tick(self) -> None:
        now = self.now()
        if self._coordinator is not None and now > 0.0:
            self._guard(lambda coordinator: coordinator.tick(now))
            if self._coordinator.plan_fault != self._plan_fault:
                self._plan_fault = self._coordinator.plan_fault
                self.get_logger().error(self._plan_fault or "a new plan could be made again")

    def _take_report(self, report: Report) -> None:
        self._guard(lambda coordinator: coordinator.take_report(report, self.now()))

    def _note_robot(self, robot: str, battery: float | None) -> None:
        if self._coordinator is not None:
            self._coordinator.note_robot(robot, self.now(), battery)

    def _guard(self, act: Callable[[Coordinator], None]) -> None:
        """Do something with the coordinator; what the records refuse is said once, and tried again."""
        if self._coordinator is None or self.finished:
            return
        fault = ""
        try:
            act(self._coordinator)
        except FencedError as error:
            self.exit_code, self.finished, fault = 1, True, str(error)
        except RobotTrialsError as error:
            fault = str(error)
        if fault and fault != self._fault:
            self.get_logger().error(f"nothing is dispatched: {fault}")
        elif self._fault and not fault:
            self.get_logger().info("the records can be written again")
        self._fault = fault

    def _publish_status(self) -> None:
        status = self._make_status(ended_since=self.now() - SHOWN_S)
        if status is not None:
            self._status.publish(status)

    def _answer_status(self, asked: GetSiteStatus.Request, answer: GetSiteStatus.Response) -> GetSiteStatus.Response:
        status = self._make_status(ended_since=0.0 if asked.with_ended else None)
        if status is not None:
            answer.status = status
        return answer

    def _make_status(self, ended_since: float | None) -> SiteStatus | None:
        if self._records is None:
            return None
        try:
            view = view_site(self._records, self._site, ended_since)
        except RecordsError as error:
            return SiteStatus(site=self._site, fault=str(error))
        return make_status(view, self._site, self.now(), self._fault)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `coordinator_node`."""
    return run_node(CoordinatorNode, arguments)


if __name__ == "__main__":
    sys.exit(main())

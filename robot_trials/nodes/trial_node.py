"""Runs trials of the site, one after the other: action server `run_trial`, services hold, resume and abort.

A goal's id is taken once, whatever dies in between: ids and outcomes are kept in a file, and can be asked for.
"""

from __future__ import annotations

import pickle
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.action import CancelResponse, GoalResponse
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_srvs.srv import Trigger

from robot_trials.config import TrialSetup
from robot_trials.config.goal import GoalFacts
from robot_trials.exceptions import ConfigError
from robot_trials.kinds.common.events import TrialEvent
from robot_trials.nodes.common.beat import start_beating
from robot_trials.nodes.common.node_main import run_node
from robot_trials.nodes.common.parameters import attach_channel, declare, declare_channel, declare_setup
from robot_trials.nodes.common.qos import STATUS, to_rclpy, topic_qos
from robot_trials.nodes.trial.fiducial_messages import from_message
from robot_trials.nodes.trial.folders import TrialFolders
from robot_trials.nodes.trial.goal_messages import make_feedback, make_result
from robot_trials.nodes.trial.goal_setup import load_goal_setup
from robot_trials.nodes.trial.goal_world import GoalWorld
from robot_trials.nodes.trial.goals import TrialGoals, find_ledger_file
from robot_trials.nodes.trial.patient_action_server import PatientActionServer, id_of
from robot_trials.nodes.trial.runner import TrialKit, TrialRunner
from robot_trials.nodes.trial.topics import TrialTopics
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.ending import describe_wish
from robot_trials.runtime.processes.start_check import StartCheck
from robot_trials.telemetry.topics import FIDUCIALS
from robot_trials_msgs.action import RunTrial
from robot_trials_msgs.msg import FiducialDetections

MakeKit = Callable[[TrialSetup, Channel], TrialKit]
STEADY = Clock(clock_type=ClockType.STEADY_TIME)
WATCH_PERIOD_S = 0.05
LINGER_S = 1.0
"""From the last goal's end to that of the node: its result is on the way to the client [s]."""
STAMP_LEAD_NS = 60_000_000_000
"""An event whose stamp lies further ahead of the newest control sample was stamped by another clock [ns]."""


class TrialNode(Node):
    """Action server around a trial runner.

    Attributes:
        finished: a signal asked for the end, and no trial runs any more.
    """

    def __init__(self, make_kit: MakeKit) -> None:
        super().__init__("trial_node")
        self.finished = False
        self.exit_code = 0
        channel_name = declare_channel(self)
        self._base = self._setup = declare_setup(self)
        self._outcome_file = declare(self, "outcome_file", "", "file for the pickled outcome; empty: none")
        ledger_text = "file of the goals taken, kept from run to run; empty: goals.jsonl in the output folder"
        ledger_file = declare(self, "ledger_file", "", ledger_text)
        rate_hz = declare(self, "feedback_rate_hz", 5.0, "feedback messages a second [Hz]", (0.1, 50.0))
        recorder_wanted = declare(self, "await_recorder", True, "offer no trial before the recorder is ready")
        self._goals = TrialGoals(self, find_ledger_file(ledger_file, self._setup.output))
        self._folders = TrialFolders(self, self._base, recorder_wanted)
        self._folder: Path | None = None
        self._channel = attach_channel(self, channel_name)
        self._info = self._channel.info
        self._channel.state  # noqa: B018  attached now: its file goes when the control process ends
        start_beating(self, self._channel, "trial_node", self._base)
        self._start_check = StartCheck(self._channel)
        self._server: PatientActionServer | None = None
        self._ending = False
        self._goal: Any = None
        self._taken = False
        self._answering = False
        self._idle_since: float | None = None
        self._concluded = False
        self._kit = make_kit(self._setup, self._channel)
        self._world = GoalWorld(self._channel, self._base)
        self._topics = TrialTopics(self, self._info, self._setup)
        self._runner = TrialRunner(self._channel, self._kit, self._topics)
        self._create_interfaces(rate_hz)
        self._recorder_ready = not recorder_wanted or self._setup.output is None
        self._runner.start()

    def request_end(self) -> None:
        """A signal: abort the trial, which ends standing, then end."""
        self._ending = True
        if self._taken:
            self.get_logger().info("told to end: aborting the trial")
            self._runner.request("abort", describe_wish())

    def release(self) -> None:
        """Stop ticking, detach."""
        self._runner.stop()
        if self._server is not None:
            self._server.destroy()
        self._goals.close()
        self._kit.release()
        self._channel.close()

    def _create_interfaces(self, rate_hz: float) -> None:
        self.create_subscription(
            FiducialDetections, FIDUCIALS.relative_name, self._take_detections, topic_qos(FIDUCIALS)
        )
        self.create_subscription(DiagnosticStatus, "recorder_node/status", self._take_status, to_rclpy(STATUS))
        self._topics.subscribe(self, self._take_event)
        self.create_service(Trigger, "~/hold", lambda _, answer: self._pass_request("hold", answer))
        self.create_service(Trigger, "~/resume", lambda _, answer: self._pass_request("resume", answer))
        self.create_service(Trigger, "~/abort", lambda _, answer: self._pass_request("abort", answer))
        self.create_timer(WATCH_PERIOD_S, self._watch, clock=STEADY)
        self.create_timer(1.0 / rate_hz, self._publish_feedback, clock=STEADY)

    def _offer_trial(self) -> None:
        """Offer the action; whoever sees it knows that everything it needs is ready."""
        self._server = PatientActionServer(
            self,
            RunTrial,
            "run_trial",
            start_callback=self._start,
            judge_callback=self._judge_goal,
            cancel_callback=self._cancel,
        )

    def _take_detections(self, message: FiducialDetections) -> None:
        self._runner.add_detections(from_message(message, self._info.start_time_ns))

    def _take_status(self, status: DiagnosticStatus) -> None:
        """The recorder is ready, or can no longer record: then the trial ends safely."""
        if status.level == DiagnosticStatus.OK:
            self._recorder_ready = True
        elif self._taken:
            self._runner.request("abort", status.message)

    def _take_event(self, event: TrialEvent, fatal: bool) -> None:
        """What nodes that watch over the robot tell is part of the trial; the worst of it ends the trial."""
        now_ns = self._runner.time_ns
        plausible = 0 <= event.time_ns <= now_ns + STAMP_LEAD_NS
        self._runner.note(event if plausible else replace(event, time_ns=now_ns))
        if fatal and self._taken:
            self._runner.request("abort", event.text)

    def _pass_request(self, name: str, answer: Trigger.Response) -> Trigger.Response:
        answer.success = self._taken
        answer.message = f"{name} passed on" if answer.success else "no trial is running"
        if answer.success:
            self._runner.request(name, "asked by service")
        return answer

    def _judge_goal(self, goal: RunTrial.Goal, goal_id: str) -> GoalResponse:
        """Accept a trial of this graph's robot and site, one at a time, and no id twice."""
        problems: list[str] = []
        if self._taken:
            problems.append("a trial is running")
        if self._ending or self._channel.ended:
            problems.append("the control process has ended")
        problems += self._start_check.find_obstacles()
        setup = self._load(goal, problems) if not problems else None
        if setup is not None:
            self._folder = self._folders.find_free(self._goals.folders, setup)
            problems = self._goals.take(goal_id, self._folder)
        if setup is not None and not problems:
            facts = GoalFacts(goal_id, goal.booking, self._start_check.read_configurations())
            self._taken, self._setup = True, replace(setup, goal=facts)
            self._runner.forget_requests()  # from now on they are this goal's
        if problems:
            self._goals.reject(goal_id, problems)
            text = f"goal rejected: {'; '.join(problems)}"
            self._topics.on_event(TrialEvent(self._runner.time_ns, "warn", "trial_node", text))
        return GoalResponse.REJECT if problems else GoalResponse.ACCEPT

    def _load(self, goal: RunTrial.Goal, problems: list[str]) -> TrialSetup | None:
        """The goal's trial as its files are now, or what is wrong with it."""
        try:
            return load_goal_setup(self._base, goal)
        except ConfigError as error:
            problems += [str(problem) for problem in error.problems]
            return None

    def _cancel(self, _: Any) -> CancelResponse:
        self._runner.request("abort", "cancelled by the client")
        return CancelResponse.ACCEPT

    def _start(self, goal: Any) -> None:
        """The goal executes: start the trial once it is recorded; `_watch` sees its end."""
        self._runner.conclusion = None
        self._goal = goal
        self._topics.begin(self._setup)
        self._folders.begin(self._folder, self._setup, self._begin)

    def _begin(self, trouble: str) -> None:
        """The goal's bag is begun, or cannot be."""
        trouble = trouble or (describe_wish() if self._ending else "")
        if trouble:
            self.get_logger().error(trouble)
            self._runner.refuse(trouble)
        else:
            self._kit.begin(self._setup, self._folder)
            if not self._world.prepare(self._setup, self._goal.request.reset_props):
                self._runner.start_trial()

    def _look_for_world(self) -> None:
        """Begin the trial once its world is ready, or refuse it with the reason."""
        trouble = self._world.look(describe_wish() if self._ending else "")
        if trouble is None:
            return
        if trouble:
            self._runner.refuse(trouble)
        else:
            self._runner.start_trial()

    def _watch(self) -> None:
        """On the executor's thread: end the goal when the runner's thread has concluded."""
        self._look_for_world()
        if self._server is None and self._recorder_ready and not self._start_check.find_absent():
            self._offer_trial()
        if self._goal is not None and self._server is not None and self._runner.conclusion is not None:
            goal, self._goal, self._taken = self._goal, None, False
            self._server.conclude(goal, self._conclude)
            self._answering = True
        elif not self._taken and not self._runner.running and not self._answering:
            self._end_when_due()

    def _end_when_due(self) -> None:
        """No goal is left: end when told to, or after the control process, once the last result is delivered."""
        now = time.monotonic()
        if self._ending or self._channel.ended:
            self._idle_since = self._idle_since or now
            patience = LINGER_S if self._concluded or not self._ending else 0.0
            self.finished = now >= self._idle_since + patience

    def _conclude(self, goal: Any) -> RunTrial.Result:
        """Terminal state and result of the goal."""
        self._answering, self._concluded = False, True
        conclusion = self._runner.conclusion
        assert conclusion is not None
        if conclusion.outcome is None:
            self.get_logger().error(conclusion.error)
        elif self._outcome_file:
            Path(self._outcome_file).write_bytes(pickle.dumps(conclusion.outcome))
        result = make_result(conclusion, self._folder)
        self._goals.end(id_of(goal), result)
        if goal.is_cancel_requested:
            goal.canceled()
        elif result.verdict == "aborted":
            goal.abort()
        else:
            goal.succeed()
        return result

    def _publish_feedback(self) -> None:
        if self._goal is None or not self._runner.running:
            return
        snapshot = self._runner.snapshot
        if not snapshot.phase:  # the trial is still being made
            return
        self._goal.publish_feedback(make_feedback(self._info.start_time_ns, snapshot))


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `trial_node`."""
    from robot_trials.nodes.trial.factory import TrialFactory  # slow to load, and not needed around a double

    return run_node(lambda: TrialNode(TrialFactory), arguments)


if __name__ == "__main__":
    sys.exit(main())

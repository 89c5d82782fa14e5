"""Listens for stops, and does nothing else: topics, buttons and services by which people stop a robot or let it go on.

It gives signs of life to the control process, from its executor: when it hangs or dies, nobody listens, and the robot
stops. What it was asked for is kept in shared memory and outlives it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_srvs.srv import Trigger as TriggerService

from robot_trials.nodes.common.beat import start_beating
from robot_trials.nodes.common.diagnostics import describe_stop_inputs
from robot_trials.nodes.common.event_topic import StopRequestTopic
from robot_trials.nodes.common.node_main import run_node
from robot_trials.nodes.common.parameters import attach_channel, declare_channel, declare_setup
from robot_trials.nodes.common.qos import topic_qos
from robot_trials.nodes.stops.patient_service import LateAnswer, create_patient_service
from robot_trials.nodes.stops.stop_input import RESTORE_GRACE_S, StopInput
from robot_trials.nodes.stops.stop_telling import SERVICE, StopTelling
from robot_trials.runtime.channel.layout import WHO_BYTES
from robot_trials.runtime.channel.stop_outbox import StopOutbox
from robot_trials.safety.stop_requests import ARMED, LOWERED, STOPPED
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.telemetry.topics import DIAGNOSTICS
from robot_trials_msgs.msg import TrialEvent
from robot_trials_msgs.srv import StopAct

BEAT_PERIOD_S = 0.04
"""Between two signs of life: a dozen of them in the half second after which the robot stops."""
CHECK_PERIOD_S = 1.0
DONE = {"rearm": ARMED, "lower": LOWERED}
ASKED = {"rearm": "to arm the robot again", "lower": "to let the robot down"}


class StopNode(Node):
    """Passes stops and people's acts on to the control process.

    Attributes:
        finished: the control process has ended.
    """

    def __init__(self) -> None:
        super().__init__("stop_node")
        self.finished = False
        self.exit_code = 0
        channel_name = declare_channel(self)
        setup = declare_setup(self)
        timeouts = {button.name: button.timeout for button in setup.site.stop_buttons}
        self._channel = attach_channel(self, channel_name)
        self._channel.state  # noqa: B018  attached now: its file goes when the control process ends
        start_beating(self, self._channel, "stop_node", setup)
        self._outbox = StopOutbox(self._channel)
        self._events = StopRequestTopic(self, self._channel)
        self._telling = StopTelling(self._events.tell)
        self._timeouts = timeouts
        self._input = StopInput(self, timeouts, self._stop, self._report)
        self._act: tuple[str, str, LateAnswer] | None = None
        self._silent: list[str] = []
        if self._outbox.continues:
            self._input.buttons.restore(self._outbox.buttons, time.monotonic(), RESTORE_GRACE_S)
            self.get_logger().warning("began anew: what was asked for before stays asked for")
        self._diagnostics = self.create_publisher(DiagnosticArray, DIAGNOSTICS.relative_name, topic_qos(DIAGNOSTICS))
        self._create_interfaces()

    def request_end(self) -> None:
        """A signal: stops are listened for until the control process has ended."""

    def release(self) -> None:
        """Detach."""
        self._channel.close()

    def _create_interfaces(self) -> None:
        self.create_service(TriggerService, "~/e_stop", self._take_call)
        for name in ("rearm", "lower"):
            create_patient_service(self, StopAct, f"~/{name}", partial(self._begin_act, name))
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(BEAT_PERIOD_S, self._beat, clock=steady)
        self.create_timer(CHECK_PERIOD_S, self._check, clock=steady)

    def _beat(self) -> None:
        """Judge buttons and the act under way, then give a sign of life."""
        if self._channel.ended:
            self.finished = True
            return
        now = time.monotonic()
        self._judge_buttons(now)
        self._outbox.beat()
        if self._act is not None:
            self._judge_act(now)

    def _judge_buttons(self, now: float) -> None:
        buttons = self._input.buttons
        silent, missing = buttons.find_silent(now), buttons.find_missing(now)
        for name in silent:
            if name not in self._silent:
                self._events.say(TrialEvent.ERROR, f"stop button {name!r} is silent: the robot stops")
        for name in self._silent:
            if name not in silent:
                self._events.say(TrialEvent.INFO, f"stop button {name!r} is alive again")
        self._silent = silent
        alive = [name for name in self._timeouts if name not in missing]
        self._telling.note_buttons(buttons.find_pressed(now), silent, alive)
        obstacle = f"not alive: stop button {', '.join(missing)}" if missing else ""
        self._outbox.set_found(int(Trigger.BUTTON) if silent else 0, buttons.alive_once, obstacle)

    def _stop(self, source: str) -> None:
        fresh = self._outbox.ask_stop()
        self._telling.note_stop(source, fresh)
        if fresh:
            self._events.say(TrialEvent.ERROR, f"{STOPPED} by {source}")

    def _report(self, problem: str) -> None:
        self._events.say(TrialEvent.ERROR, problem)

    def _take_call(self, _: TriggerService.Request, answer: TriggerService.Response) -> TriggerService.Response:
        """Everybody may stop."""
        self._stop(SERVICE)
        answer.success = not self._channel.ended
        answer.message = "the robot stops; ~/rearm lets it move again" if answer.success else "nothing runs any more"
        return answer

    def _begin_act(self, name: str, request: StopAct.Request, answer: LateAnswer) -> None:
        """A fresh human act, which the control process judges; one at a time."""
        who = request.who.strip()
        reasons = [] if who and len(who.encode()) <= WHO_BYTES else ["who: must name the person who acts"]
        if name == "rearm":
            reasons += self._input.find_holding()
        if self._act is not None:
            reasons.append("another act is being judged")
        if reasons:
            self._refuse(name, who, "; ".join(reasons), answer)
            return
        self._act = name, who, answer
        self._outbox.begin_act(name, time.monotonic())

    def _judge_act(self, now: float) -> None:
        assert self._act is not None
        judgement = self._outbox.judge_act(now)
        if judgement is None:
            return
        name, who, answer = self._act
        self._act = None
        if not judgement.success:
            self._refuse(name, who, judgement.reason, answer)
            return
        self._telling.note_act(name, who)
        text = f"{DONE[name]} {who}"
        if name == "rearm":
            self._outbox.note_armed_by(who)
        answer.give(success=True, message=text)
        self._events.say(TrialEvent.WARN, text)

    def _refuse(self, name: str, who: str, reason: str, answer: LateAnswer) -> None:
        self._telling.note_act(name, who, reason)
        answer.give(success=False, message=reason)
        self._events.say(TrialEvent.WARN, f"{who or 'nobody'} asked {ASKED[name]} without effect: {reason}")

    def _check(self) -> None:
        """Once a second: publishers that are not heard, and what /diagnostics says."""
        self._input.check_offers()
        missing = self._input.buttons.find_missing(time.monotonic())
        status = describe_stop_inputs(self._outbox, self._input.find_holding(), missing, self._input.unheard)
        array = DiagnosticArray(status=[status])
        array.header.stamp = self._events.now()
        self._diagnostics.publish(array)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `stop_node`."""
    return run_node(StopNode, arguments)


if __name__ == "__main__":
    sys.exit(main())

"""The ROS face of the control process: publishes what it shares, passes velocity commands on. A lifecycle node.

configure attaches to the control process, activate begins to publish, deactivate falls silent, cleanup detaches. While
the robot is on its feet, neither damped nor at rest after a stop, the latter two and shutdown are refused: who looks
after it must see it. Stops are not listened for here but in stop_node.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rosgraph_msgs.msg import Clock as ClockMessage
from std_msgs.msg import String

from robot_trials.nodes.common.beat import Beating, start_beating
from robot_trials.nodes.common.diagnostics import (
    describe_battery,
    describe_controller,
    describe_loop,
    describe_recording,
    describe_stop,
)
from robot_trials.nodes.common.event_topic import EventTopic
from robot_trials.nodes.common.lifecycle_guard import guard_transitions
from robot_trials.nodes.common.message_types import find_message_type
from robot_trials.nodes.common.node_main import run_node
from robot_trials.nodes.common.parameters import attach_channel, declare, declare_channel
from robot_trials.nodes.common.qos import CLOCK, to_rclpy, topic_qos
from robot_trials.nodes.common.sample_messages import make_frame_names, make_sample_messages
from robot_trials.nodes.common.stamps import to_stamp
from robot_trials.nodes.control.command_gate import CommandGate
from robot_trials.nodes.control.path_input import PathInput
from robot_trials.nodes.control.velocity_input import VelocityInput
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import HEALTH_DTYPE, STOP_DTYPE
from robot_trials.runtime.channel.shared_memory import SharedMemoryError
from robot_trials.runtime.control.safe_end import is_damped
from robot_trials.telemetry.messages.frames import HANDS
from robot_trials.telemetry.topics import DIAGNOSTICS, ROBOT_DESCRIPTION, Topic
from robot_trials_control.records import Record
from robot_trials_msgs.msg import TrialEvent

CLOCK_RATE_MAX_HZ = 100.0


class ControlNode(LifecycleNode):
    """Publishes the newest control sample, the clock and diagnostics.

    Attributes:
        finished: a signal asked for the end, or the control process has ended.
    """

    def __init__(self) -> None:
        super().__init__("control_node")
        self.finished = False
        self.exit_code = 0
        self._channel_name = declare_channel(self)
        rate_text = "most messages of one topic a second, /clock included [Hz]"
        self._rate_hz = declare(self, "publish_rate_hz", 50.0, rate_text, (1.0, CLOCK_RATE_MAX_HZ))
        clock_text = "publish /clock; false where clock_node does so for several robots of one world"
        self._publishes_clock = declare(self, "publish_clock", True, clock_text)
        self._path_input = PathInput(self)
        self._velocity_input = VelocityInput(self, self._path_input.cancel)
        hand = declare(self, "payload_hand", "right", "hand whose load /payload_state is about: left or right")
        self._payload_hand = HANDS[hand]
        autostart = declare(self, "autostart", True, "configure and activate without being asked")
        self._channel: Channel | None = None
        self._beating: Beating | None = None
        self._events: EventTopic | None = None
        self._publishers_made: list[Any] = []
        self._publish_timers: list[Any] = []
        self._active = False
        guard_transitions(self, lambda: self._refuses("shutdown"))
        if autostart:
            self._start_timer = self.create_timer(0.0, self._autostart, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Attach to the control process and create every publisher."""
        try:
            self._attach()
        except SharedMemoryError as error:
            self.get_logger().error(str(error))
            return TransitionCallbackReturn.FAILURE
        except Exception:  # rclpy would go to the error state without a word
            self.get_logger().error(traceback.format_exc())
            return TransitionCallbackReturn.FAILURE
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to publish and to take velocity commands."""
        assert self._channel is not None
        result = super().on_activate(state)
        self._description.publish(String(data=self._channel.info.urdf_text))
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._publish_timers = [
            self.create_timer(1.0 / self._rate_hz, self._publish_sample, clock=steady),
            self.create_timer(1.0, self._publish_diagnostics, clock=steady),
        ]
        self._velocity_input.attach(self._channel, self._gate)
        self._path_input.attach(self._channel, make_frame_names(self._channel.info).odom, self._gate)
        self._active = True
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Fall silent, if the robot needs nobody."""
        if self._refuses("deactivate"):
            return TransitionCallbackReturn.FAILURE
        self._active = False
        self._velocity_input.detach()
        self._path_input.detach()
        for timer in self._publish_timers:
            self.destroy_timer(timer)
        self._publish_timers = []
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Detach from the control process, if the robot needs nobody."""
        if self._refuses("cleanup"):
            return TransitionCallbackReturn.FAILURE
        self.release()
        return TransitionCallbackReturn.SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End the process; a request for it is refused before, where the robot needs somebody."""
        self.finished = True
        return TransitionCallbackReturn.SUCCESS

    def request_end(self) -> None:
        """A signal: goes on publishing until the control process has ended, so that the stop is seen."""
        self.finished = self._channel is None or self._channel.ended or not self._active
        if not self.finished:
            self.get_logger().info("told to end: publishing until the control process has")

    def release(self) -> None:
        """Detach; idempotent."""
        self._velocity_input.detach()
        self._path_input.detach()
        for publisher in self._publishers_made:  # one that is configured again makes others
            self.destroy_lifecycle_publisher(publisher)
        self._publishers_made = []
        if self._events is not None:
            self._events.close()
            self._events = None
        if self._beating is not None:
            self._beating.end()
            self._beating = None
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _refuses(self, transition: str) -> bool:
        """Whether a transition is refused, which is then said: the robot is on its feet and its process lives."""
        channel = self._channel
        if channel is None or channel.ended or self._events is None:
            return False
        channel.state.read_into(self._sample.data)
        if is_damped(self._sample.status):
            return False
        self._events.say(TrialEvent.WARN, f"{transition} refused: the robot is on its feet")
        return True

    def _autostart(self) -> None:
        self.destroy_timer(self._start_timer)
        configured = self.trigger_configure() == TransitionCallbackReturn.SUCCESS
        if not configured or self.trigger_activate() != TransitionCallbackReturn.SUCCESS:
            self.exit_code, self.finished = 1, True

    def _attach(self) -> None:
        """Attach to the control process; raises `SharedMemoryError` when there is none."""
        self._channel = attach_channel(self, self._channel_name)
        self._sample = self._channel.make_sample()
        self._beating = start_beating(self, self._channel, "control_node")
        self._health = Record(np.zeros(1, HEALTH_DTYPE))
        self._channel.state.read_into(self._sample.data)
        self._channel.health.read_into(self._health.data)
        self._stop = Record(np.zeros(1, STOP_DTYPE))
        self._events = EventTopic(self, self._channel)
        self._gate = CommandGate(self, self._channel, self._events)
        self._messages = make_sample_messages(self._channel.info, self._payload_hand)
        self._create_publishers()

    def _create_publishers(self) -> None:
        self._publishers_by_topic = {
            topic.name: self._make_publisher(find_message_type(topic.type_name), topic.relative_name, topic_qos(topic))
            for topic in self._messages.topics
        }
        self._clock_publisher: Any = None
        if self._publishes_clock:
            self._clock_publisher = self._make_publisher(ClockMessage, "/clock", to_rclpy(CLOCK))
        self._diagnostics = self._make_publisher(DiagnosticArray, DIAGNOSTICS.relative_name, topic_qos(DIAGNOSTICS))
        description = ROBOT_DESCRIPTION
        self._description = self._make_publisher(String, description.relative_name, topic_qos(description))
        self._sequence = 0

    def _make_publisher(self, *arguments: Any) -> Any:
        self._publishers_made.append(self.create_lifecycle_publisher(*arguments))
        return self._publishers_made[-1]

    def _publish_sample(self) -> None:
        """The newest sample on every topic that is heard, if there is a new one; the clock with it."""
        channel = self._channel
        if channel is None:
            return
        ended = channel.ended
        sequence = channel.state.sequence
        if sequence != self._sequence:
            self._sequence = channel.state.read_into(self._sample.data)
            civil_ns = channel.info.start_time_ns + int(self._sample.state.time_ns)
            if self._clock_publisher is not None:
                self._clock_publisher.publish(ClockMessage(clock=to_stamp(civil_ns)))
            for topic, data in self._messages.encode(self._sample.data, self._has_listeners):
                self._publishers_by_topic[topic.name].publish(data)
            self._path_input.update(self._sample.status)
        if ended:
            self._end_with_control_process(channel.end_reason)

    def _has_listeners(self, topic: Topic) -> bool:
        """A topic that nobody hears is not encoded."""
        return bool(self._publishers_by_topic[topic.name].get_subscription_count())

    def _end_with_control_process(self, reason: str) -> None:
        self._publish_diagnostics()
        if reason:
            self.get_logger().error(f"control process ended: {reason}")
            self.exit_code = 1
        self.finished = True

    def _publish_diagnostics(self) -> None:
        channel = self._channel
        if channel is None or self._events is None or channel.state.sequence == 0:
            return
        channel.health.read_into(self._health.data)
        channel.stop.read_into(self._stop.data)
        offers = (self._velocity_input.offers, self._path_input.offers)
        for problem in [problem for watch in offers for problem in watch.find_new()]:
            self._events.say(TrialEvent.WARN, problem)
        armed_by = bytes(self._stop.who.item()).decode(errors="ignore")
        message = DiagnosticArray()
        message.header.stamp = to_stamp(channel.info.start_time_ns + int(self._sample.state.time_ns))
        message.status = [
            describe_loop(self._sample, self._health),
            describe_controller(self._sample),
            describe_recording(self._health),
            describe_battery(self._sample),
            describe_stop(self._sample, armed_by),
            self._gate.describe(offers),
        ]
        self._diagnostics.publish(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the executable `control_node`."""
    return run_node(ControlNode, arguments)


if __name__ == "__main__":
    sys.exit(main())

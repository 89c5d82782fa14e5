"""Whether somebody's command counts now, and saying why it does not: whoever drives must not wonder."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from robot_trials.nodes.common.diagnostics import make_status
from robot_trials.nodes.common.event_topic import EventTopic
from robot_trials.nodes.common.offers import OfferWatch
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import HEALTH_DTYPE, STOP_DTYPE
from robot_trials.runtime.channel.trial_link import Following
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import describe_triggers
from robot_trials_control.records import Record
from robot_trials_msgs.msg import TrialEvent

REPEAT_S = 10.0
"""Time after which the same reason is told again in an event [s]."""
RECENT_S = 10.0
"""Time for which /diagnostics warns of a command that was ignored [s]."""
FOLLOWED = {
    Following.TRIAL: "a trial runs",
    Following.SAFE_CONTINUATION: "a trial went quiet and may come back",
    Following.ENDING: "the control process was told to end",
}


class CommandGate:
    """Judges commands by what the control process follows and by the stop ladder.

    Args:
        node: owner, for the log.
        channel: of the robot.
        events: of the node.
    """

    def __init__(self, node: Node, channel: Channel, events: EventTopic) -> None:
        self._node, self._channel, self._events = node, channel, events
        self._sample = channel.make_sample()
        self._health = Record(np.zeros(1, HEALTH_DTYPE))
        self._stop = Record(np.zeros(1, STOP_DTYPE))
        self._ignored: Counter[str] = Counter()
        self._told: dict[str, tuple[str, float]] = {}
        self._last = ("", -RECENT_S)

    def lets_pass(self, topic: str) -> bool:
        """Whether a command that came on `topic` counts; if not, it is said why."""
        reason = self._find_reason()
        if not reason:
            return True
        self.note_ignored(topic, reason)
        return False

    def note_ignored(self, topic: str, reason: str) -> None:
        """A command is ignored."""
        now, text = time.monotonic(), f"{topic}: {reason}; ignored"
        self._ignored[topic] += 1
        self._last = (text, now)
        self._node.get_logger().warning(text, throttle_duration_sec=1.0)
        before, told_at = self._told.get(topic, ("", 0.0))
        if reason != before or now - told_at > REPEAT_S:
            self._told[topic] = (reason, now)
            self._events.say(TrialEvent.WARN, text)

    def describe(self, offers: Sequence[OfferWatch]) -> DiagnosticStatus:
        """Commands that were ignored, and publishers that are not heard."""
        text, at = self._last
        unheard = [problem for watch in offers for problem in watch.problems]
        values: dict[str, object] = {f"{topic}_ignored": count for topic, count in self._ignored.items()}
        values |= {"last_ignored": text, "not_heard": "; ".join(unheard)}
        if unheard:
            return make_status("control: commands", DiagnosticStatus.WARN, unheard[0], values)
        if time.monotonic() - at < RECENT_S:
            return make_status("control: commands", DiagnosticStatus.WARN, text, values)
        return make_status("control: commands", DiagnosticStatus.OK, "none ignored lately", values)

    def _find_reason(self) -> str:
        """Why no command counts now; empty when one does."""
        channel = self._channel
        channel.state.read_into(self._sample.data)
        channel.health.read_into(self._health.data)
        channel.stop.read_into(self._stop.data)
        status = self._sample.status
        if int(status.stop_rung) >= Rung.STAND:
            return f"a stop is in force ({describe_triggers(int(status.stop_triggers))})"
        if int(self._stop.inputs) == 0:
            return "nobody listens for stops: stop_node is not there"
        return FOLLOWED.get(Following(int(self._health.following)), "")

"""What a trial says at its ticks, and how often: the same in both hosts, whoever ticks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from robot_trials.telemetry import topics
from robot_trials.telemetry.messages.frames import FrameNames
from robot_trials.telemetry.messages.message import Message
from robot_trials.telemetry.messages.said import RequestKind, StopRequest, make_map_to_odom, make_stop_request
from robot_trials.telemetry.messages.template import MessageTemplate, RecordTopic, Source
from robot_trials_control.records import Record, motion_command_fields

MAP_PERIOD_NS = 100_000_000
"""Between two messages of map → odom: 10 Hz, as often as the head camera looks; nothing else moves it [ns]."""
TRIAL = "trial"
"""Source of the stops that a trial asks for itself."""
_PATHS = {"hand_orientation_xyzw": "hand_orientation"}
"""Fields of the record that the message names otherwise."""


class TrialTickMessages:
    """Makes the messages of one trial tick after another.

    The motion command is said at every tick, 50 Hz: hands and walk targets change at most ticks, it is a hundredth of
    what a bag holds, and a command that is missing then means a trial that did not tick rather than one that wants the
    same.

    Args:
        frames: names for the headers.
        start_time_ns: civil time of trial time 0, since 1970 [ns].
    """

    def __init__(self, frames: FrameNames, start_time_ns: int) -> None:
        self._frames, self._start_time_ns = frames, start_time_ns
        self._command = MessageTemplate(make_motion_topic(frames))
        self._map_ns: int | None = None
        self._asked = 0

    def make(self, time_ns: int, map_to_odom: Sequence[float], command: Record) -> Iterator[Message]:
        """Messages of a tick.

        Args:
            time_ns: of the control sample the trial saw, since the trial's start [ns].
            map_to_odom: where odom lies in the map: x, y [m], yaw [rad].
            command: the motion command that the trial has filled in.
        """
        civil_ns = self._start_time_ns + time_ns
        yield Message(topics.MOTION_COMMAND, civil_ns, self._command.fill(command.data, civil_ns))
        fresh = int(command.stop_asked) & ~self._asked
        self._asked = int(command.stop_asked)
        if fresh:
            yield make_stop_request(civil_ns, StopRequest(RequestKind.STOP, TRIAL, triggers=fresh))
        if self._map_ns is None or not 0 <= time_ns - self._map_ns < MAP_PERIOD_NS:
            self._map_ns = time_ns
            yield make_map_to_odom(civil_ns, self._frames, map_to_odom)


def make_motion_topic(frames: FrameNames) -> RecordTopic:
    """The motion command as a topic."""
    columns = {_PATHS.get(name, name): _take(name) for name, *_ in motion_command_fields()}
    return RecordTopic(topics.MOTION_COMMAND, {"header": {"frame_id": frames.odom}}, columns)


def _take(name: str) -> Source:
    return lambda commands: commands[name]

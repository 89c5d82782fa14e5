"""Messages about control samples for the graph, as those of the bag."""

from __future__ import annotations

from robot_trials.runtime.channel.info import ChannelInfo
from robot_trials.telemetry.messages.frames import FrameNames
from robot_trials.telemetry.messages.sample_messages import SampleMessages
from robot_trials.telemetry.topics import TRUE_ODOM, TRUE_STATE

NOT_ON_THE_GRAPH = frozenset({TRUE_ODOM.name, TRUE_STATE.name})
"""Topics of the bag that no node publishes: a simulator's truth is for verdicts and logs only."""


def make_frame_names(info: ChannelInfo) -> FrameNames:
    """Coordinate frames of the robot behind a channel, as messages name them."""
    return FrameNames.from_roles(info.frames)


def make_sample_messages(info: ChannelInfo, payload_hand: int) -> SampleMessages:
    """What a node publishes of the control samples of the robot behind a channel."""
    frames = make_frame_names(info)
    return SampleMessages(info.joint_names, frames, payload_hand, info.start_time_ns, NOT_ON_THE_GRAPH)

"""The one place where what is recorded and published becomes messages: values, stamps, frames and rates.

Both hosts and every node take their messages from here, as serialised bytes, so that the same sample, event or
picture is the same message wherever it is said.
"""

from robot_trials.telemetry.messages.frames import FrameNames
from robot_trials.telemetry.messages.message import Message

__all__ = ["FrameNames", "Message"]

"""Recording and reading trials: rosbag2 directories with MCAP storage.

`TrialRecorder` writes one, `read_bag` reads one into arrays, `repair_bag` mends one whose writer was killed.
"""

from robot_trials.telemetry.bag.reader import Bag, read_bag
from robot_trials.telemetry.bag.repair import repair_bag
from robot_trials.telemetry.disk import check_space, estimate_size
from robot_trials.telemetry.errors import BagError, DiskFullError, MessageError
from robot_trials.telemetry.identity import TrialIdentity, make_identity
from robot_trials.telemetry.messages import FrameNames
from robot_trials.telemetry.recorder import TrialRecorder

__all__ = [
    "Bag",
    "BagError",
    "DiskFullError",
    "FrameNames",
    "MessageError",
    "TrialIdentity",
    "TrialRecorder",
    "check_space",
    "estimate_size",
    "make_identity",
    "read_bag",
    "repair_bag",
]

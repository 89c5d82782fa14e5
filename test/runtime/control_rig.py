"""This process in the place of a robot's trial: attached to a control process, it receives samples and answers."""

import contextlib
import threading
import time

import numpy as np

from robot_trials.runtime.channel.beats import BeatWriter
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import HEALTH_DTYPE, HEARTBEAT_DTYPE, STOP_DTYPE
from robot_trials.runtime.channel.shared_memory import SharedMemoryError
from robot_trials.runtime.channel.trial_link import Following, TrialPort
from robot_trials_control.records import MotionMode, Record, make_motion_command

BEAT_PERIOD_S = 0.005
PATIENCE_S = 60.0
"""What has not happened after so long never will; far more than a busy machine needs to start a process."""


class Rig:
    """A robot of a control process of doubles and this process attached to it in the trial's place.

    It is also who listens for stops and who supervises, on a thread of its own; `pulse` ends their signs of life.
    """

    def __init__(self, process, name, timeout_s=PATIENCE_S, pulse=("stop_node", "safety_node")):
        self.process = process
        self.channel = Channel.attach(name, timeout_s)
        self.channel.state, self.channel.command  # noqa: B018  attach now: the files go when the process ends
        self.port = TrialPort(self.channel)
        self.command = make_motion_command()
        self.health = Record(np.zeros(1, HEALTH_DTYPE))
        self.seen = []
        self.stop, self.heartbeat = Record(np.zeros(1, STOP_DTYPE)), Record(np.zeros(1, HEARTBEAT_DTYPE))
        self.writing = threading.Lock()
        self.pulse = {node: BeatWriter(self.channel, node) for node in pulse}
        self.channel.stop, self.channel.heartbeat  # noqa: B018
        self.beat()
        self.closing = threading.Event()
        self.beating = threading.Thread(target=self._beat_on, daemon=True)
        self.beating.start()

    def beat(self):
        """Signs of life of those that have a pulse, with all they ask for."""
        with self.writing:
            for node, writer in list(self.pulse.items()):
                record, count, cell = {
                    "stop_node": (self.stop, self.stop.inputs, self.channel.stop),
                    "safety_node": (self.heartbeat, self.heartbeat.count, self.channel.heartbeat),
                }[node]
                count[...] += 1
                writer.beat()
                cell.write(record.data)

    def close(self):
        """End every pulse, detach; idempotent."""
        self.closing.set()
        self.beating.join()
        self.channel.close()

    def _beat_on(self):
        """Until closed, or until the control process has taken a segment away with it."""
        with contextlib.suppress(SharedMemoryError):
            while not self.closing.wait(BEAT_PERIOD_S):
                self.beat()

    def tick(self, mode=MotionMode.STAND, active=True, timeout_s=PATIENCE_S):
        """One trial tick: receive, answer."""
        assert self.port.wait_for_tick(timeout_s, lambda sample: self.seen.append(int(sample.timing.tick)))
        self.command.mode[...] = mode
        self.command.walk_speed[...] = 0.5
        self.command.sequence[...] += 1
        self.port.answer(self.command, active)

    def newest(self):
        """The newest control sample."""
        sample = self.channel.make_sample()
        self.channel.state.read_into(sample.data)
        return sample

    def following(self):
        """Whose command is in force."""
        self.channel.health.read_into(self.health.data)
        return Following(int(self.health.following))

    def finish(self, timeout_s=PATIENCE_S):
        """Exit code and what it said."""
        _, errors = self.process.communicate(timeout=timeout_s)
        return self.process.returncode, errors


def wait_for_following(rig, following, timeout_s=0.1):
    """Whether `following` is in force within `timeout_s`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if rig.following() == following:
            return True
        time.sleep(0.001)
    return False

"""This process in the place of a robot's trial: attached to a control process, it receives samples and answers."""

import time

import numpy as np

from robot_trials.runtime.channel import HEALTH_DTYPE, Channel
from robot_trials.runtime.trial_link import Following, TrialPort
from robot_trials_control.records import MotionMode, Record, make_motion_command


class Rig:
    """A robot of a control process of doubles and this process attached to it in the trial's place."""

    def __init__(self, process, name, timeout_s=10.0):
        self.process = process
        self.channel = Channel.attach(name, timeout_s)
        self.channel.state, self.channel.command  # noqa: B018  attach now: the files go when the process ends
        self.port = TrialPort(self.channel)
        self.command = make_motion_command()
        self.health = Record(np.zeros(1, HEALTH_DTYPE))
        self.seen = []

    def tick(self, mode=MotionMode.STAND, active=True, timeout_s=5.0):
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

    def finish(self, timeout_s=10.0):
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

"""The control process's half of the exchange with a trial: whose command is in force, and what when it goes quiet.

Every few control ticks (one trial tick) the control process publishes its samples and asks `TrialLink.choose_command`.
In lockstep it waits before that (`wait_for_answers`) for the trial's answer to the trial tick before, so that the trial
thinks while the world goes on; at a real-time factor it takes the newest answer and counts ticks.
When a running trial goes quiet, its last command is continued safely: the robot finishes its step and stands, hands as
they are. With no trial running, the control node may drive the robot by a velocity or a target; without, it stands.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import DRIVE_DTYPE, DRIVE_TO, make_exchange
from robot_trials_control.records import MotionMode, PayloadMode, Record, make_motion_command

LEAD_EXCHANGES = 1
"""Trial ticks by which a world in lockstep may be ahead of the newest answer: 20 ms of simulated time, about what an
answer takes on a robot. With 0 the world stands still while the trial thinks."""
POLL_S = 0.0002
"""Time between two looks at shared memory while the world waits for an answer."""
IDLE_POLL_S = 0.002
"""The same while no trial runs."""
SAMPLE_POLL_S = 0.002
"""Time between two looks of a trial that waits for samples: short beside the 8 ms that ten control ticks take."""
LOCKSTEP_TIMEOUT_S = 3.0
"""Wall time after which a trial that owes an answer counts as quiet: its slowest tick takes some 10 ms."""
QUIET_TICKS = 250
"""The same at a real-time factor, in control ticks: 0.5 s at 500 Hz."""
DRIVE_TIMEOUT_NS = 500_000_000
"""A velocity command older than this no longer counts: whoever drives must repeat it."""


class Following(enum.IntEnum):
    """Whose command is in force."""

    NOBODY = 0  # stands
    TRIAL = 1
    DRIVE = 2
    SAFE_CONTINUATION = 3  # a trial went quiet
    ENDING = 4  # told to end: stands


class Need(enum.Enum):
    """What a robot needs of a world in lockstep."""

    NOTHING = 0  # may be held
    TIME = 1  # the world must go on
    ANSWER = 2  # the world must wait for this robot's trial, or for who listens for its stops


class TrialLink:
    """Chooses the motion command for the next control ticks.

    Attributes:
        command: the motion command in force; the control loop reads it.
        following: whose it is.
        quiet_takeovers: times a running trial went quiet.
        may_drive: somebody listens for stops; without, nobody drives by a velocity or a target.
    """

    def __init__(self, channel: Channel, lockstep: bool, timeout_s: float = LOCKSTEP_TIMEOUT_S) -> None:
        self.command: Record = make_motion_command()
        self.command.mode[...] = MotionMode.STAND
        self.following = Following.NOBODY
        self.quiet_takeovers = 0
        self.may_drive = True
        self._channel = channel
        self._lockstep = lockstep
        self._timeout_s = timeout_s
        self._lead_ticks = LEAD_EXCHANGES * channel.info.ticks_per_exchange
        self._exchange = make_exchange()
        self._seen = 0
        self._drive = np.zeros(1, DRIVE_DTYPE)
        self._deadline, self._quiet = 0.0, False
        self._answered_at = 0.0

    def begin_wait(self) -> None:
        """A world in lockstep begins to wait for this trial tick's answer."""
        self._deadline = time.monotonic() + self._timeout_s
        self._quiet = self.following == Following.SAFE_CONTINUATION

    def find_need(self, tick: int, settled: bool, is_asked: Callable[[], bool] = lambda: False) -> Need:
        """What the robot needs of a world in lockstep after control tick `tick`.

        A trial that runs needs to be waited for until it has answered up to the lead or has gone quiet. While none
        runs, nobody drives and the robot is `settled`, standing or damped, the world may be held until somebody asks
        for something, `is_asked()`.
        """
        if self._read_exchange():
            self._quiet = False
        if self.trial_runs:
            answered = int(self._exchange.tick) >= tick - self._lead_ticks
            return Need.TIME if answered or self._quiet or time.monotonic() > self._deadline else Need.ANSWER
        return Need.TIME if is_asked() or not settled or self._drive_is_fresh() else Need.NOTHING

    def choose_command(self, tick: int, ending: bool) -> None:
        """Update `command` and `following` after control tick `tick`; `ending`: the process was told to end."""
        self._read_exchange()
        if ending:
            self._stand(Following.ENDING)
        elif self.trial_runs:
            self._follow_trial(tick)
        elif not self._follow_drive():
            self._stand(Following.NOBODY)

    @property
    def trial_runs(self) -> bool:
        """Whether the newest exchange says that a trial runs."""
        return self._seen > 0 and bool(self._exchange.active)

    @property
    def trial_answers(self) -> bool:
        """Whether a trial runs and has answered a while ago at most, however far it is behind."""
        return self.trial_runs and time.monotonic() - self._answered_at < LOCKSTEP_TIMEOUT_S

    def _read_exchange(self) -> bool:
        """Take the newest exchange; True when it is a new one."""
        cell = self._channel.command
        if cell.sequence == self._seen:
            return False
        self._seen = cell.read_into(self._exchange.data)
        self._answered_at = time.monotonic()
        return True

    def _follow_trial(self, tick: int) -> None:
        behind = tick - int(self._exchange.tick)
        if behind > (self._lead_ticks if self._lockstep else QUIET_TICKS):
            if self.following != Following.SAFE_CONTINUATION:
                self.quiet_takeovers += 1
            self._stand(Following.SAFE_CONTINUATION)
            return
        self.command.data[...] = self._exchange.command.data
        self.following = Following.TRIAL

    def _drive_is_fresh(self) -> bool:
        if self._channel.drive.sequence == 0 or not self.may_drive:
            return False
        self._channel.drive.read_into(self._drive)
        return time.monotonic_ns() - int(self._drive["monotonic_ns"][0]) < DRIVE_TIMEOUT_NS

    def _follow_drive(self) -> bool:
        if not self._drive_is_fresh():
            return False
        if self._drive["kind"][0] == DRIVE_TO:
            self.command.mode[...] = MotionMode.WALK_TO
            self.command.walk_target[...], self.command.walk_speed[...] = (
                self._drive["target"][0],
                self._drive["speed"][0],
            )
        else:
            self.command.mode[...] = MotionMode.WALK_VELOCITY
            self.command.walk_velocity[...] = self._drive["velocity"][0]
        self.command.sequence[...] = int(self.command.sequence) + 1
        self.following = Following.DRIVE
        return True

    def _stand(self, following: Following) -> None:
        """The safe continuation of whatever was asked: finish the step, stand, keep hands and payload as they are.

        Whoever asked for a stop is gone with it, and the ladder keeps what it was asked for. Whether a person may hold
        the load stays as it was said last.
        """
        self.following = following
        self.command.stop_asked[...] = 0
        if int(self.command.mode) in (MotionMode.STAND, MotionMode.DAMPED):
            return
        self.command.mode[...] = MotionMode.STAND
        if int(self.command.payload_mode) == PayloadMode.TRACK:
            self.command.payload_mode[...] = PayloadMode.HOLD
        self.command.sequence[...] = int(self.command.sequence) + 1


class Waiting(Protocol):
    """A robot whose trial a world in lockstep may have to wait for."""

    def begin_wait(self) -> None:
        """The wait begins."""

    def find_need(self) -> Need:
        """What the robot needs now."""


def wait_for_answers(
    robots: Sequence[Waiting], should_end: Callable[[], bool], on_look: Callable[[], None] = lambda: None
) -> None:
    """Hold a world in lockstep until nobody is waited for and some robot needs time to pass; `on_look()` every time."""
    for robot in robots:
        robot.begin_wait()
    while not should_end():
        needs = [robot.find_need() for robot in robots]
        waits = Need.ANSWER in needs
        if not waits and Need.TIME in needs:
            return
        time.sleep(POLL_S if waits else IDLE_POLL_S)
        on_look()


class TrialPort:
    """The trial's half: receives every control sample, answers each trial tick.

    Attributes:
        sample: the newest control sample received.
    """

    def __init__(self, channel: Channel) -> None:
        self.sample: Record = channel.make_sample()
        self._channel = channel
        self._exchange = make_exchange()
        self._ticks = channel.info.ticks_per_exchange
        self._waiting_max = self._ticks * (1 + LEAD_EXCHANGES if channel.info.lockstep else 1)

    @property
    def tick(self) -> int:
        """Control tick of `sample`."""
        return int(self.sample.timing.tick)

    def wait_for_tick(self, timeout_s: float, on_sample: Callable[[Record], None]) -> bool:
        """Receive control samples, each shown to `on_sample`, until a trial tick is complete.

        In lockstep no trial tick is left out but by a trial that had gone quiet; otherwise the newest one counts.

        Args:
            timeout_s: longest wait [s].
            on_sample: must copy what it keeps.

        Returns:
            True when `sample` is the last one of a trial tick; False after `timeout_s` [s].
        """
        deadline = time.monotonic() + timeout_s
        ring = self._channel.trial
        while True:
            while ring.pop_into(self.sample.data):
                on_sample(self.sample)
                if self.tick % self._ticks == 0 and len(ring) < self._waiting_max:
                    return True
            if time.monotonic() > deadline:
                return False
            time.sleep(SAMPLE_POLL_S)

    def answer(self, command: Record, active: bool) -> None:
        """Send the motion command that answers the newest sample; `active` False says that no trial runs."""
        self._exchange.tick[...] = self.tick
        self._exchange.active[...] = active
        self._exchange.command.data[...] = command.data
        self._channel.command.write(self._exchange.data)

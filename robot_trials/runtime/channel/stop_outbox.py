"""The stop node's half of the exchange with the stop ladder: what is asked for, by a record that outlives the node."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import HEALTH_DTYPE, OBSTACLE_BYTES, STOP_DTYPE, WHO_BYTES
from robot_trials.safety.stop_requests import Refusal
from robot_trials.safety.stop_triggers import describe_triggers
from robot_trials_control.records import Record

ANSWER_TIMEOUT_S = 5.0
"""Time the control process has to judge an act: a world in lockstep may wait 3 s for a trial before it goes on."""
ACT_COUNTS_S = 4.0
"""Time after which an act that the control process has not seen is none: none takes effect after it was refused."""
REASONS = {
    Refusal.NO_STOP: "nothing is stopped",
    Refusal.UNSETTLED: "the robot has not arrived at the end of its stop yet",
    Refusal.NOT_WAITING: "nothing keeps the robot from lowering itself",
}


@dataclass(frozen=True)
class Judgement:
    """What became of an act.

    Attributes:
        success: it had its effect.
        reason: why not.
    """

    success: bool
    reason: str = ""


class StopOutbox:
    """Writes the cell `stop`. What a stop node before this one was asked for stays asked for; counts only grow."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._record = Record(np.zeros(1, STOP_DTYPE))
        self._health = Record(np.zeros(1, HEALTH_DTYPE))
        self.continues = channel.stop.read_into(self._record.data) > 0
        self._deadline: float | None = None
        self._was_asked = False

    @property
    def stop_asked(self) -> bool:
        """Whether an emergency stop is asked for."""
        return bool(self._record.e_stop)

    @property
    def armed_by(self) -> str:
        """Who let the robot move again last; empty before that."""
        return bytes(self._record.who.item()).decode(errors="ignore")

    @property
    def asked(self) -> int:
        """Triggers that are called for, bit set of `Trigger`."""
        return int(self._record.asked)

    @property
    def buttons(self) -> int:
        """Buttons that have been alive, bit set."""
        return int(self._record.buttons)

    @property
    def acting(self) -> bool:
        """Whether an act has not been judged yet."""
        return self._deadline is not None

    def beat(self) -> None:
        """A sign of life: somebody listens for stops."""
        self._record.inputs[...] += 1
        self._write()

    def ask_stop(self) -> bool:
        """Ask for an emergency stop, at once; True when none was asked for."""
        fresh = not self._record.e_stop
        self._record.e_stop[...] = 1
        self._write()
        return fresh

    def set_found(self, asked: int, buttons: int, obstacle: str) -> None:
        """What the next sign of life says: triggers, buttons that have been alive, why no trial may start."""
        self._record.asked[...], self._record.buttons[...] = asked, buttons
        self._record.obstacle[...] = obstacle.encode()[:OBSTACLE_BYTES]

    def begin_act(self, name: str, now: float) -> None:
        """Act as a person asks, `rearm` or `lower`, at `now` [s]; `judge_act` says what became of it."""
        self._was_asked = self.stop_asked
        if name == "rearm":
            self._record.e_stop[...] = 0
        getattr(self._record, name)[...] += 1
        self._deadline = now + ANSWER_TIMEOUT_S
        self._record.act_ends_ns[...] = round((now + ACT_COUNTS_S) * 1e9)
        self._write()

    def judge_act(self, now: float) -> Judgement | None:
        """What became of the act under way at `now` [s]; None as long as the control process has not judged it."""
        assert self._deadline is not None
        health, wanted = self._health, int(self._record.rearm) + int(self._record.lower)
        self._channel.health.read_into(health.data)
        if int(health.acts) >= wanted:
            refused = Refusal(int(health.act_refused))
            return self._end_act(Judgement(not refused, describe_refusal(refused, int(health.act_triggers))))
        if self._channel.ended:
            return self._end_act(Judgement(False, "the control process has ended"))
        if now > self._deadline:
            return self._end_act(Judgement(False, f"the control process has not answered for {ANSWER_TIMEOUT_S:g} s"))
        return None

    def note_armed_by(self, who: str) -> None:
        """Keep who let the robot move again."""
        self._record.who[...] = who.encode()[:WHO_BYTES]
        self._write()

    def _end_act(self, judgement: Judgement) -> Judgement:
        """A stop that an act without effect meant to end stays asked for."""
        self._deadline = None
        if not judgement.success and self._was_asked:
            self._record.e_stop[...] = 1
            self._write()
        return judgement

    def _write(self) -> None:
        self._channel.stop.write(self._record.data)


def describe_refusal(refused: Refusal, triggers: int) -> str:
    """Why an act had no effect, in words."""
    reasons = [text for flag, text in REASONS.items() if flag & refused]
    if refused & Refusal.TRIGGER:
        reasons.insert(0, f"a reason to stop is still there: {describe_triggers(triggers)}")
    return "; ".join(reasons)

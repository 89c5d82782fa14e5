"""What people and supervisors outside ask of the stop ladder: one record, newest wins.

It goes through shared memory into the control process, or stays in one process with the loop. Whoever fills it in
(e-stop service, topic, button, supervisor) changes its own fields and leaves the others: the counters only grow,
so that a repeated or an old record asks for nothing new.
"""

from __future__ import annotations

import enum

import numpy as np

from robot_trials_control.records import Field, Record, make_record

STOP_REQUEST_FIELDS: list[Field] = [
    ("rearm", "i8"),  # counts human acts of re-arming; growth after every trigger is gone lifts a stop
    ("lower", "i8"),  # counts human acts of letting a robot lower itself although somebody may hold its load
    ("heartbeat", "i8"),  # counts signs of life of the supervisor; grows at least every `heartbeat_timeout`
    ("inputs", "i8"),  # counts signs of life of who listens for stops; as `heartbeat`
    ("asked", "u4"),  # triggers that whoever watches from outside calls for now: bit set of `Trigger`
    ("e_stop", "u1"),  # 1 while the stop is asked for; the ladder latches it
    ("heartbeat_required", "u1"),  # 1 while a supervisor must be alive; its first beat arms the watchdog
    ("inputs_required", "u1"),  # 1 while somebody must listen for stops; the first beat arms the watchdog
]
"""Requests to the stop ladder. All zero asks for nothing."""

STOP_REQUEST_DTYPE = np.dtype(STOP_REQUEST_FIELDS, align=True)
"""The same as a NumPy type, for a shared-memory cell."""


STOPPED, ARMED, LOWERED = "emergency stop", "armed again by", "let down by"
"""How what people did is told, each followed by the way or the person."""


class Refusal(enum.IntFlag):
    """Why an act of a person on a stop has no effect."""

    NONE = 0
    NO_STOP = 1  # nothing is stopped
    TRIGGER = 2  # a reason to stop is still there
    UNSETTLED = 4  # the robot has not arrived on its rung yet
    NOT_WAITING = 8  # to lower it: nothing keeps it from lowering itself


def make_stop_requests() -> Record:
    """Allocate a record that asks for nothing."""
    return make_record(STOP_REQUEST_FIELDS)

"""What may call for a stop, by name; `stop_detection` reads it from the sensors."""

from __future__ import annotations

import enum


class Trigger(enum.IntFlag):
    """Why the stop ladder is entered."""

    NONE = 0
    E_STOP = 1
    HEARTBEAT = 2
    TILT = 4
    CAPTURE_POINT = 8
    TEMPERATURE = 16
    STRAIN = 32  # torque-time budget
    LATE = 64  # control ticks
    STALE = 128  # sensors silent
    NOT_FINITE = 256
    FALLEN = 512
    WARM = 1024  # mild forms of temperature, strain and lateness: only slower
    STRAINED = 2048
    SLUGGISH = 4096
    INPUTS = 8192  # nobody listens for stops any more
    BUTTON = 16384  # a stop button is silent
    SOURCES = 32768  # two say the same thing
    GEOFENCE = 65536
    OVERSPEED = 131072
    WINDOW = 262144  # the permit's time is over


MILD = Trigger.WARM | Trigger.STRAINED | Trigger.SLUGGISH
"""Triggers that end by themselves."""


def describe_triggers(triggers: int) -> str:
    """Triggers in words, as a person would say them."""
    return ", ".join(WORDS[trigger] for trigger in WORDS if trigger & triggers)


WORDS = {
    Trigger.E_STOP: "emergency stop",
    Trigger.HEARTBEAT: "supervisor silent",
    Trigger.TILT: "tilted",
    Trigger.CAPTURE_POINT: "capture point out of reach",
    Trigger.TEMPERATURE: "drive too hot",
    Trigger.STRAIN: "drive strained for too long",
    Trigger.LATE: "control ticks late",
    Trigger.STALE: "sensors silent",
    Trigger.NOT_FINITE: "sensors read no number",
    Trigger.FALLEN: "fallen",
    Trigger.WARM: "drive warm",
    Trigger.STRAINED: "drive strained",
    Trigger.SLUGGISH: "some control ticks late",
    Trigger.INPUTS: "stop inputs silent",
    Trigger.BUTTON: "stop button silent",
    Trigger.SOURCES: "data from two sources",
    Trigger.GEOFENCE: "left the permitted area",
    Trigger.OVERSPEED: "faster than permitted",
    Trigger.WINDOW: "permit's time over",
}

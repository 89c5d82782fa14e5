"""Times of messages: civil nanoseconds of the scenario, never the machine's date."""

from __future__ import annotations

from builtin_interfaces.msg import Time

NANOSECONDS = 1_000_000_000


def to_stamp(civil_ns: int) -> Time:
    """Nanoseconds since 1970 as a message."""
    return Time(sec=civil_ns // NANOSECONDS, nanosec=civil_ns % NANOSECONDS)


def from_stamp(stamp: Time) -> int:
    """A message's time in nanoseconds since 1970."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)

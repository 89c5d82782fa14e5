"""What must be known of a serialised message without decoding it: its stamp, and which transform it carries."""

from __future__ import annotations

import struct

from robot_trials.nodes.stamps import NANOSECONDS

ENCAPSULATION_BYTES = 4
_STAMP = struct.Struct("<iI")
_LENGTH = struct.Struct("<I")


def read_stamp(data: bytes, offset: int = ENCAPSULATION_BYTES) -> int:
    """Civil time of a little-endian CDR message whose stamp lies at `offset`, nanoseconds since 1970.

    Messages that begin with a header or a stamp have it right behind the encapsulation.
    """
    seconds, nanoseconds = _STAMP.unpack_from(data, offset)
    return int(seconds) * NANOSECONDS + int(nanoseconds)


TRANSFORM_OFFSET = ENCAPSULATION_BYTES + _LENGTH.size
"""Where the first transform of a tf2_msgs/TFMessage begins, behind the length of its sequence."""


def read_parent_frame(data: bytes) -> str:
    """Parent frame of the first transform of a serialised tf2_msgs/TFMessage; empty when it has none."""
    if _LENGTH.unpack_from(data, ENCAPSULATION_BYTES)[0] == 0:
        return ""
    start = TRANSFORM_OFFSET + _STAMP.size
    (length,) = _LENGTH.unpack_from(data, start)
    return data[start + _LENGTH.size : start + _LENGTH.size + length - 1].decode()

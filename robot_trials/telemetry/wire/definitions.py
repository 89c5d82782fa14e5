"""Message types: their fields, their schema text and their type hash.

The standard messages come from the `rosbags` type store of ROS 2 Jazzy, so that a host without ROS knows them as well.
Our own come from the `.msg` files of `robot_trials_msgs`, in the checkout or in an installed workspace.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from robot_trials.telemetry.errors import MessageError

OWN_PACKAGE = "robot_trials_msgs"


class MessageDefinitions:
    """Every message type that a bag of this project can hold.

    Args:
        folders: folders with the `.msg` files of `robot_trials_msgs`; the first that has any is read.

    Attributes:
        typestore: the `rosbags` store that knows the types, for its decoder.

    Raises:
        MessageError: none of the folders holds a message file.
    """

    def __init__(self, folders: list[Path]) -> None:
        self.typestore: Typestore = get_typestore(Stores.ROS2_JAZZY)
        files = next((found for folder in folders if (found := sorted(folder.glob("*.msg")))), [])
        if not files:
            searched = ", ".join(str(folder) for folder in folders)
            raise MessageError(f"no .msg files of {OWN_PACKAGE} in any of: {searched}")
        types: dict[str, Any] = {}
        for file in files:
            types.update(get_types_from_msg(file.read_text(encoding="utf-8"), f"{OWN_PACKAGE}/msg/{file.stem}"))
        self.typestore.register(types)

    def fields(self, type_name: str) -> list[tuple[str, Any]]:
        """Name and type node of each field of a message type.

        Args:
            type_name: such as `sensor_msgs/msg/Imu`.

        Raises:
            MessageError: the type is unknown.
        """
        try:
            return self.typestore.fielddefs[type_name][1]
        except KeyError:
            raise MessageError(f"unknown message type {type_name}") from None

    def schema(self, type_name: str) -> bytes:
        """Text of the type and of all types it uses, as MCAP's `ros2msg` encoding wants it."""
        self.fields(type_name)
        return self.typestore.generate_msgdef(type_name, ros_version=2)[0].encode()

    def type_hash(self, type_name: str) -> str:
        """Hash that ROS 2 gives the type, starting with `RIHS01_`."""
        self.fields(type_name)
        return self.typestore.hash_rihs01(type_name)


def message_folders() -> list[Path]:
    """Where the `.msg` files of our own package can lie: checkout first, then sourced workspaces, then this prefix."""
    checkout = Path(__file__).resolve().parents[3] / OWN_PACKAGE / "msg"
    prefixes = [Path(prefix) for prefix in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if prefix]
    shares = [prefix / "share" / OWN_PACKAGE / "msg" for prefix in [*prefixes, Path(sys.prefix)]]
    return [checkout, *shares]


@cache
def load_definitions() -> MessageDefinitions:
    """The message types of this installation, read once."""
    return MessageDefinitions(message_folders())

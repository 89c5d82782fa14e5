"""Message classes by the names that stand in the topic table."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


@cache
def find_message_type(type_name: str) -> Any:
    """The Python class of `package/msg/Name`.

    Raises:
        ModuleNotFoundError: the package is not installed.
        AttributeError: it has no such message.
    """
    package, _, name = type_name.split("/")
    return getattr(import_module(f"{package}.msg"), name)

"""Errors of the controller; each carries the numbers that explain it."""

from __future__ import annotations


class ControlError(Exception):
    """Base of every error this package raises."""


class ModelError(ControlError):
    """The robot description lacks something the controller needs, or disagrees with its parameters."""


class BadSensorReading(ControlError):
    """A sensor reading is not a finite number.

    Attributes:
        field: name of the reading.
        index: position of the first bad element.
        value: the element.
    """

    def __init__(self, field: str, index: int, value: float) -> None:
        super().__init__(f"sensor reading {field}[{index}] = {value} is not finite")
        self.field, self.index, self.value = field, index, value

"""Errors of the project. Each carries the numbers that explain it, not only a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class RobotTrialsError(Exception):
    """Base of every error this project raises on purpose."""


@dataclass(frozen=True)
class ConfigProblem:
    """One thing wrong with the configuration.

    Attributes:
        file: file in which it stands; None for the command line.
        line: line in that file, from 1; None where no line applies.
        key: dotted path of the key; empty for the whole file.
        value: the offending value as written; None where there is none.
        bound: what it should have been, e.g. "must be ≤ 2".
    """

    file: Path | None
    line: int | None
    key: str
    value: object
    bound: str

    def __str__(self) -> str:
        """`site.yaml:3: limits.max_speed: 2.5: must be ≤ 2`, leaving out what is absent."""
        place = _short_path(self.file) if self.file is not None else "command line"
        if self.line is not None:
            place += f":{self.line}"
        parts = [place]
        if self.key:
            parts.append(self.key)
        if self.value is not None:
            parts.append(_shorten(self.value))
        parts.append(self.bound)
        return ": ".join(parts)


class ConfigError(RobotTrialsError):
    """The configuration cannot be used.

    Attributes:
        problems: everything that was found, in the order of the files.
    """

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[tuple[ConfigProblem, ...]]]:
        """Rebuild from the problems when sent to another process."""
        return ConfigError, (self.problems,)


class UnknownKindError(RobotTrialsError):
    """A kind of trial that is not installed, or that cannot be loaded."""


class FaultError(RobotTrialsError):
    """Something went wrong while running; the base of errors with named numbers.

    Attributes:
        reason: one sentence.
        numbers: name → number behind it, with the unit in the name or the sentence.
    """

    def __init__(self, reason: str, **numbers: float | int | str) -> None:
        self.reason = reason
        self.numbers = numbers
        details = ", ".join(f"{name} = {_format_number(value)}" for name, value in numbers.items())
        super().__init__(f"{reason} ({details})" if details else reason)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Rebuild with the same numbers when sent to another process."""
        return _rebuild_fault, (type(self), self.reason, self.numbers)


class RobotFault(FaultError):
    """The robot, its simulator or the connection to it no longer answers, or reads nonsense."""


class TrialFault(FaultError):
    """A trial cannot go on."""


class PerceptionFault(FaultError):
    """A picture or an observation cannot be used."""


class TelemetryFault(FaultError):
    """A recording cannot be written or read: disk full, cut file, unknown schema."""


def _short_path(file: Path) -> str:
    """The path as seen from the working folder where it lies below that."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _rebuild_fault(kind: type[FaultError], reason: str, numbers: dict[str, float | int | str]) -> FaultError:
    """Counterpart of `FaultError.__reduce__`: pickle has no keyword arguments."""
    return kind(reason, **numbers)


def _format_number(value: float | int | str) -> str:
    """Numbers short enough to read in a sentence."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _shorten(value: object, length: int = 200) -> str:
    """The value as text on one line, at most `length` characters."""
    text = f"{value:.10g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= length else text[: length - 1] + "…"

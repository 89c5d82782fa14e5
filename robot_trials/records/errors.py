"""What can go wrong with the records."""

from __future__ import annotations

from robot_trials.exceptions import RobotTrialsError


class RecordsError(RobotTrialsError):
    """The database cannot be opened, read or written."""


class RefusedError(RecordsError):
    """An act that the records do not allow, such as an approval by the operator; nothing was written."""


class FencedError(RecordsError):
    """Another coordinator has taken over this database; nothing was written."""

"""The people who watch over trials, when they are on duty, and what they confirm before each start."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from robot_trials.config.calendar import LocalWindows
from robot_trials.config.files.model import StrictModel
from robot_trials.config.site.zones import Name, Text


class MarshalSpec(StrictModel):
    """One person: name, telephone, shifts."""

    title: Text
    phone: str = ""
    shifts: Annotated[list[LocalWindows], Field(min_length=1)]


class MarshalsFile(StrictModel):
    """`marshals.yaml` of a programme.

    Attributes:
        checklist: what is confirmed on the spot before a trial starts.
    """

    checklist: Annotated[list[Text], Field(min_length=1)]
    marshals: dict[Name, MarshalSpec]

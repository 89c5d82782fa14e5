"""For whom a trial runs: what its evidence says beside its configuration."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class GoalFacts:
    """For whom a trial runs, and what the processes that take part had read.

    Attributes:
        goal_id: hexadecimal UUID of the action's goal; empty without one.
        booking: that it fulfils; empty for none.
        configurations: hash of the configuration by process, as each of them saw it.
    """

    goal_id: str = ""
    booking: str = ""
    configurations: Mapping[str, str] = field(default_factory=dict)

    def to_metadata(self) -> dict[str, str]:
        """Key → text, beside those of `TrialIdentity`."""
        seen = {f"configuration_hash:{process}": found for process, found in sorted(self.configurations.items())}
        return {"goal_id": self.goal_id, "booking": self.booking, **seen}

    def to_json(self) -> dict[str, Any]:
        """What `GoalFacts(**…)` takes in another process."""
        return dataclasses.asdict(self)

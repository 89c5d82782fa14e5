"""What a kind gives the report of its trials: words, numbers to show first, plots, tables, and a scene for the replay.

All of it is data; a report draws it. A kind derives from `KindReport` and overrides what it has more to say about. What
it leaves alone, and what fails, is shown as for a trial of no particular kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from robot_trials.kinds.scene import Scene

if TYPE_CHECKING:
    from robot_trials.telemetry import Bag


class Judgement(Protocol):
    """What was decided about a trial, as far as plots and tables need it."""

    def bound(self, name: str) -> float | None:
        """Bound of a criterion; None where there is no such criterion."""

    def figure(self, name: str) -> float | None:
        """A figure by name; None where it was not measured."""


@dataclass(frozen=True)
class Tile:
    """A number at the head of the page; left out where it was not measured.

    Attributes:
        figure: its name in the verdict.
        label: in words.
        unit: of it.
        digits: behind the point.
    """

    figure: str
    label: str
    unit: str
    digits: int


@dataclass(frozen=True)
class Plot:
    """One plot.

    Attributes:
        key: name in the page, of letters, digits and underscores.
        title: what it shows.
        note: how to read it, in a sentence.
        unit: of all its curves.
        times: since the bag's first message [s], shape (n,).
        curves: label → values, each of shape (n,); NaN makes a gap.
        bounds: label → value of horizontal lines; None draws none.

    Raises:
        ValueError: a curve has more or fewer values than there are times.
    """

    key: str
    title: str
    note: str
    unit: str
    times: np.ndarray
    curves: dict[str, np.ndarray]
    bounds: dict[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for label, values in self.curves.items():
            if len(values) != len(self.times):
                raise ValueError(f"plot {self.key}: {label} has {len(values)} values at {len(self.times)} times")


@dataclass(frozen=True)
class Table:
    """A section with a table.

    Attributes:
        key: name in the page, of letters, digits and underscores.
        title: of the section.
        note: how to read it; empty for nothing.
        columns: what stands above each column.
        rows: texts, one for each column; numbers with their unit.
    """

    key: str
    title: str
    note: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class KindReport:
    """The report of a trial of no particular kind; what kinds override.

    Attributes:
        phases: name of a phase → the same in words; where one is missing, its name is made readable.
        tiles: numbers shown first; what every trial has where this is empty.
    """

    phases: ClassVar[Mapping[str, str]] = {}
    tiles: ClassVar[Sequence[Tile]] = ()

    def recognises(self, site: Mapping[str, Any]) -> bool:
        """Whether a recording that names no kind is of this one.

        Args:
            site: what its `/site_description` says; empty where it has none.
        """
        return False

    def make_plots(self, bag: Bag, verdict: Judgement, common: Mapping[str, Plot]) -> Sequence[Plot]:
        """The plots of the page, in their order.

        Args:
            bag: the recording.
            verdict: of the trial.
            common: what every trial has, by key, in the usual order: `tilt`, `margin`, `speed`, `torque`, `payload`,
                `timing`, each only where the bag has numbers for it. Take them over, change them or leave them out.
        """
        return list(common.values())

    def make_tables(self, bag: Bag, verdict: Judgement) -> Sequence[Table]:
        """Further sections, shown behind the plots."""
        return ()

    def make_scene(self, bag: Bag, site: Mapping[str, Any], moments: np.ndarray) -> Scene:
        """What the replay shows beside the robot.

        Args:
            bag: the recording.
            site: what its `/site_description` says, in the map frame; empty where it has none.
            moments: of the replay, since the bag's first message [s], shape (n,); at least one.
        """
        return Scene()

"""Where files name a kind of trial that is not theirs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

SEARCHED = ("robot_trials", "controllers", "launch")
"""Folders that every kind uses."""
NOT_KINDS = ("common", "__pycache__")
"""Folders of `kinds/` that are no kind."""
WORDS = {"relay": ("relay", "torch", "giver", "receiver")}
"""Words that give a kind away; for a kind that stands not here, the name of its folder."""
MAY_STAY = {
    "robot_trials/config/fleet.py": "a robot without a `trial` runs what it always ran: older fleets load",
    "robot_trials/nodes/common/parameters.py": "a node without the parameter `setup` runs what it always ran",
    "launch/torch_relay.launch.py": "its name is an interface: `ros2 launch robot_trials torch_relay.launch.py`",
}
"""Files that may name a kind, each with its reason."""


class Naming(NamedTuple):
    """A file that names a kind.

    Attributes:
        file: from the checkout's root.
        kind: which.
        lines: where.
        reason: why it may; empty where it may not.
    """

    file: str
    kind: str
    lines: list[int]
    reason: str


def list_namings(root: Path) -> list[Naming]:
    """Every Python file that names a kind and lies outside that kind's folder.

    Args:
        root: of a checkout.
    """
    kinds = {**WORDS, **{name: (name,) for name in _list_folders(root) if name not in WORDS}}
    found = []
    for kind, words in kinds.items():
        pattern = compile_words(words)
        for folder in SEARCHED:
            for file in sorted((root / folder).rglob("*.py")):
                name = file.relative_to(root).as_posix()
                lines = [] if name.startswith(f"robot_trials/kinds/{kind}/") else find_lines(file, pattern)
                if lines:
                    found.append(Naming(name, kind, lines, MAY_STAY.get(name, "")))
    return found


def compile_words(words: tuple[str, ...]) -> re.Pattern[str]:
    """Matches words and parts of identifiers: torch, torches, torch_mass, TorchMass; not torchlight or retorch."""
    either = "|".join(words)
    capital = "|".join(word.capitalize() for word in words)
    return re.compile(
        rf"(?<![A-Za-z])(?:{either})(?:e?s)?(?![a-z])"  # torch, receiver_hand
        rf"|(?:{capital})(?:e?s)?(?![a-z])"  # TorchMass, HangingTorch
        rf"|(?<![A-Za-z])(?:{either.upper()})(?:E?S)?(?![A-Za-z])"  # TORCH_MASS
    )


def find_lines(file: Path, pattern: re.Pattern[str]) -> list[int]:
    """Lines of a file, counted from 1, in which a pattern occurs; a file that is named so counts as its first."""
    lines = file.read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, start=1) if pattern.search(line)]
    return found or ([1] if pattern.search(file.stem) else [])


def _list_folders(root: Path) -> list[str]:
    """Kinds that this package brings."""
    kinds = root / "robot_trials" / "kinds"
    return [folder.name for folder in sorted(kinds.glob("*/")) if folder.is_dir() and folder.name not in NOT_KINDS]

"""Files of a channel under /dev/shm: their names, and how those that a killed control process left are removed."""

from __future__ import annotations

from pathlib import Path

from robot_trials.runtime.channel.shared_memory import SHARED_MEMORY_FOLDER, remove_file, remove_if_abandoned


def name_file(channel: str, segment: str) -> str:
    """Name of a segment's file."""
    return f"{_name_all(channel)}.{segment}"


def find_info(channel: str) -> Path:
    """The file in which a control process tells what an attaching process must know."""
    return SHARED_MEMORY_FOLDER / name_file(channel, "info.json")


def remove_channel(name: str) -> None:
    """Remove what a killed control process left behind under /dev/shm; what a living one has made stays."""
    for file in SHARED_MEMORY_FOLDER.glob(f"{_name_all(name)}.*"):
        if file.suffix not in (".json", ".draft"):
            remove_if_abandoned(file)
    info = find_info(name)
    if not set(SHARED_MEMORY_FOLDER.glob(f"{_name_all(name)}.*")) - {info, info.with_suffix(".draft")}:
        for file in (info, info.with_suffix(".draft")):
            remove_file(file)


def remove_abandoned_channels() -> list[str]:
    """Remove what killed control processes left behind under /dev/shm, whatever their names; channels that are gone."""
    files = SHARED_MEMORY_FOLDER.glob(_name_all("*.*"))
    names = sorted({file.name.removeprefix(_name_all("")).split(".")[0] for file in files})
    for name in names:
        remove_channel(name)
    return [name for name in names if not any(SHARED_MEMORY_FOLDER.glob(f"{_name_all(name)}.*"))]


def _name_all(channel: str) -> str:
    return f"robot_trials_{channel}"

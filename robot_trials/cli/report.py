"""The report of a run that was recorded earlier."""

from __future__ import annotations

from pathlib import Path

from robot_trials.exceptions import ConfigError, ConfigProblem

BAG_FOLDER = "bag"


def write_report_of_bag(folder: Path, repair: bool) -> Path:
    """Write `report.html` beside a bag.

    Args:
        folder: rosbag2 directory, or the folder of a run that holds one called `bag`.
        repair: mend a bag that was cut short before reading it.

    Raises:
        ConfigError: there is no bag.
        TelemetryFault: the bag cannot be read.
    """
    from robot_trials.review import write_report
    from robot_trials.telemetry import repair_bag

    bag = folder / BAG_FOLDER if (folder / BAG_FOLDER).is_dir() else folder
    if not any(bag.glob("*.mcap")):
        raise ConfigError([ConfigProblem(bag, None, "", None, "holds no bag (a folder with a .mcap file)")])
    if repair:
        repair_bag(bag)
    return Path(write_report(bag))

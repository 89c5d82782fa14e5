"""The report of a run that was recorded earlier."""

from __future__ import annotations

import sys
from pathlib import Path

from robot_trials.exceptions import ConfigError, ConfigProblem, TelemetryFault

BAG_FOLDER, VERDICT_FILE, RUN_FILE = "bag", "verdict.json", "run.json"


def write_report_of_bag(folder: Path, repair: bool) -> Path:
    """Write `report.html` beside a bag, or for a run without one; a run that nobody is left to end is completed first.

    Args:
        folder: rosbag2 directory, or the folder of a run that may hold one called `bag`.
        repair: mend a bag that was cut short before reading it.

    Raises:
        ConfigError: there is neither a bag nor a verdict.
        TelemetryFault: the verdict cannot be read, the bag not mended, or the run goes on.
    """
    from robot_trials.review import REPORT, complete_run, find_lacks, write_report
    from robot_trials.telemetry import repair_bag

    bag = folder if any(folder.glob("*.mcap")) else folder / BAG_FOLDER
    completion = complete_run(bag.parent)
    if completion is not None:
        print(f"completed {completion.words}", file=sys.stderr)
    elif (bag.parent / RUN_FILE).is_file() and find_lacks(bag.parent) not in ([], [REPORT]):
        raise TelemetryFault(f"{bag.parent}: a process still writes to this run, or completes it")
    if not any(bag.glob("*.mcap")) and not (bag.parent / VERDICT_FILE).is_file():
        raise ConfigError([ConfigProblem(bag, None, "", None, "holds no bag (a folder with a .mcap file)")])
    if repair:
        repair_bag(bag)
    return Path(write_report(bag))

"""A site's programme: where, by whom, under whose eyes and which trials, as written in YAML; see docs/scheduling.md."""

from robot_trials.config.programme.calendar import LocalWindows, Occurrence
from robot_trials.config.programme.fleet import FleetFile, RobotSpec
from robot_trials.config.programme.load import Programme, find_wanted, load_programme, reread_trials
from robot_trials.config.programme.map_frame import MapFrame, MapFrameSpec
from robot_trials.config.programme.marshals import MarshalsFile, MarshalSpec
from robot_trials.config.programme.requests import Wanted
from robot_trials.config.programme.trials import TrialRequest, TrialsFile
from robot_trials.config.programme.zones import CapSpec, ProgrammeSite, ZoneSpec

__all__ = [
    "CapSpec",
    "FleetFile",
    "LocalWindows",
    "MapFrame",
    "MapFrameSpec",
    "MarshalSpec",
    "MarshalsFile",
    "Occurrence",
    "Programme",
    "ProgrammeSite",
    "RobotSpec",
    "TrialRequest",
    "TrialsFile",
    "Wanted",
    "ZoneSpec",
    "find_wanted",
    "load_programme",
    "reread_trials",
]

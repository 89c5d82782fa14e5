"""A site's programme: where, by whom, under whose eyes and which trials, as written in YAML; see docs/scheduling.md."""

from robot_trials.config.calendar import LocalWindows, Occurrence
from robot_trials.config.programme.fleet import FleetFile, RobotSpec
from robot_trials.config.programme.load import Programme, find_wanted, load_programme, reread_trials
from robot_trials.config.programme.marshals import MarshalsFile, MarshalSpec
from robot_trials.config.programme.requests import Wanted
from robot_trials.config.programme.trials import TrialRequest, TrialsFile
from robot_trials.config.site import CapSpec, SiteSpec, ZoneSpec
from robot_trials.config.site.map_frame import MapFrame, MapFrameSpec

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
    "RobotSpec",
    "SiteSpec",
    "TrialRequest",
    "TrialsFile",
    "Wanted",
    "ZoneSpec",
    "find_wanted",
    "load_programme",
    "reread_trials",
]

"""Configuration: YAML under `config/` as typed, checked values; see docs/configuration.md."""

from robot_trials.config.area import Area, find_area
from robot_trials.config.criteria import (
    FALLS_MAX,
    QP_FAILURES_MAX,
    UNWANTED_CONTACTS_MAX,
)
from robot_trials.config.files.document import Document, read_document
from robot_trials.config.files.fill import fill_dataclass, load_parameters
from robot_trials.config.files.identity import canonical_text, hash_configuration
from robot_trials.config.files.model import Loaded, StrictModel, Vector3, load_model
from robot_trials.config.files.search import config_folders, find_config, list_config
from robot_trials.config.fleet import Fleet, FleetMember, FleetSpec, load_fleet, member_from_json
from robot_trials.config.permit import Permit, check_permit
from robot_trials.config.setup import CameraSource, TrialSetup, load_trial_setup
from robot_trials.config.site import Fiducial, Site, SiteSpec, Stance
from robot_trials.config.trial import PhaseSpec, PhasesSpec, Trial

__all__ = [
    "FALLS_MAX",
    "QP_FAILURES_MAX",
    "UNWANTED_CONTACTS_MAX",
    "Area",
    "CameraSource",
    "Document",
    "Fiducial",
    "Fleet",
    "FleetMember",
    "FleetSpec",
    "Loaded",
    "Permit",
    "PhaseSpec",
    "PhasesSpec",
    "Site",
    "SiteSpec",
    "Stance",
    "StrictModel",
    "Trial",
    "TrialSetup",
    "Vector3",
    "canonical_text",
    "check_permit",
    "config_folders",
    "fill_dataclass",
    "find_area",
    "find_config",
    "hash_configuration",
    "list_config",
    "load_fleet",
    "load_model",
    "load_parameters",
    "load_trial_setup",
    "member_from_json",
    "read_document",
]

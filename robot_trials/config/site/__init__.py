"""Where trials are held: the site's file, the course that lies in it, and both as one trial sees them."""

from robot_trials.config.site.course import CourseSpec, LaneSpec, Mark
from robot_trials.config.site.fiducials import TAG_ID_MAX, Fiducial, FiducialsSpec, TagSpec, compute_tag_transform
from robot_trials.config.site.ground import GroundSpec
from robot_trials.config.site.resolve import Region, Site, resolve_site
from robot_trials.config.site.spec import SiteSpec, StopButtonSpec
from robot_trials.config.site.stance import ORIGIN, Stance, StanceSpec
from robot_trials.config.site.zones import CapSpec, ZoneSpec

__all__ = [
    "ORIGIN",
    "TAG_ID_MAX",
    "CapSpec",
    "CourseSpec",
    "Fiducial",
    "FiducialsSpec",
    "GroundSpec",
    "LaneSpec",
    "Mark",
    "Region",
    "Site",
    "SiteSpec",
    "Stance",
    "StanceSpec",
    "StopButtonSpec",
    "TagSpec",
    "ZoneSpec",
    "compute_tag_transform",
    "resolve_site",
]

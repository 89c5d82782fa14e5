"""A site as one trial sees it: everything on the map of its course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from robot_trials.config.site.course import CourseSpec, LaneSpec, Mark
from robot_trials.config.site.fiducials import Fiducial, place_lane_boards, resolve_tag
from robot_trials.config.site.ground import GroundSpec
from robot_trials.config.site.polygon import Corners
from robot_trials.config.site.spec import SiteSpec, StopButtonSpec
from robot_trials.config.site.stance import ORIGIN, Stance
from robot_trials.geometry import compose_planar, invert_planar, planar_to_transform


class Region(NamedTuple):
    """A part of the site, map frame of the course.

    Attributes:
        name: as the site's file calls it.
        corners: x, y of its edge in order, the last not repeating the first [m].
        height: of what stands there [m]; 0: nothing does.
    """

    name: str
    corners: Corners
    height: float = 0.0


class Site(NamedTuple):
    """A site with everything in the map frame of a course, z up.

    Attributes:
        name, course: of the two files; `zone`: in which the course lies, empty where none was named.
        lane, start, marks: of the course.
        fiducials: of course and site.
        ground: along the lane.
        walkable: outside of it no robot goes; None: everywhere.
        zones, keep_out: of the site.
        place: the pose of this map on the site's.
    """

    name: str
    timezone: str
    lane: LaneSpec
    start: Stance
    fiducials: tuple[Fiducial, ...]
    ground: GroundSpec = GroundSpec()
    marks: tuple[Mark, ...] = ()
    stop_buttons: tuple[StopButtonSpec, ...] = ()
    place: Stance = ORIGIN.resolve()
    course: str = ""
    zone: str = ""
    walkable: Region | None = None
    zones: tuple[Region, ...] = ()
    keep_out: tuple[Region, ...] = ()


def resolve_site(
    site: SiteSpec, course: CourseSpec, zones: Mapping[str, Corners], zone: str = "", marks: Sequence[Mark] = ()
) -> Site:
    """The place with everything in the course's map frame, and the course's fiducials along its lane.

    Args:
        site, course: as written.
        zones: corners of every zone on the site's map [m].
        zone: in which the course lies, empty for none.
        marks: painted on the lane.

    Raises:
        ValueError: the ground slopes along the site's x, and the course lies across it.
    """
    place = course.pose.resolve()
    return Site(
        name=site.name,
        timezone=site.timezone,
        lane=course.lane,
        start=course.start.resolve(),
        fiducials=(
            *place_lane_boards(course.fiducials, course.lane.length),
            *(resolve_tag(tag, course.fiducials.shift) for tag in course.fiducials.tags),
            *_move_tags(site, place),
        ),
        ground=site.ground.move(place),
        marks=tuple(marks),
        stop_buttons=tuple(site.stop_buttons),
        place=place,
        course=course.name,
        zone=zone,
        walkable=_move("walkable", site.walkable, place) if site.walkable else None,
        zones=tuple(_move(name, corners, place) for name, corners in zones.items()),
        keep_out=tuple(_move(name, spec.polygon, place, spec.height) for name, spec in site.keep_out.items()),
    )


def _move(name: str, corners: Corners, place: Stance, height: float = 0.0) -> Region:
    """A polygon of the site on a course's map."""
    to_course = invert_planar(place)
    moved = tuple(compose_planar(to_course, (x, y, 0.0))[:2] for x, y in corners)
    return Region(name, moved, height)


def _move_tags(site: SiteSpec, place: Stance) -> list[Fiducial]:
    """The site's own fiducials on a course's map."""
    to_course = planar_to_transform(invert_planar(place))
    tags = [resolve_tag(tag) for tag in site.fiducials]
    return [tag._replace(transform_mount_tag=to_course @ tag.transform_mount_tag, shared=True) for tag in tags]

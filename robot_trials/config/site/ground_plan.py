"""Whether zones and areas fit a site: sound, within reach, out of the way of each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

from robot_trials.config.files.model import Loaded
from robot_trials.config.files.problems import Problems
from robot_trials.config.site.map_frame import MapFrame, find_polygon_fault, read_geojson
from robot_trials.config.site.polygon import Corners, find_excess, find_overlap, measure_area
from robot_trials.config.site.spec import SiteSpec
from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.geometry import PlanarPose, compose_planar

TOUCH_MAX = 1e-4
"""Areas that have no more than this in common only touch [m²]."""


def resolve_zones(site: Loaded[SiteSpec], problems: Problems) -> dict[str, Corners]:
    """Corners of all zones on the site's map [m], as written or from the site's GeoJSON file.

    Args:
        site: the site's file.
        problems: told what is wrong; the zones concerned are left out.
    """
    imported, spec = _read_surveyed(site, problems), site.value
    zones: dict[str, Corners] = {}
    for name, zone in spec.zones.items():
        key = f"zones.{name}"
        if (zone.polygon is None) == (zone.geojson is None):
            rule = "must have either a polygon or the name of a geojson feature"
            problems.found.append(site.problem(key, None, rule))
            continue
        if zone.geojson is not None and zone.geojson not in imported:
            rule = f"must be one of {', '.join(imported) or 'the features of a file named under geojson'}"
            problems.found.append(site.problem(f"{key}.geojson", zone.geojson, rule))
            continue
        corners = zone.polygon or imported[str(zone.geojson)]
        fault = find_polygon_fault(corners)
        if fault:
            problems.found.append(site.problem(f"{key}.polygon", None, fault))
        else:
            zones[name] = tuple((float(x), float(y)) for x, y in corners)
    return zones


def _read_surveyed(site: Loaded[SiteSpec], problems: Problems) -> dict[str, Corners]:
    """Polygons of the site's GeoJSON file by their names; none where it names no file."""
    spec = site.value
    if spec.geojson is None:
        return {}
    if spec.map is None:
        rule = "must be there: a GeoJSON file is in WGS 84"
        problems.found.append(site.problem("map", None, rule))
        return {}
    try:
        return read_geojson(site.file.parent / spec.geojson, MapFrame(spec.map))
    except ConfigError as error:
        problems.found += error.problems
        return {}


def check_ground_plan(site: Loaded[SiteSpec], zones: Mapping[str, Corners]) -> list[ConfigProblem]:
    """Zones within the walkable area, outside what is kept out, apart and no steeper than they say.

    Args:
        site: the site's file; its stand-down points must be within reach too.
        zones: corners of every zone on its map [m].
    """
    import shapely

    spec, found = site.value, []
    walkable = shapely.Polygon(spec.walkable) if spec.walkable else None
    kept_out = {name: shapely.Polygon(area.polygon) for name, area in spec.keep_out.items()}
    polygons = {name: shapely.Polygon(corners) for name, corners in zones.items()}
    places: list[tuple[str, shapely.Geometry]] = [(f"zones.{name}", polygon) for name, polygon in polygons.items()]
    places += [(f"stand_down.{name}", shapely.Point(point)) for name, point in spec.stand_down.items()]
    for key, shape in places:
        if walkable is not None and not walkable.covers(shape):
            found.append(site.problem(key, None, "must lie within the walkable area"))
        for name, area in kept_out.items():
            if shape.intersects(area):
                found.append(site.problem(key, None, f"must not touch keep_out.{name}"))
    distance = spec.clearance.distance
    for (one, first), (other, second) in combinations(polygons.items(), 2):
        apart = float(first.distance(second))
        if apart < distance:
            rule = (
                f"must be ≥ {distance:g} from zones.{one}: twice clearance.stopping_distance + localisation_error [m]"
            )
            found.append(site.problem(f"zones.{other}", f"{apart:.2f} m", rule))
    return [*found, *_check_gradients(site, zones)]


def _check_gradients(site: Loaded[SiteSpec], zones: Mapping[str, Corners]) -> list[ConfigProblem]:
    """The ground says how steep it is; a zone that says it is less steep misleads who plans."""
    found = []
    for name, corners in zones.items():
        xs, most = [x for x, _ in corners], site.value.zones[name].gradient_max
        for ramp in site.value.ground.ramps:
            gradient = abs(math.tan(math.radians(ramp.slope_deg)))
            if ramp.x_min < max(xs) and ramp.x_max > min(xs) and gradient > most + 1e-6:
                rule = f"must be ≥ {gradient:.3f}: ground.ramps has {ramp.slope_deg:g}° at x = {ramp.x_min:g} m"
                found.append(site.problem(f"zones.{name}.gradient_max", most, rule))
    return found


def list_area_faults(site: SiteSpec, place: PlanarPose, area: Corners, zone: Mapping[str, Corners | None]) -> list[str]:
    """Why a robot may not stay in an area: outside its zone or the walkable area, or where it is kept out.

    Args:
        site: as written.
        place: of the area's map on the site's.
        area: corners on a map of its own [m].
        zone: name and corners on the site's map [m]; None: it is held in no zone, or its corners are not known.
    """
    corners = tuple(compose_planar(place, (x, y, 0.0))[:2] for x, y in area)
    bounds = {f"zones.{name}": outer for name, outer in zone.items()} | {"walkable": site.walkable}
    faults = []
    for name, outer in bounds.items():
        excess = find_excess(corners, outer) if outer is not None else ""
        if excess:
            rule = f"must lie such that {name} of site {site.name} covers the trial's area of"
            faults.append(f"{rule} {measure_area(corners):.0f} m²: {excess}")
    for name, kept in site.keep_out.items():
        overlap = find_overlap(corners, kept.polygon)
        if overlap > TOUCH_MAX:
            rule = f"must lie clear of keep_out.{name} of site {site.name}"
            faults.append(f"{rule}: {overlap:.2f} m² of the trial's area are in it")
    return faults

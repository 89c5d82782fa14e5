"""Whether a site's zones fit its ground: sound, within reach, out of the way of each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import shapely

from robot_trials.config.model import Loaded
from robot_trials.config.problems import Problems
from robot_trials.config.programme.map_frame import MapFrame, find_polygon_fault, read_geojson
from robot_trials.config.programme.zones import ProgrammeSite
from robot_trials.exceptions import ConfigError, ConfigProblem


def resolve_zones(site: Loaded[ProgrammeSite], frame: MapFrame, problems: Problems) -> dict[str, shapely.Polygon]:
    """Polygons of all zones in the map frame [m], from corners or from the site's GeoJSON file.

    Args:
        site: the site's file.
        frame: its map.
        problems: told what is wrong; the zones concerned are left out.
    """
    imported, spec = {}, site.value
    if spec.geojson is not None:
        try:
            imported = read_geojson(site.file.parent / spec.geojson, frame)
        except ConfigError as error:
            problems.found += error.problems
            return {}
    polygons = {}
    for name, zone in spec.zones.items():
        key = f"zones.{name}"
        if (zone.polygon is None) == (zone.geojson is None):
            problems.found.append(
                site.problem(key, None, "must have either a polygon or the name of a geojson feature")
            )
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
            polygons[name] = shapely.Polygon(corners)
    return polygons


def check_ground_plan(site: Loaded[ProgrammeSite], polygons: Mapping[str, shapely.Polygon]) -> list[ConfigProblem]:
    """Zones within the walkable area, outside what is kept out, apart; stand-down points within reach."""
    spec, found = site.value, []
    walkable = shapely.Polygon(spec.walkable) if spec.walkable else None
    kept_out = {name: shapely.Polygon(area.polygon) for name, area in spec.keep_out.items()}
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
    return found

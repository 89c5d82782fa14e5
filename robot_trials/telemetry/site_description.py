"""The site as a bag carries it, so that a replay needs no configuration files."""

from __future__ import annotations

import json

from robot_trials.config.site import Person, Site


def describe_site(site: Site) -> str:
    """JSON text of lane, zones, people and fiducials, all in the map frame [m, rad]; stances are x, y, yaw."""
    return json.dumps(
        {
            "name": site.name,
            "lane": {"length": site.lane.length, "width": site.lane.width},
            "start": list(site.start),
            "start_zone": list(site.start_zone),
            "hand_over_zone": list(site.hand_over_zone),
            "giver": _describe_person(site.giver),
            "receiver": _describe_person(site.receiver),
            "fiducials": [
                {"id": tag.id, "size": tag.size, "mount": tag.mount, "transform": tag.transform_mount_tag.tolist()}
                for tag in site.fiducials
            ],
        }
    )


def _describe_person(person: Person) -> dict[str, object]:
    """Where a person and the robot stand for the exchange, and where the torch is meant to be."""
    return {
        "stance": list(person.stance),
        "robot_stance": list(person.robot_stance),
        "grip": [float(value) for value in person.grip],
    }

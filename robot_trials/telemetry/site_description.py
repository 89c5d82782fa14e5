"""The site as a bag carries it, so that a replay needs no configuration files."""

from __future__ import annotations

import json

from robot_trials.config import TrialSetup


def describe_site(setup: TrialSetup) -> str:
    """JSON text of the place and the course that lies in it, in the map frame [m, rad]; stances are x, y, yaw."""
    site = setup.site
    return json.dumps(
        {
            "name": site.name,
            "course": site.course,
            "zone": site.zone,
            "place": list(site.place),
            "walkable": site.walkable.corners if site.walkable else None,
            "zones": [{"name": zone.name, "corners": zone.corners} for zone in site.zones],
            "keep_out": [{"name": kept.name, "corners": kept.corners, "height": kept.height} for kept in site.keep_out],
            "kind": setup.kind.name,
            "start": list(site.start),
            **setup.kind.describe_course(setup.course),
            "fiducials": [
                {"id": tag.id, "size": tag.size, "mount": tag.mount, "transform": tag.transform_mount_tag.tolist()}
                for tag in site.fiducials
            ],
        }
    )

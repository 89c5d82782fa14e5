"""Where to look to know where one is: at fiducials of the site that can be read from here, one after the other."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.kinds.common.context import TrialContext

DISTANCE_MIN, DISTANCE_MAX = 0.8, 8.0
"""Nearer than the first a fiducial does not fit into the picture; farther than the second it is read badly [m]."""
SLANT_MAX = math.radians(60.0)
"""Seen more from the side than this, a printed fiducial is not read [rad]."""
ASIDE_MAX = math.radians(70.0)
"""Farther from straight ahead than this the head does not turn [rad]."""
PATIENCE = 2.0
"""After walking for so long without seeing any, the next one is looked at: somebody may stand before this one [s]."""


def look_at_landmark(context: TrialContext) -> np.ndarray | None:
    """A readable fiducial of the site in odom, shape (3,) [m], the nearest first; None where there is none."""
    x, y, yaw = context.robot_in_map
    readable = []
    for tag in context.setup.site.fiducials:
        pose = tag.transform_mount_tag
        dx, dy = float(pose[0, 3]) - x, float(pose[1, 3]) - y
        distance = math.hypot(dx, dy)
        if tag.mount != "map" or not DISTANCE_MIN < distance < DISTANCE_MAX:
            continue
        aside = abs(math.remainder(math.atan2(dy, dx) - yaw, 2.0 * math.pi))
        towards = -(dx * float(pose[0, 2]) + dy * float(pose[1, 2])) / distance
        if aside < ASIDE_MAX and towards > math.cos(SLANT_MAX):
            readable.append((distance, pose[:3, 3].tolist()))
    if not readable:
        return None
    turn = int(context.percept.blind_time / PATIENCE) % len(readable)
    _, (map_x, map_y, height) = sorted(readable)[turn]
    odom_x, odom_y, _ = context.map_pose_to_odom((map_x, map_y, 0.0))
    return np.array((odom_x, odom_y, height))

"""What a tick of the gait asks of the body: which feet stand and carry, swing foot, balance and heading; compiled."""

from __future__ import annotations

import numpy as np

from robot_trials_control.numeric.compiled import compiled
from robot_trials_control.numeric.rotations import rotation_about_z, wrap_angle
from robot_trials_control.records import LEFT, RIGHT
from robot_trials_control.walking.balance import approach_height, compute_com_acceleration
from robot_trials_control.walking.dcm import ZmpSegment, dcm_before
from robot_trials_control.walking.footsteps import clamp_to_sole
from robot_trials_control.walking.gait import Phase, make_pose, make_reach
from robot_trials_control.walking.swing import write_swing
from robot_trials_control.whole_body.references import FORCE_MAX

LOADING_TIME = 0.04
"""A foot that touched down takes its load over this time [s]."""
UNLOADED_FORCE, LOADED_FORCE = 5.0, 1200.0
"""Bounds of the normal force on a foot about to lift: at the end and in the middle of double support [N]."""
FIRST_FORCE = 60.0
"""Bound of the normal force at the moment of touchdown [N]."""
GROUND_TIME = 0.1
"""Time constant of the reference height's ground [s]."""
HEADING_TIME = 0.25
"""Time constant of the torso's heading [s]."""


@compiled
def write_references(
    dt: float, model: np.ndarray, constants: np.ndarray, gait: np.ndarray, reference: np.ndarray
) -> None:
    """Write stance, force bounds, swing foot, torso and centre of mass references of this tick.

    Args:
        dt, model, constants, gait: as for `advance`.
        reference: record of `whole_body_reference_fields`.
    """
    c, g, r = constants[0], gait[0], reference[0]
    if g.phase == Phase.SINGLE:
        foothold, start, shape = make_pose(g.foothold), make_pose(g.lift_off), c.swing_shape
        phase = g.elapsed / g.duration
        ground = rise_to(g.slopes[1], model[0].position[g.stance_side], g.foothold)
        write_swing(phase, g.duration, start, g.lift_off[3], foothold, ground, g.slopes, shape, r.swing)
    x, y = g.end_dcm
    for i in range(g.segment_count - 1, -1, -1):
        s = g.segments[i]
        x, y = dcm_before(ZmpSegment(s[0], s[1], s[2], s[3], s[4]), x, y, c.omega)
    g.dcm_reference[0], g.dcm_reference[1] = x, y
    g.zmp_reference[0], g.zmp_reference[1] = g.segments[0, 0], g.segments[0, 1]
    write_contacts(gait, reference)
    write_balance(dt, model, constants, gait, reference)
    write_heading(dt, gait, reference)


@compiled
def write_contacts(gait: np.ndarray, reference: np.ndarray) -> None:
    """Which feet stand, and how much each may carry; arguments as for `write_references`."""
    g, r = gait[0], reference[0]
    stance, swing = g.stance_side, 1 - g.stance_side
    r.stance[stance], r.stance[swing] = 1, g.phase != Phase.SINGLE
    r.normal_force_max[stance] = r.normal_force_max[swing] = FORCE_MAX
    if g.phase == Phase.SHIFT or g.phase == Phase.DOUBLE:
        lifted = min(max(2.0 * g.elapsed / g.duration - 1.0, 0.0), 1.0)
        r.normal_force_max[swing] = UNLOADED_FORCE + (1.0 - lifted) * LOADED_FORCE
    if g.phase == Phase.DOUBLE or g.phase == Phase.LAST:
        r.normal_force_max[stance] = FIRST_FORCE + FORCE_MAX * min(g.elapsed / LOADING_TIME, 1.0)


@compiled
def write_balance(dt: float, model: np.ndarray, constants: np.ndarray, gait: np.ndarray, reference: np.ndarray) -> None:
    """DCM feedback and height: acceleration of the centre of mass; arguments as for `write_references`."""
    m, c, g = model[0], constants[0], gait[0]
    x = g.zmp_reference[0] + c.dcm_gain * (g.dcm[0] - g.dcm_reference[0])
    y = g.zmp_reference[1] + c.dcm_gain * (g.dcm[1] - g.dcm_reference[1])
    height = rise_to(g.slopes[1], m.position[g.stance_side], m.com)
    if g.phase == Phase.SINGLE:
        x, y = clamp_to_sole(x, y, make_pose(g.pose[g.stance_side]), make_reach(c.reach), 1.0)
    elif g.phase != Phase.DOUBLE:
        swing = rise_to(g.slopes[1], m.position[1 - g.stance_side], m.com)
        height += 0.5 * (swing - height)
    g.zmp_commanded[0], g.zmp_commanded[1] = x, y
    g.ground += min(dt / GROUND_TIME, 1.0) * (height - g.ground)
    g.height = approach_height(g.height, c.com_height, dt)
    climb = g.slopes[1, 0] * m.com_velocity[0] + g.slopes[1, 1] * m.com_velocity[1]
    wanted = g.ground + g.height + climb * (c.height_gains[1] / c.height_gains[0] + GROUND_TIME)
    compute_com_acceleration(
        c.omega, (x, y), wanted, c.height_gains, m.com, m.com_velocity, reference[0].com_acceleration
    )


@compiled
def rise_to(slope: np.ndarray, foot: np.ndarray, place: np.ndarray) -> float:
    """Height of the ground at a place if it rises evenly from a foot on it [m].

    Args:
        slope: rise along world x and y, shape (2,).
        foot, place: x, y, and of the foot z, shape (≥ 2,) [m].
    """
    return foot[2] + slope[0] * (place[0] - foot[0]) + slope[1] * (place[1] - foot[1])


@compiled
def write_heading(dt: float, gait: np.ndarray, reference: np.ndarray) -> None:
    """The torso turns midway between the feet, or to the foothold; arguments as for `write_references`."""
    g = gait[0]
    start = g.pose[g.stance_side, 2]
    end = g.foothold[2]
    if g.phase == Phase.STAND or g.phase == Phase.LAST or not g.has_foothold:
        start, end = g.pose[LEFT, 2], g.pose[RIGHT, 2]
    aim = start + 0.5 * wrap_angle(end - start)
    g.heading += min(dt / HEADING_TIME, 1.0) * wrap_angle(aim - g.heading)
    rotation_about_z(g.heading, reference[0].torso_rotation)

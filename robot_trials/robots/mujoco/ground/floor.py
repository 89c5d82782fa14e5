"""The ground: paving slabs of slightly different heights to stand on, a plain street to look at."""

from __future__ import annotations

import math

import mujoco

from robot_trials.config.site import Site
from robot_trials.config.site.ground import StretchSpec
from robot_trials.robots.mujoco.ground.obstacles import add_obstacles
from robot_trials.robots.mujoco.ground.paving import ROWS, SLAB, THICKNESS, WINDOW
from robot_trials.robots.mujoco.ground.ramps import WHITE, add_ramps
from robot_trials.robots.mujoco.groups import COLLISION_GROUP, SCENERY_GROUP, ContactBits
from robot_trials.robots.mujoco.shapes import add_seen

STREET, SKY = "street", "sky"
MARK_LIFT = 0.004
"""How far the first mark lies above the ground; each later one a little lower, so that the first is seen [m]."""
MARK_STEP = 0.0005
BOARD_COLOUR = (0.62, 0.47, 0.30, 1.0)
MAT_COLOUR = (0.25, 0.40, 0.62, 1.0)
BLOCK_HALF_THICKNESS = 0.05
"""Of boards and mats, most of it below the ground [m]."""
MAT_IMPEDANCE = 0.85
"""Constraint impedance of a mat (MuJoCo's solimp): what it lacks to 1 yields under a weight."""
GRAVITY = 9.81
"""[m/s²]"""


def add_floor(spec: mujoco.MjSpec, site: Site, friction: float, unevenness: float) -> None:
    """Add street, slabs, lane markings and what stands on the site.

    Args:
        spec: world, changed in place.
        site: lane and zones.
        friction: sliding friction.
        unevenness: largest deviation of a slab's height from zero [m].
    """
    add_street(spec, site.ground.lowest - unevenness, friction)
    for index in range(WINDOW * ROWS):
        body = spec.worldbody.add_body(name=f"slab_{index}", mocap=True)
        slab = body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=[SLAB / 2, SLAB / 2, THICKNESS / 2])
        slab.group = COLLISION_GROUP
        _set_ground_contact(slab, friction)
    add_ramps(spec, site)
    _add_boards(spec, site, friction)
    _add_mats(spec, site, friction)
    _add_markings(spec, site)
    add_obstacles(spec, site)


def add_street(spec: mujoco.MjSpec, height: float, friction: float) -> None:
    """Add the endless street at `height` [m], with sun and sky."""
    _add_sight(spec)
    ground = spec.worldbody.add_geom(name=STREET, type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0, 0, 1])
    ground.pos = [0, 0, height]
    ground.group, ground.material = SCENERY_GROUP, STREET
    _set_ground_contact(ground, friction)


def remove_street(spec: mujoco.MjSpec) -> None:
    """Take the endless street, sun and sky away again; its paint stays for ramps."""
    spec.delete(spec.geom(STREET))
    spec.delete(spec.texture(SKY))
    for light in list(spec.lights):
        spec.delete(light)


def _add_boards(spec: mujoco.MjSpec, site: Site, friction: float) -> None:
    """Boards lie on the ground as it is without them."""
    for index, board in enumerate(site.ground.boards):
        _add_block(spec, f"board_{index}", site, board, board.height, friction)


def _add_mats(spec: mujoco.MjSpec, site: Site, friction: float) -> None:
    """Mats are higher than the slabs around them by what a robot sinks in."""
    for index, mat in enumerate(site.ground.mats):
        block = _add_block(spec, f"mat_{index}", site, mat, mat.sink, friction)
        block.priority = 2  # softer than the slabs beneath
        impedance = MAT_IMPEDANCE
        block.solimp = [impedance, impedance, 0.001, 0.5, 2.0]
        block.solref = [math.sqrt(mat.sink / ((1.0 - impedance) * GRAVITY)), 1.0]
        block.rgba = MAT_COLOUR


def _add_block(
    spec: mujoco.MjSpec, name: str, site: Site, stretch: StretchSpec, height: float, friction: float
) -> mujoco.MjsGeom:
    """A box across the lane whose upper face is `height` [m] above the ground, along its slope."""
    x = 0.5 * (stretch.x_min + stretch.x_max)
    slope = site.ground.slope(x)
    half_length = 0.5 * (stretch.x_max - stretch.x_min) / math.cos(slope)
    block = spec.worldbody.add_geom(name=name, type=mujoco.mjtGeom.mjGEOM_BOX)
    block.size = [half_length, 0.5 * site.lane.width, BLOCK_HALF_THICKNESS]
    block.pos = [x, 0.0, site.ground.height(x) + height - BLOCK_HALF_THICKNESS]
    block.quat = [math.cos(0.5 * slope), 0.0, -math.sin(0.5 * slope), 0.0]
    block.group, block.rgba = SCENERY_GROUP, BOARD_COLOUR
    _set_ground_contact(block, friction)
    return block


def _set_ground_contact(geom: mujoco.MjsGeom, friction: float) -> None:
    geom.contype, geom.conaffinity = ContactBits.FLOOR, 0
    geom.friction = [friction, 0.005, 0.0001]
    geom.priority = 1  # the floor's friction holds, whatever stands on it


def _add_sight(spec: mujoco.MjSpec) -> None:
    spec.add_texture(
        name=SKY,
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=[0.62, 0.76, 0.90],
        rgb2=[0.93, 0.95, 0.96],
        width=64,
        height=384,
    )
    spec.add_texture(
        name=STREET,
        type=mujoco.mjtTexture.mjTEXTURE_2D,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_CHECKER,
        rgb1=[0.47, 0.48, 0.49],
        rgb2=[0.50, 0.51, 0.52],
        width=128,
        height=128,
    )
    street = spec.add_material(name=STREET, texrepeat=[1, 1], texuniform=True, specular=0.0, shininess=0.0)
    street.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = STREET
    spec.worldbody.add_light(
        type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
        dir=[0.3, 0.4, -0.85],
        pos=[0, 0, 20],
        diffuse=[0.75, 0.74, 0.72],
        specular=[0.1, 0.1, 0.1],
        castshadow=True,
    )
    spec.visual.headlight.ambient = [0.35, 0.35, 0.37]
    spec.visual.headlight.diffuse = [0.25, 0.25, 0.25]
    spec.visual.headlight.specular = [0, 0, 0]
    spec.visual.map.znear, spec.visual.map.zfar = 0.02, 120.0
    spec.stat.extent = 1.0


def _add_markings(spec: mujoco.MjSpec, site: Site) -> None:
    half, length = site.lane.width / 2, site.lane.length
    middle, reach = length / 2, length / 2 + 5.0
    if not site.ground.ramps:
        for name, y in (("left", half), ("right", -half)):
            _add_paint(spec, f"lane_{name}", (middle, y), (reach, 0.04), WHITE)
    for layer, mark in enumerate(site.marks):
        low, high = site.ground.height(mark.x_min), site.ground.height(mark.x_max)
        if low != high:
            continue  # paint is level
        centre = (0.5 * (mark.x_min + mark.x_max), 0.0)
        lift = MARK_LIFT - layer * MARK_STEP
        _add_paint(spec, mark.name, centre, (0.5 * (mark.x_max - mark.x_min), half), mark.colour, low + lift)


def _add_paint(
    spec: mujoco.MjSpec,
    name: str,
    centre: tuple[float, float],
    half_size: tuple[float, float],
    colour: tuple[float, float, float, float],
    height: float = 0.004,
) -> None:
    add_seen(
        spec.worldbody,
        mujoco.mjtGeom.mjGEOM_BOX,
        name=name,
        size=[half_size[0], half_size[1], 0.001],
        pos=[centre[0], centre[1], height],
        rgba=colour,
    )

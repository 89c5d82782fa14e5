"""A robot's own model beside the part of a shared world that is the same: both are kept alike.

In its own model everything is in the robot's map, as if it were alone: hands, people, sensors and drives act there.
What they do is written into the shared world, turned to where the map lies; what physics makes of it is read back.
"""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.place import Place
from robot_trials_control.compiled import bind, compiled

KINDS = ("body", "joint", "site", "actuator", "sensor", "equality")
"""Things of a model whose names and order must be the same in both."""


class Twin:
    """Carries commands into the shared world and its state back.

    Attributes:
        bodies: the robot's own, its people's and its torch's in the shared world.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        world: tuple[mujoco.MjModel, mujoco.MjData],
        prefix: str,
        place: Place,
    ) -> None:
        world_model, world_data = world
        parts = {kind: _find_part(model, world_model, kind, prefix) for kind in KINDS}
        self.bodies, joints, sites, drives, sensors, welds = (parts[kind] for kind in KINDS)
        first = joints.start
        q, v = int(world_model.jnt_qposadr[first]), int(world_model.jnt_dofadr[first])
        mocap = int(world_model.body_mocapid[self.bodies.start : self.bodies.stop].max()) + 1
        world_model.actuator_forcerange[_cut(drives)] = model.actuator_forcerange
        free = model.jnt_type == mujoco.mjtJoint.mjJNT_FREE
        rows = np.column_stack((model.jnt_qposadr[free], model.jnt_dofadr[free])).astype(np.int64)
        of_world = np.s_[mocap - model.nmocap : mocap]
        coordinates = (
            *(data.qpos, data.qvel, np.full(model.nq, np.nan), np.full(model.nv, np.nan)),
            *(world_data.qpos[q : q + model.nq], world_data.qvel[v : v + model.nv]),
        )
        bodies, numbers = _cut(self.bodies), place.numbers
        self._put = (numbers, rows, *coordinates)
        self._act = (
            *(
                numbers,
                data.mocap_pos,
                data.mocap_quat,
                world_data.mocap_pos[of_world],
                world_data.mocap_quat[of_world],
            ),
            *(data.xfrc_applied[1:], world_data.xfrc_applied[bodies]),
            *(model.actuator_biasprm[:, :3], world_model.actuator_biasprm[_cut(drives), :3]),
            *(data.eq_active, world_data.eq_active[_cut(welds)]),
            *(model.eq_data, model.eq_solimp, world_model.eq_data[_cut(welds)], world_model.eq_solimp[_cut(welds)]),
        )
        self._take = (numbers, rows, *coordinates)
        start = int(world_model.sensor_adr[sensors.start]) if len(sensors) else 0
        self._copies = (
            (data.actuator_force, world_data.actuator_force[_cut(drives)]),
            (data.sensordata, world_data.sensordata[start : start + model.nsensordata]),
        )
        self._feel = (
            *(numbers, data.xpos[1:], data.xmat[1:], world_data.xpos[bodies], world_data.xmat[bodies]),
            *(data.subtree_com[1:], data.cfrc_ext[1:], world_data.subtree_com[bodies], world_data.cfrc_ext[bodies]),
            *(data.site_xpos, data.site_xmat, world_data.site_xpos[_cut(sites)], world_data.site_xmat[_cut(sites)]),
        )
        self._put_bodies, self._act_on_world = bind(_put_bodies, *self._put), bind(_act_on_world, *self._act)
        self._take_bodies, self._feel_world = bind(_take_bodies, *self._take), bind(_feel_world, *self._feel)

    def write(self) -> None:
        """Let the shared world have what acts in the robot's own, and where somebody has put something."""
        self._put_bodies(*self._put)
        self._act_on_world(*self._act)

    def read(self) -> None:
        """Let the robot's own world have the state of the shared one."""
        self._take_bodies(*self._take)
        self._feel_world(*self._feel)
        for own, shared in self._copies:
            own[:] = shared


def _cut(part: range) -> slice:
    return slice(part.start, part.stop)


def _find_part(model: mujoco.MjModel, world: mujoco.MjModel, kind: str, prefix: str) -> range:
    """Where the things of a model lie in the shared world: one behind the other, in the same order.

    Raises:
        ValueError: they do not.
    """
    count = {"body": model.nbody, "joint": model.njnt, "site": model.nsite}
    count |= {"actuator": model.nu, "sensor": model.nsensor, "equality": model.neq}
    own = [getattr(model, kind)(index).name for index in range(1 if kind == "body" else 0, count[kind])]
    if not own:
        return range(0)
    start = int(getattr(world, kind)(prefix + own[0]).id)
    found = [getattr(world, kind)(start + index).name for index in range(len(own))]
    if found != [prefix + name for name in own]:
        raise ValueError(f"{prefix}: {kind}: the shared world has {found}, the robot's own {own}")
    return range(start, start + len(own))


@compiled
def _put_bodies(
    place: np.ndarray,
    rows: np.ndarray,
    position: np.ndarray,
    velocity: np.ndarray,
    known_position: np.ndarray,
    known_velocity: np.ndarray,
    world_position: np.ndarray,
    world_velocity: np.ndarray,
) -> None:
    """Write the coordinates that are not those that came from the shared world.

    Args:
        place: of the map in the world, `Place.numbers`.
        rows: first row of the position and of the velocity of each free joint, shape (n, 2).
        position, velocity: the robot's own.
        known_position, known_velocity: as they came from the shared world.
        world_position, world_velocity: receive what differs.
    """
    moved = False
    for index in range(len(rows)):
        q, v = rows[index]
        for i in range(7):
            moved |= position[q + i] != known_position[q + i]
        for i in range(6):
            moved |= velocity[v + i] != known_velocity[v + i]
        if moved:
            _turn(place, 1.0, position[q : q + 3], world_position[q : q + 3])
            world_position[q] += place[0]
            world_position[q + 1] += place[1]
            _spin(place, 1.0, position[q + 3 : q + 7], world_position[q + 3 : q + 7])
            _turn(place, 1.0, velocity[v : v + 3], world_velocity[v : v + 3])
            world_velocity[v + 3 : v + 6] = velocity[v + 3 : v + 6]
        moved = False
    free_q, free_v = 0, 0
    for q in range(len(position)):
        if free_q < len(rows) and q >= rows[free_q, 0]:
            free_q += q == rows[free_q, 0] + 6
        elif position[q] != known_position[q]:
            world_position[q] = position[q]
    for v in range(len(velocity)):
        if free_v < len(rows) and v >= rows[free_v, 1]:
            free_v += v == rows[free_v, 1] + 5
        elif velocity[v] != known_velocity[v]:
            world_velocity[v] = velocity[v]


@compiled
def _act_on_world(
    place: np.ndarray,
    mocap_position: np.ndarray,
    mocap_orientation: np.ndarray,
    world_mocap_position: np.ndarray,
    world_mocap_orientation: np.ndarray,
    wrench: np.ndarray,
    world_wrench: np.ndarray,
    drives: np.ndarray,
    world_drives: np.ndarray,
    active: np.ndarray,
    world_active: np.ndarray,
    welds: np.ndarray,
    firmness: np.ndarray,
    world_welds: np.ndarray,
    world_firmness: np.ndarray,
) -> None:
    """Write poses of what is moved from outside, wrenches on bodies, the drives' terms and the hands' welds."""
    for index in range(len(mocap_position)):
        _turn(place, 1.0, mocap_position[index], world_mocap_position[index])
        world_mocap_position[index, 0] += place[0]
        world_mocap_position[index, 1] += place[1]
        _spin(place, 1.0, mocap_orientation[index], world_mocap_orientation[index])
    for body in range(len(wrench)):
        _turn(place, 1.0, wrench[body, :3], world_wrench[body, :3])
        _turn(place, 1.0, wrench[body, 3:], world_wrench[body, 3:])
    world_drives[:] = drives
    world_active[:] = active
    world_welds[:] = welds
    world_firmness[:] = firmness


@compiled
def _take_bodies(
    place: np.ndarray,
    rows: np.ndarray,
    position: np.ndarray,
    velocity: np.ndarray,
    known_position: np.ndarray,
    known_velocity: np.ndarray,
    world_position: np.ndarray,
    world_velocity: np.ndarray,
) -> None:
    """Read all coordinates, and keep them as known; arguments as for `_put_bodies`."""
    position[:] = world_position
    velocity[:] = world_velocity
    point = np.zeros(3)
    for index in range(len(rows)):
        q, v = rows[index]
        point[0], point[1] = world_position[q] - place[0], world_position[q + 1] - place[1]
        point[2] = world_position[q + 2]
        _turn(place, -1.0, point, position[q : q + 3])
        _spin(place, -1.0, world_position[q + 3 : q + 7], position[q + 3 : q + 7])
        _turn(place, -1.0, world_velocity[v : v + 3], velocity[v : v + 3])
    known_position[:] = position
    known_velocity[:] = velocity


@compiled
def _feel_world(
    place: np.ndarray,
    body_position: np.ndarray,
    body_axes: np.ndarray,
    world_body_position: np.ndarray,
    world_body_axes: np.ndarray,
    com: np.ndarray,
    external: np.ndarray,
    world_com: np.ndarray,
    world_external: np.ndarray,
    site_position: np.ndarray,
    site_axes: np.ndarray,
    world_site_position: np.ndarray,
    world_site_axes: np.ndarray,
) -> None:
    """Read poses of bodies and sites, centres of mass, and the wrenches of contacts; axes are matrices by rows."""
    _take_points(place, world_body_position, body_position)
    _take_points(place, world_com, com)
    _take_points(place, world_site_position, site_position)
    _take_axes(place, world_body_axes, body_axes)
    _take_axes(place, world_site_axes, site_axes)
    for body in range(len(external)):
        _turn(place, -1.0, world_external[body, :3], external[body, :3])
        _turn(place, -1.0, world_external[body, 3:], external[body, 3:])


@compiled
def _take_points(place: np.ndarray, world: np.ndarray, own: np.ndarray) -> None:
    """Points of the world in the map, shape (n, 3)."""
    for index in range(len(own)):
        x, y = world[index, 0] - place[0], world[index, 1] - place[1]
        own[index, 0] = place[2] * x + place[3] * y
        own[index, 1] = place[2] * y - place[3] * x
        own[index, 2] = world[index, 2]


@compiled
def _take_axes(place: np.ndarray, world: np.ndarray, own: np.ndarray) -> None:
    """Rotation matrices from the world to the map, by rows, shape (n, 9)."""
    for index in range(len(own)):
        for column in range(3):
            x, y = world[index, column], world[index, 3 + column]
            own[index, column] = place[2] * x + place[3] * y
            own[index, 3 + column] = place[2] * y - place[3] * x
            own[index, 6 + column] = world[index, 6 + column]


@compiled
def _turn(place: np.ndarray, way: float, vector: np.ndarray, turned: np.ndarray) -> None:
    """A vector of the map in the world's axes, or back with `way` −1."""
    x, y = vector[0], vector[1]
    turned[0] = place[2] * x - way * place[3] * y
    turned[1] = way * place[3] * x + place[2] * y
    turned[2] = vector[2]


@compiled
def _spin(place: np.ndarray, way: float, quaternion: np.ndarray, turned: np.ndarray) -> None:
    """An orientation (w, x, y, z) of the map in the world's axes, or back with `way` −1."""
    cosine, sine = place[4], way * place[5]
    w, x, y, z = quaternion[0], quaternion[1], quaternion[2], quaternion[3]
    turned[0], turned[1] = cosine * w - sine * z, cosine * x - sine * y
    turned[2], turned[3] = cosine * y + sine * x, cosine * z + sine * w

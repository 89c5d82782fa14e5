"""A robot's own model beside the part of a shared world that is the same: both are kept alike.

In its own model everything is in the robot's map, as if it were alone: hands, people, sensors and drives act there.
What they do is written into the shared world, turned to where the map lies; what physics makes of it is read back.
"""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.place import Place
from robot_trials_control.numeric.compiled import bind, compiled

KINDS = ("body", "joint", "site", "actuator", "sensor", "equality")
"""Things of a model whose names and order must be the same in both."""


class Part:
    """Where everything of a robot's own model lies in a shared one, as slices.

    Raises:
        ValueError: it does not lie there, or not in the same order.
    """

    def __init__(self, model: mujoco.MjModel, world: mujoco.MjModel, prefix: str) -> None:
        found = {kind: _find_part(model, world, kind, prefix) for kind in KINDS}
        self.bodies, joints, self.sites, self.drives, sensors, self.welds = (found[kind] for kind in KINDS)
        q, v = int(world.jnt_qposadr[joints.start]), int(world.jnt_dofadr[joints.start])
        self.position, self.velocity = slice(q, q + model.nq), slice(v, v + model.nv)
        last = int(world.body_mocapid[self.bodies].max()) + 1
        self.mocap = slice(last - model.nmocap, last)
        first = int(world.sensor_adr[sensors.start])
        self.readings = slice(first, first + model.nsensordata)


class Twin:
    """Carries commands into the shared world and its state back.

    Args:
        model, data: the robot's own world.
        world: model and state of the shared one.
        prefix: before the names of what is the robot's in the shared world.
        place: of the robot's map there.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        data: mujoco.MjData,
        world: tuple[mujoco.MjModel, mujoco.MjData],
        prefix: str,
        place: Place,
    ) -> None:
        shared, state = world
        part = Part(model, shared, prefix)
        shared.actuator_forcerange[part.drives] = model.actuator_forcerange
        numbers = place.numbers
        free = model.jnt_type == mujoco.mjtJoint.mjJNT_FREE
        rows = np.column_stack((model.jnt_qposadr[free], model.jnt_dofadr[free])).astype(np.int64)
        known = np.full(model.nq, np.nan), np.full(model.nv, np.nan)
        self._bodies = numbers, rows, data.qpos, data.qvel, *known, state.qpos[part.position], state.qvel[part.velocity]
        self._acts = (
            *(numbers, data.mocap_pos, data.mocap_quat, state.mocap_pos[part.mocap], state.mocap_quat[part.mocap]),
            *(data.xfrc_applied[1:], state.xfrc_applied[part.bodies]),
            *(model.actuator_biasprm[:, :3], shared.actuator_biasprm[part.drives, :3]),
            *(data.eq_active, state.eq_active[part.welds]),
            *(model.eq_data, model.eq_solimp, shared.eq_data[part.welds], shared.eq_solimp[part.welds]),
        )
        self._feels = (
            *(numbers, data.xpos[1:], data.xmat[1:], state.xpos[part.bodies], state.xmat[part.bodies]),
            *(data.subtree_com[1:], data.cfrc_ext[1:], state.subtree_com[part.bodies], state.cfrc_ext[part.bodies]),
            *(data.site_xpos, data.site_xmat, state.site_xpos[part.sites], state.site_xmat[part.sites]),
        )
        self._copies = (
            (data.actuator_force, state.actuator_force[part.drives]),
            (data.sensordata, state.sensordata[part.readings]),
        )
        self._put_bodies, self._take_bodies = bind(_put_bodies, *self._bodies), bind(_take_bodies, *self._bodies)
        self._act_on_world, self._feel_world = bind(_act_on_world, *self._acts), bind(_feel_world, *self._feels)

    def write(self) -> None:
        """Let the shared world have what acts in the robot's own, and where somebody has put something."""
        self._put_bodies(*self._bodies)
        self._act_on_world(*self._acts)

    def read(self) -> None:
        """Let the robot's own world have the state of the shared one."""
        self._take_bodies(*self._bodies)
        self._feel_world(*self._feels)
        for own, shared in self._copies:
            own[:] = shared


def _find_part(model: mujoco.MjModel, world: mujoco.MjModel, kind: str, prefix: str) -> slice:
    """Where the things of a model lie in the shared world: one behind the other, in the same order.

    Raises:
        ValueError: they do not.
    """
    count = {"body": model.nbody, "joint": model.njnt, "site": model.nsite}
    count |= {"actuator": model.nu, "sensor": model.nsensor, "equality": model.neq}
    own = [getattr(model, kind)(index).name for index in range(1 if kind == "body" else 0, count[kind])]
    if not own:
        return slice(0, 0)
    start = int(getattr(world, kind)(prefix + own[0]).id)
    found = [getattr(world, kind)(start + index).name for index in range(len(own))]
    if found != [prefix + name for name in own]:
        raise ValueError(f"{prefix}: {kind}: the shared world has {found}, the robot's own {own}")
    return slice(start, start + len(own))


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
    for index in range(len(rows)):
        q, v = rows[index]
        moved = _differ(position[q : q + 7], known_position[q : q + 7])
        if moved or _differ(velocity[v : v + 6], known_velocity[v : v + 6]):
            _turn(place, 1.0, position[q : q + 3], world_position[q : q + 3])
            world_position[q] += place[0]
            world_position[q + 1] += place[1]
            _spin(place, 1.0, position[q + 3 : q + 7], world_position[q + 3 : q + 7])
            _turn(place, 1.0, velocity[v : v + 3], world_velocity[v : v + 3])
            world_velocity[v + 3 : v + 6] = velocity[v + 3 : v + 6]
    _put_joints(rows[:, 0], 7, position, known_position, world_position)
    _put_joints(rows[:, 1], 6, velocity, known_velocity, world_velocity)


@compiled
def _differ(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether any number differs, as one that is none does."""
    for i in range(len(one)):
        if one[i] != other[i]:
            return True
    return False


@compiled
def _put_joints(free: np.ndarray, width: int, own: np.ndarray, known: np.ndarray, world: np.ndarray) -> None:
    """Write what differs from what is known, but for the rows of free joints, which begin at `free`."""
    joint = 0
    for row in range(len(own)):
        while joint < len(free) and row >= free[joint] + width:
            joint += 1
        if (joint == len(free) or row < free[joint]) and own[row] != known[row]:
            world[row] = own[row]


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

"""What only the simulator knows, for verdicts, tests and logs."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from robot_trials.robots.mujoco.body.contacts import EXAMPLE, Contacts, count_odd_contacts
from robot_trials.robots.mujoco.body.grasp import Grasp
from robot_trials.robots.props import Holder
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import PEOPLE_MAX, Record, make_record, truth_fields


class TruthReader:
    """Fills a truth record from the simulator's state.

    Args:
        data: the robot's own world.
        prop: position and quaternion (w, x, y, z) of the prop that can be gripped, shape (7,); None without one.
        people: who may hold it.
        grasps: the robot's hands on it.
        contacts: what touches what.
    """

    def __init__(
        self,
        data: mujoco.MjData,
        prop: np.ndarray | None,
        people: Sequence[Holder],
        grasps: Sequence[Grasp],
        contacts: Contacts,
    ) -> None:
        self._people, self._grasps = people, grasps
        self._contacts, self._kind = contacts, contacts.kind
        truth = make_record(truth_fields()).data
        self._base, self._velocity = data.qpos[:7], data.qvel[:3]
        self._read_base = bind(_read_base, truth, self._base, self._velocity, EXAMPLE, self._kind)
        self._has_prop = prop is not None
        if prop is not None:
            forces = [person.force for person in people] + [np.zeros(3)] * (PEOPLE_MAX - len(people))
            self._prop = prop, forces[0], forces[1]
            self._read_prop = bind(_read_prop, truth, *self._prop, 0, False)

    def read(self, truth: Record) -> None:
        """Fill in every field; those of the prop stay NaN in a world without one that can be gripped."""
        self._read_base(truth.data, self._base, self._velocity, self._contacts.geoms, self._kind)
        if self._has_prop:
            hold = 0
            for index, person in enumerate(self._people):
                hold |= person.holds << index
            robot_holds = any([grasp.holds for grasp in self._grasps])
            self._read_prop(truth.data, *self._prop, hold, robot_holds)


@compiled
def _read_base(
    truth: np.ndarray, coordinates: np.ndarray, velocity: np.ndarray, geoms: np.ndarray, kind: np.ndarray
) -> None:
    """Fill in the base's pose, from position and quaternion (w, x, y, z), its velocity and the robot's contacts."""
    known = truth[0]
    for axis in range(3):
        known.base_position[axis] = coordinates[axis]
        known.base_orientation_xyzw[axis] = coordinates[4 + axis]
        known.base_linear_velocity[axis] = velocity[axis]
    known.base_orientation_xyzw[3] = coordinates[3]
    known.ground_contacts, known.unwanted_contacts = count_odd_contacts(geoms, kind)


@compiled
def _read_prop(
    truth: np.ndarray,
    coordinates: np.ndarray,
    first_force: np.ndarray,
    second_force: np.ndarray,
    people_hold: int,
    robot_holds: bool,
) -> None:
    """Fill in the prop's pose, from position and quaternion (w, x, y, z), its force on hands, and who holds it.

    Args:
        truth: receives.
        coordinates: shape (7,).
        first_force, second_force: of each person on the prop, shape (3,) [N].
        people_hold: bit set by index of the person.
        robot_holds: whether a hand of the robot is on it.
    """
    known = truth[0]
    for axis in range(3):
        known.prop_pose[axis] = coordinates[axis]
        known.prop_pose[3 + axis] = coordinates[4 + axis]
        known.people_force[0, axis] = -first_force[axis]
        known.people_force[1, axis] = -second_force[axis]
    known.prop_pose[6] = coordinates[3]
    for index in range(PEOPLE_MAX):
        known.people_hold[index] = (people_hold >> index) & 1
    known.robot_holds = robot_holds

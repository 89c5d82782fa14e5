"""What only the simulator knows, for verdicts, tests and logs."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.mujoco.contacts import EXAMPLE, Contacts, count_odd_contacts
from robot_trials.robots.mujoco.grasp import Grasp
from robot_trials.robots.mujoco.hanging_torch import HangingTorch
from robot_trials.robots.mujoco.people import People
from robot_trials_control.compiled import bind, compiled
from robot_trials_control.records import Record, make_record, truth_fields


class TruthReader:
    """Fills a truth record from the simulator's state."""

    def __init__(
        self,
        data: mujoco.MjData,
        people: People | None,
        hanging: HangingTorch | None,
        grasps: list[Grasp],
        contacts: Contacts,
    ) -> None:
        self._people, self._hanging, self._grasps = people, hanging, grasps
        self._contacts, self._kind = contacts, contacts.kind
        truth = make_record(truth_fields()).data
        self._base, self._velocity = data.qpos[:7], data.qvel[:3]
        self._read_base = bind(_read_base, truth, self._base, self._velocity, EXAMPLE, self._kind)
        if people is not None:
            self._torch = people.torch_coordinates, people.giver.grip.force, people.receiver.grip.force
        elif hanging is not None:
            self._torch = hanging.coordinates, np.zeros(3), np.zeros(3)
        if people is not None or hanging is not None:
            self._read_torch = bind(_read_torch, truth, *self._torch, False, False, False)

    def read(self, truth: Record) -> None:
        """Fill in every field; those of the torch stay NaN in a world without it."""
        self._read_base(truth.data, self._base, self._velocity, self._contacts.geoms, self._kind)
        if self._people is not None:
            self._read_holders(truth, self._people.giver.holds, self._people.receiver.holds)
        elif self._hanging is not None:
            self._read_holders(truth, False, False)

    def _read_holders(self, truth: Record, giver_holds: bool, receiver_holds: bool) -> None:
        robot_holds = any([grasp.holds for grasp in self._grasps])
        self._read_torch(truth.data, *self._torch, giver_holds, receiver_holds, robot_holds)


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
def _read_torch(
    truth: np.ndarray,
    coordinates: np.ndarray,
    giver_force: np.ndarray,
    receiver_force: np.ndarray,
    giver_holds: bool,
    receiver_holds: bool,
    robot_holds: bool,
) -> None:
    """Fill in the torch's pose, from position and quaternion (w, x, y, z), its force on hands, and who holds it."""
    known = truth[0]
    for axis in range(3):
        known.torch_pose[axis] = coordinates[axis]
        known.torch_pose[3 + axis] = coordinates[4 + axis]
        known.giver_force[axis] = -giver_force[axis]
        known.receiver_force[axis] = -receiver_force[axis]
    known.torch_pose[6] = coordinates[3]
    known.giver_holds = giver_holds
    known.receiver_holds = receiver_holds
    known.robot_holds = robot_holds

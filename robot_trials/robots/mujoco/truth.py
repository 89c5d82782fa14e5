"""What only the simulator knows, for verdicts, tests and logs."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.robots.mujoco.contacts import ContactCounter
from robot_trials.robots.mujoco.grasp import Grasp
from robot_trials.robots.mujoco.people import People
from robot_trials_control.records import Record


class TruthReader:
    """Fills a truth record from the simulator's state."""

    def __init__(
        self, data: mujoco.MjData, contacts: ContactCounter, people: People | None, grasps: list[Grasp]
    ) -> None:
        self._contacts, self._people, self._grasps = contacts, people, grasps
        self._position, self._velocity = data.qpos[:3], data.qvel[:3]
        self._vector, self._scalar = data.qpos[4:7], data.qpos[3:4]

    def read(self, truth: Record) -> None:
        """Fill in every field; those of the torch stay NaN in a world without it."""
        truth.base_position[:] = self._position
        truth.base_orientation_xyzw[:3] = self._vector
        truth.base_orientation_xyzw[3:] = self._scalar
        truth.base_linear_velocity[:] = self._velocity
        self._contacts.update()
        truth.ground_contacts[...] = self._contacts.ground
        truth.unwanted_contacts[...] = self._contacts.unwanted
        if self._people is not None:
            self._read_people(truth, self._people)

    def _read_people(self, truth: Record, people: People) -> None:
        torch = people.torch_coordinates
        truth.torch_pose[:3] = torch[:3]
        truth.torch_pose[3:6] = torch[4:7]
        truth.torch_pose[6] = torch[3]
        np.negative(people.giver.grip.force, out=truth.giver_force)
        np.negative(people.receiver.grip.force, out=truth.receiver_force)
        truth.giver_holds[...] = people.giver.holds
        truth.receiver_holds[...] = people.receiver.holds
        truth.robot_holds[...] = any(grasp.holds for grasp in self._grasps)

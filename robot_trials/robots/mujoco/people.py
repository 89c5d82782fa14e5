"""Giver, receiver and torch as one: feels the torch's motion, lets both people act, applies their pull."""

from __future__ import annotations

import mujoco
import numpy as np

from robot_trials.config.site import Person, Site
from robot_trials.robots.mujoco.compliant_grip import TorchMotion
from robot_trials.robots.mujoco.conditions import Conditions
from robot_trials.robots.mujoco.giver import Giver
from robot_trials.robots.mujoco.person_arm import PersonArm
from robot_trials.robots.mujoco.receiver import Receiver
from robot_trials.robots.mujoco.rotations import (
    matrix_from_rotation_vector,
    matrix_from_yaw,
    quaternion_wxyz_from_matrix,
)
from robot_trials.robots.mujoco.torch import NAME

ARM_EVERY = 10
"""Control periods between two postures of an arm: what is seen of it changes slowly."""


class People:
    """The two people of a relay and the torch between them.

    Attributes:
        giver, receiver: the people.
        motion: the torch's motion now.
        torch_coordinates: its position and quaternion (w, x, y, z), a view on the simulator's state, shape (7,).
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, site: Site, conditions: Conditions) -> None:
        self._body = model.body(NAME).id
        joint = model.joint(NAME)
        q, v = int(joint.qposadr[0]), int(joint.dofadr[0])
        self.torch_coordinates = data.qpos[q : q + 7]
        self._qvel = data.qvel[v : v + 6]
        self.motion = TorchMotion()
        grip, rotation = _offered(site.people[0], conditions, 0)
        self.torch_coordinates[:3], self.torch_coordinates[3:] = grip, quaternion_wxyz_from_matrix(rotation)
        self._applied = data.xfrc_applied[self._body]
        self._ticks = 0
        self.giver = Giver(PersonArm(model, data, "giver", site.people[0]), grip, rotation)
        grip, rotation = _offered(site.people[1], conditions, 1)
        self.receiver = Receiver(PersonArm(model, data, "receiver", site.people[1]), grip, rotation)

    def update(self, dt: float) -> None:
        """Let both act for one control period of `dt` [s] and set their pull on the torch."""
        self._ticks += 1
        arms_move = self._ticks % ARM_EVERY == 0
        if arms_move and not self.giver.holds:
            self.giver.withdraw_arm(ARM_EVERY * dt)
        if not (self.giver.holds or self.receiver.holds or self.receiver.is_near(self.torch_coordinates)):
            return
        self.motion.update(self.torch_coordinates, self._qvel)
        self._applied[:] = 0.0
        for person in (self.giver, self.receiver):
            person.update(self.motion, dt)
            if person.holds:
                person.grip.pull(self.motion, self._applied)
                if arms_move:
                    person.move_arm(self.motion)


def _offered(person: Person, conditions: Conditions, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Grip point [m] and torch axes that a person offers, as drawn."""
    straight = matrix_from_yaw(person.robot_stance.yaw)
    rotation = matrix_from_rotation_vector(conditions.grip_tilts[index]) @ straight
    return person.grip + conditions.grip_offsets[index], rotation

"""Can the arm hold the payload at the carry pose, with torque to spare? Statics before anything moves."""

from __future__ import annotations

import numpy as np
import pinocchio

from robot_trials.kinds.common.hand import on_working_side
from robot_trials.kinds.relay.context import RelayContext
from robot_trials.robots.profile import RobotProfile
from robot_trials_control.robot.limbs import LimbFinder
from robot_trials_control.robot.parameters import RobotParameters

RATIO_MAX = 0.8
"""Largest part of a torque limit that holding still may take; the rest is for moving."""
ITERATIONS = 200
POSITION_TOLERANCE = 0.01
"""The carry pose counts as reachable within this [m]."""
AXIS_TOLERANCE = 0.05
"""The torch counts as upright within this (sine of the tilt)."""
DAMPING = 1e-3
ELBOW_START = 0.46
"""Share of the elbow's range to which it is bent at the start of the search; any bent elbow does."""


class PayloadHeadroom:
    """Static joint torques of a robot that holds a point mass upright.

    Args:
        robot: what the controller knows of it.
        torque_limits: limits to keep clear of, shape (nu,) in Pinocchio's joint order [N·m].
        side: of the hand that carries, LEFT or RIGHT.
    """

    def __init__(self, robot: RobotParameters, torque_limits: np.ndarray, side: int) -> None:
        self._model = pinocchio.buildModelFromUrdf(str(robot.urdf))
        self._data = self._model.createData()
        self._names = tuple(self._model.names[1:])
        self._limits = torque_limits
        self._grip = self._model.getFrameId(robot.grip_frames[side])
        self._nominal = np.array([robot.nominal_posture.get(name, 0.0) for name in self._names])
        limbs = LimbFinder(self._model, self._nominal).find(robot.foot_frames, robot.grip_frames, robot.head_joints)
        self._arm, self._elbow = limbs.arms[side], int(limbs.elbows[side])
        self._bent = limbs.straight[side] + ELBOW_START * (limbs.folded[side] - limbs.straight[side])
        self._carrying = np.sort(np.concatenate((limbs.waist, self._arm)))
        pinocchio.framesForwardKinematics(self._model, self._data, self._nominal)
        sole = self._data.oMf[self._model.getFrameId(robot.foot_frames[side])].translation
        com = self._compute_com()
        self._heading_to_base = np.array([com[0], com[1], sole[2]])

    def _compute_com(self) -> np.ndarray:
        """Centre of mass in the base link, whose own mass Pinocchio leaves out of a fixed-base model [m]."""
        joints = pinocchio.centerOfMass(self._model, self._data, self._nominal)
        base, moving = self._model.inertias[0], self._data.mass[0]
        return (base.mass * base.lever + moving * joints) / (base.mass + moving)

    def find_problems(self, mass: float, position_heading: np.ndarray) -> list[str]:
        """What is wrong with holding a mass upright at a position of the heading frame; empty if nothing is.

        Args:
            mass: point mass at the grip [kg].
            position_heading: grip in the heading frame, shape (3,) [m].
        """
        q, distance = self._solve_pose(np.asarray(position_heading) + self._heading_to_base)
        if distance > POSITION_TOLERANCE:
            place = ", ".join(f"{value:g}" for value in position_heading)
            return [f"hand stays {distance:.3f} m off the carry pose ({place}): must be ≤ {POSITION_TOLERANCE} m"]
        torques = self.compute_static_torques(q, mass)
        problems = []
        for index in self._carrying:
            limit = float(self._limits[index])
            torque = abs(float(torques[index]))
            if torque > RATIO_MAX * limit:
                bound = f"must be ≤ {RATIO_MAX:g} × {limit:g} N·m"
                problems.append(f"{self._names[index]} needs {torque:.1f} N·m to hold {mass:g} kg: {bound}")
        return problems

    def compute_static_torques(self, q: np.ndarray, mass: float) -> np.ndarray:
        """Joint torques that hold the robot's own arms and a point mass at the grip, shape (nu,) [N·m]."""
        model, data = self._model, self._data
        own = pinocchio.computeGeneralizedGravity(model, data, q).copy()
        jacobian = pinocchio.computeFrameJacobian(model, data, q, self._grip, pinocchio.LOCAL_WORLD_ALIGNED)
        return own + jacobian[2] * mass * 9.81

    def _solve_pose(self, position: np.ndarray) -> tuple[np.ndarray, float]:
        """Arm angles that bring the grip upright to a position in the base link, and the distance left [m]."""
        model, data, arm = self._model, self._data, self._arm
        q = self._nominal.copy()
        q[self._elbow] = self._bent
        lower, upper = model.lowerPositionLimit, model.upperPositionLimit
        error = np.zeros(5)
        for _ in range(ITERATIONS):
            jacobian = pinocchio.computeFrameJacobian(model, data, q, self._grip, pinocchio.LOCAL_WORLD_ALIGNED)[:, arm]
            pinocchio.updateFramePlacement(model, data, self._grip)
            placement = data.oMf[self._grip]
            error[:3] = position - placement.translation
            error[3:] = np.cross(placement.rotation[:, 2], [0.0, 0.0, 1.0])[:2]
            if np.linalg.norm(error[:3]) < 1e-4 and np.linalg.norm(error[3:]) < AXIS_TOLERANCE / 10:
                break
            rows = jacobian[:5]
            step = rows.T @ np.linalg.solve(rows @ rows.T + DAMPING * np.eye(5), error)
            q[arm] = np.clip(q[arm] + 0.5 * step, lower[arm], upper[arm])
        upright = float(np.linalg.norm(error[3:])) < AXIS_TOLERANCE
        return q, float(np.linalg.norm(error[:3])) if upright else np.inf


class CarryHeadroom:
    """The same for the trial's working hand at the place where it carries.

    Args:
        context: the trial's blackboard.
        profile: the robot.
    """

    def __init__(self, context: RelayContext, profile: RobotProfile) -> None:
        limits = profile.torque_limit_array(profile.torque_limits.use.payload_headroom)
        self._headroom = PayloadHeadroom(profile.to_parameters(), limits, context.hand)
        self._position = np.array(on_working_side(context, context.manner.hands.carry))

    def find_problems(self, mass: float) -> list[str]:
        """What is wrong with carrying a mass [kg]; empty if nothing is."""
        return self._headroom.find_problems(mass, self._position)

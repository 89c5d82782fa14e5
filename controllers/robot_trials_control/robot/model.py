"""The robot's rigid-body model: one Pinocchio update a tick, every quantity as a view, payload added in place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pinocchio as pin

from robot_trials_control.exceptions import ModelError
from robot_trials_control.numeric.compiled import bind
from robot_trials_control.records import LEFT, make_record
from robot_trials_control.robot.contacts import SoleReach, compute_sole_reach
from robot_trials_control.robot.limbs import LimbFinder, Limbs
from robot_trials_control.robot.model_state import FIRST_GRIP, GRAVITY, FrameState, model_state_fields, read_terms
from robot_trials_control.robot.parameters import RobotParameters


class RobotModel:
    """Dynamics and kinematics of the robot at one state, updated in place.

    After `update(q, v)` the attributes below are valid until the next call; all are views on `state`.
    q is Pinocchio's configuration [position, quaternion xyzw, joints], v its velocity [linear and angular in base,
    joints].

    Attributes:
        state: all of it in one record of `model_state_fields`, for compiled functions.
        mass_matrix: joint-space inertia with armature, shape (nv, nv).
        bias: Coriolis, centrifugal and gravity terms, shape (nv,) [N, N·m].
        com, com_velocity: centre of mass in world, shape (3,) [m], [m/s].
        angular_momentum: about the centre of mass, in world, shape (3,) [kg·m²/s].
        base_rotation, base_position: base in world, shapes (3, 3) and (3,) [m].
        feet, grips: sole and grip frames, left and right.
        limbs: what each joint is for.
        mass: total mass with payload [kg].
    """

    def __init__(self, parameters: RobotParameters) -> None:
        self.parameters = parameters
        path = Path(parameters.urdf)
        if not path.is_file():
            raise ModelError(f"robot description not found: {path}")
        try:
            self.model = pin.buildModelFromUrdf(str(path), pin.JointModelFreeFlyer())
        except ValueError as error:
            raise ModelError(f"{path}: not a robot description that Pinocchio reads: {error}") from error
        self.data = self.model.createData()
        self.nq, self.nv = self.model.nq, self.model.nv
        self.nu = self.nv - 6
        self.joint_names = tuple(self.model.names[2:])
        self._check()
        armature = self.model.armature
        armature[6:] = parameters.armature
        self.model.armature = armature
        self.foot_ids = tuple(self._frame(name) for name in parameters.foot_frames)
        self.grip_ids = tuple(self._frame(name) for name in parameters.grip_frames)
        self.imu_id = self._frame(parameters.imu_frame)
        self.camera_id = self._frame(parameters.camera_frame)
        self.nominal_joints = np.array([parameters.nominal_posture.get(n, 0.0) for n in self.joint_names])
        self.limbs = self._find_limbs()
        self._own_inertias = [pin.Inertia(inertia) for inertia in self.model.inertias]
        self.own_mass = sum(inertia.mass for inertia in self._own_inertias[1:])
        self._allocate()
        self.mass = self.own_mass

    def _check(self) -> None:
        for name in ("torque_limits", "armature", "friction"):
            shape = getattr(self.parameters, name).shape
            if shape != (self.nu,):
                raise ModelError(f"{self.parameters.urdf}: {name} has shape {shape}, the robot has {self.nu} joints")
        for field_name in ("nominal_posture", "head_joints"):
            unknown = sorted(set(getattr(self.parameters, field_name)) - set(self.joint_names))
            if unknown:
                raise ModelError(f"{self.parameters.urdf}: no joint named {', '.join(unknown)} (in {field_name})")

    def _frame(self, name: str) -> int:
        if not self.model.existFrame(name):
            raise ModelError(f"{self.parameters.urdf}: no frame named {name!r}")
        return self.model.getFrameId(name)

    def _find_limbs(self) -> Limbs:
        parameters, finder = self.parameters, LimbFinder(self.model, self.nominal_joints)
        try:
            return finder.find(parameters.foot_frames, parameters.grip_frames, parameters.head_joints)
        except ModelError as error:
            raise ModelError(f"{parameters.urdf}: {error}") from None

    def _allocate(self) -> None:
        data, state = self.data, make_record(model_state_fields(self.nv))
        self.state = state
        self.mass_matrix, self.bias = state.mass_matrix, state.bias
        self.com, self.com_velocity, self.angular_momentum = state.com, state.com_velocity, state.angular_momentum
        self.base_rotation, self.base_position = state.base_rotation, state.base_position
        frames = tuple(
            FrameState(*parts)
            for parts in zip(state.rotation, state.position, state.jacobian, state.drift, strict=True)
        )
        self.feet, self.grips = frames[:FIRST_GRIP], frames[FIRST_GRIP:]
        self._frame_ids = (*self.foot_ids, *self.grip_ids)
        self._moves = np.array([self._velocities_that_move(frame) for frame in self._frame_ids])
        self._base, frames_on = data.oMi[1], [self.model.frames[frame] for frame in self._frame_ids]
        state.mounting_rotation[:] = [frame.placement.rotation for frame in frames_on]
        state.mounting_position[:] = [frame.placement.translation for frame in frames_on]
        parents = [(data.oMi[frame.parentJoint], data.a_gf[frame.parentJoint]) for frame in frames_on]
        self._terms = (
            *(data.M, data.nle, data.J, data.Ag, data.com[0], self._base.rotation, self._base.translation),
            tuple((pose.rotation, pose.translation, rate.linear, rate.angular) for pose, rate in parents),
        )
        self._parents = parents  # keeps alive what the arrays above view
        self._read_terms = bind(read_terms, np.zeros(self.nv), self._moves, *self._terms, state.data)

    def _velocities_that_move(self, frame: int) -> np.ndarray:
        """Whether each generalised velocity moves a frame, shape (nv,)."""
        chain = self.model.supports[self.model.frames[frame].parentJoint].tolist()
        first = [self.model.joints[j].idx_v for j in chain if j > 0]
        count = [self.model.joints[j].nv for j in chain if j > 0]
        moving = [i for start, n in zip(first, count, strict=True) for i in range(start, start + n)]
        return np.isin(np.arange(self.nv), moving)

    @property
    def mass(self) -> float:
        """Total mass with payload [kg]."""
        return float(self.state.mass)

    @mass.setter
    def mass(self, mass: float) -> None:
        self.state.mass[...] = mass

    def arm_joints(self, side: int) -> np.ndarray:
        """Joints of one arm, without the waist, as indices of the joint arrays."""
        return self.limbs.arms[side]

    def moves_a_foot(self, joint: int) -> bool:
        """Whether the joint at this index of the joint arrays belongs to a leg."""
        return bool(self.limbs.is_leg[joint])

    def sole_reach(self, margin: float, torque_share: float) -> SoleReach:
        """Reach of the pressure under one foot, `margin` [m] from the edge, at a share of the ankle's torque limit."""
        parameters, foot = self.parameters, self.model.frames[self.foot_ids[LEFT]]
        torque = torque_share * min(parameters.torque_limits[self.limbs.ankles[LEFT]])
        return compute_sole_reach(
            parameters.sole_half_length - margin,
            parameters.sole_half_width - margin,
            -float(foot.placement.translation[0]),
            torque,
            self.own_mass * GRAVITY,
        )

    def limit_force(self, force: float, share: float) -> float:
        """A force on a foot [N], or a share of the robot's own weight where that is less: light robots press less."""
        return min(force, share * self.own_mass * GRAVITY)

    def update(self, q: np.ndarray, v: np.ndarray) -> None:
        """Compute everything at configuration `q`, shape (nq,), and velocity `v`, shape (nv,)."""
        model, data = self.model, self.data
        pin.computeAllTerms(model, data, q, v)  # by their own functions M and nle would be copied
        self._read_terms(v, self._moves, *self._terms, self.state.data)

    def set_payload(self, side: int, mass: float, com_grip: np.ndarray) -> None:
        """Attach a point mass to one hand, replacing what was there; 0 kg removes it.

        Args:
            side: LEFT or RIGHT.
            mass: payload mass [kg].
            com_grip: its centre of mass in the grip frame, shape (3,) [m].
        """
        frame = self.model.frames[self.grip_ids[side]]
        joint = frame.parentJoint
        inertia = self._own_inertias[joint]
        self.mass -= self.model.inertias[joint].mass
        if mass > 0.0:
            inertia = inertia + pin.Inertia(mass, frame.placement.act(np.asarray(com_grip)), np.zeros((3, 3)))
        self.model.inertias[joint] = inertia
        self.mass += inertia.mass

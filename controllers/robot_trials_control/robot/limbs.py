"""What each joint is for, found from the kinematics alone: which limb it belongs to, and what it does there.

A joint that carries one foot belongs to a leg, one that carries one hand to an arm; what carries several of them (both
arms, or both legs of a robot whose base is above its waist) is the waist. The head's joints are named by the robot's
profile. Neither names nor the order of joints count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pinocchio as pin

from robot_trials_control.exceptions import ModelError

ROOT_VELOCITIES = 6
"""Of a floating base."""
LEVEL = 0.5
"""A joint's axis this far from the vertical, as a cosine, pitches or rolls rather than yaws."""
TURN = 2.0 * np.pi
"""A limit beyond a whole turn is none [rad]."""
Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Limbs:
    """Joints by role, as indices of the joint arrays; pairs are left, right; chains go from the base outwards.

    Attributes:
        arms: from shoulder to hand, shape (n,) each.
        legs: from hip to foot, shape (n,) each.
        waist: between base and more than one limb, shape (n,).
        head: as the profile orders them: yaw, pitch; shape (≤ 2,).
        shoulders: the joint of each arm that lifts it forwards, shape (2,).
        lifted: end of the shoulder's range with the arm forwards and up, shape (2,) [rad].
        elbows, knees: the joint that draws hand or foot to the limb's root, shape (2,).
        straight, folded: ends of the elbow's range, shape (2,) [rad].
        ankles: between knee and foot, those that pitch or roll the sole, shape (n,) each.
        is_leg: whether each joint belongs to a leg; all others are the upper body; shape (nu,).
        is_waist: the same of the waist, shape (nu,).
    """

    arms: Pair
    legs: Pair
    waist: np.ndarray
    head: np.ndarray
    shoulders: np.ndarray
    lifted: np.ndarray
    elbows: np.ndarray
    straight: np.ndarray
    folded: np.ndarray
    knees: np.ndarray
    ankles: Pair
    is_leg: np.ndarray
    is_waist: np.ndarray


class LimbFinder:
    """Finds the limbs of one model.

    Args:
        model: with a floating or a fixed base.
        joints: posture to look at the chains in, shape (nu,) [rad].
    """

    def __init__(self, model: pin.Model, joints: np.ndarray) -> None:
        self._model, self._data = model, model.createData()
        self._first = 2 if model.njoints > 1 and model.joints[1].nv == ROOT_VELOCITIES else 1
        self._q = pin.neutral(model)
        self._q[self._q.size - joints.size :] = joints

    def find(self, feet: Sequence[str], hands: Sequence[str], head: Sequence[str]) -> Limbs:
        """Roles of every joint.

        Args:
            feet, hands: frames, left and right.
            head: joints, yaw and pitch.

        Raises:
            ModelError: a foot or hand that no joint of its own moves, or a head joint that carries one.
        """
        frames = [self._model.getFrameId(name) for name in (*feet, *hands)]
        chains = [self._chain(frame) for frame in frames]
        carried = np.array([sum(j in chain for chain in chains) for j in range(self._model.njoints - self._first)])
        own = [np.array([j for j in chain if carried[j] == 1], dtype=int) for chain in chains]
        waist = np.flatnonzero(carried > 1)
        indices = np.array([self._model.getJointId(name) - self._first for name in head], dtype=int)
        for name, limb in zip((*feet, *hands), own, strict=True):
            if not limb.size:
                raise ModelError(f"no joint moves {name} alone")
        for name, index in zip(head, indices, strict=True):
            if carried[index]:
                raise ModelError(f"head joint {name} carries a foot or a hand")
        bends = np.array([self._find_bend(limb, frame) for limb, frame in zip(own, frames, strict=True)])
        lifts = [self._find_lift(own[i], int(bends[i]), frames[i]) for i in (2, 3)]
        elbows = [self._order_ends(own[i], int(bends[i]), frames[i]) for i in (2, 3)]
        everything = np.arange(carried.size)
        return Limbs(
            arms=(own[2], own[3]),
            legs=(own[0], own[1]),
            waist=waist,
            head=indices,
            shoulders=np.array([joint for joint, _ in lifts]),
            lifted=np.array([end for _, end in lifts]),
            elbows=bends[2:],
            straight=np.array([straight for straight, _ in elbows]),
            folded=np.array([folded for _, folded in elbows]),
            knees=bends[:2],
            ankles=(self._find_ankle(own[0], bends[0]), self._find_ankle(own[1], bends[1])),
            is_leg=np.isin(everything, np.concatenate(own[:2])),
            is_waist=np.isin(everything, waist),
        )

    def _chain(self, frame: int) -> list[int]:
        supports = self._model.supports[self._model.frames[frame].parentJoint]
        return [joint - self._first for joint in supports if joint >= self._first]

    def _find_bend(self, limb: np.ndarray, frame: int) -> int:
        """The joint of a limb that brings its end nearest to its root."""
        shortest = [
            min(self._measure(int(limb[0]), joint, end, frame) for end in self._ends(joint)) for joint in limb.tolist()
        ]
        return int(limb[int(np.argmin(shortest))])

    def _order_ends(self, limb: np.ndarray, joint: int, frame: int) -> tuple[float, float]:
        """Ends of a joint's range: the limb's end far from its root, and near to it [rad]."""
        near, far = sorted(self._ends(joint), key=lambda end: self._measure(int(limb[0]), joint, end, frame))
        return far, near

    def _ends(self, joint: int) -> tuple[float, float]:
        """Ends of a joint's range, half a turn where it has none [rad]."""
        place = self._model.joints[joint + self._first].idx_q
        low, high = self._model.lowerPositionLimit[place], self._model.upperPositionLimit[place]
        return (float(low) if low > -TURN else -np.pi), (float(high) if high < TURN else np.pi)

    def _measure(self, root: int, joint: int, angle: float, frame: int) -> float:
        """Distance from the root's origin to a frame with one joint at an angle [m]."""
        q = self._q.copy()
        q[self._model.joints[joint + self._first].idx_q] = angle
        pin.framesForwardKinematics(self._model, self._data, q)
        span = self._data.oMf[frame].translation - self._data.oMi[root + self._first].translation
        return float(np.linalg.norm(span))

    def _find_lift(self, arm: np.ndarray, elbow: int, frame: int) -> tuple[int, float]:
        """The joint before the elbow that moves the hand furthest, and the end of its range that is forwards [rad].

        An arm without a joint before the elbow lifts with the elbow.
        """
        upper = arm[: arm.tolist().index(elbow)] if arm[0] != elbow else arm[:1]
        forwards = self._find_forward_motion(frame)[upper]
        best = int(np.argmax(np.abs(forwards)))
        low, high = self._ends(int(upper[best]))
        return int(upper[best]), high if forwards[best] > 0.0 else low

    def _find_forward_motion(self, frame: int) -> np.ndarray:
        """How far forwards a frame goes with each joint, in the base, shape (nu,) [m/rad]."""
        pin.computeJointJacobians(self._model, self._data, self._q)
        pin.updateFramePlacements(self._model, self._data)
        jacobian = pin.getFrameJacobian(self._model, self._data, frame, pin.LOCAL_WORLD_ALIGNED)
        forward: np.ndarray = jacobian[0, jacobian.shape[1] - (self._model.njoints - self._first) :]
        return forward

    def _find_ankle(self, leg: np.ndarray, knee: int) -> np.ndarray:
        """Joints below the knee whose axes are level; the last of the leg where there is none."""
        below = leg[leg.tolist().index(knee) + 1 :]
        axes = pin.computeJointJacobians(self._model, self._data, self._q)[3:]
        vertical = np.abs(axes[2, self._model.nv - (self._model.njoints - self._first) :])
        ankle = below[vertical[below] < LEVEL]
        return ankle if ankle.size else leg[-1:]

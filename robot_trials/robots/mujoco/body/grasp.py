"""The robot's hands on the prop that can be gripped: a weld that closes only where fingers could."""

from __future__ import annotations

import math

import mujoco

from robot_trials.robots.mujoco.rotations import quaternion_wxyz_from_matrix
from robot_trials.robots.profile import RobotProfile
from robot_trials.robots.props import Grip, Prop

GRASP = "grasp_"
"""Before the name of a hand's frame: its weld."""
CLOSED = 0.8
"""Commanded closure above which fingers grip."""
OPEN = 0.5
"""Commanded closure below which they let go."""
OPEN_TIME = 0.15
"""From the first loosening to a free prop [s]."""
IMPEDANCE = 0.95
"""Constraint impedance of a firm grasp (MuJoCo's solimp); it fades while the fingers open."""
TIME_CONSTANT = 0.008
"""Of the weld's own motion [s]."""


def add_grasps(spec: mujoco.MjSpec, profile: RobotProfile, prop: Prop) -> None:
    """Add one weld per hand between hand and prop, open at the start; hands pass through the prop."""
    bodies = [spec.site(name).parent for name in profile.frames.hands]
    for name, body in zip(profile.frames.hands, bodies, strict=True):
        weld = spec.add_equality(
            name=GRASP + name,
            type=mujoco.mjtEq.mjEQ_WELD,
            objtype=mujoco.mjtObj.mjOBJ_BODY,
            name1=body.name,
            name2=prop.name,
            active=False,
        )
        weld.solref = [TIME_CONSTANT, 1.0]
        weld.solimp = [IMPEDANCE, IMPEDANCE, 0.001, 0.5, 2.0]
    for body in (*bodies, *(body.parent for body in bodies)):  # a grasp is a weld, not a contact of fingers
        spec.add_exclude(bodyname1=body.name, bodyname2=prop.name)


class Grasp:
    """One hand of the robot.

    Attributes:
        holds: whether the fingers are on the prop.
    """

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, hand: str, prop: Prop) -> None:
        grip = prop.grip or Grip()
        self._model, self._data = model, data
        self._weld = model.equality(GRASP + hand).id
        self._site = model.site(hand).id
        self._hand_body = int(model.site_bodyid[self._site])
        self._prop_body = model.body(prop.name).id
        self._reach, self._cosine_min = grip.reach, math.cos(grip.tilt_max)
        self._opening = 0.0
        self.holds = False

    def update(self, closed: float, dt: float) -> None:
        """Grip, hold or let go, as commanded and as possible.

        Args:
            closed: commanded closure, 0 open … 1 shut.
            dt: time since the last call [s].
        """
        if self._opening > 0.0:
            self._open_further(dt)
        elif self.holds:
            if closed < OPEN:
                self._opening = OPEN_TIME
        elif closed > CLOSED and self._within_reach():
            self._close()

    def _within_reach(self) -> bool:
        data = self._data
        gap = data.site_xpos[self._site] - data.xpos[self._prop_body]
        if float(gap @ gap) > self._reach**2:
            return False
        thumb = data.site_xmat[self._site][2::3]
        axis = data.xmat[self._prop_body][2::3]
        return float(thumb @ axis) > self._cosine_min

    def _close(self) -> None:
        data, weld = self._data, self._weld
        hand = data.xmat[self._hand_body].reshape(3, 3)
        relative = self._model.eq_data[weld]
        relative[:3] = 0.0  # the prop's own frame is what is held
        relative[3:6] = hand.T @ (data.xpos[self._prop_body] - data.xpos[self._hand_body])
        relative[6:10] = quaternion_wxyz_from_matrix(hand.T @ data.xmat[self._prop_body].reshape(3, 3))
        relative[10] = 1.0
        self._set_impedance(IMPEDANCE)
        data.eq_active[weld] = 1
        self.holds = True

    def _open_further(self, dt: float) -> None:
        self._opening -= dt
        if self._opening > 1e-9:
            self._set_impedance(max(IMPEDANCE * (self._opening / OPEN_TIME) ** 2, 0.001))
            return
        self._opening = 0.0
        self._data.eq_active[self._weld] = 0
        self.holds = False

    def _set_impedance(self, value: float) -> None:
        self._model.eq_solimp[self._weld, :2] = value

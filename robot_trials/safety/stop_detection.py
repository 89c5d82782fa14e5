"""What calls for a stop, read from the sensors and from what the controller believes, once a control tick."""

from __future__ import annotations

import math

import numpy as np

from robot_trials.safety.stop_limits import StopLimits
from robot_trials.safety.stop_triggers import Trigger
from robot_trials_control.numeric.compiled import bind, compiled
from robot_trials_control.records import (
    Fault,
    Field,
    Record,
    controller_status_fields,
    make_record,
    make_robot_state,
    timing_fields,
)

MILLISECOND_NS = 1_000_000


def trigger_fields(nu: int) -> list[Field]:
    """Limits of the detectors and what they remember."""
    return [
        ("strain", "f8", (nu,)),  # time integral [s]
        ("continuous_torque", "f8", (nu,)),  # [N·m]
        ("late_share", "f8"),
        ("late_gain", "f8"),  # of one tick in that share
        ("period", "f8"),  # [s]
        ("tilt_cos", "f8", (2,)),  # standing, squatting
        ("capture_reach", "f8"),
        ("capture_error", "f8", (2,)),  # standing, walking
        ("temperature", "f8", (2,)),  # mild, stop
        ("strain_limit", "f8", (2,)),
        ("late_limit", "f8", (2,)),
        ("stale_ns", "i8"),
        ("misses", "i8"),  # deadline misses seen so far
        ("not_finite", "i8"),  # ticks in a row
        ("not_finite_max", "i8"),
        ("velocity", "f8", (2,)),  # horizontal, averaged [m/s]
        ("speed_gain", "f8"),  # of one tick in that average
        ("speed_cap", "f8"),  # [m/s]
        ("speed_deviations", "f8"),
    ]


class StopTriggers:
    """Looks at every tick's readings and the last tick's beliefs.

    Attributes:
        memory: limits and counters, record of `trigger_fields`.
        watch_deadlines: whether late ticks count: only when a clock paces the loop.

    Args:
        nu: actuated joints.
        period: control period [s].
        limits: of the triggers.
        continuous_torque: that each drive bears for ever, shape (nu,) [N·m]; None: torque-time is not watched.
        speed_cap: that the robot may not exceed [m/s]; None: as fast as it likes.
    """

    def __init__(
        self,
        nu: int,
        period: float,
        limits: StopLimits,
        continuous_torque: np.ndarray | None,
        speed_cap: float | None = None,
    ) -> None:
        self.watch_deadlines = False
        self.memory = memory = make_record(trigger_fields(nu))
        memory.continuous_torque[:] = math.inf if continuous_torque is None else continuous_torque
        memory.period[...], memory.late_gain[...] = period, min(period / limits.late_window, 1.0)
        memory.tilt_cos[:] = math.cos(limits.tilt), math.cos(limits.tilt_low)
        memory.capture_reach[...] = limits.capture_reach
        memory.capture_error[:] = limits.capture_error_standing, limits.capture_error
        memory.temperature[:] = limits.temperature_slow, limits.temperature_stop
        memory.strain_limit[:] = limits.strain_slow, limits.strain_stop
        memory.late_limit[:] = limits.late_slow, limits.late_stop
        memory.stale_ns[...] = round(limits.stale_after * 1000.0) * MILLISECOND_NS
        memory.not_finite_max[...] = limits.not_finite_ticks
        memory.speed_cap[...] = math.inf if speed_cap is None else speed_cap
        memory.speed_gain[...] = 1.0 - math.exp(-period / limits.speed_window)
        memory.speed_deviations[...] = limits.speed_deviations
        state, status, timing = (
            make_robot_state(nu),
            make_record(controller_status_fields()),
            make_record(timing_fields()),
        )
        self._detect = bind(detect, state.data, status.data, timing.data, False, memory.data)

    def detect(self, state: Record, status: Record, timing: Record) -> int:
        """Triggers that are active now, without those from outside; a bit set of `Trigger`.

        Args:
            state: readings of this tick.
            status: beliefs after the last tick.
            timing: account of the ticks so far.
        """
        return self._detect(state.data, status.data, timing.data, self.watch_deadlines, self.memory.data)


@compiled
def detect(state: np.ndarray, status: np.ndarray, timing: np.ndarray, paced: bool, memory: np.ndarray) -> int:
    """Active triggers as a bit set; arguments as for `StopTriggers.detect`."""
    active = detect_readings(state, memory) | detect_drives(state, memory) | detect_imbalance(status, memory)
    active |= detect_speed(status, memory)
    m, misses = memory[0], timing[0].deadline_misses
    late = 1.0 if paced and misses > m.misses else 0.0
    m.misses = misses
    m.late_share += m.late_gain * (late - m.late_share)
    if m.late_share > m.late_limit[1]:
        active |= Trigger.LATE.value
    elif m.late_share > m.late_limit[0]:
        active |= Trigger.SLUGGISH.value
    return active


@compiled
def detect_readings(state: np.ndarray, memory: np.ndarray) -> int:
    """Readings that are old or no numbers; a device that gives no time counts as fresh."""
    s, m, active = state[0], memory[0], 0
    for taken in (s.joint_time_ns, s.imu_time_ns, s.foot_time_ns):
        if taken > 0 and s.time_ns - taken > m.stale_ns:
            active |= Trigger.STALE.value
    total = 0.0
    for i in range(s.joint_position.size):
        total += s.joint_position[i] + s.joint_velocity[i] + s.joint_torque[i]
    for i in range(3):
        total += s.imu_angular_velocity[i] + s.imu_linear_acceleration[i]
    for side in range(2):
        for i in range(6):
            total += s.foot_wrench[side, i]
    m.not_finite = 0 if math.isfinite(total) else m.not_finite + 1
    if m.not_finite >= m.not_finite_max:
        active |= Trigger.NOT_FINITE.value
    return active


@compiled
def detect_drives(state: np.ndarray, memory: np.ndarray) -> int:
    """Drives that are too hot, or have given more than their continuous torque for too long; no numbers count as 0."""
    s, m = state[0], memory[0]
    hottest = strain = 0.0
    for i in range(s.joint_torque.size):
        ratio = s.joint_torque[i] / m.continuous_torque[i]
        if math.isfinite(ratio):
            m.strain[i] = max(m.strain[i] + m.period * (ratio * ratio - 1.0), 0.0)
        strain = max(strain, m.strain[i])
        if s.joint_temperature[i] > hottest:
            hottest = s.joint_temperature[i]
    active = 0
    if hottest > m.temperature[1]:
        active |= Trigger.TEMPERATURE.value
    elif hottest > m.temperature[0]:
        active |= Trigger.WARM.value
    if strain > m.strain_limit[1]:
        active |= Trigger.STRAIN.value
    elif strain > m.strain_limit[0]:
        active |= Trigger.STRAINED.value
    return active


@compiled
def detect_speed(status: np.ndarray, memory: np.ndarray) -> int:
    """A centre of mass that moves faster than allowed, averaged over some steps; no numbers leave the average alone."""
    s, m, square = status[0], memory[0], 0.0
    for i in range(2):
        if math.isfinite(s.com_velocity[i]):
            m.velocity[i] += m.speed_gain * (s.com_velocity[i] - m.velocity[i])
        square += m.velocity[i] * m.velocity[i]
    beyond = math.sqrt(square) + m.speed_deviations * s.speed_deviation - m.speed_cap
    return Trigger.OVERSPEED.value if beyond > 0.0 else 0


@compiled
def detect_imbalance(status: np.ndarray, memory: np.ndarray) -> int:
    """A base that tilts, a capture point that no step reaches, a fall; status of a controller that has not begun: 0."""
    s, m, active = status[0], memory[0], 0
    if s.fault & Fault.FALLEN.value:
        active |= Trigger.FALLEN.value
    x, y, _, w = s.base_orientation_xyzw
    if x == 0.0 and y == 0.0 and w == 0.0:
        return active
    walking = 1 if s.walking else 0
    lowered = 1 if s.lowered > 0.0 else 0
    if 1.0 - 2.0 * (x * x + y * y) < m.tilt_cos[lowered]:
        active |= Trigger.TILT.value
    nearest = math.inf
    for side in range(2):
        pose = s.foot_pose[side]
        if pose[3] == 0.0 and pose[4] == 0.0 and pose[5] == 0.0 and pose[6] == 0.0:  # not written yet
            return active
        nearest = min(nearest, math.hypot(s.dcm[0] - pose[0], s.dcm[1] - pose[1]))
    error = math.hypot(s.dcm[0] - s.dcm_reference[0], s.dcm[1] - s.dcm_reference[1])
    if nearest > m.capture_reach or error > m.capture_error[walking]:
        active |= Trigger.CAPTURE_POINT.value
    return active

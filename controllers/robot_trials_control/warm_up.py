"""Take a throw-away controller through everything it can do, so that no later tick waits for a compiler."""

from __future__ import annotations

import numpy as np

from robot_trials_control.controller import WholeBodyWalkingController
from robot_trials_control.records import (
    RIGHT,
    HandMode,
    MotionMode,
    PayloadMode,
    Record,
    controller_status_fields,
    make_motion_command,
    make_record,
    make_robot_command,
    make_robot_state,
)
from robot_trials_control.robot.model import RobotModel
from robot_trials_control.robot.model_state import GRAVITY

STEP_TIME = 1.0
"""From the command to walk until a foot has swung far enough for everything that swinging does [s]."""


def warm_up(model_of: WholeBodyWalkingController) -> None:
    """Load or compile every compiled function that a controller needs; a second once they are cached.

    Args:
        model_of: the controller to be used; it is left as it is.
    """
    period, config = model_of.period, model_of.config
    controller = WholeBodyWalkingController(model_of.model.parameters, config, period)
    state, motion = make_robot_state(controller.model.nu), make_motion_command()
    command, status = make_robot_command(controller.model.nu), make_record(controller_status_fields())

    def step(count: int = config.payload.decimation) -> None:
        for _ in range(count):
            controller.step(state, motion, command, status)

    write_standing(controller.model, state)
    motion.mode[...] = MotionMode.STAND
    while not controller.estimator.is_settled:
        step()
    motion.hand_mode[:], motion.payload_hand[...] = HandMode.HEADING, RIGHT
    for mode in (PayloadMode.TARE, PayloadMode.TRACK):
        motion.payload_mode[...] = mode
        step()
    motion.mode[...], motion.walk_target[0], motion.walk_speed[...] = MotionMode.WALK_TO, 2.0, 0.3
    step(round(STEP_TIME / period))


def write_standing(model: RobotModel, state: Record) -> None:
    """Readings of the robot in its nominal posture, level and still, half of its weight on each foot."""
    up = model.model.frames[model.imu_id].placement.rotation[2]
    state.joint_position[:] = model.nominal_joints
    state.imu_linear_acceleration[:] = GRAVITY * np.asarray(up)
    state.foot_wrench[:, 2] = 0.5 * model.own_mass * GRAVITY

"""Put the torch into the robot's model, in place, and see what it costs: no simulator, no ROS.

./run shell python examples/payload_in_the_model.py
"""

import numpy as np

from robot_trials.config import load_trial_setup
from robot_trials.robots import load_profile
from robot_trials_control.records import RIGHT
from robot_trials_control.robot.model import RobotModel

TORCH_MASS = 1.6  # [kg]
TORCH_COM = np.array([0.0, 0.0, 0.1])  # above the grip, in the grip frame [m]


def main() -> None:
    """Compare the torques that hold the robot still, without and with the torch."""
    profile = load_profile(load_trial_setup("torch_relay").robot_file)
    model = RobotModel(profile.to_parameters())
    q = np.zeros(model.nq)
    q[6] = 1.0  # upright
    q[7:] = model.nominal_joints
    still = np.zeros(model.nv)

    model.update(q, still)
    empty, empty_com = model.bias.copy(), model.com.copy()
    model.set_payload(RIGHT, TORCH_MASS, TORCH_COM)
    model.update(q, still)

    print(f"mass {model.own_mass:.2f} kg, with the torch {model.mass:.2f} kg")
    print(f"centre of mass moves by {1e3 * (model.com - empty_com).round(4)} mm")
    print(f"vertical force to hold it all: {empty[2]:.1f} N, with the torch {model.bias[2]:.1f} N")
    for joint in model.arm_joints(RIGHT):
        change = model.bias[6 + joint] - empty[6 + joint]
        print(f"  {model.joint_names[joint]:<28} {empty[6 + joint]:7.2f} {change:+7.2f} N·m")


if __name__ == "__main__":
    main()

"""Stand for two seconds in simulation and print how well: loop, robot and controller, without any trial.

./run shell python examples/stand.py
"""

import numpy as np

from robot_trials.config import load_trial_setup
from robot_trials.runtime.assembly import assemble
from robot_trials.runtime.control.loop import ControlLoop
from robot_trials_control.records import MotionMode, make_motion_command

SECONDS = 2.0


def main() -> None:
    """Run the control loop and look at one record a tick."""
    setup = load_trial_setup("torch_relay", seed=1, length=20.0, camera="model")
    assembly = assemble(setup)
    margins, torque_ratios = [], []

    def look(sample) -> None:  # called after every tick; the record is reused, so keep numbers, not the record
        margins.append(float(sample.status.zmp_margin))
        torque_ratios.append(float(sample.status.torque_ratio))

    motion = make_motion_command()
    motion.mode[...] = MotionMode.STAND
    try:
        loop = ControlLoop(assembly.robot, assembly.controller, [look])
        sample = loop.run_ticks(round(SECONDS * 1e9 / assembly.robot.control_period_ns), motion)
    finally:
        assembly.close()
    com = ", ".join(f"{value:.3f}" for value in sample.status.com)
    print(f"{len(margins)} ticks, {int(sample.status.qp_failures)} without a solution")
    print(f"centre of mass at ({com}) m")
    print(f"ZMP at least {min(margins[len(margins) // 2 :]):.3f} m inside the soles once settled")
    print(f"largest share of a torque limit {np.max(torque_ratios):.2f}")


if __name__ == "__main__":
    main()

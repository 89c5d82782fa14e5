"""What a walk was, on what only the simulator knows."""

from __future__ import annotations

from benchmarks.parity_steps import Walk
from robot_trials.runtime.drill import Drill
from robot_trials_control.records import Record, Support


class WalkRecorder:
    """Keeps a drill's walk; to be told of every sample."""

    def __init__(self, drill: Drill) -> None:
        self.walk = Walk()
        self._drill, self._start, self._stance = drill, drill.time, 0

    def update(self, sample: Record) -> None:
        """Look at one tick."""
        robot, walk, support = self._drill.robot, self.walk, int(sample.status.support)
        if support in (Support.LEFT, Support.RIGHT):
            self._stance = 0 if support == Support.LEFT else 1
        sole = robot.sole_poses()[self._stance]
        walk.time.append(self._drill.time - self._start)
        walk.com.append(sole[:3, :3].T @ (robot.centre_of_mass() - sole[:3, 3]))
        walk.torque.append(sample.torque_applied.copy())
        walk.ground.append(float(sample.state.foot_wrench[:, 2].sum()))
        walk.stance.append(self._stance)
        walk.steps.append(int(sample.status.steps))

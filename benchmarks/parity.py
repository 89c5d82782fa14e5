"""The same trials in MuJoCo and in Gazebo: relays that pass, and the same walk beside itself step by step.

One walk, torch in hand, without noise and on level slabs, is walked in each simulator; its steps are laid upon each
other. Then once more in Gazebo with a torso that weighs 10 % more: a comparison that does not notice is worth nothing.
Three walks with noise and the same seed must give the same joint angles to the last bit. Speed is one walk's wall time
beside that of its physics alone (the same commands given to a Gazebo without robot code) and its controller alone.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Figure, at_least, at_most, printed, progress_bar

if TYPE_CHECKING:
    from benchmarks.parity_steps import Difference, Walk
    from robot_trials.robots.gazebo.robot import GazeboRobot
    from robot_trials.runtime.drill import Drill

SEEDS, LENGTH, QUICK_LENGTH = 10, 100.0, 5.0
SPEED = 0.6
"""Commanded [m/s]."""
WALK_TIME, QUICK_TIME = 15.0, 6.0
"""Of the compared walks [s]."""
HEAVIER = 1.1
"""Torso of the robot that is not as it should be."""
COM_MAX, TORQUE_MAX, TIMING_MAX, GROUND_MAX = 10.0, 10.0, 20.0, 2.0
"""Bounds of the differences [mm], [%], [ms], [%]; a torso 10 % heavier is 5 % of the ground's force."""
REPEATS = 3
OVERHEAD_MAX = 1.3
"""Wall time over physics alone and controller alone."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--seeds", type=int, default=None, metavar="N", help=f"relays in each simulator ({SEEDS})")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="begin with another seed")
    parser.add_argument("--length", type=float, default=None, metavar="M", help=f"lane of the relays ({LENGTH:g} m)")
    parser.add_argument("--no-relays", action="store_true", help="compare walks only")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="relays at a time (1)")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the comparison as a page (HTML)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Compare walks, repeat one, time one, run the relays."""
    from benchmarks.parity_steps import compare_steps, cut_steps

    seconds = QUICK_TIME if options.quick else WALK_TIME
    with progress_bar("parity", 4 + REPEATS) as advance:
        walks = []
        for simulator, heavier in (("mujoco", False), ("gazebo", False), ("gazebo", True)):
            walks.append(walk(simulator, seconds, heavier))
            advance(1)
        steps = [cut_steps(each) for each in walks]
        true, heavy = (compare_steps(steps[0], other) for other in steps[1:])
        hashes = set()
        for _ in range(REPEATS):
            hashes.add(hash_walk(QUICK_TIME))
            advance(1)
        speed = _speed_figures([time_walk(QUICK_TIME) for _ in range(REPEATS)])
        advance(1)
    if options.page is not None:
        from benchmarks.parity_page import draw_page

        options.page.write_text(draw_page(steps[0], steps[1], true, heavy, _name_legs()), encoding="utf-8")
    figures = [*_difference_figures(true), *_bite_figures(heavy), at_most("hashes", len(hashes), "1", 1), *speed]
    return figures if options.no_relays else [*figures, *_relay_figures(options)]


def walk(simulator: str, seconds: float, heavier: bool = False) -> Walk:
    """The walk that is compared."""
    from benchmarks.judges.parity import WalkRecorder

    drill = _start(simulator, heavier=heavier, noise=False, floor_unevenness=0.0)
    try:
        recorder = WalkRecorder(drill)
        drill.watch(recorder.update)
        drill.walk(SPEED)
        drill.run(seconds)
        return recorder.walk
    finally:
        drill.close()


def hash_walk(seconds: float) -> str:
    """SHA-256 over all joint angles of a walk in Gazebo, from the first tick on."""
    digest = hashlib.sha256()
    drill = _start("gazebo", watch=lambda sample: digest.update(sample.state.joint_position.tobytes()))
    try:
        drill.walk(SPEED)
        drill.run(seconds)
        return digest.hexdigest()
    finally:
        drill.close()


def time_walk(seconds: float) -> tuple[float, float, float]:
    """Wall time per simulated time of a walk in Gazebo, of its physics alone, and of its controller alone."""
    drill = _start("gazebo")
    try:
        commands, control = _keep_commands(drill), _time_controller(drill)
        drill.walk(SPEED)
        start = time.perf_counter()
        drill.run(seconds)
        wall = time.perf_counter() - start
        physics = _time_physics(drill, commands)
    finally:
        drill.close()
    return wall / seconds, physics / seconds, control[0] / seconds


def _speed_figures(times: Sequence[tuple[float, float, float]]) -> list[Figure]:
    """Medians over several walks: a shared machine's speed changes from one to the next."""
    median = statistics.median
    return [
        at_most(
            "wall_to_parts", median(wall / (physics + control) for wall, physics, control in times), "1", OVERHEAD_MAX
        ),
        at_least("simulated_to_wall", 1.0 / median(wall for wall, _, _ in times), "1", 1.0),
        printed("simulated_to_physics_alone", 1.0 / median(physics for _, physics, _ in times), "1"),
        printed("simulated_to_controller_alone", 1.0 / median(control for _, _, control in times), "1"),
    ]


def _start(simulator: str, heavier: bool = False, watch: Any = None, **options: Any) -> Drill:
    """A robot that stands with the torch in its hand."""
    from benchmarks.harness import BenchmarkError
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import SimOptions, open_robot
    from robot_trials.runtime.drill import Drill, DrillOptions

    sim = SimOptions(simulator=simulator, **options)
    opened = _open_heavier if heavier else open_robot
    drill = Drill(load_trial_setup("torch_relay", length=50.0), DrillOptions(sim=sim, open_robot=opened))
    if watch is not None:
        drill.watch(watch)
    if not drill.settle():
        drill.close()
        raise BenchmarkError(f"the robot fell in {simulator} before it walked")
    return drill


def _name_legs() -> Any:
    """Name and index of each joint of the left and the right leg."""
    from robot_trials.config import load_trial_setup
    from robot_trials.robots import load_profile
    from robot_trials_control.robot.model import RobotModel

    model = RobotModel(load_profile(load_trial_setup("torch_relay", length=50.0).robot_file).to_parameters())
    return tuple([(model.joint_names[j], j) for j in leg.tolist()] for leg in model.limbs.legs)


def _open_heavier(*arguments: Any) -> GazeboRobot:
    """A robot in Gazebo whose torso weighs more than its controller and MuJoCo believe."""
    from robot_trials.robots.gazebo.robot import GazeboRobot

    class HeavierRobot(GazeboRobot):
        def _make_world(self) -> Any:
            world = super()._make_world()
            mass = world.find(f".//link[@name='{self.world_names.bodies[0]}']/inertial/mass")
            assert mass is not None
            mass.text = repr(HEAVIER * float(mass.text or "nan"))
            return world

    return HeavierRobot(*arguments)


def _keep_commands(drill: Drill) -> list[bytes]:
    """What is sent to Gazebo from now on."""
    link, commands = drill.robot.link, []  # type: ignore[attr-defined]
    exchange = link.exchange

    def keep(command: Any, *rest: Any) -> None:
        commands.append(command.to_bytes())
        exchange(command, *rest)

    link.exchange = keep
    return commands


def _time_controller(drill: Drill) -> list[float]:
    """Wall time that the controller takes from now on, as a list of one [s]."""
    total = [0.0]
    step = drill.controller.step

    def timed(*arguments: Any) -> None:
        start = time.perf_counter()
        step(*arguments)
        total[0] += time.perf_counter() - start

    drill.controller.step = timed  # type: ignore[method-assign, assignment]
    return total


def _time_physics(drill: Drill, commands: list[bytes]) -> float:
    """Wall time of the same Gazebo, given the same commands by nobody who thinks [s]."""
    import numpy as np

    from robot_trials.robots.gazebo.protocol import make_command, make_state

    robot: Any = drill.robot
    command, state = make_command(robot.expected), make_state(robot.expected)
    rows = [np.frombuffer(each, command.data.dtype) for each in commands]
    start = time.perf_counter()
    for row in rows:
        command.data[:] = row
        robot.link.exchange(command, state, 5.0)
    return time.perf_counter() - start


def _difference_figures(difference: Difference) -> list[Figure]:
    """The walk in Gazebo beside the walk in MuJoCo."""
    return [
        at_most("com_rms", 1e3 * difference.com, "mm", COM_MAX),
        at_most("torque_rms", 100.0 * difference.torque, "%", TORQUE_MAX),
        at_most("step_timing_max", 1e3 * difference.timing, "ms", TIMING_MAX),
        at_most("ground_force", 100.0 * difference.ground, "%", GROUND_MAX),
        printed("touchdown_drift_max", 1e3 * difference.drift, "ms"),
        printed("steps", difference.steps, "1"),
    ]


def _bite_figures(heavy: Difference) -> list[Figure]:
    """What the comparison says of a heavier torso: at least one of its bounds must be broken."""
    values = (1e3 * heavy.com / COM_MAX, 100.0 * heavy.torque / TORQUE_MAX, 1e3 * heavy.timing / TIMING_MAX)
    return [
        at_least("heavier_torso_noticed", max(*values, 100.0 * heavy.ground / GROUND_MAX), "1", 1.0),
        printed("heavier_torso_com_rms", 1e3 * heavy.com, "mm"),
        printed("heavier_torso_torque_rms", 100.0 * heavy.torque, "%"),
        printed("heavier_torso_ground_force", 100.0 * heavy.ground, "%"),
        printed("heavier_torso_step_timing", 1e3 * heavy.timing, "ms"),
    ]


def _relay_figures(options: argparse.Namespace) -> list[Figure]:
    """Relays in both simulators."""
    from benchmarks.relay import Job, run_jobs

    length = options.length or (QUICK_LENGTH if options.quick else LENGTH)
    count = options.seeds or (1 if options.quick else SEEDS)
    common = {"name": "torch_relay", "length": length, "camera": "model"}
    jobs = [
        Job(simulator, {**common, "simulator": simulator, "seed": options.first_seed + i})
        for simulator in ("mujoco", "gazebo")
        for i in range(count)
    ]
    runs = run_jobs(jobs, options.jobs)
    figures = []
    for simulator in ("mujoco", "gazebo"):
        found = [each for each in runs if each.group == simulator]
        figures.append(at_least(f"{simulator}_passes", sum(each.passed for each in found), "1", len(found)))
    return figures

"""The control loop: joints that must agree, what a tick does and in which order, and the deadline's account."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from runtime_doubles import JOINTS, PERIOD_NS, DoubleController, DoubleRobot

from robot_trials.exceptions import RobotFault
from robot_trials.runtime.control import loop
from robot_trials.runtime.control.loop import ControlLoop
from robot_trials_control.records import MotionMode, Record, make_motion_command


class Clocks:
    """Wall and thread clocks that stand still until the controller works."""

    def __init__(self) -> None:
        self.wall = self.cpu = 1_000_000

    def perf_counter_ns(self) -> int:
        return self.wall

    def thread_time_ns(self) -> int:
        return self.cpu


class SlowController(DoubleController):
    """Takes a given wall time and half of it in CPU time for each of its steps."""

    def __init__(self, clocks: Clocks, wall_ns: list[int]) -> None:
        super().__init__()
        self.clocks, self.costs = clocks, iter(wall_ns)

    def step(self, state: Record, motion: Record, command: Record, status: Record) -> None:
        super().step(state, motion, command, status)
        cost = next(self.costs)
        self.clocks.wall += cost
        self.clocks.cpu += cost // 2


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    """Replace the loop's clocks."""
    made = Clocks()
    clock_module = SimpleNamespace(perf_counter_ns=made.perf_counter_ns, thread_time_ns=made.thread_time_ns)
    monkeypatch.setattr(loop, "time", clock_module)
    return made


@pytest.mark.parametrize("names", [("l_knee", "r_elbow", "r_knee"), ("l_knee", "r_knee"), (*JOINTS, "tail")])
def test_joints_in_another_order_or_number_are_refused_by_name(names: tuple[str, ...]) -> None:
    robot = DoubleRobot()
    robot.joint_names = names
    with pytest.raises(ValueError) as caught:
        ControlLoop(robot, DoubleController())
    assert ", ".join(names) in str(caught.value) and ", ".join(JOINTS) in str(caught.value)


def test_joint_names_may_come_as_a_list() -> None:
    robot = DoubleRobot()
    robot.joint_names = list(JOINTS)
    assert ControlLoop(robot, DoubleController()).sample.command.torque.shape == (len(JOINTS),)


def test_deadlines_are_accounted_for(clocks: Clocks) -> None:
    costs = [PERIOD_NS // 4, PERIOD_NS, PERIOD_NS + 1, 3 * PERIOD_NS, 0]
    rows = []

    def note(sample: Record) -> None:
        rows.append([int(getattr(sample.timing, name)) for name in sample.timing.data.dtype.names])

    ControlLoop(DoubleRobot(), SlowController(clocks, costs), [note]).run_ticks(len(costs), make_motion_command())
    ticks, wall, cpu, slack, misses = zip(*rows, strict=True)
    assert ticks == (1, 2, 3, 4, 5)
    assert list(wall) == costs
    assert list(cpu) == [cost // 2 for cost in costs]
    assert list(slack) == [PERIOD_NS - cost for cost in costs]
    assert misses == (0, 0, 1, 2, 2)


def test_the_robots_own_time_is_no_part_of_the_cost(clocks: Clocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator that takes long to advance, or to tell its truth, does not make the controller late."""
    robot = DoubleRobot()
    for name in ("read_state", "read_truth"):
        original = getattr(robot, name)

        def slowly(record: Record, original=original) -> None:
            clocks.wall += 10 * PERIOD_NS
            original(record)

        monkeypatch.setattr(robot, name, slowly)
    sample = ControlLoop(robot, SlowController(clocks, [1000])).run_ticks(1, make_motion_command())
    assert int(sample.timing.wall_ns) == 1000 and int(sample.timing.deadline_misses) == 0


def test_a_tick_goes_from_reading_to_command_to_truth_to_sinks() -> None:
    order: list[str] = []

    class Noting(DoubleRobot):
        def read_state(self, state: Record) -> None:
            order.append("read_state")
            super().read_state(state)

        def write_command(self, command: Record, torque_applied) -> None:
            order.append("write_command")
            super().write_command(command, torque_applied)

        def read_truth(self, truth: Record) -> None:
            order.append("read_truth")
            super().read_truth(truth)

    class NotingController(DoubleController):
        def step(self, state: Record, motion: Record, command: Record, status: Record) -> None:
            order.append(f"step {int(state.time_ns)}")
            command.torque[:] = 2.5
            super().step(state, motion, command, status)

    sinks = [lambda sample: order.append("first"), lambda sample: order.append("second")]
    sample = ControlLoop(Noting(), NotingController(), sinks).run_ticks(1, make_motion_command())
    expected = ["read_state", f"step {PERIOD_NS}", "write_command", "read_truth", "first", "second"]
    assert order == expected
    assert (sample.torque_applied == 2.5).all() and sample.truth.base_position[2] == 0.8


def test_the_motion_command_reaches_the_controller_on_every_tick() -> None:
    motion = make_motion_command()
    motion.mode[...], motion.walk_velocity[0] = MotionMode.WALK_VELOCITY, 0.5
    control = ControlLoop(DoubleRobot(), DoubleController())
    sample = control.run_ticks(500, motion)
    assert sample is control.sample
    assert float(sample.status.base_position[0]) == pytest.approx(0.5)
    motion.mode[...] = MotionMode.STAND
    assert float(control.run_ticks(10, motion).status.base_position[0]) == pytest.approx(0.5)


def test_a_dead_robot_ends_the_run_with_its_fault() -> None:
    seen: list[int] = []
    control = ControlLoop(DoubleRobot(fault_tick=4), DoubleController(), [lambda s: seen.append(int(s.timing.tick))])
    with pytest.raises(RobotFault, match="the simulator died"):
        control.run_ticks(10, make_motion_command())
    assert seen == [1, 2, 3]

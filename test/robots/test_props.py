"""Props, people and who acts, built from what a kind of trial says of them without any simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from robot_trials.config.site import Site, Stance
from robot_trials.robots import RobotProfile, SimOptions, open_robot
from robot_trials.robots.gazebo.sdf import find_names, write_world
from robot_trials.robots.mujoco.robot import MujocoRobot
from robot_trials.robots.props import (
    Box,
    Capsule,
    Cylinder,
    Ellipsoid,
    Figure,
    Grip,
    Holder,
    Look,
    Prop,
    PropSet,
    Sphere,
    Stage,
)
from robot_trials_control.records import Record, make_control_sample

GREY = (0.5, 0.5, 0.5, 1.0)
BALL_MASS, BALL_RADIUS = 0.5, 0.1
BALL_INERTIA = 0.4 * BALL_MASS * BALL_RADIUS**2
BALL = Prop(
    "ball",
    (Sphere((0.0, 0.0, 0.0), BALL_RADIUS, colour=GREY),),
    np.array([-3.0, -2.5, 0.5]),
    mass=BALL_MASS,
    inertia=(BALL_INERTIA,) * 3,
)
TABLE = Prop(
    "table",
    (
        Box((0.0, 0.0, 0.7), (0.4, 0.4, 0.02), colour=GREY),
        Cylinder((0.0, 0.0, 0.0), (0.0, 0.0, 0.68), 0.05, colour=GREY),
        Ellipsoid((0.0, 0.0, 0.8), (0.1, 0.1, 0.05), colour=GREY, solid=False),
    ),
    np.array([-3.0, 3.0, 0.0]),
    fixed=True,
)
WAITER = Figure("waiter", Stance(-3.0, 4.0, -1.57), Look(shirt=GREY, trousers=GREY))


class Pusher:
    """Pushes the ball with 1 N along x and waves once."""

    people: tuple[Holder, ...] = ()

    def __init__(self, stage: Stage) -> None:
        self.ball, self.arm = stage.prop("ball"), stage.arm("waiter")
        self.periods: list[float] = []

    def act(self, dt: float) -> None:
        self.periods.append(dt)
        self.ball.wrench[:3] = 1.0, 0.0, 0.0
        self.arm.move_to(self.arm.rest_position + [0.0, 0.0, 0.3], np.eye(3))


Opener = Callable[[PropSet], MujocoRobot]


@pytest.fixture
def open_with(profile: RobotProfile, site: Site) -> Iterator[Opener]:
    """Robots in a world with some props."""
    opened: list[MujocoRobot] = []

    def open_one(props: PropSet) -> MujocoRobot:
        here = site._replace(fiducials=())
        opened.append(open_robot(profile, here, SimOptions(camera="off", floor_unevenness=0.0, props=props)))
        return opened[-1]

    yield open_one
    for robot in opened:
        robot.close()


def run(robot: MujocoRobot, ticks: int) -> Record:
    sample = make_control_sample(len(robot.joint_names))
    for _ in range(ticks):
        robot.read_state(sample.state)
        robot.read_truth(sample.truth)
    return sample


def test_a_free_prop_falls_and_comes_to_rest_on_the_ground(open_with: Opener) -> None:
    robot = open_with(PropSet((BALL,)))
    assert robot.data.body("ball").xpos == pytest.approx(BALL.position)
    assert robot.model.body("ball").mass[0] == BALL_MASS
    assert robot.model.body("ball").inertia == pytest.approx([BALL_INERTIA] * 3)
    truth = run(robot, 500).truth
    assert robot.data.body("ball").xpos[2] == pytest.approx(BALL_RADIUS, abs=0.01)
    assert np.isnan(truth.prop_pose).all() and not truth.people_hold.any(), "nobody can hold a ball without a grip"


def test_who_acts_pushes_props_and_moves_hands(open_with: Opener) -> None:
    made: list[Pusher] = []

    def enter(stage: Stage) -> Pusher:
        made.append(Pusher(stage))
        return made[-1]

    robot = open_with(PropSet((BALL,), (WAITER,), make_actors=enter))
    run(robot, 100)
    (pusher,) = made
    assert pusher.periods == [robot.control_period_ns * 1e-9] * 100
    assert robot.data.body("ball").xpos[0] - BALL.position[0] == pytest.approx(0.5 / BALL_MASS * 0.2**2, rel=0.05)
    assert pusher.ball.velocity[0] == pytest.approx(0.2 / BALL_MASS, rel=0.05)
    hand = robot.data.mocap_pos[robot.model.body("waiter_hand").mocapid[0]]
    assert hand - [0.0, 0.0, 0.12] == pytest.approx(pusher.arm.rest_position + [0.0, 0.0, 0.3])


def test_a_fixed_prop_stays_and_is_touched(open_with: Opener) -> None:
    on_table = Prop("plate", BALL.shapes, TABLE.position + [0.0, 0.0, 0.9], mass=0.3, inertia=(0.001, 0.001, 0.001))
    robot = open_with(PropSet((TABLE, on_table)))
    run(robot, 500)
    table = robot.data.body("table")
    assert table.xpos == pytest.approx(TABLE.position)
    assert robot.data.body("plate").xpos[2] == pytest.approx(0.72 + BALL_RADIUS, abs=0.01)


def test_gazebo_gets_the_same_things(open_with: Opener, profile: RobotProfile) -> None:
    stick = Prop(
        "stick",
        (Capsule((0.0, 0.0, -0.2), (0.0, 0.0, 0.2), 0.02),),
        np.array([-3.0, -4.0, 1.0]),
        mass=0.2,
        com=(0.0, 0.01, 0.05),
        inertia=(0.003, 0.003, 0.0001),
        grip=Grip(),
    )
    robot = open_with(PropSet((BALL, TABLE, stick), (WAITER,)))
    names = find_names(robot.model, profile)
    assert names.bodies[1:] == ("stick", "ball"), "what hands hold is the first thing of the link"
    assert {"table", "waiter", "waiter_hand"} < set(names.figures) and len(names.hands) == 2
    world = write_world(robot.model, robot.view.model, names, robot.drives.torque_limits).find("world")
    assert world is not None
    held = world.find("model[@name='stick']/link")
    assert held is not None
    assert float(held.findtext("inertial/mass") or "nan") == pytest.approx(0.2)
    pose = [float(number) for number in (held.findtext("inertial/pose") or "").split()]
    assert pose[:3] == pytest.approx([0.0, 0.01, 0.05])
    table = world.findall("model[@name='table']/link/collision")
    assert len(table) == 2 and len({each.get("name") for each in table}) == 2
    assert world.findall("model[@name='waiter']/link/collision") == []
    assert len(world.findall("model[@name='table']/link/visual")) == 3


def test_a_world_is_refused_that_no_simulator_could_build() -> None:
    light = {"mass": 0.1, "inertia": (1e-4, 1e-4, 1e-4)}
    gripped = Prop("cup", (), np.zeros(3), grip=Grip(), **light)
    with pytest.raises(ValueError, match="ball stand for several"):
        PropSet((BALL, BALL))
    with pytest.raises(ValueError, match="one prop at most can be gripped, got cup, mug"):
        PropSet((gripped, Prop("mug", (), np.zeros(3), grip=Grip(), **light)))
    with pytest.raises(ValueError, match="2 people at most, got a, b, c"):
        PropSet(people=("a", "b", "c"))
    with pytest.raises(ValueError, match="cup is fixed"):
        PropSet((Prop("cup", (), np.zeros(3), fixed=True, grip=Grip()),))
    with pytest.raises(ValueError, match="ball must weigh something"):
        PropSet((Prop("ball", BALL.shapes, np.zeros(3)),))


def test_a_robot_without_any_props_stands(open_with: Opener) -> None:
    robot = open_with(PropSet())
    truth = run(robot, 10).truth
    assert truth.base_position[2] > 0.7 and robot.model.nmocap == 15, "slabs alone are posed from outside"
    with pytest.raises(ValueError, match="no prop hangs here"):
        robot.put_prop_in_hand(0)

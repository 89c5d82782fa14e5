"""A robot goes on in the world of another trial: where it stands, as it stands, with its own time and charge."""

from __future__ import annotations

import numpy as np
import pytest

from robot_trials.config import load_trial_setup
from robot_trials.robots import SimOptions
from robot_trials.runtime.assembly import choose_options
from robot_trials.runtime.drill import Drill, DrillOptions

pytestmark = [pytest.mark.simulation, pytest.mark.relay]


def test_it_stands_on_among_other_things_and_people() -> None:
    setup = load_trial_setup("torch_relay", length=6.0)
    drill = Drill(setup, DrillOptions(carrying=False))
    try:
        assert drill.settle()
        robot, before = drill.robot, drill.robot.data.qpos[:7].copy()
        time_ns, charge = int(drill.sample.state.time_ns), float(drill.sample.state.battery)
        assert robot.props.held is None
        options = choose_options(setup)
        robot.enter_world(setup.site, SimOptions(**{**vars(options), "camera": "off"}))
        assert robot.props.held is not None and len(robot.props.figures) == 2
        np.testing.assert_allclose(robot.data.qpos[:7], before, atol=1e-12)
        assert drill.run(2.0), "it stands as if nothing had happened"
        moved = np.linalg.norm(robot.data.qpos[:2] - before[:2])
        assert moved < 0.01
        assert int(drill.sample.state.time_ns) == time_ns + 2_000_000_000
        assert float(drill.sample.state.battery) == pytest.approx(charge, abs=0.01)
    finally:
        drill.close()


def test_a_course_that_lies_elsewhere_on_the_site_sees_the_robot_where_it_is() -> None:
    setup = load_trial_setup("torch_relay", length=6.0)
    drill = Drill(setup, DrillOptions(carrying=False))
    try:
        assert drill.settle()
        x, y = drill.robot.data.qpos[:2]
        other = setup.site._replace(place=setup.site.place._replace(x=1.0, y=2.0, yaw=np.pi / 2))
        drill.robot.enter_world(other, SimOptions(camera="off"))
        np.testing.assert_allclose(drill.robot.data.qpos[:2], (y - 2.0, 1.0 - x), atol=1e-9)
        assert drill.run(1.0)
    finally:
        drill.close()

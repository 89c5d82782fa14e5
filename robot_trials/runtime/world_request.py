"""Before a trial begins, its simulated world is made ready: its things are put back, or another trial's brought in.

The trial asks; the control process does it between two control ticks, while the robot stands still.
"""

from __future__ import annotations

import json

import numpy as np

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.exceptions import RobotTrialsError
from robot_trials.robots.interface import Robot, SimulatedWorld
from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.layout import WORLD_ANSWER_DTYPE, WORLD_DTYPE
from robot_trials_control.records import Record


class WorldRequests:
    """The trial's side: asks, and hears when it is done."""

    def __init__(self, channel: Channel) -> None:
        self._requests, self._answers = channel.world, channel.world_answer
        self._request = Record(np.zeros(1, WORLD_DTYPE))
        self._answer = Record(np.zeros(1, WORLD_ANSWER_DTYPE))
        self._requests.read_into(self._request.data)  # counts go on where a trial node that died has left them

    def ask(self, setup: TrialSetup, enter: bool) -> None:
        """Have the world made ready for a trial.

        Args:
            setup: the trial.
            enter: the world is another trial's: bring in what this one needs; else its own things are put back.
        """
        self._request.count[...] = int(self._request.count) + 1
        self._request.enter[...] = enter
        self._request.setup[...] = json.dumps({**setup.arguments, "output": None}).encode()
        self._requests.write(self._request.data)

    def find_answer(self) -> str | None:
        """None while it is not done; then why it could not be, or nothing."""
        self._answers.read_into(self._answer.data)
        if int(self._answer.count) != int(self._request.count):
            return None
        return bytes(self._answer.trouble.item()).decode(errors="ignore")


class WorldFollower:
    """The side of a process that looks on, and has to know what is in the world.

    Args:
        channel: of the robot.
    """

    def __init__(self, channel: Channel) -> None:
        self._requests, self._request = channel.world, Record(np.zeros(1, WORLD_DTYPE))
        self._seen = 0

    def look(self) -> TrialSetup | None:
        """The trial that has been entered since the last look; None for none.

        Raises:
            ConfigError: its files are not valid any more.
        """
        if self._requests.sequence == self._seen:
            return None
        self._seen = self._requests.read_into(self._request.data)
        return _read_setup(self._request) if self._request.enter else None


class WorldKeeper:
    """The control process's side.

    Args:
        channel: of the robot.
        robot: whose world it is; what a request asks for is refused where it is none that can be changed.
    """

    def __init__(self, channel: Channel, robot: Robot) -> None:
        self._requests, self._answers = channel.world, channel.world_answer
        self._robot = robot
        self._request = Record(np.zeros(1, WORLD_DTYPE))
        self._answer = Record(np.zeros(1, WORLD_ANSWER_DTYPE))
        self._seen = 0

    @property
    def is_asked(self) -> bool:
        """Whether a request waits."""
        return self._requests.sequence != self._seen

    def serve(self) -> None:
        """Do what is asked, and answer."""
        if not self.is_asked:
            return
        self._seen = self._requests.read_into(self._request.data)
        try:
            self._serve()
            trouble = ""
        except (RobotTrialsError, ValueError) as error:
            trouble = str(error)
        self._answer.count[...] = self._request.count
        self._answer.trouble[...] = trouble.encode()[: self._answer.trouble.dtype.itemsize]
        self._answers.write(self._answer.data)

    def _serve(self) -> None:
        robot = self._robot
        if not isinstance(robot, SimulatedWorld):
            raise ValueError("this world cannot be set back: start the graph again")
        if not self._request.enter:
            robot.reset_props()
            return
        from robot_trials.runtime.assembly import choose_options  # with a controller, which only this process has

        setup = _read_setup(self._request)
        robot.enter_world(setup.site, choose_options(setup))


def _read_setup(request: Record) -> TrialSetup:
    """The trial of a request."""
    return load_trial_setup(**json.loads(bytes(request.setup.item())))

"""A trial asks for its world; the control process makes it ready, or says why it cannot."""

from __future__ import annotations

import pytest
from greeting import load_greeting
from runtime_doubles import DoubleRobot, make_info

from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.world_request import WorldKeeper, WorldRequests


class WorldDouble(DoubleRobot):
    """Counts how often its things were put back; a hand that holds one of them keeps it."""

    resets, holds = 0, False

    def __init__(self):
        super().__init__()
        self.entered = []

    def enter_world(self, site, options) -> None:
        self.entered.append((site, options))

    def reset_props(self) -> None:
        if self.holds:
            raise ValueError("a hand holds the cup")
        self.resets += 1


@pytest.fixture
def channel(segment_name):
    made = Channel.create(make_info(segment_name))
    yield made
    made.close()


def test_things_are_put_back_once(channel: Channel) -> None:
    robot, asks = WorldDouble(), WorldRequests(channel)
    keeper = WorldKeeper(channel, robot)
    assert not keeper.is_asked
    asks.ask(load_greeting(), enter=False)
    assert keeper.is_asked and asks.find_answer() is None
    for _ in range(3):
        keeper.serve()
    assert asks.find_answer() == "" and robot.resets == 1 and not keeper.is_asked


def test_what_a_hand_holds_is_not_taken_away(channel: Channel) -> None:
    robot, asks = WorldDouble(), WorldRequests(channel)
    robot.holds = True
    asks.ask(load_greeting(), enter=False)
    WorldKeeper(channel, robot).serve()
    assert asks.find_answer() == "a hand holds the cup"


def test_a_robot_in_no_simulated_world_cannot_be_set_back(channel: Channel) -> None:
    asks = WorldRequests(channel)
    asks.ask(load_greeting(), enter=False)
    WorldKeeper(channel, DoubleRobot()).serve()
    assert "start the graph again" in str(asks.find_answer())


def test_another_trial_enters_as_it_was_asked_for(channel: Channel) -> None:
    robot, asks = WorldDouble(), WorldRequests(channel)
    asks.ask(load_greeting(length=7.0, seed=3, output="/nowhere"), enter=True)
    WorldKeeper(channel, robot).serve()
    assert asks.find_answer() == ""
    ((site, options),) = robot.entered
    assert (options.seed, site.lane.length, len(options.props.figures)) == (3, 7.0, 1)


def test_an_old_answer_is_not_taken_for_that_of_a_trial_node_that_came_later(channel: Channel) -> None:
    keeper, first = WorldKeeper(channel, WorldDouble()), WorldRequests(channel)
    first.ask(load_greeting(), enter=False)
    keeper.serve()
    second = WorldRequests(channel)
    second.ask(load_greeting(), enter=False)
    assert first.find_answer() == "" and second.find_answer() is None
    keeper.serve()
    assert second.find_answer() == ""

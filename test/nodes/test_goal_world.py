"""Each goal finds its own things and people in the world, and the same ones are not fetched twice."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from robot_trials.config import load_trial_setup
from robot_trials.nodes.trial import goal_world
from robot_trials.nodes.trial.goal_world import GoalWorld

BASE = load_trial_setup("torch_relay", length=6.0)


class Requests:
    """Stands for the control process."""

    def __init__(self, channel: object) -> None:
        self.asked: list[bool] = []
        self.answer: str | None = None

    def ask(self, setup: object, enter: bool) -> None:
        self.asked.append(enter)
        self.answer = None

    def find_answer(self) -> str | None:
        return self.answer


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> GoalWorld:
    monkeypatch.setattr(goal_world, "WorldRequests", Requests)
    return GoalWorld(SimpleNamespace(ended=False), BASE)  # type: ignore[arg-type]


def test_the_trial_of_the_graph_begins_at_once(world: GoalWorld) -> None:
    assert not world.prepare(BASE, reset_props=False)
    tightened = load_trial_setup("torch_relay", length=6.0, overrides=["trial.walking_speed=0.4"])
    assert not world.prepare(tightened, reset_props=False), "the same world"
    assert world.look() is None


def test_things_are_put_back_when_asked_to(world: GoalWorld) -> None:
    assert world.prepare(BASE, reset_props=True)
    assert world._requests.asked == [False] and world.look() is None
    world._requests.answer = ""
    assert world.look() == "" and world.look() is None


def test_another_seed_is_another_world(world: GoalWorld) -> None:
    other = replace(BASE, seed=5)
    assert world.prepare(other, reset_props=False)
    world._requests.answer = ""
    assert world.look() == ""
    assert not world.prepare(other, reset_props=False), "it is there now"
    assert world.prepare(BASE, reset_props=False), "and the first one is not"


def test_a_world_that_could_not_be_made_is_asked_for_again(world: GoalWorld) -> None:
    world.prepare(replace(BASE, seed=5), reset_props=False)
    world._requests.answer = "a hand of the robot holds the torch"
    assert "holds the torch" in str(world.look())
    assert world.prepare(BASE, reset_props=False)


def test_a_robot_that_does_not_come_to_stand_is_not_waited_for_for_ever(
    world: GoalWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goal_world, "PATIENCE_S", 0.0)
    world.prepare(BASE, reset_props=True)
    assert "does not stand still" in str(world.look())

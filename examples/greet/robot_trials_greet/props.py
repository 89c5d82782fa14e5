"""The person in a simulated world."""

from __future__ import annotations

from robot_trials.config.setup import TrialSetup
from robot_trials.robots.props import Figure, Look, PropSet

LOOK = Look(shirt=(0.25, 0.55, 0.35, 1.0), trousers=(0.20, 0.22, 0.30, 1.0))


def make_greet_props(setup: TrialSetup, *, people: bool = True) -> PropSet:
    """One person, who stands and looks."""
    return PropSet(figures=(Figure("person", setup.course.person, LOOK),) if people else ())

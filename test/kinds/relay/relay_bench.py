"""The bench of a leaf, with the relay's context."""

from __future__ import annotations

import functools

from leaf_bench import make_sound

from robot_trials.config import TrialSetup, load_trial_setup
from robot_trials.kinds.relay.context import RelayContext


@functools.cache
def load_setup(overrides: tuple[str, ...], output: str | None) -> TrialSetup:
    """The trial as shipped, on a short lane; read once for all tests."""
    return load_trial_setup("torch_relay", length=6.0, overrides=overrides, output=output)


def make_context(*overrides: str, output: str | None = None) -> RelayContext:
    """A standing, sound robot at the map's origin that knows where it is."""
    return make_sound(RelayContext, load_setup(overrides, output))

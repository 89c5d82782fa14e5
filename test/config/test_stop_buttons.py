"""Stop buttons that a site lists."""

import pytest

from robot_trials.config import load_trial_setup
from robot_trials.exceptions import ConfigError


def load(buttons):
    return load_trial_setup("torch_relay", overrides=[f"site.stop_buttons={buttons}"]).site.stop_buttons


def test_site_lists_no_buttons_unless_it_says_so():
    assert load_trial_setup("torch_relay").site.stop_buttons == ()


def test_buttons_have_names_and_timeouts():
    first, second = load("[{name: marshal_1}, {name: marshal_2, timeout: 1.5}]")
    assert (first.name, first.timeout, second.timeout) == ("marshal_1", 0.5, 1.5)


@pytest.mark.parametrize(
    ("buttons", "problem"),
    [
        ("[{name: one}, {name: two}, {name: one}]", "names must differ: one"),
        ("[{name: one, timeout: 0.1}]", "must be ≥ 0.2"),
        ("[{name: one, timeout: 60.0}]", "must be ≤ 10"),
        ("[{name: Marshal 1}]", "must match"),
    ],
)
def test_wrong_button_is_bad_input(buttons, problem):
    with pytest.raises(ConfigError, match=problem):
        load(buttons)

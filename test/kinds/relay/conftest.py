"""A simulated robot for the tests of the relay."""

from robot_fixtures import make_robot, make_some_props, profile, site, trial_setup  # noqa: F401

"""A simulated robot for the tests of the relay."""

from robot_fixtures import make_robot, make_some_props, profile, site  # noqa: F401
from robot_fixtures import relay_setup as trial_setup  # noqa: F401

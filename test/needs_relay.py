"""Which tests need a torch relay: what they are about, or the trial that they happen to run.

A module may say so itself (`pytestmark = pytest.mark.relay`), and single tests may carry the mark; here stand
folders and modules as a whole. `test_without_relay.py` takes the relay away, and all of these with it.
"""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
SAYS_SO = re.compile(r"^pytestmark = .*mark\.relay\b", re.MULTILINE)
FOLDERS = {"kinds/relay": "about it"}
MODULES = {
    "packaging/test_without_relay.py": "takes it away",
    "config/test_area.py": "the area of its lane",
    "config/test_config_fleet.py": "three relays beside each other",
    "config/test_config_permit.py": "its permit, spoiled in every way",
    "config/test_config_setup.py": "its files, spoiled in every way",
    "config/test_config_site.py": "its course",
    "config/test_course_on_site.py": "its course in the demonstration week",
    "config/test_programme.py": "the demonstration week",
    "config/test_stop_buttons.py": "its site",
    "launch/test_ends.py": "starts one",
    "launch/test_fleet_launch.py": "starts three",
    "launch/test_site_launch.py": "starts the demonstration week",
    "launch/test_torch_relay_launch.py": "its launch file",
    "nodes/test_fleet_graph.py": "runs two",
    "nodes/test_goal_setup.py": "goals that ask for one",
    "nodes/test_goal_world.py": "its world",
    "nodes/test_goals_in_a_row.py": "runs some",
    "nodes/test_one_door.py": "runs one in both hosts",
    "nodes/test_same_files.py": "runs one",
    "nodes/test_single_nodes.py": "nodes that are given one",
    "nodes/test_stop_node.py": "nodes that are given one",
    "nodes/test_trial_factory.py": "its verdict",
    "nodes/test_trial_graph.py": "runs one",
    "nodes/test_watched_graph.py": "runs one",
    "trials/test_fleet_host.py": "runs two",
    "trials/test_host.py": "runs one",
    "trials/test_longest_relay.py": "how long one takes at most",
    "trials/test_recorded_requests.py": "runs one",
    "trials/test_relay_interventions.py": "about it",
    "trials/test_relay_simulation.py": "about it",
    "trials/test_ros_host.py": "runs one",
    "trials/test_stops_beside_people.py": "stops while the torch is handed over",
    "trials/test_trial.py": "its mission in a made-up world",
    "trials/test_verdict.py": "its criteria",
    "trials/test_warm_up.py": "runs one",
}
"""Below this folder, each with what it does with a relay."""


def needs_relay(file: Path) -> bool:
    """Whether a file of tests needs it as a whole."""
    if not file.is_relative_to(TESTS):
        return False
    name = file.relative_to(TESTS).as_posix()
    return (
        name in MODULES
        or any(name.startswith(f"{folder}/") for folder in FOLDERS)
        or bool(SAYS_SO.search(file.read_text(encoding="utf-8")))
    )

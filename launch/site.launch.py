"""A site of several robots: its coordinator, and its simulated fleet with recorders, in one world.

    robot-trials plan shenzhen_demo --book --who "Lin Hai"
    ros2 launch robot_trials site.launch.py site:=shenzhen_demo

The coordinator starts what is booked as soon as permits, readings and checklists allow it; who may say so, and by which
commands, stands in docs/coordination.md. Ctrl-C reaches every process.
"""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from launch import LaunchDescription
from launch.actions import OpaqueFunction
from launch_ros.actions import LifecycleNode


def load_beside(name):
    """A file beside this one, by its path: a launch file belongs to no package."""
    specification = spec_from_file_location(name.replace(".", "_"), Path(__file__).resolve().parent / f"{name}.py")
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


fleet = load_beside("fleet.launch")
shared = fleet.shared
ARGUMENTS = {
    "site": ("shenzhen_demo", "programme in config/programmes, and fleet of the same name in config/fleets", None),
    "database": ("", "URL of the records; empty: ROBOT_TRIALS_RECORDS or output/records.sqlite", None),
    "seed": fleet.ARGUMENTS["seed"],
    "length": fleet.ARGUMENTS["length"],
    "camera": fleet.ARGUMENTS["camera"],
    "real_time_factor": fleet.ARGUMENTS["real_time_factor"],
    "output": fleet.ARGUMENTS["output"],
}


def generate_launch_description() -> LaunchDescription:
    """Arguments first; everything else depends on their values."""
    return LaunchDescription(
        [
            *shared.declare_arguments(ARGUMENTS),
            *shared.set_environment(),
            *shared.set_patience(fleet.SAFE_END_S),
            OpaqueFunction(function=describe_site),
        ]
    )


def describe_site(context) -> list:
    """Check the configuration, then the coordinator and every process of the fleet."""
    values = {name: context.launch_configurations[name] for name in ARGUMENTS}
    members = fleet.load_members(values | {"fleet": values["site"]})
    check_robots(values["site"], [member.name for member in members])
    coordinator = LifecycleNode(
        package="robot_trials",
        executable="coordinator_node",
        name="coordinator_node",
        namespace="",
        output="screen",
        parameters=[
            {
                "use_sim_time": True,
                "autostart": False,
                "site": values["site"],
                "programme": values["site"],
                "database": values["database"],
                "robots": [member.name for member in members],
            }
        ],
        on_exit=None,  # may be started again beside its robots, which go on
    )
    return [
        *fleet.describe_members(members, values["real_time_factor"], start=False),
        *shared.start_lifecycle(coordinator),
    ]


def check_robots(site: str, names: list) -> None:
    """Every robot of the fleet has to be one of the programme.

    Raises:
        RuntimeError: the programme is wrong, or does not know a robot.
    """
    from robot_trials.config.programme import load_programme
    from robot_trials.exceptions import ConfigError

    try:
        known = load_programme(site).fleet
    except ConfigError as error:
        raise RuntimeError(f"configuration:\n{error}") from error
    strange = [name for name in names if name not in known.value.robots]
    if strange:
        raise RuntimeError(
            f"configuration:\n{known.problem('robots', ', '.join(strange), 'must be there: the fleet has them')}"
        )

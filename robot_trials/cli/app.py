"""Commands, options and exit codes of `robot-trials`."""

from __future__ import annotations

import enum
import importlib.metadata
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from robot_trials.cli import coordination, stops
from robot_trials.cli.check import check_everything, check_files
from robot_trials.cli.listing import print_kinds, print_robots, print_simulators, print_trials
from robot_trials.cli.report import write_report_of_bag
from robot_trials.cli.run import OUTPUT_FOLDER, run_in_process, run_on_ros, run_trial
from robot_trials.cli.unfinished import complete_unfinished
from robot_trials.config import load_trial_setup
from robot_trials.config.files.search import FOLDER_VARIABLE
from robot_trials.config.setup import DEFAULT_SIMULATOR
from robot_trials.exceptions import ConfigError, RobotTrialsError
from robot_trials.runtime.ending import forgive_output

EXIT_PASS, EXIT_FAIL, EXIT_BAD_INPUT = 0, 1, 2
DAYS_MAX = 92
SEEING = ("run", "report", "site", "status")
"""Commands that look after runs which were left unfinished; the others look at no run's folder, or must not wait."""

app = typer.Typer(
    name="robot-trials",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Trials of humanoid robots in public space: run one, and keep the evidence.\n\n"
        "A trial reads YAML files: what is done (`trials/`), where (`sites/`, `courses/`), by which robot "
        "(`robots/`) and under whose permission (`permits/`). They are looked for in `--config-dir`, in the folders of "
        "`ROBOT_TRIALS_CONFIG`, in the checkout's `config/`, and in the installed package's `share/` folder, "
        "in this order.\n\n"
        "**Exit codes**: 0 the trial passed (or all is valid), 1 it did not, 2 the input cannot be used.\n\n"
        "Start with `robot-trials check`, then `robot-trials trials`, and run one of them."
    ),
)


class Camera(enum.StrEnum):
    """Where fiducials come from."""

    rendered = "rendered"
    model = "model"


class Host(enum.StrEnum):
    """What runs the trial."""

    process = "process"
    ros = "ros"


def _print_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"robot-trials {read_version()}")
        raise typer.Exit


def read_version() -> str:
    """Version of the installed package, or what says that it is not installed."""
    try:
        return importlib.metadata.version("robot_trials")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


@app.callback()
def configure(
    context: typer.Context,
    config_dir: Annotated[
        Path | None,
        typer.Option(
            help="Folder with robots/, sites/, trials/, permits/, … searched first.",
            file_okay=False,
            exists=True,
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options before the command."""
    if config_dir is not None:
        others = os.environ.get(FOLDER_VARIABLE)
        os.environ[FOLDER_VARIABLE] = os.pathsep.join([str(config_dir.resolve()), *([others] if others else [])])
    if context.invoked_subcommand in SEEING:
        complete_unfinished(OUTPUT_FOLDER)


@app.command()
def run(
    trial: Annotated[str, typer.Argument(help="Trial by name (see `robot-trials trials`) or a path to its YAML file.")],
    robot: Annotated[str | None, typer.Option(help="Robot profile instead of the trial's.")] = None,
    site: Annotated[str | None, typer.Option(help="Site instead of the trial's.")] = None,
    course: Annotated[str | None, typer.Option(help="Course instead of the zone's or the trial's.")] = None,
    zone: Annotated[str | None, typer.Option(help="Zone of the site, in which the course lies.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Draws what of the simulated world has a range.")] = 0,
    length: Annotated[float | None, typer.Option(help="Length of the lane [m] instead of the course's.")] = None,
    camera: Annotated[
        Camera, typer.Option(help="Fiducials from rendered frames (OpenCV), or from the faster model of that sensor.")
    ] = Camera.rendered,
    sim: Annotated[
        str, typer.Option(metavar="NAME", help="What moves the world: see `robot-trials simulators`.")
    ] = DEFAULT_SIMULATOR,
    gui: Annotated[bool, typer.Option("--gui", help="Open the window of a simulator that has one.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="New folder for bag, verdict and report; a new one below output/ when omitted.")
    ] = None,
    record: Annotated[bool, typer.Option("--record/--no-record", help="Whether to write bag and report.")] = True,
    host: Annotated[
        Host, typer.Option(help="One process with the simulator (repeatable bit for bit), or the ROS 2 nodes.")
    ] = Host.process,
    real_time_factor: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="With --host ros: pace of the simulation; 0 is as fast as it goes."),
    ] = 0.0,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FILE.KEY=VALUE", help="Override a key: `--set trial.walking_speed=0.7`."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the verdict and the paths only.")] = False,
) -> None:
    """Run a trial: simulate it, judge it, record it.

    Prints phase and distance while it runs, then each criterion with its number, the verdict, and where bag and
    report lie. Exit code 0 only when the trial passed.

    A short course for a first look: `robot-trials run TRIAL --length 20 --camera model`.
    """
    from robot_trials.robots.simulators import find_simulator

    setup = load_trial_setup(
        trial,
        robot=robot,
        site=site,
        course=course,
        zone=zone,
        seed=seed,
        length=length,
        camera=camera.value,
        simulator=find_simulator(sim).name,
        gui=gui,
        output=output,
        overrides=tuple(overrides or ()),
    )
    runner = run_in_process if host is Host.process else run_on_ros(real_time_factor)
    passed = run_trial(setup, runner, record=record, quiet=quiet)
    raise typer.Exit(EXIT_PASS if passed else EXIT_FAIL)


@app.command()
def plan(
    programme: Annotated[str, typer.Argument(help="Folder in config/programmes by name, or a path to one.")],
    first_day: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; today, or the first with a trial.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="Days to plan.")] = 7,
    html: Annotated[Path | None, typer.Option(help="Write a page with the plan as a Gantt picture.")] = None,
    ics: Annotated[Path | None, typer.Option(help="Write the plan as a calendar (iCalendar).")] = None,
    book: Annotated[bool, typer.Option("--book", help="Book the plan in the records, for the coordinator.")] = False,
    who: Annotated[str, typer.Option(help="With --book: who does it.")] = "",
    records: coordination.Database = None,
    time_limit: Annotated[float, typer.Option(min=0.1, max=3600.0, help="Longest search [s].")] = 30.0,
    gap: Annotated[float, typer.Option(min=0.0, max=1.0, help="Distance from the best possible that will do.")] = 0.0,
) -> None:
    """Plan a programme's trials: who, where, when, with whom, and why what is left out is left out.

    Booked trials that have started, are due or are held keep their time; the others are planned again.
    Exit code 0 with a plan, also when trials are left out; 2 when the input cannot be used.
    """
    from robot_trials.cli.plan import Booker, SearchLimits, plan_programme

    plan_programme(
        programme, first_day, days, SearchLimits(time_limit, gap), Booker(who, records) if book else None, html, ics
    )


@app.command()
def site(
    name: Annotated[str, typer.Argument(help="Programme in config/programmes, and fleet of the same name.")],
    once: Annotated[bool, typer.Option("--once", help="End when every robot has had a trial.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Added to the seed of every robot.")] = 0,
    length: Annotated[float | None, typer.Option(help="Length of every lane [m] instead of the courses'.")] = None,
    camera: Annotated[Camera | None, typer.Option(help="Where fiducials come from, instead of the fleet's.")] = None,
    output: Annotated[Path | None, typer.Option(help="New folder with one for each robot's recordings.")] = None,
    real_time_factor: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Pace of the simulation; 0 is as fast as it goes.")
    ] = 0.0,
    records: coordination.Database = None,
) -> None:
    """Run a site: its coordinator, and its simulated robots in one world, on the ROS 2 nodes.

    What is booked (`plan --book`) starts as soon as permits, readings and checklists allow it. Ctrl-C ends it: trials
    abort, robots come to stand, bags are closed. Exit code 0 when every trial that ended has passed.
    """
    from robot_trials.cli.site import run_site

    folder = output or Path("output") / time.strftime(f"{name}_%Y%m%dT%H%M%S")
    chosen = camera.value if camera else None
    fleet = {"seed": seed, "length": length, "camera": chosen, "output": folder.resolve()}
    passed = run_site(name, records, once, real_time_factor, lambda line: print(line, flush=True), **fleet)
    raise typer.Exit(EXIT_PASS if passed else EXIT_FAIL)


@app.command()
def report(
    bag: Annotated[Path, typer.Argument(help="Bag folder of a run, or the run's folder.")],
    repair: Annotated[
        bool, typer.Option("--repair", help="First mend a bag whose recorder was killed: write index and metadata.")
    ] = False,
) -> None:
    """Write the report of a recorded run again: report.html beside its bag, one file that needs no network.

    `verdict.json` is looked for beside the bag. Exit code 0 when the report was written.
    """
    print(write_report_of_bag(bag, repair))


@app.command()
def robots() -> None:
    """List the robot profiles in reach, with joints, mass and file."""
    print_robots()


@app.command()
def kinds() -> None:
    """List the kinds of trials: what each needs in its files, who brings it, and what its trials take at most.

    Keys that may be left out stand in brackets. More kinds come with packages: see docs/add_a_trial.md.
    """
    print_kinds()


@app.command()
def simulators() -> None:
    """List what can move the simulated world: what each offers, and what this machine lacks to run it.

    More come with packages: see docs/simulation.md.
    """
    print_simulators()


@app.command()
def trials() -> None:
    """List the trials in reach, with robot, site, permit and file."""
    print_trials()


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files below a folder robots/, sites/, courses/, trials/, … ; all when omitted."),
    ] = None,
) -> None:
    """Validate configuration: every file on its own, and every trial with all that it names.

    Each problem is one line `file:line: key: value: bound`. Exit code 0 when all is valid, 1 when a file has
    problems, 2 when there is nothing to check.
    """
    found = check_files(files) if files else check_everything()
    raise typer.Exit(EXIT_PASS if found else EXIT_FAIL)


app.add_typer(coordination.app)
app.add_typer(stops.app)


def main() -> None:
    """Run the command line; errors of this project become one message and an exit code, never a traceback.

    A terminal that is gone does not keep it from ending its robots, bags and reports.
    """
    forgive_output()
    try:
        app()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT)
    except RobotTrialsError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(EXIT_FAIL)

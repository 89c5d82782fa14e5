"""Commands on the stop ladder of a running robot: stop it, arm it again, let it lower itself."""

from __future__ import annotations

from typing import Annotated

import typer

from robot_trials.cli.services import Who, call_service

app = typer.Typer(rich_markup_mode="markdown")

Robot = Annotated[str, typer.Argument(help="Name of the robot, which is its namespace; leave it out for one alone.")]


@app.command()
def stop(robot: Robot = "") -> None:
    """Stop a robot now: it ends its step, squats and loses power. Not a safety-rated emergency stop."""
    call_service(_find_node(robot), "e_stop")


@app.command()
def rearm(who: Who, robot: Robot = "") -> None:
    """Let a stopped robot move again, once every reason to stop has gone and it is at rest."""
    call_service(_find_node(robot), "rearm", who=who)


@app.command()
def lower(who: Who, robot: Robot = "") -> None:
    """Let a stopped robot lower itself although somebody may hold its load: only when nobody does."""
    call_service(_find_node(robot), "lower", who=who)


def _find_node(robot: str) -> str:
    """The node that listens for stops."""
    return f"/{robot}/stop_node" if robot else "/stop_node"

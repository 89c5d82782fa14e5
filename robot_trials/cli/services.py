"""Services of running nodes, called by a process of its own: the command line itself needs no ROS."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from typing import Annotated

import typer

EXIT_ABSENT = 2

Who = Annotated[str, typer.Option(help="Person who acts.")]


def call_service(node: str, name: str, **fields: str) -> None:
    """Have a running node do something; the process ends with what it answers.

    Args:
        node: its name, with its namespace.
        name: of the service, below the node's name.
        fields: of the request.

    Raises:
        typer.Exit: always; 0: done, 1: refused, 2: nobody answers, or ROS is missing.
    """
    if importlib.util.find_spec("rclpy") is None or importlib.util.find_spec("robot_trials_msgs") is None:
        print(f"{name} needs a running {node} and rclpy: run it through ./run", file=sys.stderr)
        raise typer.Exit(EXIT_ABSENT)
    client = [sys.executable, "-m", "robot_trials.nodes.service_client"]
    raise typer.Exit(subprocess.run([*client, node, name, json.dumps(fields)], check=False).returncode)

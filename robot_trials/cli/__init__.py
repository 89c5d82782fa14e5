"""The command `robot-trials`; `main` is its entry point."""

from robot_trials.cli.app import app, main

__all__ = ["app", "main"]

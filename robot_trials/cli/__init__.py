"""The command `robot-trials`; `main` is its entry point."""

import os

BLAS_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that number BLAS's threads; read when NumPy is first imported."""


def main() -> None:
    """Run the command line with BLAS on one thread, so that a trial repeats bit for bit from its seed."""
    for variable in BLAS_THREADS:
        os.environ.setdefault(variable, "1")
    from robot_trials.cli.app import main as run_command_line

    run_command_line()

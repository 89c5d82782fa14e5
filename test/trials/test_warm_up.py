"""After the warm-up no control tick waits for a compiler."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from numba.core.registry import CPUDispatcher
from robot_trials.config import load_trial_setup
from robot_trials.runtime.assembly import assemble
from robot_trials.trials.hosts.one_process import run_trial
from robot_trials_control.warm_up import warm_up

def compiled():
    modules = [module for name, module in sys.modules.items() if name.startswith("robot_trials_control")]
    functions = {f for module in modules for f in vars(module).values() if isinstance(f, CPUDispatcher)}
    return {(f.__module__, f.__name__, str(signature)) for f in functions for signature in f.signatures}

setup = load_trial_setup("torch_relay", length=5.0)
assembly = assemble(setup)
warm_up(assembly.controller)
before = compiled()
outcome = run_trial(setup, assembly=assembly)
print(len(before), outcome.figures["distance"], *sorted(compiled() - before), sep="\\n")
"""


@pytest.mark.simulation
def test_a_relay_compiles_nothing_after_the_warm_up() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    before, distance, *late = done.stdout.splitlines()
    assert int(before) > 15 and float(distance) >= 5.0
    assert late == []

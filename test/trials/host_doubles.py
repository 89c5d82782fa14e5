"""A host of real nodes around doubles of robot and trial, as a process of its own to be told to end, or killed.

python host_doubles.py host OUTPUT TICKS [FACTOR]   runs a trial of so many trial ticks as `robot-trials run --host ros`
python host_doubles.py control_process ...    the control process that it starts
"""

import argparse
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE.parent / "runtime")]
NODE_DOUBLES = str(HERE.parent / "nodes" / "node_doubles.py")


def run_control(arguments):
    """The control process of the doubles, with the real one's command line."""
    import runtime_doubles

    parser = argparse.ArgumentParser()
    parser.add_argument("--channel")
    parser.add_argument("--real-time-factor")
    parsed, _ = parser.parse_known_args(arguments)
    return runtime_doubles.main(parsed.channel, parsed.real_time_factor, patient="1")


def run_host(output, ticks, factor="1.0"):
    """Progress and verdict as the command line shows them; its exit code."""
    from robot_trials.cli.run import run_on_ros, run_trial
    from robot_trials.config import load_trial_setup
    from robot_trials.runtime.ending import forgive_output
    from robot_trials.trials.hosts import robot_graph

    find_program = robot_graph.find_program
    programs = {
        "control_process": [sys.executable, __file__, "control_process"],
        "trial_node": [sys.executable, NODE_DOUBLES, "trial_node"],
    }
    robot_graph.find_program = lambda name: programs.get(name) or find_program(name)
    os.environ["TEST_TRIAL_TICKS"] = ticks
    forgive_output()
    setup = load_trial_setup("torch_relay", output=Path(output), camera="model")
    print("started", flush=True)
    return 0 if run_trial(setup, run_on_ros(float(factor)), record=True, quiet=False) else 1


if __name__ == "__main__":
    sys.exit(run_control(sys.argv[2:]) if sys.argv[1] == "control_process" else run_host(*sys.argv[2:]))

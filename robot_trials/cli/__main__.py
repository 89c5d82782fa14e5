"""`python -m robot_trials.cli`: the same as `robot-trials`."""

from robot_trials.cli import main

if __name__ == "__main__":
    main()

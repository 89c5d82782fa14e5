"""Read a bag into NumPy arrays: topics, then the balance of a whole trial in one line.

./run shell python examples/read_a_bag.py output/TRIAL/bag
"""

import sys
from pathlib import Path

from robot_trials.telemetry import read_bag

BALANCE = "/balance_state"


def main() -> None:
    """Print what is in the bag named on the command line."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    bag = read_bag(Path(sys.argv[1]))
    for key, value in bag.custom_data.items():
        print(f"{key:<24} {value}")
    for name, data in bag.topics.items():
        print(f"{name:<28} {data.type_name:<40} {len(data):>8}")
    margin = bag.columns(BALANCE)["zmp_margin"]
    print(f"ZMP margin over {bag.times(BALANCE)[-1]:.1f} s: smallest {margin.min():.3f} m, mean {margin.mean():.3f} m")


if __name__ == "__main__":
    main()

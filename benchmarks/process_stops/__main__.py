"""`python -m benchmarks.process_stops [CASE ...]`: some cases alone, their files kept where `--keep` says."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.process_stops.cases import CASES
from benchmarks.process_stops.result import run_case


def main() -> int:
    """Run the named cases, or all; 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.process_stops", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--keep", type=Path, help="folder for bags, logs and verdicts")
    options = parser.parse_args()
    good = True
    for name in options.cases or CASES:
        result = run_case(name, options.keep)
        print(result.line(), flush=True)
        good = good and result.passed
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

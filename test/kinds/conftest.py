"""Tests of kinds share the bench of a leaf beside this file, and recordings with those of reports."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "review"))

"""Tests of kinds share the bench of a leaf, which lies beside the relay's, and recordings with those of reports."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parent / "relay"), str(Path(__file__).parents[1] / "review")]

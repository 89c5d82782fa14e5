"""Tests of kinds share the bench of a leaf, which lies beside the relay's."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent / "relay"))

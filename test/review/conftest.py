"""The runs that are completed here are relays: their recording lies beside the tests of the relay."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "kinds" / "relay"))

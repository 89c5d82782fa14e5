"""The trial that perception is tested on lies beside the tests of trials."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "trials"))

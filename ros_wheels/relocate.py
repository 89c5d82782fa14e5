"""Correct the include folders that ROS 2's Python wheels carry from the machine that built them.

The wheels' exported CMake targets `<pkg>::<pkg>__rosidl_generator_py` name `/opt/python/cp3XX-cp3XX/...`, and CMake
refuses folders that do not exist. This puts this interpreter's Python and NumPy include folders in their place, inside
the virtual environment only, so that every interface package builds on the wheels as on a full install.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path

import numpy

NUMPY_FOLDER = re.compile(r"/opt/python/[^;\"]*/numpy/_?core/include")
PYTHON_FOLDER = re.compile(r"/opt/python/[^;\"]*/include/python3\.\d+")


def relocate_includes(prefix: Path) -> int:
    """Rewrite the exported targets below `prefix`/share; harmless when repeated.

    Returns:
        How many files were changed.
    """
    changed = 0
    for path in sorted(prefix.glob("share/*/cmake/*.cmake")):
        text = path.read_text(encoding="utf-8")
        fixed = NUMPY_FOLDER.sub(numpy.get_include(), text)
        fixed = PYTHON_FOLDER.sub(sysconfig.get_path("include"), fixed)
        if fixed != text:
            unfinished = path.with_suffix(".relocated")
            unfinished.write_text(fixed, encoding="utf-8")
            unfinished.replace(path)  # the old file may be a hard link into a cache
            changed += 1
    return changed


if __name__ == "__main__":
    print(f"{relocate_includes(Path(sys.prefix))} exported CMake files relocated")

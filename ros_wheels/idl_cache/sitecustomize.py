"""Lets the generators of one interface build share what they parse.

Each of ROS 2's nine generators parses every IDL file again with a slow grammar, which is half of the build's time.
With this folder on PYTHONPATH and `ROBOT_TRIALS_IDL_CACHE` naming a folder, the first generator keeps the parsed
content there, by hash of the IDL text, and the others read it. Python imports this module by its name at start-up.
CMake starts Python a hundred times only to ask about it: whatever that does not need is imported later.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def share_parsed_files(folder: Path) -> None:
    """Make rosidl's parser keep and reuse parsed content below `folder`."""
    import hashlib
    import pickle

    from rosidl_parser import parser

    parse = parser.parse_idl_string

    def parse_once(idl_string: str, png_file: str | None = None) -> Any:
        file = folder / hashlib.sha256(idl_string.encode()).hexdigest()
        if file.is_file():
            return pickle.loads(file.read_bytes())
        content = parse(idl_string, png_file)
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(pickle.dumps(content))
        unfinished.replace(file)
        return content

    parser.parse_idl_string = parse_once


def is_generator(command: list[str]) -> bool:
    """Whether a command line runs one of rosidl's generators."""
    return any(os.path.basename(part).startswith(("rosidl_generator_", "rosidl_typesupport_")) for part in command)


if "ROBOT_TRIALS_IDL_CACHE" in os.environ and is_generator(sys.orig_argv):
    from pathlib import Path

    share_parsed_files(Path(os.environ["ROBOT_TRIALS_IDL_CACHE"]))

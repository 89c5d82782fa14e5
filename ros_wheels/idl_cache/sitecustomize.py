"""Lets the generators of one interface build share what they parse.

Each of ROS 2's nine generators parses every IDL file again with a slow grammar, which is half of the build's time.
With this folder on PYTHONPATH and `ROBOT_TRIALS_IDL_CACHE` naming a folder, the first generator keeps the parsed
content there, by hash of the IDL text, and the others read it. Python imports this module by its name at start-up.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from pathlib import Path
from typing import Any


def share_parsed_files(folder: Path) -> None:
    """Make rosidl's parser keep and reuse parsed content below `folder`."""
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
    return any(Path(part).name.startswith(("rosidl_generator_", "rosidl_typesupport_")) for part in command)


if "ROBOT_TRIALS_IDL_CACHE" in os.environ and is_generator(sys.orig_argv):
    share_parsed_files(Path(os.environ["ROBOT_TRIALS_IDL_CACHE"]))

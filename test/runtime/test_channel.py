"""Channels of control processes that were killed are removed, those of living ones stay."""

import os
import subprocess
import sys
from pathlib import Path

from runtime_doubles import make_info

from robot_trials.runtime.channel.channel import Channel
from robot_trials.runtime.channel.files import remove_abandoned_channels
from robot_trials.runtime.channel.shared_memory import SHARED_MEMORY_FOLDER

DYING = """
import os, sys
sys.path.insert(0, sys.argv[1])
from runtime_doubles import make_info
from robot_trials.runtime.channel.channel import Channel
channel = Channel.create(make_info(sys.argv[2], pid=os.getpid()))
os.kill(os.getpid(), 9)
"""


def test_memory_of_the_dead_is_removed_whatever_its_name_and_that_of_the_living_stays():
    dead, living = f"dead_{os.getpid()}", f"living_{os.getpid()}"
    subprocess.run([sys.executable, "-c", DYING, str(Path(__file__).parent), dead], check=False)
    channel = Channel.create(make_info(living, pid=os.getpid()))
    try:
        assert list(SHARED_MEMORY_FOLDER.glob(f"robot_trials_{dead}.*"))
        removed = remove_abandoned_channels()
        assert dead in removed and living not in removed
        assert not list(SHARED_MEMORY_FOLDER.glob(f"robot_trials_{dead}.*"))
        assert channel.state.segment.path.exists()
    finally:
        channel.close()

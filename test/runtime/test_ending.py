"""What tells a process to end: the signals, and the death of its host."""

import os
import signal
import subprocess
import sys
import time

import pytest

from robot_trials.runtime.ending import HOST_VARIABLE, describe_host, read_start_time

CHILD = """
import signal, sys, time
from robot_trials.runtime.ending import describe_wish, forgive_output, handle_ends, watch_host
wanted = []
forgive_output()
handle_ends(lambda number, _: wanted.append(number))
watch_host()
print("ready", flush=True)
while not wanted:
    time.sleep(0.01)
print("still writes", flush=True)
open(sys.argv[1], "w").write(f"{wanted[0]} {describe_wish()}")
"""
HOST = """
import os, subprocess, sys, time
from robot_trials.runtime.ending import HOST_VARIABLE, describe_host
environment = dict(os.environ) | {HOST_VARIABLE: describe_host()}
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], env=environment, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def wait_for_text(path, timeout_s=10.0):
    deadline = time.monotonic() + timeout_s
    while not path.exists() or not path.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return path.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_that_means_the_end_is_named(tmp_path, number):
    child = subprocess.Popen([sys.executable, "-c", CHILD, tmp_path / "said"], stdout=subprocess.PIPE)
    child.stdout.readline()
    child.send_signal(number)
    assert child.wait(10) == 0
    assert wait_for_text(tmp_path / "said") == f"{number.value} interrupted by {number.name}"
    child.stdout.close()


def test_killed_host_is_noticed_and_its_broken_pipe_breaks_nothing(tmp_path):
    host = subprocess.Popen([sys.executable, "-c", HOST, CHILD, tmp_path / "said"], stdout=subprocess.PIPE)
    child = int(host.stdout.readline())
    assert read_start_time(child)
    host.kill()
    host.wait()
    assert wait_for_text(tmp_path / "said") == f"{signal.SIGTERM.value} the process that started the graph is gone"
    host.stdout.close()
    while read_start_time(child):
        time.sleep(0.01)


def test_process_id_that_belongs_to_another_is_a_host_that_is_gone(tmp_path):
    environment = dict(os.environ) | {HOST_VARIABLE: f"{os.getpid()}:{read_start_time(os.getpid()) + 1}"}
    child = subprocess.Popen([sys.executable, "-c", CHILD, tmp_path / "said"], env=environment)
    assert child.wait(10) == 0
    assert describe_host() == f"{os.getpid()}:{read_start_time(os.getpid())}"

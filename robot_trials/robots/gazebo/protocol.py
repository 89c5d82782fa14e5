"""The control process's half of the link to Gazebo: who may connect, and what goes over it each control period.

docs/simulation.md describes the same for those who write another partner.
"""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from robot_trials.exceptions import RobotFault
from robot_trials_control.records import Record

VERSION = 1
HELLO_MAX = 1 << 20
"""A longer first line is no hello [B]."""
HELLO_TIMEOUT = 5.0
"""From the connection until the first line [s]."""
TOLERANCE = 1e-6
"""Limits that differ by less, relatively, are the same."""


@dataclass(frozen=True)
class Expected:
    """What the partner must have loaded; limits [N·m] and [rad] in the joints' order."""

    joints: tuple[str, ...]
    torque_limits: np.ndarray
    position_limits: np.ndarray
    step_ns: int
    steps_per_exchange: int
    bodies: tuple[str, ...]
    feet: tuple[str, ...]
    hands: tuple[str, ...]
    figures: tuple[str, ...]

    def find_difference(self, hello: dict[str, Any]) -> str:
        """What in a partner's hello differs, with both values; empty when nothing does.

        Raises:
            ValueError, TypeError: a value is of another kind altogether.
        """
        if hello.get("protocol") != VERSION:
            return f"protocol is {hello.get('protocol')}, here it is {VERSION}"
        for key in ("step_ns", "steps_per_exchange"):
            if hello.get(key) != getattr(self, key):
                return f"{key} is {hello.get(key)}, here it is {getattr(self, key)}"
        for key in ("joints", "bodies", "feet", "hands", "figures"):
            if tuple(hello.get(key, ())) != getattr(self, key):
                return f"{key} are {hello.get(key)}, here they are {list(getattr(self, key))}"
        for key in ("torque_limits", "position_limits"):
            theirs, ours = np.array(hello.get(key, ()), dtype=float), getattr(self, key)
            if theirs.shape != ours.shape:
                return f"{key} have shape {theirs.shape}, here {ours.shape}"
            wrong = ~np.isclose(theirs, ours, rtol=TOLERANCE, atol=TOLERANCE).reshape(len(ours), -1).all(axis=1)
            for joint in np.flatnonzero(wrong)[:1]:
                return f"{key} of {self.joints[joint]} is {theirs[joint]}, here it is {ours[joint]}"
        return "" if isinstance(hello.get("simulator"), str) else "simulator has no name"


def make_command(expected: Expected) -> Record:
    """What is sent each control period, all zero; fields as docs/simulation.md lists them."""
    nu, nb = len(expected.joints), len(expected.bodies)
    return Record(
        np.zeros(
            1,
            [
                ("tick", "<u8"),
                ("placed", "<u8"),
                ("drives", "<f8", (nu, 3)),
                ("posture", "<f8", (nu,)),
                ("body_poses", "<f8", (nb, 7)),
                ("body_twists", "<f8", (nb, 6)),
                ("body_wrenches", "<f8", (nb, 6)),
                ("welds", "<f8", (len(expected.hands), 8)),
                ("figures", "<f8", (len(expected.figures), 7)),
            ],
        )
    )


def make_state(expected: Expected) -> Record:
    """What comes back, all zero; fields as docs/simulation.md lists them."""
    nu, nb = len(expected.joints), len(expected.bodies)
    return Record(
        np.zeros(
            1,
            [
                ("tick", "<u8"),
                ("time_ns", "<u8"),
                ("position", "<f8", (nu,)),
                ("velocity", "<f8", (nu,)),
                ("torque", "<f8", (nu,)),
                ("body_poses", "<f8", (nb, 7)),
                ("body_twists", "<f8", (nb, 6)),
                ("body_rate", "<f8", (3,)),
                ("foot_wrenches", "<f8", (len(expected.feet), 6)),
            ],
        )
    )


class PartnerLost(Exception):
    """The simulator closed the link or does not answer; the message says which."""


class SimulatorLink:
    """Listens on a unix socket, accepts one simulator that has loaded the right world, and exchanges records with it.

    Attributes:
        simulator: the partner's name and version.
    """

    def __init__(self, path: Path, expected: Expected) -> None:
        self.simulator = ""
        self._expected = expected
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._stream: socket.socket | None = None

    def accept(self, timeout: float) -> bool:
        """Wait at most `timeout` [s] for the partner; whether it came.

        Raises:
            RobotFault: it has loaded something else; both values are named.
            PartnerLost: it came and went.
        """
        self._listener.settimeout(timeout)
        try:
            self._stream, _ = self._listener.accept()
        except TimeoutError:
            return False
        hello = self._read_hello()
        difference = self._compare(hello)
        try:
            self._stream.sendall(f"{difference or 'accepted'}\n".encode())
        except OSError as error:
            raise PartnerLost(f"it closed the link ({error.strerror})") from error
        if difference:
            raise RobotFault(f"the simulator has loaded another world: {difference}")
        self.simulator = hello["simulator"]
        return True

    def exchange(self, command: Record, state: Record, timeout: float) -> None:
        """Send a command, wait for the state that it leads to.

        Raises:
            PartnerLost: the partner closed the link, did not answer within `timeout` [s], or answered something else.
        """
        stream = self._stream
        assert stream is not None
        deadline = time.monotonic() + timeout
        stream.settimeout(timeout)
        answer = state.data.view(np.uint8).data
        try:
            stream.sendall(command.data.view(np.uint8).data)
            while count := stream.recv_into(answer):
                answer = answer[count:]
                if not answer:
                    break
                _set_deadline(stream, deadline)
            else:
                raise PartnerLost("it closed the link")
        except TimeoutError as error:
            raise PartnerLost(f"no answer for {timeout:g} s") from error
        except OSError as error:
            raise PartnerLost(f"it closed the link ({error.strerror})") from error
        if state.tick != command.tick:
            raise PartnerLost(f"it answered tick {state.tick} where {command.tick} was asked")

    def close(self) -> None:
        """Let the partner go; idempotent."""
        if self._stream is not None:
            self._stream.close()
        self._listener.close()

    def _compare(self, hello: dict[str, Any]) -> str:
        try:
            return self._expected.find_difference(hello)
        except (ValueError, TypeError) as error:
            return f"its introduction cannot be read: {error}"

    def _read_hello(self) -> dict[str, Any]:
        assert self._stream is not None
        line = b""
        deadline = time.monotonic() + HELLO_TIMEOUT
        while not line.endswith(b"\n") and len(line) < HELLO_MAX:
            try:
                _set_deadline(self._stream, deadline)
                part = self._stream.recv(1 << 16)
            except TimeoutError as error:
                raise PartnerLost(f"it did not introduce itself for {HELLO_TIMEOUT:g} s") from error
            except OSError as error:
                raise PartnerLost(f"it did not introduce itself: {error}") from error
            if not part:
                raise PartnerLost("it closed the link before it had introduced itself")
            line += part
        try:
            hello = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise PartnerLost(f"it introduced itself with something else than JSON: {line[:80]!r}") from error
        if not isinstance(hello, dict):
            raise PartnerLost(f"it introduced itself with something else than an object: {line[:80]!r}")
        return hello


def _set_deadline(stream: socket.socket, deadline: float) -> None:
    """Let the next read wait until then; a partner that sends a byte now and then does not gain time by it."""
    left = deadline - time.monotonic()
    if left <= 0.0:
        raise TimeoutError
    stream.settimeout(left)

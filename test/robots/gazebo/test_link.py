"""The link to the simulator, with partners that do not keep to it; none of them needs Gazebo."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robot_trials.exceptions import RobotFault
from robot_trials.robots.gazebo import protocol
from robot_trials.robots.gazebo.protocol import Expected, PartnerLost, SimulatorLink, make_command, make_state

EXPECTED = Expected(
    joints=("hip", "knee"),
    torque_limits=np.array((90.0, 120.0)),
    position_limits=np.array(((-1.0, 1.0), (0.0, 2.5))),
    step_ns=1_000_000,
    steps_per_exchange=2,
    bodies=("walker::base", "torch::torch"),
    feet=("walker::sole",),
    hands=("walker::palm",),
    figures=("slab", "giver"),
)


def make_hello(**changes: object) -> bytes:
    """The line of a partner that has loaded `EXPECTED`, but for the changes; a change to None leaves the key out."""
    hello: dict[str, Any] = {"protocol": protocol.VERSION, "simulator": "fake 1.0", **dataclasses.asdict(EXPECTED)}
    hello = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in hello.items()} | changes
    return json.dumps({key: value for key, value in hello.items() if value is not None}).encode() + b"\n"


Behaviour = Callable[[socket.socket], None]


@contextmanager
def partner(path: Path, behave: Behaviour) -> Iterator[None]:
    """A simulator that connects, behaves, and goes."""

    def run() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
            stream.connect(str(path))
            behave(stream)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(10.0)
        assert not thread.is_alive()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "link"


@pytest.fixture
def link(path: Path) -> Iterator[SimulatorLink]:
    made = SimulatorLink(path, EXPECTED)
    yield made
    made.close()


def accept_from(link: SimulatorLink, path: Path, hello: bytes) -> str:
    """What the partner hears after its hello; raises what the link raises."""
    heard: list[bytes] = []

    def behave(stream: socket.socket) -> None:
        stream.sendall(hello)
        heard.append(stream.recv(1 << 16))

    try:
        with partner(path, behave):
            assert link.accept(5.0)
    except RobotFault as fault:
        assert heard == [f"{fault.reason.removeprefix('the simulator has loaded another world: ')}\n".encode()]
        raise
    return heard[0].decode()


def test_partner_with_the_same_world_is_accepted(link: SimulatorLink, path: Path) -> None:
    assert accept_from(link, path, make_hello()) == "accepted\n"
    assert link.simulator == "fake 1.0"


def test_nobody_comes(link: SimulatorLink) -> None:
    assert not link.accept(0.01)


def test_rounding_of_limits_is_no_difference(link: SimulatorLink, path: Path) -> None:
    assert accept_from(link, path, make_hello(torque_limits=[90.0 + 1e-9, 120.0 - 1e-9])) == "accepted\n"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"protocol": 7}, f"protocol is 7, here it is {protocol.VERSION}"),
        ({"protocol": None}, f"protocol is None, here it is {protocol.VERSION}"),
        ({"step_ns": 2_000_000}, "step_ns is 2000000, here it is 1000000"),
        ({"steps_per_exchange": 1}, "steps_per_exchange is 1, here it is 2"),
        ({"joints": ["knee", "hip"]}, r"joints are \['knee', 'hip'\], here they are \['hip', 'knee'\]"),
        ({"joints": ["hip"]}, r"joints are \['hip'\], here they are \['hip', 'knee'\]"),
        ({"bodies": ["walker::base"]}, "bodies are .*'walker::base'.*, here they are .*'torch::torch'"),
        ({"feet": []}, r"feet are \[\], here they are \['walker::sole'\]"),
        ({"hands": ["walker::fist"]}, r"hands are \['walker::fist'\], here they are \['walker::palm'\]"),
        ({"figures": None}, r"figures are None, here they are \['slab', 'giver'\]"),
        ({"torque_limits": [90.0, 119.0]}, "torque_limits of knee is 119.0, here it is 120.0"),
        ({"torque_limits": [90.0]}, r"torque_limits have shape \(1,\), here \(2,\)"),
        ({"torque_limits": [float("nan"), 120.0]}, "torque_limits of hip is nan, here it is 90.0"),
        (
            {"position_limits": [[-1.0, 1.1], [0.0, 2.5]]},
            r"position_limits of hip is \[-1. +1.1\], here it is \[-1. +1.\]",
        ),
        ({"simulator": None}, "simulator has no name"),
    ],
)
def test_partner_with_another_world_is_refused_with_both_values(
    link: SimulatorLink, path: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(RobotFault, match=f"the simulator has loaded another world: {message}"):
        accept_from(link, path, make_hello(**changes))
    assert not link.simulator


@pytest.mark.parametrize(
    "changes", [{"joints": 5}, {"torque_limits": ["much", "more"]}, {"position_limits": [[0.0], [0.0, 1.0]]}]
)
def test_values_of_another_kind_are_refused(link: SimulatorLink, path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(RobotFault, match="introduction cannot be read"):
        accept_from(link, path, make_hello(**changes))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"GET / HTTP/1.1\r\n", "something else than JSON: b'GET / HTTP/1.1"),
        (b"\xff\xfe\x00\n", "something else than JSON"),
        (b"[" * 100_000 + b"\n", "something else than JSON"),
        (b"[1, 2]\n", r"something else than an object: b'\[1, 2\]"),
        (b"", "closed the link before it had introduced itself"),
        (b'{"protocol": 1, ', "closed the link before it had introduced itself"),
    ],
)
def test_garbage_is_no_introduction(link: SimulatorLink, path: Path, line: bytes, message: str) -> None:
    with pytest.raises(PartnerLost, match=message), partner(path, lambda stream: stream.sendall(line)):
        link.accept(5.0)


def test_a_hello_without_end_is_cut_off(link: SimulatorLink, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HELLO_MAX", 4096)
    sent = threading.Event()

    def babble(stream: socket.socket) -> None:
        stream.sendall(b"x" * 8192)
        sent.wait(5.0)

    with partner(path, babble):
        start = time.monotonic()
        with pytest.raises(PartnerLost, match="something else than JSON: b'xxx"):
            link.accept(5.0)
        assert time.monotonic() - start < 2.0
        sent.set()


def test_a_silent_partner_is_not_waited_for_for_ever(
    link: SimulatorLink, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HELLO_TIMEOUT", 0.1)
    over = threading.Event()
    with partner(path, lambda stream: over.wait(5.0) and None):
        with pytest.raises(PartnerLost, match="did not introduce itself for 0.1 s"):
            link.accept(5.0)
        over.set()


def exchange_with(link: SimulatorLink, path: Path, answer: Behaviour, timeout: float = 5.0) -> tuple[Any, Any]:
    """One exchange with a partner that has been accepted, got the whole command, and answers; command and state."""
    command, state = make_command(EXPECTED), make_state(EXPECTED)
    command.tick[...] = 41
    command.drives[1] = 1.5, -2.5, 3.5

    def behave(stream: socket.socket) -> None:
        stream.sendall(make_hello())
        reader = stream.makefile("rb")
        assert reader.readline() == b"accepted\n"
        assert reader.read(command.data.nbytes) == command.data.tobytes()
        answer(stream)

    with partner(path, behave):
        assert link.accept(5.0)
        link.exchange(command, state, timeout)
    return command, state


def make_answer(tick: int) -> bytes:
    state = make_state(EXPECTED)
    state.tick[...] = tick
    state.position[:] = 0.25, -0.5
    state.foot_wrenches[0, 2] = 300.0
    return state.data.tobytes()


def test_an_answer_arrives_in_pieces(link: SimulatorLink, path: Path) -> None:
    def dribble(stream: socket.socket) -> None:
        whole = make_answer(41)
        for first in range(0, len(whole), 100):
            stream.sendall(whole[first : first + 100])
            time.sleep(0.001)

    _, state = exchange_with(link, path, dribble)
    assert state.data.tobytes() == make_answer(41)
    assert state.foot_wrenches[0, 2] == 300.0


def test_a_partner_that_closes_is_lost(link: SimulatorLink, path: Path) -> None:
    with pytest.raises(PartnerLost, match="closed the link"):
        exchange_with(link, path, lambda stream: None)


def test_half_a_state_is_none(link: SimulatorLink, path: Path) -> None:
    half = make_answer(41)[:77]
    with pytest.raises(PartnerLost, match="closed the link"):
        exchange_with(link, path, lambda stream: stream.sendall(half))


@pytest.mark.parametrize("first", [b"", make_answer(41)[:77]], ids=["nothing", "half a state"])
def test_a_partner_that_hangs_is_lost(link: SimulatorLink, path: Path, first: bytes) -> None:
    def hang(stream: socket.socket) -> None:
        stream.sendall(first)
        time.sleep(0.5)  # then it closes: without a timeout, that is what would be said

    with pytest.raises(PartnerLost, match="no answer for 0.1 s"):
        exchange_with(link, path, hang, timeout=0.1)


def test_an_answer_to_another_question_is_refused(link: SimulatorLink, path: Path) -> None:
    with pytest.raises(PartnerLost, match="answered tick 40 where 41 was asked"):
        exchange_with(link, path, lambda stream: stream.sendall(make_answer(40)))


def test_one_that_trickles_is_lost_in_time(link: SimulatorLink, path: Path) -> None:
    """A byte now and then is no answer."""

    def trickle(stream: socket.socket) -> None:
        for _ in range(20):
            stream.sendall(b"\0")
            time.sleep(0.03)

    with pytest.raises(PartnerLost, match="no answer for 0.15 s"):
        exchange_with(link, path, trickle, timeout=0.15)


def test_a_hello_that_trickles_is_cut_off(link: SimulatorLink, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HELLO_TIMEOUT", 0.15)

    def trickle(stream: socket.socket) -> None:
        for letter in make_hello()[:20]:
            stream.sendall(bytes([letter]))
            time.sleep(0.03)

    with pytest.raises(PartnerLost, match="did not introduce itself for 0.15 s"), partner(path, trickle):
        link.accept(5.0)


def test_closing_twice_is_fine(path: Path) -> None:
    link = SimulatorLink(path, EXPECTED)
    link.close()
    link.close()

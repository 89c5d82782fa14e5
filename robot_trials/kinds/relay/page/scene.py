"""A relay's replay: the lane with its zones and marks, giver and receiver with their arms, and the torch."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

from robot_trials.kinds.common.curves import find_rows
from robot_trials.kinds.scene import Colour, Figure, Label, Patch, Scene, Shape, Thing
from robot_trials.telemetry.rotations import rotate

HOLD_BELOW_GRIP = (0.0, 0.0, -0.12)
"""Where a person's hand holds the torch, in its frame [m]."""
WITHDRAWAL = (0.3, -0.35, -0.25)
"""How far the hand of a giver on the lane's right side goes from where it gave the torch, in the lane's frame [m]."""
WITHDRAWAL_TIME = 1.2
"""That takes so long; then the arm hangs [s]."""
BEFORE, BEYOND = 3.0, 6.0
"""The paving goes on so far behind the start and beyond the hand-over zone [m]."""
MARK_EVERY = 10
"""Distance marks on the lane [m]."""
WHITE: Colour = (1.0, 1.0, 1.0, 1.0)
START_COLOUR: Colour = (0.235, 0.561, 0.373, 0.28)
HAND_OVER_COLOUR: Colour = (0.184, 0.435, 0.710, 0.28)
CLOTHES: dict[str, tuple[Colour, Colour]] = {
    "giver": ((0.8, 0.16, 0.14, 1.0), (0.16, 0.17, 0.22, 1.0)),
    "receiver": ((0.13, 0.34, 0.7, 1.0), (0.8, 0.8, 0.83, 1.0)),
}
"""Shirt and trousers of both people."""


def make_relay_scene(
    truth: Mapping[str, np.ndarray], times: np.ndarray, site: Mapping[str, Any], moments: np.ndarray
) -> Scene:
    """The scene at the moments of a replay, shape (n,) [s].

    Args:
        truth: columns of `/ground_truth/state`; empty where there is none.
        times: of its rows [s].
        site: what the recording says about place and course; empty for nothing: then there is but the torch.
        moments: since the bag's first message [s].
    """
    known = bool(truth) and bool(np.isfinite(truth["prop_pose"]).all())
    if known:
        rows = find_rows(times, moments)
        truth = {name: column[rows] for name, column in truth.items()}
    poses = truth["prop_pose"] if known else None
    torch = () if poses is None else (Thing("torch", make_torch(), poses),)
    if not site:
        return Scene(things=torch)
    people = (
        _make_person("giver", site["giver"], _move_giver(site["giver"], truth if known else None, moments)),
        _make_person("receiver", site["receiver"], _move_receiver(site["receiver"], truth if known else None)),
    )
    return Scene(torch, people, tuple(_pave(site)), tuple(_label(site)))


def make_torch() -> tuple[Shape, ...]:
    """Shaft, neck, head, rim and flame along z, the origin at the grip."""
    stages: tuple[tuple[float, float, float, Colour], ...] = (
        (-0.25, 0.12, 0.018, (0.78, 0.62, 0.3, 1.0)),
        (0.12, 0.22, 0.013, (0.72, 0.1, 0.12, 1.0)),
        (0.22, 0.38, 0.034, (0.72, 0.1, 0.12, 1.0)),
        (0.38, 0.4, 0.04, (0.88, 0.74, 0.4, 1.0)),
    )
    flame = Shape(
        "sphere", (0.05,), (1.0, 0.55, 0.1, 0.9), (0.0, 0.0, 0.45), stretch=(0.6, 0.6, 1.3), glow=(1.0, 0.478, 0.063)
    )
    return (
        *(
            Shape("cylinder", (radius, high - low), colour, (0.0, 0.0, 0.5 * (low + high)))
            for low, high, radius, colour in stages
        ),
        flame,
    )


def _make_person(name: str, person: Mapping[str, Any], hand: np.ndarray) -> Figure:
    """Someone at work with the arm on whose side the torch is exchanged."""
    x, y, yaw = person["stance"]
    way = np.array(person["grip"][:2]) - [x, y]
    left = -math.sin(yaw) * way[0] + math.cos(yaw) * way[1] > 0.0
    side: Literal["left", "right"] = "left" if left else "right"
    return Figure(name, np.array([x, y, yaw]), *CLOTHES[name], hand=hand, side=side)


def _move_giver(person: Mapping[str, Any], truth: Mapping[str, np.ndarray] | None, moments: np.ndarray) -> np.ndarray:
    """The giver's hand: on the torch, then back to the body, shape (n, 3)."""
    hand = np.full((len(moments), 3), np.nan)
    if truth is None:
        return hand
    holds = truth["people_hold"][:, 0].astype(bool)
    if holds.any():
        share = (moments - moments[holds][-1]) / WITHDRAWAL_TIME
        leaving = (share > 0.0) & (share < 1.0)
        hand[leaving] = _offer(person) + share[leaving, None] * _mirror(WITHDRAWAL, person)
    hand[holds] = _hold(truth)[holds]
    return hand


def _move_receiver(person: Mapping[str, Any], truth: Mapping[str, np.ndarray] | None) -> np.ndarray:
    """The receiver's hand: held out, then on the torch, shape (3,) or (n, 3)."""
    offered = _offer(person)
    if truth is None:
        return offered
    return np.where(truth["people_hold"][:, 1].astype(bool)[:, None], _hold(truth), offered)


def _hold(truth: Mapping[str, np.ndarray]) -> np.ndarray:
    """Where a person's hand would hold the torch, shape (n, 3)."""
    poses = truth["prop_pose"]
    place: np.ndarray = poses[:, :3] + rotate(poses[:, 3:], np.array(HOLD_BELOW_GRIP))
    return place


def _offer(person: Mapping[str, Any]) -> np.ndarray:
    """Where a person holds out the hand, shape (3,)."""
    place: np.ndarray = np.array(person["grip"]) + HOLD_BELOW_GRIP
    return place


def _mirror(way: tuple[float, float, float], person: Mapping[str, Any]) -> np.ndarray:
    """A way for a person on the lane's right side, for the side on which this one stands, shape (3,)."""
    to_left = person["stance"][1] > person["grip"][1]
    return np.array([way[0], -way[1] if to_left else way[1], way[2]])


def _pave(site: Mapping[str, Any]) -> Iterator[Patch]:
    """Paving, edges, zones, lines and distance marks."""
    length, half = site["lane"]["length"], site["lane"]["width"] / 2
    x = (min(site["start_zone"][0], site["start"][0]) - BEFORE, site["hand_over_zone"][1] + BEYOND)
    across = (-half, half)
    yield Patch.make_rectangle(x, across, WHITE, 0.002, paved=True)
    for edge in across:
        yield Patch.make_rectangle(x, (edge - 0.04, edge + 0.04), WHITE, 0.008)
    yield Patch.make_rectangle(tuple(site["start_zone"]), across, START_COLOUR, 0.006)
    yield Patch.make_rectangle(tuple(site["hand_over_zone"]), across, HAND_OVER_COLOUR, 0.006)
    for line in (0.0, length):
        yield Patch.make_rectangle((line - 0.03, line + 0.03), across, WHITE, 0.01)
    for mark in _list_marks(length):
        yield Patch.make_rectangle((mark - 0.02, mark + 0.02), across, (1.0, 1.0, 1.0, 0.55), 0.008)


def _label(site: Mapping[str, Any]) -> Iterator[Label]:
    """The marks' distances, to be read from the lane's left edge."""
    for mark in _list_marks(site["lane"]["length"]):
        yield Label(f"{mark} m", (mark, site["lane"]["width"] / 2 - 0.6, 0.009), math.pi)


def _list_marks(length: float) -> range:
    return range(MARK_EVERY, math.ceil(length), MARK_EVERY)

"""What a trial was allowed to do beside what it did, and what its simulated world drew: from identity and figures."""

from __future__ import annotations

from collections.abc import Mapping

from robot_trials.review.page.words import to_words
from robot_trials.review.page.world_numbers import read_world
from robot_trials.review.verdict import Verdict

APPROVED = {
    "permit": ("Permit", ""),
    "permit_sha256": ("Permit's file, SHA-256", ""),
    "booking": ("Booking", ""),
    "goal_id": ("Goal", ""),
    "declared_speed": ("Speed as declared", "m/s"),
    "longest_time": ("Longest time as declared", "s"),
    "declared_load": ("Load as declared", "kg"),
    "measured_load": ("Load as measured", "kg"),
    "load_measured": ("Load as measured", "kg"),
    "configuration_hash": ("Configuration in force, SHA-256", ""),
}
"""Key of identity or figures → what it is, and the unit of a number."""
SEEN_BY = "configuration_hash:"
"""Keys of what each process of a graph read begin so, its name follows."""
WORLD = "world"
"""Key of what a seed drew, as `world_numbers` reads it; other values of a world follow a dot: `world.surface`."""


def list_approved(identity: Mapping[str, str], verdict: Verdict) -> dict[str, str]:
    """What is known of it, in words."""
    known: dict[str, str] = {}
    for key, (words, unit) in APPROVED.items():
        number = verdict.figure(key)
        if identity.get(key):
            known[words] = _add_unit(identity[key], unit)
        elif number is not None:
            known[words] = _add_unit(f"{number:.4g}", unit)
    for key, value in identity.items():
        if key.startswith(SEEN_BY):
            known[f"The same as {key.removeprefix(SEEN_BY)} read it"] = value
    return known


def is_told(key: str) -> bool:
    """Whether this section tells a key of the identity, so that no other has to."""
    return key in APPROVED or key.startswith(SEEN_BY) or is_world(key)


def list_world(identity: Mapping[str, str]) -> dict[str, str]:
    """What a simulated world drew, in words; empty where nothing is said of it."""
    drawn = {number.label: number.text for number in read_world(identity)}
    return drawn | {
        to_words(key.removeprefix(f"{WORLD}.")): value
        for key, value in identity.items()
        if is_world(key) and key != WORLD and value
    }


def is_world(key: str) -> bool:
    """Whether a key of the identity belongs to the simulated world."""
    return key == WORLD or key.startswith(f"{WORLD}.")


def _add_unit(value: str, unit: str) -> str:
    """A bare number gets its unit."""
    try:
        float(value)
    except ValueError:
        return value
    return f"{value} {unit}".rstrip()

"""Names of a configuration as people read them."""

from __future__ import annotations

ABBREVIATIONS = {"qp": "QP", "zmp": "ZMP"}


def to_words(name: str) -> str:
    """A configuration's name for people."""
    words = name.replace("_", " ").split()
    return " ".join(ABBREVIATIONS.get(word, word if place else word.capitalize()) for place, word in enumerate(words))

"""Closed curves over the directions around the robot, as an SVG drawn by hand; seen from above, forward is up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

SIZE, MARGIN, LEGEND = 480, 40, 24
"""Of the disc with its margin, and of a line of the legend [px]."""
RING = 10.0
"""Between two circles, in the curves' unit."""


@dataclass(frozen=True)
class Curve:
    """One closed curve.

    Attributes:
        name: in the legend.
        colour: as CSS writes it.
        radii: over equally spaced directions; the first is forward, the next to its left.
    """

    name: str
    colour: str
    radii: list[float]


def draw_polar(title: str, curves: Sequence[Curve]) -> str:
    """The picture as SVG."""
    outer = RING * math.ceil(max(max(curve.radii) for curve in curves) / RING) or RING
    scale, middle = (0.5 * SIZE - MARGIN) / outer, 0.5 * SIZE
    height = SIZE + LEGEND * (len(curves) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {height}"',
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{SIZE}" height="{height}" fill="white"/>',
        f'<text x="{middle}" y="18" text-anchor="middle">{escape(title)}</text>',
    ]
    for ring in range(1, round(outer / RING) + 1):
        radius = scale * ring * RING
        parts.append(f'<circle cx="{middle}" cy="{middle}" r="{radius:.1f}" fill="none" stroke="#dddddd"/>')
        parts.append(f'<text x="{middle + 3}" y="{middle - radius - 2:.1f}" fill="#888888">{ring * RING:g}</text>')
    for index, curve in enumerate(curves):
        points = " ".join(_place(curve.radii, i, scale, middle) for i in range(len(curve.radii)))
        parts.append(f'<polygon points="{points}" fill="none" stroke="{curve.colour}" stroke-width="2"/>')
        y = SIZE + LEGEND * (index + 0.5)
        parts.append(f'<path d="M20 {y - 4} h30" stroke="{curve.colour}" stroke-width="2"/>')
        parts.append(f'<text x="58" y="{y}">{escape(curve.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _place(radii: Sequence[float], index: int, scale: float, middle: float) -> str:
    angle = 2.0 * math.pi * index / len(radii)
    radius = scale * radii[index]
    return f"{middle - radius * math.sin(angle):.1f},{middle - radius * math.cos(angle):.1f}"

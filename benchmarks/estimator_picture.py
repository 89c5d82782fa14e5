"""Errors of the base's estimate over the way, each with the 3σ band that its filter drew around it, as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

WIDTH, HEIGHT, MARGIN = 900, 220, 60
"""Of one panel [px]."""
PANELS = (("x error [m]", 1.0), ("y error [m]", 1.0), ("yaw error [°]", math.degrees(1.0)))
"""Title and factor of the columns 1 to 3 of the curves."""
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf")


def draw_errors(curves: Sequence[np.ndarray]) -> str:
    """One panel for each error, one line for each seed, the band of the first.

    Args:
        curves: of each seed way, three errors and their three deviations, shape (n, 7) [m, m, m, rad, m, m, rad].
    """
    total = HEIGHT * len(PANELS)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{total}"',
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{total}" fill="white"/>',
    ]
    for index, (title, factor) in enumerate(PANELS):
        parts.append(f'<g transform="translate(0 {index * HEIGHT})">{draw_panel(curves, index, title, factor)}</g>')
    return "\n".join([*parts, "</svg>\n"])


def draw_panel(curves: Sequence[np.ndarray], index: int, title: str, factor: float) -> str:
    """Lines of one error with the band of the first seed."""
    way = max(float(curve[-1, 0]) for curve in curves)
    band = 3.0 * factor * curves[0][:, 4 + index]
    top = max(float(band.max()), *(factor * float(np.abs(curve[:, 1 + index]).max()) for curve in curves))

    def points(x: np.ndarray, y: np.ndarray) -> str:
        across = MARGIN + (WIDTH - 2 * MARGIN) * x / way
        down = HEIGHT / 2 - (HEIGHT / 2 - 30) * y / top
        return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, down, strict=True))

    edge = np.concatenate((band, -band[::-1]))
    there_and_back = np.concatenate((curves[0][:, 0], curves[0][::-1, 0]))
    parts = [
        f'<polygon points="{points(there_and_back, edge)}" fill="#dddddd"/>',
        f'<line x1="{MARGIN}" y1="{HEIGHT / 2}" x2="{WIDTH - MARGIN}" y2="{HEIGHT / 2}" stroke="black"/>',
        f'<text x="{MARGIN}" y="18">{title}, full scale ±{top:.3g}, over {way:.0f} m; grey: 3σ, first seed</text>',
    ]
    for number, curve in enumerate(curves):
        line = points(curve[:, 0], factor * curve[:, 1 + index])
        parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[number % len(COLOURS)]}"/>')
    return "".join(parts)

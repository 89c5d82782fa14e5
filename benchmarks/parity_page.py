"""The two simulators' mean steps upon each other, as a page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from benchmarks.parity_steps import Difference, Steps

WIDTH, HEIGHT, MARGIN = 420, 190, 34
"""Of one panel [px]."""
COLOURS = ("#1f77b4", "#d62728")
NAMES = ("MuJoCo", "Gazebo")
AXES = ("forward", "left", "up")
Leg = Sequence[tuple[str, int]]
"""Name and index of each joint from hip to foot."""


def draw_page(one: Steps, other: Steps, true: Difference, heavy: Difference, legs: tuple[Leg, Leg]) -> str:
    """A page with the differences and the mean step of each simulator, left foot standing; legs left, right."""
    rows = "".join(
        f"<tr><td>{name}</td><td>{d.com * 1e3:.1f} mm</td><td>{d.torque:.1%}</td><td>{d.timing * 1e3:.0f} ms</td>"
        f"<td>{d.ground:.1%}</td><td>{d.steps}</td></tr>"
        for name, d in (("as it is", true), ("torso 10 % heavier in Gazebo", heavy))
    )
    panels = [
        draw_panel(f"centre of mass, {axis} [mm]", [1e3 * _mean(steps.com, steps)[:, i] for steps in (one, other)])
        for i, axis in enumerate(AXES)
    ]
    panels += [
        draw_panel(f"{joint} of the {does} leg [N·m]", [_mean(steps.torque, steps)[:, i] for steps in (one, other)])
        for does, leg in zip(("standing", "swinging"), legs, strict=True)
        for joint, i in leg
    ]
    legend = " ".join(f'<b style="color:{c}">{escape(n)}</b>' for n, c in zip(NAMES, COLOURS, strict=True))
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Gazebo beside MuJoCo</title>
<style>body{{font:15px/1.45 sans-serif;max-width:1320px;margin:24px auto;padding:0 16px}}
td,th{{padding:3px 14px 3px 0;text-align:left}}svg{{margin:4px}}</style>
<h1>Gazebo beside MuJoCo</h1>
<p>The same walk with the torch in hand, without noise and on level slabs, laid upon each other step by step.</p>
<table><tr><th>robot in Gazebo</th><th>centre of mass, rms</th><th>torques, rms</th><th>step time, largest</th>
<th>force on the soles</th>
<th>steps</th></tr>{rows}</table>
<p>Mean step on the left foot, from one touchdown to the next: {legend}</p>
<div>{"".join(panels)}</div>
</html>
"""


def draw_panel(title: str, curves: Sequence[np.ndarray]) -> str:
    """One SVG with a line for each simulator."""
    low, high = min(c.min() for c in curves), max(c.max() for c in curves)
    span = max(high - low, 1e-9)

    def line(curve: np.ndarray, colour: str) -> str:
        x = MARGIN + (WIDTH - 2 * MARGIN) * np.linspace(0.0, 1.0, len(curve))
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (curve - low) / span
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>'

    lines = "".join(line(curve, colour) for curve, colour in zip(curves, COLOURS, strict=True))
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fafafa"/><text x="{MARGIN}" y="18">{escape(title)}</text>'
        f'<text x="{MARGIN}" y="{HEIGHT - 8}" fill="#666">{low:.3g} … {high:.3g}</text>{lines}</svg>'
    )


def _mean(values: np.ndarray, steps: Steps) -> np.ndarray:
    """Mean over the steps on the left foot, shape (PHASES, …)."""
    mean: np.ndarray = values[steps.side == 0].mean(axis=0)
    return mean

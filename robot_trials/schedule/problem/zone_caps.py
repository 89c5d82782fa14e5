"""What a zone allows at an hour, beside what a trial takes."""

from __future__ import annotations

from robot_trials.config.programme import CapSpec


def find_excess(cap: CapSpec, speed: float, noise: float) -> list[str]:
    """Bounds of a zone that lie below a trial's figures, a sentence each.

    Args:
        cap: of the zone.
        speed: that the trial demands [m/s].
        noise: that it makes [dB(A)].
    """
    reason, found = f" ({cap.reason})" if cap.reason else "", []
    if cap.speed is not None and speed > cap.speed:
        found.append(f"caps speed at {cap.speed:g} m/s{reason}, below {speed:g} m/s")
    if cap.noise is not None and noise > cap.noise:
        found.append(f"caps noise at {cap.noise:g} dB(A){reason}, below {noise:g} dB(A)")
    return found

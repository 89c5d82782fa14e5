"""Hold simulated time back to a share of real time."""

from __future__ import annotations

import time

LAG_MAX_NS = 100_000_000
"""A world that has fallen further behind than this does not catch up: it would run faster than real time."""


class Pacer:
    """Sleeps so that simulated time advances at `real_time_factor` × wall time, or slower.

    Raises:
        ValueError: the factor is not in (0, 1].
    """

    def __init__(self, real_time_factor: float) -> None:
        if not 0.0 < real_time_factor <= 1.0:
            raise ValueError(f"real_time_factor: {real_time_factor:g}: must be > 0 and ≤ 1")
        self._factor = real_time_factor
        self._sim_origin_ns: int | None = None
        self._wall_origin_ns = 0

    def forget(self) -> None:
        """Time passes unpaced: the next wait begins anew, so that nobody waits for what the world got ahead by."""
        self._sim_origin_ns = None

    def wait_until(self, sim_time_ns: int) -> float:
        """Return when the wall clock has reached `sim_time_ns` [ns]; how long that was meant to take [s]."""
        now_ns = time.monotonic_ns()
        if self._sim_origin_ns is not None:
            elapsed_ns = int((sim_time_ns - self._sim_origin_ns) / self._factor)
            early_ns = self._wall_origin_ns + elapsed_ns - now_ns
            if early_ns > -LAG_MAX_NS:
                early = max(early_ns, 0) * 1e-9
                if early:
                    time.sleep(early)
                return early
        self._sim_origin_ns, self._wall_origin_ns = sim_time_ns, now_ns
        return 0.0

"""Plans that are made beside the coordinator's work."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from robot_trials.coordination.replanning import NewPlan, Replan, Situation


class BackgroundReplan:
    """Hands a situation to a planner in a thread of its own, so that robots are followed meanwhile.

    Args:
        replan: the planner; takes as long as it likes.
    """

    def __init__(self, replan: Replan) -> None:
        self._replan = replan
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="replan")
        self._pending: Future[NewPlan | None] | None = None

    def __call__(self, situation: Situation) -> NewPlan | None:
        """The plan for this situation, or one of a moment ago; None while it is being made.

        Raises:
            Exception: whatever the planner raised.
        """
        if self._pending is None:
            self._pending = self._pool.submit(self._replan, situation)
            return None
        if not self._pending.done():
            return None
        pending, self._pending = self._pending, None
        return pending.result()

    def close(self) -> None:
        """Wait for no plan any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

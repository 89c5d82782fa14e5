"""The floor counts the controller's calls into Pinocchio and the solver, and leaves no trace."""

from __future__ import annotations

import daqp
import numpy as np
import pinocchio as pin

import robot_trials_control.whole_body.qp as qp_module
from benchmarks.call_timer import CallTimer


def test_calls_are_counted_and_restored() -> None:
    before = (pin.exp3, qp_module.daqp_solve)
    with CallTimer() as timer:
        for _ in range(10):
            np.testing.assert_allclose(pin.exp3(np.zeros(3)), np.eye(3))
        qp_module.daqp_solve(np.eye(2), np.ones(2), np.eye(2), np.ones(2), -np.ones(2), np.zeros(2, dtype=np.intc))
        assert (timer.calls("pinocchio"), timer.calls("qp")) == (10, 1)
        assert 0.0 < timer.seconds("pinocchio") < 1.0
        timer.reset()
        assert timer.calls("pinocchio") == 0
    assert (pin.exp3, qp_module.daqp_solve) == before
    assert qp_module.daqp_solve is daqp.solve

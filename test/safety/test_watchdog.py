"""The watchdog: late only when armed, only after its timeout, well again as soon as something happens."""

import pytest

from robot_trials.safety.watchdog import Watchdog


def test_late_after_the_timeout_and_well_again_with_the_next_count():
    watchdog = Watchdog("detections", timeout=1.0)
    watchdog.arm(True, 10.0)
    assert not watchdog.update(5, 10.0)
    assert not watchdog.update(5, 11.0)
    assert watchdog.update(5, 11.1)
    assert watchdog.age(11.1) == pytest.approx(1.1)
    assert not watchdog.update(6, 11.2)


def test_never_late_while_not_armed_and_arming_starts_anew():
    watchdog = Watchdog("detections", timeout=1.0)
    assert not watchdog.update(5, 0.0)
    assert not watchdog.update(5, 100.0)
    watchdog.arm(True, 100.0)
    assert not watchdog.update(5, 100.9)
    assert watchdog.update(5, 101.1)
    watchdog.arm(False, 101.2)
    assert not watchdog.update(5, 200.0)


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan")])
def test_timeout_must_be_positive(timeout):
    with pytest.raises(ValueError, match="watchdog heartbeat: timeout: .*: must be > 0"):
        Watchdog("heartbeat", timeout)


def test_it_may_be_armed_again_at_every_check():
    """As the safety node does: arming what is armed does not begin its time anew, nor does disarming twice."""
    watchdog, late = Watchdog("camera", timeout=2.0), []
    for now in range(6):
        watchdog.arm(True, now)
        late.append(watchdog.update(7, now))
    assert late == [False, False, False, True, True, True]
    watchdog.arm(False, 6.0)
    assert not watchdog.update(7, 9.0)
    watchdog.arm(True, 9.0)
    assert not watchdog.update(7, 11.0) and watchdog.update(7, 11.1)

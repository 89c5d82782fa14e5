"""What may be done in the records: permits, leases, robots, gates, and one coordinator only."""

import os
import subprocess
import sys

import pytest
from record_samples import make_booking
from sqlalchemy import text

from robot_trials.records import FencedError, RecordsError, RefusedError
from robot_trials.records.bookings import add_booking, find_booking, list_events
from robot_trials.records.gates import confirm_checklist, find_checklist, find_newest, report_gate
from robot_trials.records.leases import find_active, list_active, release_zones, take_zones
from robot_trials.records.lock import CoordinatorLock
from robot_trials.records.permits import act_on_permit, list_acts, list_permits, record_permit
from robot_trials.records.robots import add_robots, find_robot, list_robots, set_service


@pytest.fixture
def session(records):
    with records.write() as opened:
        yield opened


def test_permit_is_approved_by_somebody_else_than_its_operator(session):
    record_permit(session, "P-1", "text", "Wen Li", "clerk", at=1.0)
    for same in ("Wen Li", " wen  LI "):
        with pytest.raises(RefusedError, match="is its operator: must be approved by somebody else"):
            act_on_permit(session, "P-1", "approve", same, "", at=2.0)
    assert act_on_permit(session, "P-1", "approve", "Ada Ho", "", at=3.0).state == "approved"
    assert act_on_permit(session, "P-1", "revoke", "Ada Ho", "crowd", at=4.0).state == "revoked"
    with pytest.raises(RefusedError, match="is revoked: to approve, it must be pending or refused"):
        act_on_permit(session, "P-1", "approve", "Ada Ho", "", at=5.0)
    acts = [(act.act, act.who, act.why, act.at) for act in list_acts(session, "P-1")]
    wanted = [("record", "clerk", "", 1.0), ("approve", "Ada Ho", "", 3.0), ("revoke", "Ada Ho", "crowd", 4.0)]
    assert acts == wanted


def test_permit_is_approved_by_whom_it_names_with_what_it_asks_for(session):
    document = f"approver: Ada Ho\nevidence: {{report_sha256: {'ab' * 32}}}\n"
    record_permit(session, "P-1", document, "Wen Li", "clerk", at=1.0)
    with pytest.raises(RefusedError, match="Bo Ek: must be Ada Ho, whom it names as approver"):
        act_on_permit(session, "P-1", "approve", "Bo Ek", "", at=2.0, evidence="ab" * 32)
    for shown in ("", "cd" * 32):
        with pytest.raises(
            RefusedError, match=f"evidence {shown or 'none'}: must be a report with SHA-256 {'ab' * 32}"
        ):
            act_on_permit(session, "P-1", "approve", "Ada Ho", "", at=2.0, evidence=shown)
    act_on_permit(session, "P-1", "approve", "ada ho", "seen", at=3.0, evidence="ab" * 32)
    assert list_acts(session, "P-1")[-1].why == f"seen; evidence {'ab' * 32}"


def test_changed_document_has_to_be_approved_again(session):
    record_permit(session, "P-1", "text", "Wen Li", "clerk", at=1.0)
    act_on_permit(session, "P-1", "approve", "Ada Ho", "", at=2.0)
    assert record_permit(session, "P-1", "text", "Wen Li", "clerk", at=3.0).state == "approved"
    assert record_permit(session, "P-1", "text, longer", "Wen Li", "clerk", at=4.0).state == "pending"
    assert len({act.sha256 for act in list_acts(session, "P-1")}) == 2
    assert [permit.number for permit in list_permits(session)] == ["P-1"]


@pytest.mark.parametrize(
    ("number", "act", "who", "why", "said"),
    [
        ("P-2", "approve", "Ada", "", "P-2: is not recorded"),
        ("P-1", "bless", "Ada", "", "'bless': must be one of approve, refuse, revoke"),
        ("P-1", "approve", " ", "", "who: must name"),
        ("P-1", "refuse", "Ada", "", "why: must say why to refuse"),
        ("P-1", "revoke", "Ada", "wind", "is pending: to revoke, it must be approved"),
    ],
)
def test_act_without_sense_is_refused_by_name(session, number, act, who, why, said):
    record_permit(session, "P-1", "text", "Wen Li", "clerk", at=1.0)
    with pytest.raises(RefusedError, match=said):
        act_on_permit(session, number, act, who, why, at=2.0)


def test_zone_has_one_holder_until_it_is_released(session):
    first = add_booking(session, make_booking("first", zones=("a", "b")), at=1.0)
    second = add_booking(session, make_booking("second", zones=("b", "c")), at=1.0)
    assert take_zones(session, first, at=2.0) == []
    assert take_zones(session, first, at=3.0) == [], "a repeat takes nothing twice"
    assert [(lease.zone, lease.booking) for lease in take_zones(session, second, at=3.0)] == [("b", "first")]
    assert [lease.zone for lease in list_active(session)] == ["a", "b"], "none of the second's zones was taken"
    assert find_active(session, "b").taken_at == 2.0
    assert release_zones(session, "first", "kuavo_1", "passed", at=9.0) == ["a", "b"]
    assert take_zones(session, second, at=10.0) == []
    with pytest.raises(RefusedError, match="zone a: nobody has taken it"):
        find_active(session, "a")


def test_database_itself_refuses_a_second_lease_of_a_zone(records):
    with records.write() as session:
        take_zones(session, add_booking(session, make_booking("first"), at=1.0), at=2.0)
        add_booking(session, make_booking("second"), at=1.0)
    insert = (
        "INSERT INTO leases (zone, booking, robot, taken_at, released_by, why) VALUES ('a', 'second', 'r', 2.0, '', '')"
    )
    with pytest.raises(RecordsError, match=r"(?i)unique"), records.write() as session:
        session.execute(text(insert))


def test_booking_is_booked_once_and_its_history_begins(session):
    add_booking(session, make_booking(), at=1.0)
    with pytest.raises(RefusedError, match="there is one of this name"):
        add_booking(session, make_booking(), at=1.0)
    with pytest.raises(RefusedError, match="planned_start: must be ≤"):
        add_booking(session, make_booking("late", latest_start=900.0), at=1.0)
    with pytest.raises(RefusedError, match="booking none: there is none"):
        find_booking(session, "none")
    assert find_booking(session, "relay_1").zones == ["a", "b"]
    assert [(event.previous, event.state) for event in list_events(session, "relay_1")] == [("", "planned")]


def test_robot_goes_out_of_service_with_a_name_and_a_reason(session):
    add_robots(session, ["kuavo_2", "kuavo_1"], at=1.0)
    add_robots(session, ["kuavo_1"], at=2.0)
    assert [robot.name for robot in list_robots(session)] == ["kuavo_1", "kuavo_2"]
    with pytest.raises(RefusedError, match="robot kuavo_9: is not known; known are: kuavo_1, kuavo_2"):
        set_service(session, "kuavo_9", False, "Ada", "knee", at=3.0)
    with pytest.raises(RefusedError, match="who and why"):
        set_service(session, "kuavo_1", False, "Ada", "", at=3.0)
    assert set_service(session, "kuavo_1", False, "Ada", "knee", at=3.0)
    assert not set_service(session, "kuavo_1", False, "Bo", "again", at=4.0)
    robot = find_robot(session, "kuavo_1")
    assert (robot.in_service, robot.who, robot.why, robot.since) == (False, "Ada", "knee", 3.0)


def test_newest_reading_of_a_site_counts(session):
    assert find_newest(session, "park", "wind") is None
    for at, value in ((5.0, 3.0), (9.0, 7.0), (7.0, 5.0)):
        report_gate(session, "park", "wind", value, at, "mast")
    report_gate(session, "plaza", "wind", 1.0, 11.0, "mast")
    assert find_newest(session, "park", "wind").value == 7.0
    with pytest.raises(RefusedError, match="finite value and a source"):
        report_gate(session, "park", "wind", float("nan"), 12.0, "mast")


def test_checklist_is_confirmed_by_a_person(session):
    add_booking(session, make_booking(), at=1.0)
    assert find_checklist(session, "relay_1") is None
    with pytest.raises(RefusedError, match="who: must name"):
        confirm_checklist(session, "relay_1", "", "", at=2.0)
    with pytest.raises(RefusedError, match="there is none"):
        confirm_checklist(session, "other", "Ada", "", at=2.0)
    confirm_checklist(session, "relay_1", "Ada", "barriers closed", at=2.0)
    assert find_checklist(session, "relay_1").who == "Ada"


def test_second_coordinator_is_refused_until_the_first_has_died(records, url):
    script = f"""
import sys
from robot_trials.records import Records
from robot_trials.records.lock import CoordinatorLock
lock = CoordinatorLock(Records.open({url!r}), "park")
print(lock.token, flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", script]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert other.stdout.readline() == "1\n"
    with pytest.raises(RecordsError, match="another coordinator is running on this database"):
        CoordinatorLock(records, "park")
    other.kill()
    other.communicate()
    lock = wait_for_lock(records)
    assert lock.token == 2
    lock.release()


def wait_for_lock(records):
    """PostgreSQL notices after a moment that a client has died."""
    import time

    for _ in range(100):
        try:
            return CoordinatorLock(records, "park")
        except RecordsError:
            time.sleep(0.05)
    raise AssertionError("the lock of a dead process stays")


def test_coordinator_that_only_slept_may_no_longer_write(records):
    asleep = CoordinatorLock(records, "park")
    asleep.release()  # as when its connection breaks
    awake = CoordinatorLock(records, "park")
    with records.write() as session:
        awake.check(session)
    with pytest.raises(FencedError, match="another coordinator has started"), records.write() as session:
        asleep.check(session)
    awake.release()

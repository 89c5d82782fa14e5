"""Commands about permits, bookings, robots and zones, on a database, as a user meets them."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from robot_trials.cli import main
from robot_trials.records import BookingState, Records
from robot_trials.records.bookings import NewBooking, add_booking, find_booking
from robot_trials.records.leases import list_active, take_zones
from robot_trials.records.robots import add_robots

PERMIT = Path(__file__).resolve().parents[2] / "config" / "permits"


@pytest.fixture
def records(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/records.sqlite"
    monkeypatch.setenv("ROBOT_TRIALS_RECORDS", url)
    monkeypatch.setenv("COLUMNS", "200")
    opened = Records.open(url)
    yield opened
    opened.close()


@pytest.fixture
def call(monkeypatch, capsys):
    """Run `robot-trials` with arguments; exit code, output, errors."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["robot-trials", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return run


def book(records, state=BookingState.PLANNED):
    now = time.time()
    times = (now + 60, now + 120, now + 90, now + 900)
    with records.write() as session:
        add_robots(session, ["kuavo_1"], now)
        booking = add_booking(session, NewBooking("relay_1", "torch_relay", "kuavo_1", "lane", ("a",), *times), now)
        booking.state = state
        if state is not BookingState.PLANNED:
            take_zones(session, booking, now)


def test_permit_goes_from_its_file_to_approval_and_revocation(records, call):
    file = min(PERMIT.glob("*.yaml"))
    code, output, _ = call("permits", "--record", str(file), "--who", "clerk")
    number = output.splitlines()[0]
    assert code == 0 and "pending, operator" in output and "record by clerk" in output
    operator = output.split("operator ")[1].split(",")[0]
    code, _, error = call("approve", number, "--who", operator)
    assert code == 1 and "is its operator: must be approved by somebody else" in error
    assert call("approve", number, "--who", "Chen Yue") == (0, f"permit {number} is approved\n", "")
    assert call("revoke", number, "--who", "Chen Yue", "--why", "crowd")[0] == 0
    code, _, error = call("refuse", number, "--who", "Chen Yue", "--why", "late")
    assert code == 1 and "is revoked" in error
    output = call("permits")[1]
    assert "revoked, operator" in output and "revoke by Chen Yue: crowd" in output


def test_status_shows_bookings_robots_and_zones(records, call):
    book(records, BookingState.LOST)
    code, output, _ = call("status")
    assert code == 0
    assert "lost relay_1" in output and "kuavo_1 at lane" in output
    assert "robot kuavo_1: in service" in output and "zone a: relay_1 with kuavo_1 since" in output


def test_over_is_shown_only_on_request(records, call):
    book(records)
    with records.write() as session:
        find_booking(session, "relay_1").state = BookingState.CANCELLED
    assert "relay_1" not in call("status")[1] and "cancelled relay_1" in call("status", "--all")[1]


def test_zone_is_released_unless_its_trial_runs(records, call):
    book(records, BookingState.RUNNING)
    code, _, error = call("release", "a", "--who", "Ada", "--why", "empty")
    assert code == 1 and "relay_1 is running there: abort it first" in error
    with records.write() as session:
        find_booking(session, "relay_1").state = BookingState.LOST
    assert call("release", "a", "--who", "Ada", "--why", "empty") == (0, "zone a is free\n", "")
    with records.read() as session:
        assert list_active(session) == []
    assert call("release", "a", "--who", "Ada", "--why", "empty")[2] == "RefusedError: zone a: nobody has taken it\n"


def test_robot_goes_out_of_service(records, call):
    book(records)
    assert call("service", "kuavo_1", "out", "--who", "Ada", "--why", "knee")[1] == "robot kuavo_1 is out of service\n"
    assert "out of service since" in call("status")[1] and ": knee" in call("status")[1]
    assert "already out of" in call("service", "kuavo_1", "out", "--who", "Ada", "--why", "knee")[1]
    assert "known are: kuavo_1" in call("service", "other", "in", "--who", "Ada")[2]
    assert call("service", "kuavo_1", "off", "--who", "Ada")[0] == 2


def test_database_out_of_reach_is_named(call):
    code, _, error = call("status", "--records", "sqlite:////proc/none/records.sqlite")
    assert code == 1 and "/proc/none" in error


def test_act_without_ros_says_what_it_needs(call, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, error = call("hold", "--who", "Ada", "--why", "rain")
    assert code == 2 and "hold needs a running /coordinator_node and rclpy" in error
    code, _, error = call("rearm", "kuavo_1", "--who", "Ada")
    assert code == 2 and "rearm needs a running /kuavo_1/stop_node and rclpy" in error

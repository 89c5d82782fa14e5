"""A real coordinator with real robots' ledgers: killed in the middle, started again, alone on its database."""

import subprocess
import sys
import time
from collections import Counter

import pytest
import ros_domain

from robot_trials.records import BookingState, Records
from robot_trials.records.bookings import NewBooking, add_booking, list_bookings
from robot_trials.records.leases import list_active
from robot_trials.runtime.processes.process_group import ProcessGroup

pytestmark = pytest.mark.ros
ROBOTS = "kuavo_1,kuavo_2"
SHORTEST, LONGEST = "2.0", "3.0"


class Site:
    """Robots, records and a coordinator, each a process of its own."""

    def __init__(self, group, folder):
        self.group, self.folder = group, folder
        self.url = f"sqlite:///{folder}/records.sqlite"
        self.records = Records.open(self.url)
        self.environment = ros_domain.make_environment()
        robots = [sys.executable, "-m", "benchmarks.scripted_robots", str(folder), ROBOTS, SHORTEST, LONGEST]
        group.start("robots", robots, self.environment)

    def start(self, name="coordinator"):
        parameters = {"site": "park", "database": self.url, "robots": f"[{ROBOTS}]", "charge_min": 0.0}
        options = [part for key, value in parameters.items() for part in ("-p", f"{key}:={value}")]
        command = [sys.executable, "-m", "robot_trials.nodes.coordinator_node", "--ros-args", *options]
        self.group.start(name, [*command, "-p", "require_checklist:=false"], self.environment)

    def book(self, name, robot, zone, delay=0.0):
        now = time.time()
        start = now + delay
        with self.records.write() as session:
            times = (start, start + 10, start + 300, start + 900)
            add_booking(session, NewBooking(name, "torch_relay", robot, zone, (zone,), *times), now)

    def states(self):
        with self.records.read() as session:
            return {booking.name: booking.state for booking in list_bookings(session)}

    def wait(self, condition, timeout_s=60.0):
        deadline = time.monotonic() + timeout_s
        while not condition(self.states()):
            log = self.group.members["coordinator"].log.read_text()
            assert time.monotonic() < deadline, f"{self.states()}\n{log}"
            time.sleep(0.05)

    def command(self, *arguments):
        command = [sys.executable, "-m", "robot_trials.cli", *arguments, "--who", "Ada", "--why", "test"]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)


@pytest.fixture
def site(tmp_path):
    with ProcessGroup(tmp_path) as group:
        yield Site(group, tmp_path)


def test_killed_coordinator_goes_on_where_it_was_and_runs_nothing_twice(site):
    site.start()
    for number in range(3):
        site.book(f"trial_{number}", f"kuavo_{number % 2 + 1}", "square" if number < 2 else "lane")
    site.book("later", "kuavo_1", "lane", delay=600.0)
    site.wait(lambda states: BookingState.RUNNING in states.values())
    coordinator = site.group.members["coordinator"].process
    coordinator.kill()
    coordinator.wait()
    assert BookingState.RUNNING in site.states().values()
    site.start()
    over = {f"trial_{number}": BookingState.PASSED for number in range(3)} | {"later": BookingState.PLANNED}
    site.wait(lambda states: states == over)
    with site.records.read() as session:
        assert list_active(session) == []
    runs = [line.split()[0] for path in site.folder.glob("*.runs") for line in path.read_text().splitlines()]
    assert len(runs) == 3 and set(Counter(runs).values()) == {1}
    check_that_it_is_alone_and_obeys(site)


def check_that_it_is_alone_and_obeys(site):
    site.start("second")
    assert site.group.wait(30.0, ["second"]) == []
    assert site.group.members["second"].process.returncode == 1
    said = site.group.members["second"].log.read_text()
    assert "another coordinator is running on this database" in said
    held = site.command("hold", "later")
    assert (held.returncode, held.stdout) == (0, "later is held\n"), held.stderr
    assert site.states()["later"] is BookingState.HELD
    client = [sys.executable, "-m", "robot_trials.nodes.service_client", "/coordinator_node", "plan", "{}"]
    asked = subprocess.run(client, env=site.environment, capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stdout) == (0, "what may still move is planned anew\n"), asked.stderr
    site.group.members["coordinator"].process.terminate()
    assert site.group.wait(10.0, ["coordinator"]) == []
    absent = site.command("resume", "later")
    assert absent.returncode == 2 and "nobody offers /coordinator_node/resume" in absent.stderr


def test_lifecycle_gives_the_database_back(tmp_path):
    import rclpy
    from rclpy.lifecycle import TransitionCallbackReturn

    from robot_trials.nodes.coordinator_node import CoordinatorNode

    url = f"sqlite:///{tmp_path}/records.sqlite"
    rclpy.init(args=["--ros-args", "-p", f"database:={url}", "-p", "autostart:=false"])
    first, second = CoordinatorNode(), CoordinatorNode()
    done = TransitionCallbackReturn.SUCCESS
    try:
        assert first.trigger_configure() == done and first.trigger_activate() == done
        assert second.trigger_configure() == TransitionCallbackReturn.FAILURE
        assert first.trigger_deactivate() == done and first.trigger_cleanup() == done
        assert second.trigger_configure() == done and second.trigger_activate() == done
        second.release()
        assert first.trigger_configure() == done
    finally:
        for node in (first, second):
            node.release()
            node.destroy_node()
        rclpy.shutdown()

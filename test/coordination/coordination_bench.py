"""A coordinator on a real database, with robots that keep a ledger as the trial node does, in memory."""

import contextlib
import math
import resource

from robot_trials.coordination import Coordinator, FollowTimes, GoalState, Report
from robot_trials.coordination.clauses import check_permit
from robot_trials.records import BookingState, Records
from robot_trials.records.bookings import NewBooking, add_booking, list_events
from robot_trials.records.leases import list_active
from robot_trials.records.models import Booking

START = 1_800_000_000.0
"""Start of the first booking [s since 1970]."""


@contextlib.contextmanager
def full_disk():
    """No file can be written beyond its first block: SQLite finds the disk full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class ScriptedRobots:
    """What robots know of goals, and what becomes of calls.

    Attributes:
        calls: (what, goal id) in order.
        ledger: goal id → state; outlives every coordinator.
        runs: goal id → times it began to run.
        deaf: robots that neither hear nor answer.
        drop: number of sendings that get lost on the way.
        obstacle: what stands against a goal.
    """

    def __init__(self):
        self.calls, self.ledger, self.runs, self.results = [], {}, {}, {}
        self.deaf, self.drop, self.obstacle, self.reject = set(), 0, "", False
        self.answers = []

    def find_obstacle(self, robot):
        return self.obstacle

    def send(self, goal_id, robot, booking):
        self.calls.append(("send", goal_id))
        if robot in self.deaf:
            return
        if self.drop:
            self.drop -= 1
        elif self.reject or goal_id in self.ledger:
            self.answers.append(Report(goal_id, GoalState.REJECTED, reason="not now"))
        else:
            self.ledger[goal_id] = GoalState.RUNNING
            self.runs[goal_id] = self.runs.get(goal_id, 0) + 1
            self.answers.append(Report(goal_id, GoalState.RUNNING))

    def query(self, goal_id, robot, withdraw):
        self.calls.append(("withdraw" if withdraw else "query", goal_id))
        if robot in self.deaf:
            return
        if withdraw:
            self.ledger.setdefault(goal_id, GoalState.WITHDRAWN)
        self.answers.append(self.results.get(goal_id) or Report(goal_id, self.ledger.get(goal_id, GoalState.UNKNOWN)))

    def cancel(self, goal_id, robot):
        self.calls.append(("cancel", goal_id))
        if robot not in self.deaf and self.ledger.get(goal_id) is GoalState.RUNNING:
            self.end(goal_id, verdict="aborted", reason="cancelled by the client")

    def hold(self, goal_id, robot):
        self.calls.append(("hold", goal_id))

    def resume(self, goal_id, robot):
        self.calls.append(("resume", goal_id))

    def end(self, goal_id, verdict="pass", reason=""):
        """The robot's trial ends; the coordinator hears of it when it asks."""
        self.ledger[goal_id] = GoalState.ENDED
        self.results[goal_id] = Report(goal_id, GoalState.ENDED, verdict == "pass", verdict, reason, "/bag", "/report")

    def count(self, what):
        return sum(call[0] == what for call in self.calls)


class Bench:
    """A coordinator that is ticked once a second."""

    def __init__(self, url, **options):
        self.url = url
        self.records = Records.open(self.url)
        self.robots = ScriptedRobots()
        self.now = START - 10.0
        self.options = options
        self.coordinator = None
        self.start()

    def start(self):
        """Start a coordinator, after the one before has died."""
        if self.coordinator is not None:
            self.coordinator.close()
        options = {"checks": [check_permit]} | self.options
        times = FollowTimes(query_period=1.0, resend_period=2.0, lost_after=10.0)
        robots = ["kuavo_1", "kuavo_2"]
        self.coordinator = Coordinator(
            self.records, "park", robots, self.robots, times=times, steady=lambda: self.now, **options
        )

    def book(self, name="first", **changes):
        values = {
            "name": name,
            "trial": "torch_relay",
            "robot": "kuavo_1",
            "place": "lane_a",
            "zones": ("a", "b"),
            "planned_start": START,
            "planned_end": START + 300.0,
            "latest_start": START + 60.0,
            "latest_finish": START + 3600.0,
        }
        with self.records.write() as session:
            add_booking(session, NewBooking(**(values | changes)), self.now)

    def run(self, seconds, step=1.0):
        """Tick once a step [s]; every answer of a robot arrives."""
        for _ in range(math.ceil(seconds / step)):
            self.now += step
            self.coordinator.tick(self.now)
            self.deliver()

    def run_to(self, offset, step=1.0):
        """Tick until a time after START [s]."""
        self.run(START + offset - self.now, step)

    def deliver(self):
        answers, self.robots.answers = self.robots.answers, []
        for report in answers:
            self.coordinator.take_report(report, self.now)

    def look(self, name="first"):
        with self.records.read() as session:
            return session.get_one(Booking, name)

    def state(self, name="first"):
        return self.look(name).state

    def history(self, name="first"):
        """States in the order in which they were entered."""
        with self.records.read() as session:
            return [event.state for event in list_events(session, name) if event.state != event.previous]

    def taken(self):
        with self.records.read() as session:
            return {lease.zone: lease.booking for lease in list_active(session)}

    @contextlib.contextmanager
    def write(self):
        with self.records.write() as session:
            yield session

    def run_first(self):
        """The first booking, running."""
        self.book()
        self.run_to(3.0)
        assert self.state() is BookingState.RUNNING
        return self.look().goal_id

    def close(self):
        self.coordinator.close()
        self.records.close()

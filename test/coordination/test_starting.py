"""The moment of a start: each clause, zones, priority, lateness, a hold, a database that cannot be written."""

import pytest
from coordination_bench import START, full_disk

from robot_trials.coordination import Clause, GateCheck, GateLimit, RobotCheck
from robot_trials.coordination.clauses import check_checklist, check_permit
from robot_trials.records import BookingState, RecordsError
from robot_trials.records.gates import confirm_checklist, report_gate
from robot_trials.records.permits import act_on_permit, record_permit

WIND = GateLimit("wind_speed", "weather", 0.0, 8.0, "m/s", max_age=600.0)
CROWD = GateLimit("crowd_density", "crowd", 0.0, 0.5, "1/m²", max_age=600.0)


def test_trial_runs_from_plan_to_verdict_and_frees_its_zones(bench):
    bench.book()
    bench.run_to(-1.0)
    assert bench.state() is BookingState.PLANNED and not bench.robots.calls
    bench.run_to(2.0)
    booking = bench.look()
    assert booking.state is BookingState.RUNNING and booking.attempts == 1
    assert bench.taken() == {"a": "first", "b": "first"}
    bench.robots.end(booking.goal_id)
    bench.run(2)
    booking = bench.look()
    assert (booking.state, booking.passed, booking.verdict) == (BookingState.PASSED, True, "pass")
    assert (booking.bag_path, booking.report_path) == ("/bag", "/report")
    assert bench.taken() == {}
    assert bench.history() == ["planned", "due", "starting", "running", "passed"]


@pytest.mark.parametrize(("verdict", "state"), [("fail", BookingState.FAILED), ("aborted", BookingState.ABORTED)])
def test_other_verdicts(bench, verdict, state):
    bench.robots.end(bench.run_first(), verdict, "tilt")
    bench.run(2)
    assert bench.state() is state and bench.look().reason == "tilt" and bench.taken() == {}


def test_goal_is_on_disk_before_it_is_sent(bench):
    seen = []
    send = bench.robots.send

    def look_first(goal_id, robot, booking):
        seen.append((bench.look().goal_id == goal_id, bench.state(), sorted(bench.taken())))
        send(goal_id, robot, booking)

    bench.robots.send = look_first
    bench.book()
    bench.run_to(1.0)
    assert seen == [(True, BookingState.STARTING, ["a", "b"])]


def allow_permit(bench):
    with bench.write() as session:
        act_on_permit(session, "P-1", "approve", "Ada Ho", "", bench.now)


def record(bench):
    with bench.write() as session:
        record_permit(session, "P-1", "text", "Wen Li", "clerk", bench.now)


def reading(kind, value):
    def report(bench):
        with bench.write() as session:
            report_gate(session, "park", kind, value, bench.now, "mast")

    return report


def service(in_service):
    def change(bench):
        act = bench.coordinator.acts.resume if in_service else bench.coordinator.acts.hold
        act("", "kuavo_1", "Ada", "knee", bench.now)

    return change


def charge(value):
    return lambda bench: bench.coordinator.note_robot("kuavo_1", bench.now, value)


def confirm(bench):
    with bench.write() as session:
        confirm_checklist(session, "first", "Ada", "", bench.now)


def near(text):
    return lambda bench: setattr(bench.robots, "obstacle", text)


def nothing(bench):
    pass


CLAUSES = {
    "permit": (check_permit, record, "permit: P-1: is pending: must be approved", allow_permit),
    "weather": (
        GateCheck("park", (WIND,), {}),
        reading("wind_speed", 12.0),
        "weather: wind_speed 12 m/s: must be ≤ 8",
        reading("wind_speed", 3.0),
    ),
    "crowd": (
        GateCheck("park", (CROWD,), {}),
        nothing,
        "crowd: crowd_density: no reading",
        reading("crowd_density", 0.1),
    ),
    "robot": (RobotCheck(), service(False), "robot: kuavo_1: out of service: knee", service(True)),
    "battery": (RobotCheck(0.3), charge(0.2), "battery: kuavo_1: charge 0.20: must be ≥ 0.3", charge(0.8)),
    "battery unknown": (RobotCheck(0.3), nothing, "battery: kuavo_1: charge unknown: must be ≥ 0.3", charge(0.8)),
    "checklist": (check_checklist, nothing, "checklist: must be confirmed by the marshals", confirm),
    "preflight": (RobotCheck(), near("trial node out of reach"), "preflight: trial node out of reach", near("")),
}


@pytest.mark.parametrize("name", CLAUSES)
def test_clause_keeps_a_trial_waiting_until_it_holds(make_bench, name):
    check, spoil, reason, mend = CLAUSES[name]
    bench = make_bench(checks=[check])
    bench.run(1)
    spoil(bench)
    bench.book(permit="P-1")
    bench.run_to(30.0, step=5.0)
    assert (bench.state(), bench.look().reason) == (BookingState.DUE, reason)
    assert bench.robots.count("send") == 0 and bench.taken() == {}
    mend(bench)
    bench.run(3)
    assert (bench.state(), bench.look().reason) == (BookingState.RUNNING, "")


@pytest.mark.parametrize("name", CLAUSES)
def test_clause_that_never_holds_refuses_the_trial_by_name(make_bench, name):
    check, spoil, reason, _ = CLAUSES[name]
    bench = make_bench(checks=[check])
    bench.run(1)
    spoil(bench)
    bench.book(permit="P-1")
    bench.run_to(65.0, step=5.0)
    assert (bench.state(), bench.look().reason) == (BookingState.REFUSED, reason)
    assert bench.robots.count("send") == 0 and bench.history() == ["planned", "due", "refused"]


@pytest.mark.parametrize("act", ["refuse", "none"])
def test_permit_that_was_refused_or_never_recorded_refuses_at_once(bench, act):
    if act == "refuse":
        record(bench)
        with bench.write() as session:
            act_on_permit(session, "P-1", "refuse", "Ada", "no marshals", bench.now)
    bench.book(permit="P-1")
    bench.run_to(1.0)
    said = {"refuse": "permit: P-1: is refused: must be approved", "none": "permit: P-1: is not recorded"}
    assert (bench.state(), bench.look().reason) == (BookingState.REFUSED, said[act])


def test_clause_of_a_stranger_is_named_too(make_bench):
    bench = make_bench(checks=[lambda session, booking, now: [Clause("window", "park is closed", may_pass=False)]])
    bench.book()
    bench.run_to(1.0)
    assert bench.look().reason == "window: park is closed" and bench.state() is BookingState.REFUSED


def test_check_that_breaks_keeps_only_its_booking_from_starting(make_bench):
    def check(session, booking, now):
        return [] if booking.name == "second" else {}["no such trial"]

    bench = make_bench(checks=[check])
    bench.book()
    bench.book("second", robot="kuavo_2", zones=("c",))
    bench.run_to(2.0)
    assert bench.state("second") is BookingState.RUNNING
    assert (bench.state(), bench.look().reason) == (BookingState.DUE, "check: KeyError: 'no such trial'")


def test_stale_reading_says_nothing(make_bench):
    bench = make_bench(checks=[GateCheck("park", (WIND,), {"indoor": ("wind_speed",)})])
    reading("wind_speed", 3.0)(bench)
    bench.book(planned_start=START + 700.0, planned_end=START + 800.0, latest_start=START + 760.0)
    bench.book("inside", planned_start=START + 700.0, planned_end=START + 800.0, robot="kuavo_2", zones=("c",),
               latest_start=START + 760.0, trial="indoor")  # fmt: skip
    bench.now = START + 699.0
    bench.run(2)
    assert bench.look().reason == "weather: wind_speed: reading is 711 s old: must be ≤ 600 s"
    assert bench.state("inside") is BookingState.RUNNING


def test_taken_zone_makes_the_next_wait_and_expire(bench):
    bench.run_first()
    bench.book("second", robot="kuavo_2", zones=("b", "c"))
    bench.book("third", robot="kuavo_3", zones=("c",), planned_start=START + 5.0)
    bench.run_to(30.0, step=5.0)
    assert (bench.state("second"), bench.look("second").reason) == (
        BookingState.DUE,
        "zone b has first, zone c has third",
    )
    assert bench.taken() == {"a": "first", "b": "first", "c": "third"}, "no zone is kept by one that waits"
    bench.run_to(65.0, step=5.0)
    assert bench.state("second") is BookingState.EXPIRED
    assert (
        bench.look("second").reason == "late: 3 s after its latest start, waited for zone b has first, zone c has third"
    )


def test_robot_has_one_trial_and_the_higher_priority_goes_first(bench):
    bench.book("low", zones=("a",))
    bench.book("high", zones=("b",), priority=5)
    bench.run_to(3.0)
    assert bench.state("high") is BookingState.RUNNING
    assert (bench.state("low"), bench.look("low").reason) == (BookingState.DUE, "robot: kuavo_1 has high")


def test_coordinator_that_comes_late_expires_what_it_missed(bench):
    bench.book()
    bench.now = START + 90.0
    bench.run(1)
    assert (bench.state(), bench.look().reason) == (BookingState.EXPIRED, "late: 31 s after its latest start")
    assert bench.robots.calls == []


def test_start_without_any_slack_is_still_in_time(bench):
    bench.book(latest_start=START)
    bench.now = START - 0.5
    bench.run(2)
    assert bench.state() is BookingState.RUNNING


def test_nothing_is_sent_that_could_not_be_written(bench):
    bench.book()
    bench.run_to(-1.0)
    with full_disk(), pytest.raises(RecordsError, match=r"records.sqlite: (disk I/O error|.*full)"):
        bench.run(1)
    assert bench.robots.calls == []
    bench.run(2)
    assert bench.state() is BookingState.RUNNING and bench.robots.count("send") == 1


def test_result_that_could_not_be_written_is_asked_for_again(bench):
    goal = bench.run_first()
    bench.robots.end(goal)
    with full_disk(), pytest.raises(RecordsError, match=r"records.sqlite: (disk I/O error|.*full)"):
        bench.run(3)
    bench.run(3)
    assert bench.state() is BookingState.PASSED and bench.taken() == {}

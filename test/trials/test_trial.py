"""A whole trial on a robot that obeys, and with everything that can go wrong: it always ends safely, with a reason."""

from __future__ import annotations

import numpy as np
import pytest
from kinematic_world import KinematicWorld, Mishaps
from trial_bench import Run, run_trial

from robot_trials.config import Area
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.trials.trial import Trial
from robot_trials_control.records import RIGHT, HandMode, MotionMode, Sharing

QUICK = ("trial.phases.take_over.retries=0", "trial.phases.hand_over.retries=0", "trial.phases.reach.retries=0")


def phase_results(run: Run) -> list[tuple[str, str]]:
    return [(span.name, span.result) for span in run.trial.phases]


@pytest.fixture(scope="module")
def good() -> Run:
    return run_trial()


def test_mission_is_done_in_order(good: Run) -> None:
    assert good.trial.succeeded and good.trial.reason == "" and good.trial.ended == "standing"
    names = "preflight walk_to_giver reach take_over carry reach_receiver hand_over step_back stand".split()
    assert phase_results(good) == [(name, "success") for name in names]
    assert good.trial.phase == "done"


def test_torch_ends_with_the_receiver(good: Run) -> None:
    assert good.world.receiver_holds and not good.world.robot_holds and not good.world.giver_holds
    assert np.linalg.norm(good.world.torch[:3, 3] - good.world.receiver_hand[:3, 3]) < 0.05
    assert int(good.world.command.hand_mode[RIGHT]) == HandMode.POSTURE


def test_robot_knows_its_place_from_fiducials_alone(good: Run) -> None:
    estimate = np.array(good.trial.map_to_odom)
    assert np.linalg.norm(estimate[:2] - np.array(good.world.map_to_odom)[:2]) < 0.1
    assert good.trial.progress.figures["distance"].value == pytest.approx(5.4, abs=0.15)


def test_judge_passes_it(good: Run) -> None:
    outcome = good.judge.conclude(good.trial)
    failed = [criterion.name for criterion in outcome.criteria if not criterion.passed]
    assert failed in ([], ["mean_speed"]), "a 5 m course is too short for the speed of a long one"
    assert outcome.figures["distance"] >= 5.0


def test_command_sequence_grows_with_every_tick() -> None:
    sequences = []
    run_trial(Mishaps(stuck=True), act=lambda trial, _: sequences.append(int(trial.motion_command.sequence)))
    assert sequences == list(range(len(sequences)))


@pytest.mark.parametrize(
    ("mishaps", "reason"),
    [
        (Mishaps(stuck=True), "walk_to_giver: not done after 40 s"),
        (Mishaps(torch_hidden=True), "reach: torch was never seen"),
        (Mishaps(giver_holds_on=True), "take_over: load 0.00 kg must be ≥ 1.20 kg after lifting 60 mm"),
        (Mishaps(receiver_passive=True), "hand_over: receiver does not carry: load 1.65 kg"),
        (Mishaps(drop_at=18.0), "take_over: load 0.00 kg: nothing is in the hand any more"),
        (Mishaps(drop_at=22.0), "carry: torch lost"),
        (Mishaps(blind_after=0.0), "preflight: localization: no site fiducial seen yet"),
        (
            Mishaps(nan_at=5.0),
            "stopped: sensors read no number: sensor imu_angular_velocity[0] reads nan: must be finite",
        ),
    ],
)
def test_mishap_ends_standing_with_the_reason(mishaps: Mishaps, reason: str) -> None:
    run = run_trial(mishaps, *QUICK)
    assert run.trial.finished and not run.trial.succeeded
    assert run.trial.reason.startswith(reason)
    assert run.trial.ended == "standing"
    assert int(run.trial.motion_command.mode) == MotionMode.STAND
    assert run.trial.phases[-1].name == "safe_end" and run.trial.phases[-1].result == "success"
    assert [event.text for event in run.trial.events if event.severity == "error"][0] == run.trial.reason


def test_passive_receiver_leaves_the_torch_with_the_robot() -> None:
    run = run_trial(Mishaps(receiver_passive=True), *QUICK)
    assert run.world.robot_holds and float(run.trial.motion_command.hand_closed[RIGHT]) == 1.0


def test_stubborn_giver_keeps_the_torch_and_is_tried_again() -> None:
    run = run_trial(Mishaps(giver_holds_on=True), "trial.phases.take_over.retries=1", "trial.phases.reach.retries=0")
    assert [name for name, _ in phase_results(run)].count("take_over") == 2
    assert run.world.giver_holds and not run.world.robot_holds
    assert int(run.trial.motion_command.hand_mode[RIGHT]) == HandMode.POSTURE


def test_torch_too_light_to_be_sure_of_is_not_dropped_for_another_attempt() -> None:
    opened = []

    def watch(trial: Trial, world: KinematicWorld) -> None:
        world.torch_mass = 1.0
        opened.append(not world.giver_holds and not world.robot_holds)

    run = run_trial(act=watch)
    told = "measured load 1.00 kg must be ≥ 1.20 kg after lifting 60 mm: announced 1.6 ± 0.4 kg"
    assert run.trial.reason == told and run.trial.ended == "standing"
    assert run.world.robot_holds and not any(opened)


def test_torch_heavier_than_announced_is_refused_before_the_first_step() -> None:
    shut = []

    def watch(trial: Trial, world: KinematicWorld) -> None:
        world.torch_mass = 2.4
        shut.append(world.giver_holds or float(trial.motion_command.hand_closed[RIGHT]) == 1.0)

    run = run_trial(act=watch)
    assert run.trial.reason == "measured load 2.40 kg must be ≤ 2 kg: announced 1.6 ± 0.4 kg"
    assert run.trial.ended == "standing" and run.world.robot_holds and all(shut)
    assert "carry" not in [name for name, _ in phase_results(run)]
    outcome = run.judge.conclude(run.trial)
    failed = {criterion.name: criterion for criterion in outcome.criteria if not criterion.passed}
    assert failed["load_deviation"].value == pytest.approx(0.8) and failed["load_deviation"].bound == 0.4
    assert outcome.figures["load_measured"] == pytest.approx(2.4)
    assert outcome.figures["load_true"] == pytest.approx(2.4, abs=0.02)


def test_fall_ends_damped() -> None:
    run = run_trial(Mishaps(fall_at=16.0))
    assert run.trial.reason == "the robot has fallen" and run.trial.ended == "damped"
    assert int(run.trial.motion_command.mode) == MotionMode.DAMPED


def test_blind_walk_is_stopped() -> None:
    def go_blind(trial: Trial, world: KinematicWorld) -> None:
        if trial.phase == "carry":
            world.mishaps.blind_after = min(world.mishaps.blind_after, world.time + 1.0)

    run = run_trial(Mishaps(), "trial.walking_speed=0.2", act=go_blind)
    assert "no site fiducial in" in run.trial.reason or "was never seen" in run.trial.reason
    assert run.trial.ended == "standing"


def test_abort_while_carrying_keeps_the_torch() -> None:
    def abort(trial, _world) -> None:  # noqa: ANN001
        if trial.phase == "carry" and trial.progress.figures["distance"].value > 1.0:
            trial.request_abort("safety officer")

    run = run_trial(act=abort)
    assert run.trial.reason == "safety officer" and run.trial.ended == "standing"
    assert run.world.robot_holds
    assert run.trial.phases[-2].name == "carry" and run.trial.phases[-2].detail == "safety officer"


def test_hold_stands_still_and_resume_goes_on() -> None:
    held_at: list[float] = []
    ticks = 0

    def hold(trial, world) -> None:  # noqa: ANN001
        nonlocal ticks
        if trial.phase == "carry" and trial.progress.figures["distance"].value > 1.0 and not held_at:
            trial.request_hold("crossing")
        if trial.held:
            ticks += 1
            held_at.append(world.base[0])
            if ticks == 1500:
                trial.request_resume()

    run = run_trial(None, "trial.phases.carry.timeout=20", act=hold)
    assert run.trial.succeeded, run.trial.reason
    assert ticks == 1500 and held_at[-1] - held_at[5] < 0.01
    carry = next(span for span in run.trial.phases if span.name == "carry")
    assert (carry.end_ns - carry.start_ns) * 1e-9 > 35.0, "held for longer than it took, and no timeout"


def test_fault_during_a_hold_ends_the_trial() -> None:
    def hold(trial, world) -> None:  # noqa: ANN001
        if world.time > 4.0 and not trial.held and not trial.reason:
            trial.request_hold("crossing")

    run = run_trial(Mishaps(nan_at=6.0), act=hold)
    assert run.trial.reason.startswith("stopped: sensors read no number") and run.trial.ended == "standing"


def test_bug_in_a_behaviour_is_not_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    from robot_trials.kinds.relay.leaves.carry import Carry

    def broken(_self) -> None:  # noqa: ANN001
        raise KeyError("oops")

    monkeypatch.setattr(Carry, "update", broken)
    run = run_trial()
    assert run.trial.finished and run.trial.ended == "standing"
    assert run.trial.reason.startswith("internal error, KeyError: 'oops' (broken")
    assert run.world.robot_holds, "the torch is not dropped for a bug"


def test_bug_in_the_safe_end_still_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    from robot_trials.kinds.common.leaves.walk_to import WalkTo
    from robot_trials.kinds.relay.ending import IfHandEmpty

    def broken(_self) -> None:  # noqa: ANN001
        raise RuntimeError("worse")

    monkeypatch.setattr(WalkTo, "update", broken)
    monkeypatch.setattr(IfHandEmpty, "update", broken)
    run = run_trial()
    assert run.trial.finished and int(run.trial.motion_command.mode) == MotionMode.STAND
    assert any("safe end broke" in event.text for event in run.trial.events)


def test_events_are_taken_once() -> None:
    taken = []
    run = run_trial(Mishaps(torch_hidden=True), *QUICK, act=lambda trial, _: taken.extend(trial.take_events()))
    taken += run.trial.take_events()
    assert taken == run.trial.events and run.trial.take_events() == []


def test_truth_is_not_looked_at() -> None:
    """With the truth wiped out before every tick, the trial goes just the same."""
    import math

    from trial_bench import load_kuavo, load_setup, make_world

    from robot_trials.trials.trial import Trial
    from robot_trials_control.records import make_control_sample

    world, trial = make_world(), Trial(load_setup(), load_kuavo())
    sample = make_control_sample(len(world.profile.joint_names))
    assert math.isnan(float(sample.truth.base_position[0]))
    for _ in range(600):
        world.step(trial.motion_command)
        world.fill_state(sample.state)
        world.fill_status(sample.status)
        trial.tick(sample, world.take_fiducials(), int(sample.state.time_ns))
    assert trial.phase not in ("preflight", "safe_end", "done")


def test_robot_too_weak_for_the_payload_does_not_move() -> None:
    from trial_bench import load_kuavo, load_setup, make_world

    from robot_trials.trials.trial import Trial
    from robot_trials_control.records import make_control_sample

    kuavo = load_kuavo()
    limits = kuavo.torque_limits
    weak = {joint: 0.1 * torque for joint, torque in limits.sets["continuous"].items()}
    changed = limits.model_copy(update={"sets": {**limits.sets, "continuous": weak}})
    profile = kuavo.model_copy(update={"torque_limits": changed})
    world, trial = make_world(), Trial(load_setup(), profile)
    sample = make_control_sample(len(profile.joint_names))
    for _ in range(600):
        world.step(trial.motion_command)
        world.fill_state(sample.state)
        world.fill_status(sample.status)
        trial.tick(sample, world.take_fiducials(), int(sample.state.time_ns))
    assert trial.finished and trial.ended == "standing"
    assert trial.reason.startswith("preflight: payload: zarm_r")
    assert "N·m to hold 2 kg: must be ≤ 0.8 × 4.67 N·m" in trial.reason
    assert world.base == pytest.approx(world.setup.site.start)


def test_a_person_may_hold_the_load_from_the_reach_to_the_free_torch_and_again_in_the_hand_over() -> None:
    said: list[tuple[int, str]] = []

    def note(trial: Trial, world: KinematicWorld) -> None:
        shared = int(trial.motion_command.shared_load)
        if not said or said[-1][0] != shared:
            said.append((shared, trial.phase))

    run = run_trial(act=note)
    assert run.trial.succeeded
    kinds = [kind for kind, _ in said]
    assert kinds == [Sharing.NONE, Sharing.HELD, Sharing.NONE, Sharing.REACHED, Sharing.NONE]
    assert [phase for _, phase in said[1:]] == ["reach", "carry", "carry", "step_back"]


@pytest.mark.parametrize("trigger", [Trigger.GEOFENCE, Trigger.WINDOW])
def test_a_trial_beyond_its_permit_calls_for_a_stop_until_it_ends(trigger: Trigger) -> None:
    asked: list[int] = []

    def breach(trial: Trial, world: KinematicWorld) -> None:
        if world.time > 14.0 and trigger == Trigger.WINDOW:
            trial.permit_watch.end_ns = 14_000_000_000
        elif world.time > 14.0:
            trial.permit_watch.area = Area(((-9.0, -1.0), (-8.0, -1.0), (-8.0, 1.0)), "test")
        if world.time > 16.0:
            trial.request_abort("the test is over")
        asked.append(int(trial.motion_command.stop_asked))

    run = run_trial(act=breach)
    assert set(asked) == {0, int(trigger)} and asked[-1] == trigger
    assert int(run.trial.motion_command.stop_asked) == 0, "a trial that has ended calls for nothing"
    assert [event.source for event in run.trial.events].count("permit") == 1

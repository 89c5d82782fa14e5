"""Runs whose processes died: who finds them completes them once, and leaves living ones alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from greeting import LONG_LANE, load_greeting, put_in_reach
from recorded_frames import NAMED
from walk_recording import RATE, SPEED, MadeUpEvent, make_identity, make_walk

from robot_trials.cli.report import write_report_of_bag
from robot_trials.cli.unfinished import complete_unfinished, find_unfinished
from robot_trials.config import TrialSetup
from robot_trials.exceptions import TelemetryFault
from robot_trials.review import complete_run, find_lacks
from robot_trials.robots import load_profile
from robot_trials.runtime.processes.exits import note_exit
from robot_trials.safety.stop_ladder import Rung
from robot_trials.safety.stop_triggers import Trigger
from robot_trials.telemetry import TrialRecorder, read_bag
from robot_trials.telemetry.bag.reserve import RESERVE_FILE
from robot_trials.telemetry.site_description import describe_site
from robot_trials.trials.judging.run_marker import RUN_FILE, RunMark, alone_in
from robot_trials_control.records import MotionMode

LENGTH = 5.0
CUT = 10.0
"""Time at which the process died, while the robot walked [s]."""
PHASES = (("preflight", 0.0), ("walk_up", 1.0))
"""Name and start of each phase that began [s]."""


def load_setup() -> TrialSetup:
    return load_greeting(length=LENGTH, overrides=LONG_LANE)


def add_stop(samples: np.ndarray) -> None:
    """An emergency stop at 9.5 s that holds to the end."""
    stopped = samples["state"]["time_ns"] >= 9_500_000_000
    status = samples["status"]
    status["stop_rung"][stopped], status["stop_triggers"][stopped] = Rung.PROTECTIVE, Trigger.E_STOP
    status["walking"][stopped], status["com_velocity"][stopped] = 0, 0.0
    status["mode"][stopped] = MotionMode.PROTECTIVE_STOP


def leave_unfinished(folder: Path, *, bag: bool = True, stop: bool = False, event: str = "") -> Path:
    """What a run leaves whose process was killed at `CUT`."""
    setup = load_setup()
    mark = RunMark(folder, setup, "ros")
    if bag:
        profile = load_profile(setup.robot_file)
        time = np.arange(int(CUT * RATE)) / RATE
        x = -3.0 + np.clip((time - 9.0) * SPEED, 0.0, None)
        samples = make_walk(time, x, tuple(profile.joint_names), profile.nominal_array)
        samples["status"]["mode"] = MotionMode.WALK_TO
        if stop:
            add_stop(samples)
        urdf = profile.urdf_path.read_text(encoding="utf-8")
        names, site = tuple(profile.joint_names), describe_site(setup)
        recorder = TrialRecorder(folder / "bag", make_identity(setup.robot_file), names, urdf, site=site, **NAMED)
        for name, start in PHASES:
            recorder.write_phase(int(start * 1e9), name)
        if event:
            recorder.write_event(MadeUpEvent(9_600_000_000, "error", "failure", event))
        recorder.write_samples(samples)
        recorder.flush()  # and never closed
    mark.release()
    return folder


def read_verdict(folder: Path) -> dict[str, object]:
    return json.loads((folder / "verdict.json").read_text(encoding="utf-8"))


def test_a_run_is_mended_judged_and_reported(tmp_path: Path) -> None:
    folder = leave_unfinished(tmp_path / "run")
    assert find_lacks(folder) == ["bag", "verdict", "report"] and (folder / RESERVE_FILE).is_file()
    completion = complete_run(folder)
    assert completion is not None and completion.troubles == ()
    verdict = read_verdict(folder)
    assert verdict["passed"] is False and verdict["afterwards"] is True
    assert verdict["reason"] == "the trial broke off in phase walk_up: who ran it is gone"
    assert verdict["ended"] == "unknown", "it walked"
    assert [span["phase"] for span in verdict["timeline"]][-1] == "walk_up"
    figures = verdict["figures"]
    assert figures["falls"] == 0.0 and figures["return_distance"] == pytest.approx(0.8, abs=0.05)
    assert len(verdict["criteria"]) == 5
    assert len(read_bag(folder / "bag").times("/odom")) == 5000
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "The verdict was made afterwards" in page and ">Failed</div>" in page
    assert not (folder / RESERVE_FILE).exists()
    assert complete_run(folder) is None, "once is enough"


def test_who_died_is_named_with_its_signal(tmp_path: Path) -> None:
    folder = leave_unfinished(tmp_path / "run")
    note_exit(folder, "control_process", -9)
    complete_run(folder)
    verdict = read_verdict(folder)
    assert verdict["reason"] == "the trial broke off in phase walk_up: control_process was killed by SIGKILL"
    assert verdict["ended"] == "unknown"


def test_a_stop_in_force_is_the_reason_and_is_told(tmp_path: Path) -> None:
    folder = leave_unfinished(tmp_path / "run", stop=True)
    complete_run(folder)
    verdict = read_verdict(folder)
    assert verdict["reason"] == "stopped: emergency stop: who ran it is gone" and verdict["ended"] == "standing"
    (stop,) = verdict["stops"]
    assert stop["start_s"] == pytest.approx(9.5) and stop["final_rung"] == "PROTECTIVE" and stop["end_s"] is None
    assert stop["stopping_time_s"] == pytest.approx(0.0) and stop["acts"] == []
    assert "protective stop" in (folder / "report.html").read_text(encoding="utf-8")


def test_what_the_trial_said_itself_comes_first(tmp_path: Path) -> None:
    folder = leave_unfinished(tmp_path / "run", stop=True, event="stopped: stop inputs silent")
    note_exit(folder, "stop_node", -9)
    note_exit(folder, "trial_node", -11)
    complete_run(folder)
    reason = "stopped: stop inputs silent: stop_node was killed by SIGKILL, trial_node was killed by SIGSEGV"
    assert read_verdict(folder)["reason"] == reason


def test_without_a_bag_there_is_still_a_verdict_and_a_page(tmp_path: Path) -> None:
    folder = leave_unfinished(tmp_path / "run", bag=False)
    note_exit(folder, "recorder_node", 1)
    completion = complete_run(folder)
    assert completion is not None and completion.done == ("verdict written", "report written")
    reason = "the trial broke off, and there is no recording: recorder_node ended with exit code 1"
    assert read_verdict(folder)["reason"] == reason
    assert not any(entry["passed"] for entry in read_verdict(folder)["criteria"])
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "There is no recording" in page and "Greet · Kuavo" in page


def test_a_bag_that_is_none_is_said(tmp_path: Path) -> None:
    folder = leave_unfinished(tmp_path / "run", bag=False)
    (folder / "bag").mkdir()
    (folder / "bag" / "bag_0.mcap").write_bytes(b"torn")
    completion = complete_run(folder)
    assert completion is not None and "is no MCAP file" in completion.troubles[0]
    assert "its recording cannot be read" in str(read_verdict(folder)["reason"])
    assert "The recording cannot be read" in (folder / "report.html").read_text(encoding="utf-8")


def test_a_living_run_is_left_alone(tmp_path: Path) -> None:
    folder = leave_unfinished(tmp_path / "run")
    living = RunMark(folder, load_setup(), "ros")
    assert complete_run(folder) is None and complete_unfinished(tmp_path) == 0
    with pytest.raises(TelemetryFault, match="still writes to this run"):
        write_report_of_bag(folder, repair=False)
    assert find_lacks(folder) == ["bag", "verdict", "report"]
    living.release()
    assert complete_run(folder) is not None


def test_the_lock_goes_with_a_killed_process(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from robot_trials.config import load_trial_setup\n"
        "from robot_trials.trials.judging.run_marker import RunMark\n"
        "mark = RunMark(Path(sys.argv[1]), load_trial_setup('greet'), 'ros'); print('on', flush=True)\n"
        "time.sleep(60)"
    )
    reach = {**os.environ, "PYTHONPATH": put_in_reach()}
    writer = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "run"], stdout=subprocess.PIPE, text=True, env=reach
    )
    assert writer.stdout is not None and writer.stdout.readline() == "on\n"
    with alone_in(tmp_path / "run") as alone:
        assert not alone
    writer.kill()
    writer.wait()
    with alone_in(tmp_path / "run") as alone:
        assert alone
        with alone_in(tmp_path / "run") as second:
            assert not second, "two who complete one run do not meet"
    data = json.loads((tmp_path / "run" / RUN_FILE).read_text())
    assert data["pid"] == writer.pid and data["process_start"] > 0 and data["arguments"]["output"] is None


def test_the_next_command_completes_what_lies_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    leave_unfinished(tmp_path / "one", bag=False)
    leave_unfinished(tmp_path / "fleet" / "kuavo_1" / "goal_2", bag=False)
    (tmp_path / "earlier").mkdir()
    assert [str(folder.relative_to(tmp_path)) for folder in find_unfinished(tmp_path)] == [
        "one",
        "fleet/kuavo_1/goal_2",
    ]
    assert complete_unfinished(tmp_path) == 2
    told = capsys.readouterr().err
    assert re.search(r"completed .*/one: verdict written, report written \(the trial broke off", told)
    assert complete_unfinished(tmp_path) == 0 and find_unfinished(tmp_path) == []


def test_report_completes_a_run_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = leave_unfinished(tmp_path / "run")
    assert write_report_of_bag(folder, repair=False) == folder / "report.html"
    assert "completed" in capsys.readouterr().err
    assert read_verdict(folder)["passed"] is False


def test_a_recording_that_ends_early_is_said(tmp_path: Path) -> None:
    folder = leave_unfinished(tmp_path / "run")
    complete_run(folder)
    verdict = read_verdict(folder)
    verdict["timeline"][-1]["end_s"] = 15.0
    (folder / "verdict.json").write_text(json.dumps(verdict))
    page = write_report_of_bag(folder, repair=False).read_text(encoding="utf-8")
    assert "The recording ends at 10.0 s, 5.0 s before the trial did." in page


def test_setup_of_a_run_names_the_trial(tmp_path: Path) -> None:
    RunMark(tmp_path, replace(load_setup(), output=tmp_path), "in_process").release()
    data = json.loads((tmp_path / RUN_FILE).read_text())
    assert data["identity"]["trial"] == "greet" and data["identity"]["host"] == "in_process"
    assert data["judging"]["bounds"]["raised_time_min"] == 3.0


def test_a_run_that_cannot_be_completed_keeps_no_command_from_its_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = leave_unfinished(tmp_path / "one", bag=False)
    (folder / RUN_FILE).write_text("{")
    leave_unfinished(tmp_path / "two", bag=False)
    assert complete_unfinished(tmp_path) == 2
    told = capsys.readouterr().err
    assert "one/run.json says nothing" in told and "two: verdict written, report written" in told
    assert "No verdict" in (folder / "report.html").read_text(encoding="utf-8")

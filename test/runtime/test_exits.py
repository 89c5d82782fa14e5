"""Ends of processes that nobody had asked for, as they are written down and said."""

from robot_trials.runtime.processes.exits import EXITS_FILE, describe_exit, note_exit, read_exits


def test_exits_are_named_with_their_signal_or_code():
    assert describe_exit("stop_node", -9) == "stop_node was killed by SIGKILL"
    assert describe_exit("trial_node", 1) == "trial_node ended with exit code 1"
    assert describe_exit("trial_node", -40) == "trial_node was killed by signal 40"


def test_exits_are_kept_in_order_and_a_line_cut_short_is_left_out(tmp_path):
    folder = tmp_path / "run"
    assert read_exits(folder) == read_exits(None) == []
    note_exit(folder, "trial_node", -11)
    note_exit(folder, "recorder_node", 3)
    with (folder / EXITS_FILE).open("a") as file:
        file.write('{"name": "safe')
    assert [one.words for one in read_exits(folder)] == [
        "trial_node was killed by SIGSEGV",
        "recorder_node ended with exit code 3",
    ]


def test_a_folder_that_takes_no_file_changes_nothing(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    note_exit(tmp_path / "file" / "run", "trial_node", -9)
    note_exit(None, "trial_node", -9)
    assert capsys.readouterr().err.startswith("trial_node was killed by SIGKILL; not written down: ")

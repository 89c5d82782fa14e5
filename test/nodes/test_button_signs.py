"""Stop buttons' signs of life, without a graph."""

from robot_trials.nodes.stops.stop_buttons import CONTEST_S, STRANGER_S, StopButtons

TIMEOUT = 0.5


def make_buttons(*names):
    return StopButtons({name: TIMEOUT for name in names or ("one",)})


def beat(buttons, name, first, count, now, period=0.1, **values):
    """Signs of life with growing sequences; the time of the last one."""
    for i in range(count):
        now += period
        assert buttons.take(name, first + i, values.get("pressed", False), now) == ""
    return now


def test_button_that_was_never_there_is_missing_and_not_silent():
    buttons = make_buttons("one", "two")
    now = beat(buttons, "one", 1, 3, 0.0)
    assert buttons.find_missing(now) == ["two"] and buttons.find_silent(now) == []
    assert buttons.alive_once == 0b01


def test_button_is_silent_after_its_timeout_and_not_before():
    buttons = make_buttons()
    now = beat(buttons, "one", 1, 3, 0.0)
    assert buttons.find_silent(now + TIMEOUT) == []
    assert buttons.find_silent(now + TIMEOUT + 0.01) == ["one"]
    assert buttons.find_missing(now + TIMEOUT + 0.01) == ["one"]


def test_repeated_sequence_is_no_sign_of_life_and_is_suspicious():
    buttons = make_buttons()
    now = beat(buttons, "one", 1, 3, 0.0)
    assert "sequence 3 after 3: two publishers use that name" in buttons.take("one", 3, False, now + 0.1)
    assert buttons.find_silent(now + 0.1) == ["one"]


def test_two_publishers_of_one_name_count_as_silent_as_long_as_both_speak():
    buttons = make_buttons()
    now = beat(buttons, "one", 1000, 5, 0.0)
    silent = []
    for i in range(50):
        now += 0.05
        buttons.take("one", 10 + i, False, now)
        silent.append(buttons.find_silent(now))
        now += 0.05
        buttons.take("one", 1005 + i, False, now)
        silent.append(buttons.find_silent(now))
    assert silent == [["one"]] * 100
    now = beat(buttons, "one", 2000, 30, now)
    assert buttons.find_silent(now) == [], f"alone again for more than {CONTEST_S} s"


def test_huge_sequence_of_a_stranger_does_not_shut_the_button_out_for_ever():
    buttons = make_buttons()
    now = beat(buttons, "one", 1, 5, 0.0)
    assert buttons.take("one", 2**64 - 1, False, now) == ""
    for i in range(40):
        now += 0.1
        buttons.take("one", 6 + i, False, now)
    assert buttons.find_silent(now) == []


def test_button_that_was_silent_may_begin_anew_with_two_growing_sequences():
    buttons = make_buttons()
    now = beat(buttons, "one", 500, 5, 0.0) + 2.0
    buttons.take("one", 1, False, now)
    assert buttons.find_silent(now) == ["one"]
    buttons.take("one", 1, False, now + 0.1)
    assert buttons.find_silent(now + 0.1) == ["one"], "a repeated one does not grow"
    buttons.take("one", 2, False, now + 0.2)
    assert buttons.find_silent(now + 0.2) == []


def test_old_message_does_not_release_a_pressed_button():
    buttons = make_buttons()
    now = beat(buttons, "one", 1, 3, 0.0, pressed=True)
    buttons.take("one", 2, False, now + 0.1)
    assert buttons.find_pressed(now + 0.1) == ["one"]
    buttons.take("one", 4, False, now + 0.2)
    assert buttons.find_pressed(now + 0.2) == []


def test_stranger_is_told_of_and_its_press_counts_for_a_while():
    buttons = make_buttons()
    assert "stop button 'ghost' is not one of the site's" in buttons.take("ghost", 1, True, 1.0)
    assert buttons.find_pressed(1.0 + STRANGER_S / 2) == ["ghost"]
    assert buttons.find_pressed(1.0 + STRANGER_S) == []
    for i in range(1000):
        buttons.take(f"ghost_{i}", 1, True, 10.0)
    assert len(buttons.find_pressed(10.0)) < 50


def test_who_takes_over_waits_for_buttons_that_were_alive():
    buttons = make_buttons("one", "two")
    buttons.restore(0b10, now=100.0, grace=3.0)
    assert buttons.find_missing(100.0) == ["one"]
    assert buttons.find_silent(103.0) == [] and buttons.find_silent(103.1) == ["two"]

"""What is told of requests for stops: each once, however often it is said."""

from robot_trials.nodes.stops.stop_telling import WAYS_MAX, StopTelling
from robot_trials.telemetry.messages.said import RequestKind, StopRequest


def make_telling():
    told = []
    return StopTelling(told.append), told


def test_a_stop_is_told_once_for_each_way_until_somebody_arms_the_robot_again():
    telling, told = make_telling()
    telling.note_stop("topic", fresh=True)
    telling.note_stop("topic", fresh=False)
    telling.note_stop("service", fresh=False)
    assert [(request.kind, request.source) for request in told] == [
        (RequestKind.STOP, "topic"),
        (RequestKind.STOP, "service"),
    ]
    telling.note_act("rearm", "Chen Yue")
    telling.note_stop("topic", fresh=True)
    assert told[2:] == [
        StopRequest(RequestKind.REARM, "service", "Chen Yue"),
        StopRequest(RequestKind.STOP, "topic"),
    ]


def test_an_act_without_effect_is_told_with_the_reason_and_ends_nothing():
    telling, told = make_telling()
    telling.note_stop("topic", fresh=True)
    telling.note_act("rearm", "Chen Yue", "e_stop still says stop")
    telling.note_stop("topic", fresh=False)
    telling.note_act("lower", "Chen Yue", "nothing keeps the robot from lowering itself")
    assert [(request.kind, bool(request.reason)) for request in told] == [
        (RequestKind.STOP, False),
        (RequestKind.REARM, True),
        (RequestKind.LOWER, True),
    ]


def test_buttons_are_told_when_they_change():
    telling, told = make_telling()
    for pressed, silent, alive in [
        ([], [], []),
        ([], [], ["marshal_1"]),
        (["marshal_1"], [], ["marshal_1"]),
        (["marshal_1"], [], ["marshal_1"]),
        ([], [], ["marshal_1"]),
        ([], ["marshal_1"], []),
        ([], [], ["marshal_1"]),
    ]:
        telling.note_buttons(pressed, silent, alive)
    assert {request.source for request in told} == {"stop button 'marshal_1'"}
    assert [request.kind.name for request in told] == [
        "BUTTON_ALIVE",
        "BUTTON_PRESSED",
        "BUTTON_RELEASED",
        "BUTTON_SILENT",
        "BUTTON_ALIVE",
    ]


def test_strangers_with_ever_new_names_are_not_told_without_end():
    telling, told = make_telling()
    for number in range(10 * WAYS_MAX):
        telling.note_stop(f"stop button {number}", fresh=number == 0)
    assert len(told) == WAYS_MAX

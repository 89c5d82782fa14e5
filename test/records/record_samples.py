"""A booking to change."""

from robot_trials.records.bookings import NewBooking


def make_booking(name="relay_1", **changes):
    values = {
        "name": name,
        "trial": "torch_relay",
        "robot": "kuavo_1",
        "place": "lane_a",
        "zones": ("a", "b"),
        "planned_start": 1000.0,
        "planned_end": 1300.0,
        "latest_start": 1060.0,
        "latest_finish": 1500.0,
    }
    return NewBooking(**(values | changes))

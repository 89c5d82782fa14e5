"""Records in a database: permits and who approved them, bookings and what became of them, leases, robots, gates.

`Records.open` is the way in; the other modules are what may be done in one of its transactions.
"""

from robot_trials.records.errors import FencedError, RecordsError, RefusedError
from robot_trials.records.models import BookingState, OnMissed, PermitState
from robot_trials.records.store import Records, choose_url

__all__ = [
    "BookingState",
    "FencedError",
    "OnMissed",
    "PermitState",
    "Records",
    "RecordsError",
    "RefusedError",
    "choose_url",
]

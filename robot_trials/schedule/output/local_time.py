"""Instants in the local time of a zone, unmistakable where clocks change."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""How a refusal's detail writes an instant."""


def to_local(seconds: int, zone: ZoneInfo) -> datetime:
    """An instant [s since the epoch] in a zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone)


def tell_day(seconds: int, zone: ZoneInfo) -> str:
    """`Sun 2026-10-25`."""
    return to_local(seconds, zone).strftime("%a %Y-%m-%d")


def tell_time(seconds: int, zone: ZoneInfo, since: int | None = None) -> str:
    """`02:30`, with seconds where they are not zero, and with what makes it unmistakable.

    Args:
        seconds: instant [s since the epoch].
        zone: in whose local time.
        since: an instant that stands before it: another day is written as `+1 d`.
    """
    local = to_local(seconds, zone)
    text = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    if is_ambiguous(local):
        text += f" ({tell_offset(local)})"
    days = (local.date() - to_local(since, zone).date()).days if since is not None else 0
    return f"{text} +{days} d" if days else text


def is_ambiguous(local: datetime) -> bool:
    """Whether the clocks show this time twice."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def tell_offset(local: datetime) -> str:
    """`UTC+2`, `UTC-03:30`."""
    offset = local.utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def localize_detail(detail: str, zone: ZoneInfo) -> str:
    """A refusal's detail with its instants in local time: `2026-10-25 14:00`, the date where it is another."""
    day = ""

    def tell(match: re.Match[str]) -> str:
        nonlocal day
        seconds = int(datetime.fromisoformat(match.group()).timestamp())
        before, day = day, f"{to_local(seconds, zone):%Y-%m-%d}"
        return tell_time(seconds, zone) if day == before else f"{day} {tell_time(seconds, zone)}"

    return INSTANT.sub(tell, detail)

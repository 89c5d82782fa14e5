"""Times of day that come back: local dates and times with a rule of RFC 5545, as moments in a time zone.

A window is written in local time and means the clock on the wall: from eight to six stays that on the day on which
clocks change, and a window over midnight ends on the next day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from dateutil import rrule, tz
from pydantic import BeforeValidator, Field, model_validator

from robot_trials.config.files.model import StrictModel

MINUTES_A_DAY = 24 * 60
LONGEST = timedelta(days=1)
"""Of a window; also how far before a span its occurrences are looked for."""
RULE_WORDS = "must be a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO,TU"


def read_time_of_day(value: Any) -> time:
    """A time of day from `"08:30"`, or from what YAML 1.1 makes of an unquoted 18:30: minutes since midnight.

    Raises:
        ValueError: neither of them.
    """
    if isinstance(value, time):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 60 <= value < MINUTES_A_DAY:
        return time(value // 60, value % 60)
    try:
        moment = datetime.strptime(str(value), "%H:%M")
    except ValueError as error:
        raise ValueError('must be a time of day such as "08:30"') from error
    return moment.time()


def read_local_moment(value: Any) -> datetime:
    """A date and time without a zone: the site's own.

    Raises:
        ValueError: it names another zone, or is no date and time.
    """
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise ValueError("must be a local date and time such as 2025-11-03T09:00:00, without a zone: the site has one")
    return value


def read_rule(value: Any) -> str:
    """A recurrence rule that dateutil can read.

    Raises:
        ValueError: it cannot, or the rule names a start of its own.
    """
    try:
        if not isinstance(value, str) or "DTSTART" in value:
            raise ValueError
        rrule.rrulestr(value, dtstart=datetime(2025, 1, 1))
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(RULE_WORDS) from error
    return value


TimeOfDay = Annotated[time, BeforeValidator(read_time_of_day)]
LocalMoment = Annotated[datetime, BeforeValidator(read_local_moment)]
Rule = Annotated[str, BeforeValidator(read_rule)]


class Occurrence(NamedTuple):
    """A window on one day, both ends with their zone; start included, end not."""

    start: datetime
    end: datetime


class LocalWindows(StrictModel):
    """From when to when, on which days.

    Attributes:
        first_day: day of the first window, and the start of the rule.
        opens, closes: local times of day; one that closes no later than it opens closes on the next day.
        rule: recurrence (RFC 5545); none: `first_day` only.
    """

    first_day: date
    opens: TimeOfDay = Field(alias="from")
    closes: TimeOfDay = Field(alias="to")
    rule: Rule | None = None

    def occurrences(self, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Occurrence]:
        """Windows that touch a span of time, in their order.

        Args:
            zone: the site's.
            start, end: the span, with zones.
        """
        overnight = timedelta(days=1 if self.closes <= self.opens else 0)
        for opening in list_starts(datetime.combine(self.first_day, self.opens), self.rule, zone, start - LONGEST, end):
            closing = datetime.combine(opening.date() + overnight, self.closes)
            found = Occurrence(opening, localise(closing, zone))
            if found.end > start and found.start < end and found.end > found.start:
                yield found


class HoursSpec(StrictModel):
    """Hours of some weekdays, such as the rush hour.

    Attributes:
        days: of the week, as RFC 5545 names them; on which the hours begin.
        opens, closes: local times of day; one that closes no later than it opens closes on the next day.
    """

    days: tuple[str, ...] = Field(default=("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=False)
    opens: TimeOfDay = Field(alias="from")
    closes: TimeOfDay = Field(alias="to")

    @model_validator(mode="after")
    def _known_days(self) -> HoursSpec:
        unknown = [day for day in self.days if day not in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")]
        if unknown or not self.days:
            raise ValueError(f"days must be some of MO, TU, WE, TH, FR, SA, SU, not {', '.join(unknown) or 'none'}")
        return self

    def occurrences(self, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Occurrence]:
        """These hours within a span of time, as `LocalWindows.occurrences`."""
        first = start.astimezone(zone).date() - timedelta(days=2)
        rule = f"FREQ=WEEKLY;BYDAY={','.join(self.days)}"
        windows = LocalWindows.model_validate({"first_day": first, "from": self.opens, "to": self.closes, "rule": rule})
        return windows.occurrences(zone, start, end)


def list_starts(
    first: datetime, rule: str | None, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[datetime]:
    """Moments of a recurrence within a span.

    Args:
        first: local date and time, without zone.
        rule: RFC 5545; none: `first` only.
        zone: the site's.
        start, end: span with zones; the recurrence's moments lie in [start, end).
    """
    if rule is None:
        moments: Any = [first]
    else:
        after, before = (moment.astimezone(zone).replace(tzinfo=None) for moment in (start, end))
        day = timedelta(days=1)
        moments = rrule.rrulestr(rule, dtstart=first, ignoretz=True).between(after - day, before + day, inc=True)
    for moment in moments:
        found = localise(moment, zone)
        if start <= found < end:
            yield found


def localise(moment: datetime, zone: ZoneInfo) -> datetime:
    """A local time with its zone: the earlier of two when clocks go back, the later one across a gap."""
    return tz.resolve_imaginary(moment.replace(tzinfo=zone, fold=0))

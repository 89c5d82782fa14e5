"""Whether every request of a programme may be held as it is written: its trial's whole setup, and its permit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from robot_trials.config.calendar import list_starts, localise
from robot_trials.config.permit import Gap, find_gaps
from robot_trials.config.programme.load import Programme, find_wanted
from robot_trials.config.setup import TrialSetup, load_trial_setup
from robot_trials.exceptions import ConfigError, ConfigProblem


def check_requests(programme: Programme) -> tuple[list[TrialSetup], list[ConfigProblem]]:
    """Load every trial that is asked for, on each course and robot profile on which it may be held.

    Returns:
        The setups, and what is wrong, at the programme's lines.
    """
    setups: list[TrialSetup] = []
    problems: dict[str, ConfigProblem] = {}
    for name, request in programme.trials.value.trials.items():
        found = [fault for zone in request.zones for fault in programme.faults.get((name, zone), ())]
        if not found:
            found = find_permit_problems(programme, name)
        if not found and request.trial is not None:
            for profile, zone in _list_ways(programme, name):
                try:
                    moment = choose_start(programme, name, zone)
                    setups.append(load_request(programme, name, zone, profile, moment))
                except ConfigError as error:
                    key = f"trials.{name}.trial"
                    found += [programme.trials.problem(key, request.trial, str(each)) for each in error.problems]
        problems |= {str(problem): problem for problem in found}
    return setups, list(problems.values())


def find_permit_problems(programme: Programme, name: str) -> list[ConfigProblem]:
    """Why its permit covers a request with no robot, in no zone and at no time; empty where it does somewhere."""
    request, permit = programme.trials.value.trials[name], programme.permits
    terms = permit[request.permit].value
    fewest: list[Gap] | None = None
    for profile, zone in _list_ways(programme, name):
        wanted = programme.wanted[name, zone]
        occasion = replace(wanted.on(profile), start=choose_start(programme, name, zone))
        gaps = find_gaps(terms, wanted.demands, occasion)
        if fewest is None or len(gaps) < len(fewest):
            fewest = gaps
    key, trials = f"trials.{name}.permit", programme.trials
    return [trials.problem(key, request.permit, f"{terms.number}: {gap}") for gap in fewest or ()]


def choose_start(programme: Programme, name: str, zone: str) -> datetime:
    """The first moment at which a request may start under its permit; its earliest start where there is none."""
    request, timezone = programme.trials.value.trials[name], programme.timezone
    permit, longest = programme.permits[request.permit].value, programme.wanted[name, zone].demands.duration
    slack = request.latest_start - request.earliest_start
    first, last = permit.window.start, permit.ends - longest
    for opening in list_starts(request.earliest_start, request.recurrence, timezone, first - slack, permit.ends):
        moment = max(opening, first)
        if moment <= last:
            return moment
    return localise(request.earliest_start, timezone)


def _list_ways(programme: Programme, name: str) -> Iterator[tuple[str, str]]:
    """Robot profiles and zones with which a request may be held, each pair once."""
    request, fleet = programme.trials.value.trials[name], programme.fleet.value.robots
    profiles = dict.fromkeys(fleet[robot].profile for robot in request.robots or fleet)
    for profile in profiles:
        for zone in request.zones:
            yield profile, zone


def load_request(programme: Programme, name: str, zone: str, profile: str, moment: datetime) -> TrialSetup:
    """The setup that a robot has when it is sent a request's goal.

    Args:
        programme: a site's.
        name: of the request; it names a trial.
        zone, profile: where and by which robot.
        moment: civil time of the start.

    Raises:
        ConfigError: anything of it is wrong, or its permit does not cover it.
    """
    wanted = find_wanted(programme, name, zone)
    return load_trial_setup(
        wanted.trial, robot=profile, site=wanted.site, zone=zone, overrides=wanted.overrides, moment=moment
    )

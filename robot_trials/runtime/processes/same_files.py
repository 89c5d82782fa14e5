"""Whether the processes of one robot have read the same configuration: one that has not must not start."""

from __future__ import annotations

from robot_trials.config import TrialSetup
from robot_trials.config.files.identity import hash_configuration
from robot_trials.exceptions import ConfigError, ConfigProblem
from robot_trials.runtime.channel.info import ChannelInfo


def hash_roles(setup: TrialSetup) -> dict[str, tuple[str, str]]:
    """Hash of its content and file, for each role of a configuration: trial, site, permit and so on."""
    files = setup.files_by_role
    return {role: (hash_configuration({role: text}), str(files[role])) for role, text in setup.configuration.items()}


def require_same_files(info: ChannelInfo, setup: TrialSetup) -> None:
    """Compare what this process has read with what the control process had.

    Args:
        info: what the control process tells; nothing is compared where it has read nothing.
        setup: what this process has read.

    Raises:
        ConfigError: with the file of each role that differs.
    """
    if not info.configuration_hash or info.configuration_hash == setup.configuration_hash:
        return
    theirs, ours = info.configuration, hash_roles(setup)
    files = setup.files_by_role
    problems = []
    for role in sorted(theirs.keys() | ours.keys()):
        there, here = theirs.get(role), ours.get(role)
        if here is None and there is not None:
            rule = f"the control process has read {there[1]}, this one nothing"
            problems.append(ConfigProblem(None, None, role, None, rule))
        elif here is not None and (there is None or there[0] != here[0]):
            read = f"read {there[1]} otherwise" if there else "read nothing"
            rule = f"the control process has {read}: files or options have changed since its start; start all anew"
            problems.append(ConfigProblem(files[role], None, role, None, rule))
    raise ConfigError(problems)

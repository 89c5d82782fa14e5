"""Goals of `run_trial` in a durable ledger, and the service that says what became of one."""

from __future__ import annotations

from pathlib import Path

from rclpy.node import Node

from robot_trials.exceptions import TrialFault
from robot_trials.nodes.trial.patient_action_server import id_of
from robot_trials.runtime.processes.goal_ledger import GoalLedger, GoalOutcome, LedgerState
from robot_trials_msgs.action import RunTrial
from robot_trials_msgs.srv import GetTrialOutcome

LEDGER_NAME = "goals.jsonl"
REJECTIONS_MAX = 1000
"""Rejected goals whose reasons are remembered."""


def find_ledger_file(named: str, output: Path | None) -> Path | None:
    """The file that is named, else one in the output folder; None where nothing is written."""
    if named:
        return Path(named)
    return output / LEDGER_NAME if output is not None else None


class TrialGoals:
    """Ledger of a node, and its service `~/get_trial_outcome`.

    Args:
        node: owner.
        file: of the ledger; None keeps it in memory only.

    Raises:
        TrialFault: the ledger cannot be used.
    """

    def __init__(self, node: Node, file: Path | None) -> None:
        self._log = node.get_logger()
        self._rejections: dict[str, str] = {}
        self._ledger = GoalLedger(file)
        for goal_id in self._ledger.end_open("the trial node ended while the trial ran"):
            self._log.error(f"goal {goal_id} was running when the trial node ended: aborted")
        node.create_service(GetTrialOutcome, "~/get_trial_outcome", self._answer)

    @property
    def folders(self) -> set[str]:
        """Where the evidence of earlier goals lies."""
        return self._ledger.folders

    def take(self, goal_id: str, folder: Path | None = None) -> list[str]:
        """Take a goal, whose evidence goes into a folder; why it cannot be taken, else nothing."""
        try:
            taken = self._ledger.take(goal_id, str(folder.resolve()) if folder is not None else "")
        except TrialFault as error:
            return [f"the goal cannot be written down: {error}"]
        return [] if taken else [f"goal {goal_id} was {self._ledger.find(goal_id)[0].name.lower()} before"]

    def reject(self, goal_id: str, problems: list[str]) -> None:
        """Remember why a goal was rejected, for whoever asks what became of it."""
        for problem in problems:
            self._log.error(f"goal rejected: {problem}")
        self._rejections.pop(goal_id, None)
        self._rejections[goal_id] = "; ".join(problems)
        while len(self._rejections) > REJECTIONS_MAX:
            del self._rejections[next(iter(self._rejections))]

    def end(self, goal_id: str, result: RunTrial.Result) -> None:
        """A goal's trial has ended."""
        outcome = GoalOutcome(result.passed, result.verdict, result.reason, result.bag_path, result.report_path)
        try:
            self._ledger.end(goal_id, outcome)
        except TrialFault as error:
            self._log.error(f"the outcome of goal {goal_id} is kept in memory only: {error}")

    def close(self) -> None:
        """Let another process have the ledger."""
        self._ledger.close()

    def _answer(self, request: GetTrialOutcome.Request, answer: GetTrialOutcome.Response) -> GetTrialOutcome.Response:
        goal_id = id_of(request)
        if request.withdraw:
            try:
                self._ledger.withdraw(goal_id)
            except TrialFault as error:  # it stays unknown, and may still be taken
                self._log.error(f"goal {goal_id} cannot be withdrawn: {error}")
        state, outcome = self._ledger.find(goal_id)
        answer.state = int(state)
        answer.passed, answer.verdict, answer.reason = outcome.passed, outcome.verdict, outcome.reason
        answer.bag_path, answer.report_path = outcome.bag_path, outcome.report_path
        if state in (LedgerState.UNKNOWN, LedgerState.WITHDRAWN):
            answer.reason = self._rejections.get(goal_id, "")
        return answer

"""Review of a trial: one self-contained page with verdict, measurements and replay."""

from robot_trials.review.completion import REPORT, Completion, complete_run, find_lacks
from robot_trials.review.report import write_report

__all__ = ["REPORT", "Completion", "complete_run", "find_lacks", "write_report"]

"""Review of a trial: one self-contained page with verdict, measurements and replay."""

from robot_trials.review.report import write_report

__all__ = ["write_report"]

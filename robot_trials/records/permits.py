"""Permits: recorded as pending; approved, refused or revoked by a person who is not the operator."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from robot_trials.config.permit import is_same_person
from robot_trials.records.errors import RefusedError
from robot_trials.records.models import Permit, PermitAct, PermitState

ACTS = {
    "approve": (PermitState.APPROVED, (PermitState.PENDING, PermitState.REFUSED)),
    "refuse": (PermitState.REFUSED, (PermitState.PENDING,)),
    "revoke": (PermitState.REVOKED, (PermitState.APPROVED,)),
}
"""Act → the state it leads to, and those from which it may be done. What is revoked stays so: it needs a new number."""


def record_permit(session: Session, number: str, document: str, operator: str, who: str, at: float) -> Permit:
    """Record a permit's document. A changed document is pending again: what was approved was another text.

    Args:
        number: of the permit.
        document: its text, as it is to be approved.
        operator: who will be responsible for the robot; may not approve.
        who: records it.
        at: when [s since 1970].

    Raises:
        RefusedError: the permit was revoked.
    """
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    permit = session.get(Permit, number, with_for_update=True)
    if permit is not None and permit.sha256 == sha256 and permit.operator == operator:
        return permit
    if permit is None:
        permit = Permit(number=number, recorded_at=at)
        session.add(permit)
    elif permit.state is PermitState.REVOKED:
        raise RefusedError(f"permit {number}: was revoked: a changed document needs a new number")
    permit.document, permit.sha256, permit.operator = document, sha256, operator
    permit.state, permit.recorded_at = PermitState.PENDING, at
    session.flush()
    session.add(PermitAct(number=number, act="record", who=who, at=at, why="", sha256=sha256))
    return permit


def act_on_permit(session: Session, number: str, act: str, who: str, why: str, at: float, evidence: str = "") -> Permit:
    """Approve, refuse or revoke a permit.

    Args:
        number: of the permit.
        act: a key of `ACTS`.
        who: person who acts.
        why: needed to refuse and to revoke.
        at: when [s since 1970].
        evidence: SHA-256 of the validation report that was handed in; empty: none was.

    Raises:
        RefusedError: no such permit or act, who approves is the operator or not the approver that the document names,
            other evidence than it asks for, or not from the state it is in.
    """
    if act not in ACTS:
        raise RefusedError(f"{act!r}: must be one of {', '.join(ACTS)}")
    permit = session.get(Permit, number, with_for_update=True)
    if permit is None:
        raise RefusedError(f"permit {number}: is not recorded")
    goal, origins = ACTS[act]
    if not who.strip():
        raise RefusedError(f"permit {number}: who: must name the person who acts")
    if act != "approve" and not why.strip():
        raise RefusedError(f"permit {number}: why: must say why to {act} it")
    if act == "approve":
        _check_approval(permit, who, evidence)
    if permit.state not in origins:
        raise RefusedError(f"permit {number}: is {permit.state}: to {act}, it must be {' or '.join(origins)}")
    permit.state = goal
    said = "; ".join(part for part in (why, evidence and f"evidence {evidence}") if part)
    session.add(PermitAct(number=number, act=act, who=who, at=at, why=said, sha256=permit.sha256))
    return permit


def _check_approval(permit: Permit, who: str, evidence: str) -> None:
    """Whether this person, with this evidence, may approve."""
    if is_same_person(who, permit.operator):
        raise RefusedError(f"permit {permit.number}: {who} is its operator: must be approved by somebody else")
    found = yaml.safe_load(permit.document)
    terms = found if isinstance(found, dict) else {}
    approver = str(terms.get("approver") or "")
    if approver and not is_same_person(who, approver):
        raise RefusedError(f"permit {permit.number}: {who}: must be {approver}, whom it names as approver")
    wanted = (terms.get("evidence") or {}).get("report_sha256", "")
    if wanted and evidence != wanted:
        shown = evidence or "none"
        raise RefusedError(f"permit {permit.number}: evidence {shown}: must be a report with SHA-256 {wanted}")


def list_permits(session: Session) -> Sequence[Permit]:
    """All permits by number."""
    return session.scalars(select(Permit).order_by(Permit.number)).all()


def list_acts(session: Session, number: str) -> Sequence[PermitAct]:
    """What was done with a permit, oldest first."""
    return session.scalars(select(PermitAct).where(PermitAct.number == number).order_by(PermitAct.id)).all()

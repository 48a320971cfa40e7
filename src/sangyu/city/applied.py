"""Let people in need apply for a telephone in the demo: a stack for the bureau to work off, one granted, one returned.

It is done once, through the verbs: taken by the clerks of their communities, compared with the register, and left where
an approver finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from sangyu.applications import actions as applications
from sangyu.applications import queries as applications_read
from sangyu.applications.models import Application
from sangyu.city.blueprint import Blueprint
from sangyu.city.people import Elder
from sangyu.city.players import Players, clerk_name, elder_id, users_of
from sangyu.kit.errors import Refusal

KIND = "phone"
NEEDY = "needy"
MOST = 16


def leave_applications(plan: Blueprint, players: Players, *, at: datetime, progress: Callable[[str], None]) -> bool:
    """Leave applications for telephones, unless there are some; return whether any were left."""
    head = players.users["bureau"]
    if applications_read.applications(head).exists() or KIND not in applications_read.kinds_on(
        players.programme.pk, at.date()
    ):
        return False
    with transaction.atomic():
        applications.set_term(
            step="APPROVE",
            days=5,
            document="城民发〔2026〕5号",
            valid_from=at.date() - timedelta(days=90),
            by=head,
            at=at,
        )
        made = _taken(plan, players, at)
        for n, one in enumerate(made[:2]):
            applications.open_in_full(application_id=one.pk, by=head, at=at - timedelta(days=1))
            if n:
                applications.send_back(
                    application_id=one.pk, lacking="认定表没有盖章，请补盖后再交", by=head, at=at - timedelta(days=1)
                )
            else:
                applications.approve(application_id=one.pk, by=head, at=at - timedelta(days=1))
    progress(f"申请审批：{len(made)}位困难老人申请老年手机，等民政局（bureau）一份份审批。")
    return True


def look_who_has_not_applied(players: Players, *, at: datetime, progress: Callable[[str], None]) -> None:
    """Find who is entitled and has not applied, as the round does every morning."""
    found = applications.survey(programme_id=players.programme.pk, by=players.users["bureau"], at=at)
    progress(f"应享未享：{found}条，社区在“申请”页里看。")


def without_telephone(plan: Blueprint) -> list[Elder]:
    """Return those in need who have to apply for a telephone; every other one has had hers for long."""
    return [one for one in plan.elders if NEEDY in one.identities][1::2]


def _taken(plan: Blueprint, players: Players, at: datetime) -> list[Application]:
    """Let the clerks take what the elders of their communities apply for, one a day."""
    users = users_of(players.programme)
    people = without_telephone(plan)[:MOST]
    made = []
    for n, elder in enumerate(people):
        try:
            made.append(
                applications.apply(
                    elder_id=elder_id(players.programme.pk, elder.resident_id),
                    kind=KIND,
                    applicant=elder.name,
                    relation="本人",
                    by=users[clerk_name(elder.community_code)],
                    at=at - timedelta(days=len(people) - n),
                    key="demo",
                )
            )
        except Refusal:
            continue  # who has died in the month that was played does not apply
    return made

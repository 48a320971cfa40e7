"""Let a body of assessors work in the demo: one assessment at every stage, and visits of today to open on a tablet.

What is over was done through the verbs in the weeks before; it is done once, the visits of today once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta

from django.db import transaction

from sangyu.access import actions as access
from sangyu.access.models import Role, User
from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.actions import Sent
from sangyu.assessment.models import Appointment, Assessment, Part
from sangyu.assessment.rules import Answers, Scale
from sangyu.city.blueprint import BEIJING, Blueprint
from sangyu.city.build import ASSESSING_BODY, ASSESSORS, PASSWORD
from sangyu.city.dice import below
from sangyu.city.people import Elder
from sangyu.city.players import Players, elder_id, users_of
from sangyu.kit.errors import Refusal

SCALE = "gbt-42195-2022"
OLD_ENOUGH = 75
TODAY = 2


def leave_assessments(plan: Blueprint, players: Players, *, at: datetime, progress: Callable[[str], None]) -> bool:
    """Leave assessments at every stage, and today's visits, unless they are there; return whether anything was left."""
    with transaction.atomic():
        team = _Team(plan, players, at)
        if team.is_done():
            return False
        team.history()
        team.today()
    progress("能力评估：四位评估员（assessor1 … assessor4）今天有上门，各个进度的评估都有一份。")
    return True


class _Team:
    """Four assessors and the bureau, around a moment."""

    def __init__(self, plan: Blueprint, players: Players, at: datetime) -> None:
        self.plan, self.players, self.at = plan, players, at
        self.day = at.astimezone(BEIJING).date()
        self.head = players.users["bureau"]
        self.scale = assessment_read.packed_scale(SCALE)
        self.people = self._people(at - timedelta(days=60))
        self._elders = self._old_people()

    def _people(self, since_at: datetime) -> list[User]:
        """Return the assessors; a city that was built before there were any gets them now."""
        body = assessment.admit_body(name=ASSESSING_BODY, by=self.head, at=since_at)
        users = users_of(self.players.programme)
        return [
            users.get(username)
            or access.invite_user(
                organisation=body,
                username=username,
                display_name=name,
                roles=[Role.ASSESSOR],
                password=PASSWORD,
                on=since_at.date(),
            )
            for username, name in ASSESSORS
        ]

    def is_done(self) -> bool:
        """Whether today's visits are there; they are the last thing that is left."""
        today = datetime.combine(self.day, time(), BEIJING)
        return assessment_read.own_appointments(self.people[0]).filter(visit_at__gte=today).exists()

    def history(self) -> None:
        """Do once what is over: concluded, disputed and sent for review, differing, signed, called off."""
        if assessment_read.assessments(self.head).exists():
            return
        begun_at = self.at - timedelta(days=60)
        assessment.set_practice(
            scale=SCALE,
            valid_months=12,
            dispute_days=30,
            document="城民发〔2026〕3号",
            valid_from=begun_at.date(),
            by=self.head,
            at=begun_at,
        )
        for n, days in enumerate((40, 33, 26)):
            made = self._signed(days, severity=n + 1)
            assessment.conclude(assessment_id=made.pk, by=self.head, at=self._ago(days - 2))
            if n < 2:
                assessment.certify(assessment_id=made.pk, by=self.head, at=self._ago(days - 3))
        assessment.dispute(
            assessment_id=made.pk,
            raised_by="家属",
            relation="女儿",
            grounds="母亲起夜要人扶，评估那天精神好，没有看出来",
            by=self.head,
            at=self._ago(20),
        )
        sent = [Sent(person.pk, self.at + timedelta(days=2)) for person in self.people[2:]]
        assessment.review(assessment_id=made.pk, sent=sent, by=self.head, at=self._ago(18))
        differing = self._signed(4, severity=1, differ=True)
        assessment.call_in(assessment_id=differing.pk, assessor_id=self.people[2].pk, by=self.head, at=self._ago(3))
        self._signed(2, severity=2)
        off = self._appointed(6)
        assessment.withdraw(assessment_id=off.pk, reason="老人住院，出院后另行安排", by=self.head, at=self._ago(5))

    def today(self) -> None:
        """Send the first two to visits of today; the first has begun one of them."""
        slot = max(self.at + timedelta(minutes=40), datetime.combine(self.day, time(9), BEIJING))
        for n in range(TODAY):
            made = self._appointed(0, visit_at=slot + timedelta(minutes=90 * n))
            if n == 0:
                half = list(self._answers(1).items())
                self._draft(self._appointment(made, Part.FIRST), dict(half[: len(half) // 2]), self.at)

    def _signed(self, days: int, *, severity: int, differ: bool = False) -> Assessment:
        made = self._appointed(days)
        answers = self._answers(severity)
        for part in (Part.FIRST, Part.SECOND):
            here = self._appointment(made, part)
            said = _one_worse(self.scale, answers) if differ and part == Part.SECOND else answers
            self._draft(here, said, here.visit_at)
            assessment.sign(
                appointment_id=here.pk,
                n=1,
                password=PASSWORD,
                informant="家属",
                informant_relation="女儿",
                by=here.assessor,
                at=here.visit_at + timedelta(minutes=35),
            )
        made.refresh_from_db()
        return made

    def _appointed(self, days: int, *, visit_at: datetime | None = None) -> Assessment:
        """Send the first two to the next elder who is old enough and has no assessment under way."""
        visit_at = visit_at or self._ago(days)
        for elder in self._elders:
            try:
                return assessment.appoint(
                    elder_id=elder_id(self.players.programme.pk, elder.resident_id),
                    scale=SCALE,
                    kind="FIRST",
                    sent=[Sent(person.pk, visit_at) for person in self.people[:2]],
                    by=self.head,
                    at=min(visit_at - timedelta(days=1), self.at),
                    key=f"demo-{self.day:%Y%m%d}",
                )
            except Refusal:
                continue  # this elder is being assessed already
        raise LookupError("nobody in the city is left to be assessed")

    def _appointment(self, made: Assessment, part: str) -> Appointment:
        return next(row for row in assessment_read.case(self.head, made.pk).appointments if row.part == part)

    def _draft(self, here: Appointment, answers: Answers, at: datetime) -> None:
        by: User = here.assessor
        assessment.save_draft(appointment_id=here.pk, answers=answers, base=0, n=1, by=by, at=at)

    def _answers(self, severity: int) -> dict[str, int]:
        """Answer every item, most of them a step or two below the best; nothing else changes the level."""
        found = {}
        for item in self.scale.items:
            options = [option.points for option in item.options]
            is_scored = self.scale.group_of[item.group].is_scored
            steps = min(below(severity + 1, self.plan.seed, str(severity), item.code), len(options) - 1)
            found[item.code] = sorted(options, reverse=True)[steps] if is_scored else 0
        return found

    def _ago(self, days: int) -> datetime:
        return self.at - timedelta(days=days, minutes=30)

    def _old_people(self) -> Iterator[Elder]:
        year = self.day.year
        return (elder for elder in self.plan.elders if year - elder.birth_on.year >= OLD_ENOUGH)


def _one_worse(scale: Scale, answers: Answers) -> dict[str, int]:
    """Answer as somebody else did, but for one item."""
    item = scale.items[0]
    other = next(option.points for option in item.options if option.points != answers[item.code])
    return {**answers, item.code: other}

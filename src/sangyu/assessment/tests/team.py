"""The people of an assessment and how far they have come; every step is a verb that the desks call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.cast import PASSWORD, Cast

from sangyu.access.models import Role, User
from sangyu.assessment import actions as assessment
from sangyu.assessment import queries as assessment_read
from sangyu.assessment.actions import Sent
from sangyu.assessment.models import Appointment, Assessment, Conclusion, Part, Sheet
from sangyu.assessment.tests.sheets import GB, best

SCALE = GB.code


class Team:
    """Five assessors of one body, a second person of the bureau, and the practice of the district."""

    def __init__(self, cast: Cast, *, stacking: str = "") -> None:
        self.cast = cast
        self.at = cast.at
        self.body = assessment.admit_body(name="安康能力评估中心", by=cast.head, at=self.at)
        names = {"lin": "林知微", "he": "何以宁", "su": "苏明远", "tao": "陶然", "yu": "于静"}
        self.people = {key: cast.user(self.body, f"assessor-{key}", name, Role.ASSESSOR) for key, name in names.items()}
        self.lin, self.he, self.su, self.tao, self.yu = self.people.values()
        self.colleague = cast.user(cast.bureau, "bureau-second", "季衡", Role.BUREAU)
        self.practice = assessment.set_practice(
            scale=SCALE,
            valid_months=12,
            dispute_days=30,
            document="城民发〔2026〕3号",
            valid_from=date(2026, 1, 1),
            stacking=stacking,
            by=cast.head,
            at=self.at,
        )

    def sent(self, *people: User, days: int = 0) -> list[Sent]:
        return [Sent(person.pk, self.at + timedelta(days=days, hours=1)) for person in people]

    def appointed(self, *, elder: Any = None, kind: str = "FIRST", key: str = "1") -> Assessment:
        elder = elder or self.cast.li
        return assessment.appoint(
            elder_id=elder.pk,
            scale=SCALE,
            kind=kind,
            sent=self.sent(self.lin, self.he),
            by=self.cast.head,
            at=self.at,
            key=key,
        )

    def part(self, made: Assessment, part: str) -> Appointment:
        return Appointment.objects.select_related("assessor").get(assessment=made, part=part)

    def filled(
        self, made: Assessment, part: str, answers: Mapping[str, int] | None = None, *, n: int = 1
    ) -> Appointment:
        here = self.part(made, part)
        seen = assessment_read.draft_of(here)
        assessment.save_draft(
            appointment_id=here.pk,
            answers=answers or best(GB),
            base=seen.n if seen else 0,
            n=n,
            by=here.assessor,
            at=self.at,
        )
        return here

    def signs(self, here: Appointment, *, n: int = 1, by: User | None = None, password: str = PASSWORD) -> Sheet:
        return assessment.sign(
            appointment_id=here.pk,
            n=n,
            password=password,
            informant="李建国",
            informant_relation="儿子",
            by=by or here.assessor,
            at=self.at,
        )

    def signed(
        self, first: Mapping[str, int] | None = None, second: Mapping[str, int] | None = None, **more: Any
    ) -> Assessment:
        """Let both fill in and sign; the second says what the first says unless given."""
        made = self.appointed(**more)
        self.signs(self.filled(made, Part.FIRST, first))
        self.signs(self.filled(made, Part.SECOND, second or first))
        made.refresh_from_db()
        return made

    def concluded(
        self, first: Mapping[str, int] | None = None, *, at: datetime | None = None, **more: Any
    ) -> Conclusion:
        return self.concludes(self.signed(first, **more).pk, at=at)

    def concludes(self, assessment_id: UUID, *, by: User | None = None, at: datetime | None = None) -> Conclusion:
        return assessment.conclude(assessment_id=assessment_id, by=by or self.cast.head, at=at or self.at)

    def reviewed(self, old: Assessment) -> Assessment:
        """Send two others because of a dispute."""
        sent = self.sent(self.su, self.tao)
        return assessment.review(assessment_id=old.pk, sent=sent, by=self.cast.head, at=self.at)

    def replaced(self, old: Assessment, answers: Mapping[str, int], *, days: int = 8) -> Conclusion:
        """Dispute a conclusion, review it, and conclude the review some days later."""
        self.disputed(old.pk)
        review = self.reviewed(old)
        for part in (Part.FIRST, Part.SECOND):
            self.signs(self.filled(review, part, answers))
        return self.concludes(review.pk, by=self.colleague, at=self.at + timedelta(days=days))

    def disputed(self, assessment_id: UUID, *, by: User | None = None, days: int = 3) -> Any:
        return assessment.dispute(
            assessment_id=assessment_id,
            raised_by="李建国",
            relation="儿子",
            grounds="母亲上下楼梯要人扶，不是自己走的",
            by=by or self.cast.clerk,
            at=self.at + timedelta(days=days),
        )

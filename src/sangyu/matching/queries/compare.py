"""Compare a register with the register of elders, in the database; each kind of difference is one question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sangyu.kit.ids import derived_id
from sangyu.kit.month import Month
from sangyu.kit.names import fold
from sangyu.matching.models import Act, Batch, Difference, DifferenceKind, Entry
from sangyu.matching.rules import Register
from sangyu.registry.models import Elder, Identity, IdentityCode

CHUNK = 1_000


def differences(batch: Batch, register: Register, last: Batch | None, at: datetime) -> Iterator[Difference]:
    """Yield everything in which a register and the register of elders differ, unsaved, each once.

    Where the names differ nothing else is suggested: it may be another person.
    """
    found = _Comparing(batch, register, last, at)
    yield from found.names()
    if not register.is_roster:
        yield from found.deaths()
        return
    yield from found.still_listed()
    if "birth" in register.watches:
        yield from found.births()
    if "hukou" in register.watches:
        yield from found.hukou()
    if register.recognises:
        yield from found.gained()
        yield from found.lost()
    if register.states and last is not None:
        yield from found.came(last)
        yield from found.left(last)


class _Comparing:
    """One register beside the register of elders."""

    def __init__(self, batch: Batch, register: Register, last: Batch | None, at: datetime) -> None:
        self.batch, self.register, self.at = batch, register, at
        self.month = Month.parse(batch.month)
        self.first_on: date = self.month.first_day
        self.last_on: date = self.month.next().first_day - timedelta(days=1)
        self.title = f"{register.title}名册（{batch.month}）"
        self.others: set[Any] = set()  # elders under whose number the file has another name

    def names(self) -> Iterator[Difference]:
        for entry in self._entries().exclude(name=F("elder__name")).iterator(CHUNK):
            if fold(entry.name) != fold(entry.elder.name):
                self.others.add(entry.elder_id)
                yield self._made(
                    entry,
                    DifferenceKind.NAME,
                    Act.CHECK,
                    before=entry.elder.name,
                    after=entry.name,
                    why=f"{self.title}第{entry.line}行：证件号码相同，姓名不同。先核实是不是同一个人",
                )

    def deaths(self) -> Iterator[Difference]:
        alive_or_otherwise = Q(elder__died_on=None) | ~Q(elder__died_on=F("on"))
        for entry in self._same(self._entries().filter(alive_or_otherwise)):
            known = entry.elder.died_on
            yield self._made(
                entry,
                DifferenceKind.DEATH_DATE if known else DifferenceKind.DEATH,
                Act.RECORD_DEATH,
                before=f"{known}去世" if known else "健在",
                after=f"{entry.on}去世",
                from_on=entry.on,
                plain=known is None,
                why=f"{self.title}第{entry.line}行，号码、姓名一致",
            )

    def still_listed(self) -> Iterator[Difference]:
        for entry in self._same(self._entries().filter(elder__died_on__lt=self.first_on)):
            yield self._made(
                entry,
                DifferenceKind.STILL_LISTED,
                Act.CHECK,
                before=f"{entry.elder.died_on}去世",
                after="仍在册",
                why=f"登记为{entry.elder.died_on}去世，{self.title}第{entry.line}行还有。请核实去世日期，并告诉名册单位",
            )

    def births(self) -> Iterator[Difference]:
        rows = self._entries().exclude(birth_on=None).exclude(birth_on=F("elder__birth_on"))
        for entry in self._same(rows):
            yield self._made(
                entry,
                DifferenceKind.BIRTH,
                Act.CORRECT_BIRTH,
                before=str(entry.elder.birth_on),
                after=str(entry.birth_on),
                why=f"{self.title}第{entry.line}行的出生日期不同，按年龄发放的待遇会跟着变",
            )

    def hukou(self) -> Iterator[Difference]:
        code = self.batch.programme.area_id
        here, there = Q(area__startswith=code), Q(elder__hukou_in_area=True)
        for entry in self._same(self._entries().filter((here & ~there) | (~here & there))):
            is_here = entry.area.startswith(code)
            yield self._made(
                entry,
                DifferenceKind.HUKOU,
                Act.CHANGE_HUKOU,
                before="非本区户籍" if is_here else "本区户籍",
                after="本区户籍" if is_here else f"户籍地{entry.area}",
                why=f"{self.title}第{entry.line}行的户籍地与登记的不同，按户籍发放的待遇会跟着变",
            )
        for elder in self._absent().filter(hukou_in_area=True).iterator(CHUNK):
            yield self._made(
                elder,
                DifferenceKind.HUKOU,
                Act.CHECK,
                before="本区户籍",
                after="名册上没有",
                why=f"{self.title}里没有这位老人，可能已迁出或已注销。请核实",
            )

    def gained(self) -> Iterator[Difference]:
        own = Q(elder=OuterRef("elder")) | Q(elder__merged_into=OuterRef("elder"))
        held = Identity.objects.filter(own, code=OuterRef("meaning"))
        held = held.filter(valid_from__lte=self.last_on).filter(Q(valid_until=None) | Q(valid_until__gt=self.last_on))
        rows = self._entries().exclude(meaning="").filter(~Exists(held), elder__died_on=None)
        for entry in self._same(rows):
            label = IdentityCode(entry.meaning).label
            # From the day in the file, but not further back than this month: the months before were decided by others.
            from_on = max(entry.on, self.first_on) if entry.on else self.first_on
            yield self._made(
                entry,
                DifferenceKind.GAINED,
                Act.RECOGNISE,
                subject=entry.meaning,
                before=f"未认定{label}",
                after=f"{label}（{entry.category}）",
                from_on=from_on,
                plain=True,
                why=f"{self.title}第{entry.line}行，号码、姓名一致",
            )

    def lost(self) -> Iterator[Difference]:
        codes = [row.code for row in self.register.recognises]
        here = Entry.objects.filter(batch=self.batch, elder=OuterRef("person"))
        people = Identity.objects.annotate(person=Coalesce("elder__merged_into", "elder_id"))
        rows = people.filter(
            ~Exists(here.filter(meaning=OuterRef("code"))),
            elder__programme_id=self.batch.programme_id,
            elder__died_on=None,
            elder__merged_into__died_on=None,
            code__in=codes,
            valid_from__lt=self.first_on,
        ).filter(Q(valid_until=None) | Q(valid_until__gt=self.first_on))
        rows = rows.annotate(listed_as=Subquery(here.values("category")[:1]))
        told: set[tuple[Any, str]] = set()  # two records of one person may hold the same recognition
        for identity in rows.select_related("elder__merged_into").order_by("elder_id", "code").iterator(CHUNK):
            person = identity.elder.merged_into or identity.elder
            if person.pk not in self.others and (person.pk, identity.code) not in told:
                told.add((person.pk, identity.code))
                yield self._lost(person, identity, identity.listed_as)

    def _lost(self, person: Elder, identity: Identity, listed_as: str | None) -> Difference:
        """Suggest the end of what a register no longer says; who is in it as something else is asked about first."""
        return self._made(
            person,
            DifferenceKind.LOST,
            Act.CHECK if listed_as else Act.END_RECOGNITION,
            subject=identity.code,
            before=f"{identity.get_code_display()}（{identity.valid_from}起）",
            after=f"名册上是“{listed_as}”" if listed_as else "不在册",
            from_on=None if listed_as else self.first_on,
            plain=not listed_as,
            why=f"{self.title}里{'是别的类别' if listed_as else '已没有'}，认定依据是“{identity.evidence}”",
        )

    def came(self, last: Batch) -> Iterator[Difference]:
        before = Entry.objects.filter(batch=last, elder=OuterRef("elder"))
        for entry in self._same(self._entries().filter(~Exists(before), elder__died_on=None)):
            yield self._listed(entry, DifferenceKind.CAME, last, "不在册", "在册")

    def left(self, last: Batch) -> Iterator[Difference]:
        now = Entry.objects.filter(batch=self.batch, elder=OuterRef("elder"))
        rows = Entry.objects.filter(~Exists(now), batch=last, elder__died_on=None).select_related("elder")
        for entry in rows.order_by("elder_id").iterator(CHUNK):
            yield self._listed(entry, DifferenceKind.LEFT, last, "在册", "不在册")

    def _listed(self, entry: Entry, kind: DifferenceKind, last: Batch, before: str, after: str) -> Difference:
        return self._made(
            entry,
            kind,
            Act.KNOW,
            subject=self.register.states,
            before=f"{last.month}{before}",
            after=f"{self.batch.month}{after}",
            plain=True,
            why=f"与{last.month}的名册相比；以名册为条件的待遇从{self.batch.month}起跟着变",
        )

    def _entries(self) -> QuerySet[Entry]:
        return Entry.objects.filter(batch=self.batch).select_related("elder").order_by("line")

    def _same(self, rows: QuerySet[Entry]) -> Iterator[Entry]:
        """Yield entries whose name is the elder's."""
        return (entry for entry in rows.iterator(CHUNK) if entry.elder_id not in self.others)

    def _absent(self) -> QuerySet[Elder]:
        """The living elders of the programme who are not in the file, registered before its month began."""
        listed = Entry.objects.filter(batch=self.batch, elder=OuterRef("pk"))
        rows = Elder.objects.filter(
            ~Exists(listed), programme_id=self.batch.programme_id, died_on=None, merged_into=None
        )
        return rows.filter(registered_at__date__lt=self.first_on).order_by("pk")

    def _made(
        self,
        who: Entry | Elder,
        kind: DifferenceKind,
        act: Act,
        *,
        before: str,
        after: str,
        why: str,
        subject: str = "",
        from_on: date | None = None,
        plain: bool = False,
    ) -> Difference:
        elder_id = who.elder_id if isinstance(who, Entry) else who.pk
        return Difference(
            id=derived_id("matching-difference", self.batch.pk, elder_id, kind.value, subject),
            programme_id=self.batch.programme_id,
            batch=self.batch,
            register=self.register.code,
            elder_id=elder_id,
            kind=kind,
            subject=subject,
            before=before[:80],
            after=after[:80],
            from_on=from_on,
            act=act,
            plain=plain,
            why=why[:200],
            at=self.at,
        )

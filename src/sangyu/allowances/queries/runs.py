"""Runs as a desk shows them: what is given, which months were reckoned, what one of them says of whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, Sum

from sangyu.access.models import Role, User
from sangyu.access.queries import ensure_role
from sangyu.adoption import queries as adoption_read
from sangyu.allowances import numbers
from sangyu.allowances.models import Approval, Change, Line, Payment, PaymentFile, PaymentReturn, Run, Scheme
from sangyu.benefits import queries as benefits_read
from sangyu.kit.errors import NotFound
from sangyu.policy.benefit_list import PAYEES, PERIODS, Benefit

READERS = (Role.FINANCE, Role.APPROVER, Role.BUREAU, Role.DEPUTY, Role.HEAD, Role.AUDITOR)


@dataclass(frozen=True)
class Offered:
    """One thing that the pack in force gives by runs, with its scheme once somebody has reckoned it."""

    benefit: Benefit
    fund: str
    scheme: Scheme | None

    @property
    def payee(self) -> str:
        """Say who is paid."""
        return PAYEES[self.benefit.payee]

    @property
    def period(self) -> str:
        """Say how often."""
        return PERIODS[self.benefit.period]


@dataclass(frozen=True)
class RunPage:
    """A run with what became of it; `superseded` if it was reckoned anew or another was approved since."""

    run: Run
    approval: Approval | None
    file: PaymentFile | None
    superseded: bool
    paid: int = 0
    bounced: int = 0

    @property
    def state(self) -> str:
        """Say in Chinese how far it is."""
        if self.approval is None:
            return "已作废" if self.superseded else "待审批"
        if self.file is None:
            return "待支付"
        if self.bounced:
            return "有退回"
        return "已到账" if self.paid == self.file.payments else "等回单"

    @property
    def tone(self) -> str:
        """Say it in the tone of the state's mark."""
        return {"已作废": "off", "有退回": "bad", "已到账": "good"}.get(self.state, "waiting")


def schemes(viewer: User, on: date) -> list[Offered]:
    """Return what the pack in force on a day gives by runs, in its order.

    Raises: NotAllowed, NothingAdopted.
    """
    ensure_role(viewer, *READERS)
    adopted = adoption_read.in_force(viewer.programme_id, on)
    known = {row.code: row for row in Scheme.objects.filter(programme_id=viewer.programme_id)}
    given = [one for one in benefits_read.benefits_of(adopted) if one.given == "run"]
    funds = adoption_read.pack_of(adopted).funds
    return [Offered(benefit, funds[benefit.fund].title, known.get(benefit.code)) for benefit in given]


def runs(viewer: User, *, limit: int = 60) -> list[RunPage]:
    """Return the runs of the viewer's programme, the newest first.

    Raises: NotAllowed.
    """
    ensure_role(viewer, *READERS)
    rows = Run.objects.filter(scheme__programme_id=viewer.programme_id).select_related("scheme", "by")
    return _pages(list(rows.order_by("-at", "-id")[:limit]))


def get_run(viewer: User, run_id: UUID) -> RunPage:
    """Return one run of the viewer's programme.

    Raises: NotAllowed, NotFound.
    """
    ensure_role(viewer, *READERS)
    run = Run.objects.filter(pk=run_id, scheme__programme_id=viewer.programme_id).select_related("scheme", "by").first()
    if run is None:
        raise NotFound("没有找到这次发放。请从发放清单里打开。")
    return _pages([run])[0]


def counts(viewer: User, run: Run) -> dict[str, tuple[int, int]]:
    """Count the lines of a run. Shape: every change -> (lines, sum in fen), in the order of the tabs.

    Raises: NotFound.
    """
    get_run(viewer, run.pk)
    rows = Line.objects.filter(run=run).order_by().values_list("change").annotate(n=Count("pk"), fen=Sum("amount_fen"))
    found = {change: (n, int(fen)) for change, n, fen in rows}
    return {change.value: found.get(change.value, (0, 0)) for change in Change}


def lines(viewer: User, run: Run, change: str, *, after: tuple[str, UUID] | None = None, limit: int = 50) -> list[Line]:
    """Return the lines of a run that say the same, by name, `limit` at a time behind (sort_key, id) of the last.

    Raises: NotFound.
    """
    get_run(viewer, run.pk)
    rows = Line.objects.filter(run=run, change=change).select_related("elder", "elder__community")
    if after is not None:
        key, line_id = after
        rows = rows.filter(Q(elder__sort_key__gt=key) | Q(elder__sort_key=key, pk__gt=line_id))
    return list(rows.order_by("elder__sort_key", "pk")[:limit])


def files(viewer: User, scheme: Scheme) -> list[PaymentFile]:
    """Return the payment files of a scheme, the newest first.

    Raises: NotAllowed.
    """
    ensure_role(viewer, *READERS)
    rows = PaymentFile.objects.filter(scheme=scheme, scheme__programme_id=viewer.programme_id)
    return list(rows.select_related("by").order_by("-n"))


def get_file(viewer: User, run: Run) -> tuple[PaymentFile, bytes]:
    """Return the payment file that was written for a run, and everybody's account in it; for who sends it only.

    Raises: NotAllowed, NotFound; Unreadable, without the keys that encrypted it.
    """
    ensure_role(viewer, Role.FINANCE)
    get_run(viewer, run.pk)
    found = PaymentFile.objects.filter(run=run).order_by("-n").first()
    if found is None:
        raise NotFound("这次发放还没有付款文件。请先审批并生成文件。")
    return found, numbers.content_of_file(found)


def bounced(viewer: User, run: Run, *, limit: int = 200) -> list[PaymentReturn]:
    """Return what the bank refused of a run's file, with its reasons.

    Raises: NotFound.
    """
    get_run(viewer, run.pk)
    rows = PaymentReturn.objects.filter(payment__file__run=run, paid=False)
    return list(rows.select_related("payment", "payment__elder").order_by("payment__number")[:limit])


def _pages(found: list[Run]) -> list[RunPage]:
    ids = [run.pk for run in found]
    approvals = {row.run_id: row for row in Approval.objects.filter(run__in=ids).select_related("by")}
    written = {row.run_id: row for row in PaymentFile.objects.filter(run__in=ids).select_related("by").order_by("n")}
    answers = {
        file_id: (paid, refused)
        for file_id, paid, refused in Payment.objects.filter(file__in=written.values())
        .order_by()
        .values_list("file")
        .annotate(
            paid=Count("pk", filter=Q(pk__in=PaymentReturn.objects.filter(paid=True).values("payment"))),
            refused=Count("pk", filter=Q(pk__in=PaymentReturn.objects.filter(paid=False).values("payment"))),
        )
    }
    approved = dict(
        Approval.objects.filter(scheme__in={run.scheme_id for run in found})
        .order_by()
        .values_list("scheme")
        .annotate(n=Count("pk"))
    )
    newest = {
        (scheme_id, month): n
        for scheme_id, month, n in Run.objects.filter(scheme__in={run.scheme_id for run in found})
        .order_by("n")
        .values_list("scheme", "month", "n")
    }
    pages = []
    for run in found:
        file = written.get(run.pk)
        paid, refused = answers.get(file.pk, (0, 0)) if file else (0, 0)
        old = run.n < newest[run.scheme_id, run.month] or run.basis < approved.get(run.scheme_id, 0)
        pages.append(RunPage(run, approvals.get(run.pk), file, old, paid, refused))
    return pages

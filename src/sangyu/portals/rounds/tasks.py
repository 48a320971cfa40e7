"""The rounds: what the clock does for every programme, by one verb each.

Cron times are UTC, as the job queue reads them; the days they mean are Beijing's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from procrastinate import builtin_tasks
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import Programme, User
from sangyu.adoption.queries import NothingAdopted
from sangyu.applications import actions as applications
from sangyu.assessment import actions as assessment
from sangyu.benefits import actions as benefits
from sangyu.dispatch import actions as dispatch
from sangyu.insight import actions as insight
from sangyu.intake import actions as intake
from sangyu.kit.month import Month
from sangyu.ledger import actions as ledger
from sangyu.orders import actions as orders
from sangyu.portals.clock import now
from sangyu.portals.developer.compose import compose as compose_pushes
from sangyu.portals.developer.compose import compose_settlement
from sangyu.portals.developer.send import push_due
from sangyu.portals.texting.compose import compose
from sangyu.portals.texting.gateways import gateway
from sangyu.portals.texting.send import send_due
from sangyu.privacy import actions as privacy
from sangyu.quality import actions as quality
from sangyu.registry import actions as registry
from sangyu.settlement import actions as settlement

BEIJING = ZoneInfo("Asia/Shanghai")
# A round that finds more to do than this leaves the rest to the next one, so that none outlasts its turn for long.
BATCHES_MAX = 20
EXPIRED_DAYS_BACK = 40
JOBS_KEPT_HOURS = 72


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="take_back_unanswered", lock="take_back_unanswered")
def take_back_unanswered(timestamp: int) -> None:
    """Take back dispatches that no enterprise has answered in time."""
    _everywhere(lambda programme, clock: dispatch.let_lapse(programme_id=programme.pk, by=clock, at=now()))


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="send_texts", lock="send_texts")
def send_texts(timestamp: int) -> None:
    """Text elders and families what has happened to their orders, every ten seconds."""
    way = gateway()
    if way is None:
        return  # the page of texts says so; news that is still true is told once there is a gateway
    at = now()
    for _ in range(BATCHES_MAX):
        if not compose(at=at):
            break
    for _ in range(BATCHES_MAX):
        if not send_due(gateway=way, at=at):
            break


@app.periodic(cron="* * * * * */10")
@app.task(queueing_lock="push_events", lock="push_events")
def push_events(timestamp: int) -> None:
    """Push to other systems what has happened, every ten seconds."""
    at = now()
    for _ in range(BATCHES_MAX):
        if not compose_pushes(at=at):
            break
    compose_settlement(at=at)
    push_due(at=at)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="seal_audit_book", lock="seal_audit_book")
def seal_audit_book(timestamp: int) -> None:
    """Chain the acts of the last minute."""
    _everywhere(lambda programme, clock: access.seal(programme_id=programme.pk))


@app.periodic(cron="5 * * * *")
@app.task(queueing_lock="anchor_audit_book", lock="anchor_audit_book")
def anchor_audit_book(timestamp: int) -> None:
    """Keep the day's root of the audit book outside the database; a failed job says that book and root disagree."""
    folder = settings.ANCHORS
    if folder is None:
        return  # the page of the audit book says so
    today = now().astimezone(BEIJING).date()

    def keep(programme: Programme, clock: User) -> None:
        access.seal(programme_id=programme.pk)
        access.anchor(programme=programme, on=today, folder=folder)

    _everywhere(keep)


@app.periodic(cron="0 12 * * *")
@app.task(queueing_lock="draw_sample", lock="draw_sample")
def draw_sample(timestamp: int) -> None:
    """Draw the follow-up calls of the day, and of the evenings before it that were missed."""
    at = now()
    today = at.astimezone(BEIJING).date()

    def draw(programme: Programme, clock: User) -> None:
        for back in (2, 1, 0):
            quality.draw_sample(day=today - timedelta(days=back), by=clock, at=at)

    _everywhere(draw)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="cancel_after_death", lock="cancel_after_death")
def cancel_after_death(timestamp: int) -> None:
    """Call off what is still to come for elders whose death was recorded, wherever that was."""
    _everywhere(lambda programme, clock: orders.cancel_after_death(by=clock, at=now()))


@app.periodic(cron="20 * * * *")
@app.task(queueing_lock="end_notices", lock="end_notices")
def end_notices(timestamp: int) -> None:
    """Let applications go on whose posting is over and to which nobody objects."""
    _everywhere(lambda programme, clock: applications.end_notices(programme_id=programme.pk, by=clock, at=now()))


@app.periodic(cron="40 22 * * *")
@app.task(queueing_lock="find_unclaimed", lock="find_unclaimed")
def find_unclaimed(timestamp: int) -> None:
    """Look who is entitled to what may be applied for and has not applied, for the lists of the day."""

    def find(programme: Programme, clock: User) -> None:
        with suppress(NothingAdopted):  # without a policy nobody is entitled to anything
            applications.survey(programme_id=programme.pk, by=clock, at=now())

    _everywhere(find)


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="gather_complaints", lock="gather_complaints")
def gather_complaints(timestamp: int) -> None:
    """Open a case for every complaint that was made on the telephone or in a follow-up call."""
    _everywhere(lambda programme, clock: quality.gather_complaints(by=clock, at=now()))


@app.periodic(cron="0 23 * * *")
@app.task(queueing_lock="open_cycle", lock="open_cycle")
def open_cycle(timestamp: int) -> None:
    """Open what is due today of the weekly check, the month, the quarter's ranking and the year's election."""
    at = now()
    today = at.astimezone(BEIJING).date()
    _everywhere(lambda programme, clock: quality.open_cycle(programme_id=programme.pk, on=today, by=clock, at=at))


@app.periodic(cron="10 23 * * *")
@app.task(queueing_lock="remind_of_levels", lock="remind_of_levels")
def remind_of_levels(timestamp: int) -> None:
    """Tell of the levels of ability that end within thirty days, each once."""
    _everywhere(lambda programme, clock: assessment.remind(by=clock, at=now()))


@app.periodic(cron="20 * * * *")
@app.task(queueing_lock="tally_days", lock="tally_days")
def tally_days(timestamp: int) -> None:
    """Count the days that are over once and for all, so that no report counts them again; at night there is one."""
    _everywhere(lambda programme, clock: insight.tally(programme_id=programme.pk, at=now()))


@app.periodic(cron="25 * * * *")
@app.task(queueing_lock="keep_ledger_sums", lock="keep_ledger_sums")
def keep_ledger_sums(timestamp: int) -> None:
    """Add up once what the ledger says of statements that are paid, so that no page adds up their holds again."""
    _everywhere(lambda programme, clock: settlement.keep_ledger_sums(programme_id=programme.pk, at=now()))


@app.periodic(cron="30 17 * * *")
@app.task(queueing_lock="expire_holds", lock="expire_holds")
def expire_holds(timestamp: int) -> None:
    """Give back what was held for orders that came to nothing and whose time ran out."""
    at = now()
    ledger.expire_holds(at=at, since=at - timedelta(days=EXPIRED_DAYS_BACK))


@app.periodic(cron="40 18 * * *")
@app.task(queueing_lock="find_duplicates", lock="find_duplicates")
def find_duplicates(timestamp: int) -> None:
    """Look for records that may be one person; two people then say of each case whether they are."""
    _everywhere(lambda programme, clock: registry.find_duplicates(by=clock, at=now()))


@app.periodic(cron="0 19 * * *")
@app.task(queueing_lock="forget_finished_jobs", lock="forget_finished_jobs", pass_context=True)
async def forget_finished_jobs(context: JobContext, timestamp: int) -> None:
    """Delete the notes of jobs that were done days ago; failed ones stay until somebody has looked."""
    await builtin_tasks.remove_old_jobs(context, max_hours=JOBS_KEPT_HOURS)


@app.periodic(cron="20 19 * * *")
@app.task(queueing_lock="forget_what_is_over", lock="forget_what_is_over")
def forget_what_is_over(timestamp: int) -> None:
    """Take away what is past the days that the register of purposes gives it, and note how much went."""
    at = now()
    emptied = intake.forget_lines(at=at)
    privacy.note_removal(purpose="sheets", what="批量导入的批次", rows=emptied, at=at)
    _everywhere(lambda programme, clock: privacy.forget_texts(programme_id=programme.pk, at=at))


@app.periodic(cron="0 18 1 * *")
@app.task(queueing_lock="let_credits_lapse", lock="let_credits_lapse")
def let_credits_lapse(timestamp: int) -> None:
    """Let what is left of last month's credits lapse."""
    at = now()
    last = Month.of(at.astimezone(BEIJING).date()).previous()
    _everywhere(lambda programme, clock: benefits.lapse_credits(programme_id=programme.pk, month=last, by=clock, at=at))


def _everywhere(work: Callable[[Programme, User], object]) -> None:
    """Go round all programmes; what goes wrong in one is told at the end and keeps nobody else waiting.

    Raises: ExceptionGroup.
    """
    wrong: list[Exception] = []
    for programme in access_read.programmes():
        try:
            work(programme, access_read.clock(programme))
        except Exception as error:
            error.add_note(programme.slug)
            wrong.append(error)
    if wrong:
        raise ExceptionGroup(f"{len(wrong)} 个运营主体的这一轮没有办成", wrong)

"""Take a step of the tour for the visitor: over the desks' own pages, signed in as the people whose step it is."""

from __future__ import annotations

from datetime import datetime

from sangyu.access.models import Role
from sangyu.city import pages
from sangyu.city.build import HOTLINE
from sangyu.city.pages import Browser
from sangyu.city.stage import roles
from sangyu.city.stage.standing import standing
from sangyu.city.stage.tour import TOUR_LINE, Story
from sangyu.city.today import item_for
from sangyu.hotline import queries as hotline_read
from sangyu.hotline.models import Call
from sangyu.kit.errors import Refusal
from sangyu.kit.ids import new_id
from sangyu.orders.models import Order, Stage


class NothingToDo(Refusal):
    """The step of this stop cannot be taken now."""

    code = "NOTHING_TO_DO"


def ring(base_url: str, number: str) -> None:
    """Let the telephone ring: an event over HTTP, as the exchange sends it."""
    event = {
        "event": "ring",
        "line_reference": f"{TOUR_LINE}{new_id()}",
        "caller_number": number,
        "called_number": HOTLINE,
    }
    Browser(base_url).tell("exchange/cti/events", event)


def take_step(n: int, tale: Story, *, base_url: str, at: datetime) -> None:
    """Take the step of stop `n`; stops that are only looked at have none.

    Raises: NothingToDo, saying which stop comes first; PageRefused.
    """
    if n == 1:
        ring(base_url, tale.phone)
    elif n == 2:
        _take_order(tale, base_url, at)
    else:
        _carry_on(n, tale, base_url)


def _take_order(tale: Story, base_url: str, at: datetime) -> None:
    plan, players = standing()
    agent = roles.somebody(Role.AGENT)
    browser = Browser(base_url, agent.username)
    call = _call(tale)
    browser.post(f"hotline/calls/{call.pk}/answer/")
    slot = pages.next_hour(at)
    browser.post(
        f"hotline/calls/{call.pk}/order/",
        elder=tale.elder.pk,
        q=item_for(plan, players).code,
        day=slot.date().isoformat(),
        hour=slot.hour,
        key=f"{TOUR_LINE}{call.pk}",
    )


def _call(tale: Story) -> Call:
    agent = roles.somebody(Role.AGENT)
    own = hotline_read.own_open(agent)
    waiting = [call for call in hotline_read.waiting(agent) if call.caller_number == tale.phone]
    if own is not None and own.caller_number == tale.phone:
        return own
    if own is not None:
        raise NothingToDo("话务员手上还有一通没有结束的电话。请先在接线台上把它办完，再走这一步。")
    if not waiting:
        raise NothingToDo("还没有来电。请先在第1站让电话响。")
    return waiting[-1]


# Which steps of the walk a stop covers, in their order: the stage an order stands at -> the step that moves it on.
_COVERS = {3: (Stage.PLACED,), 4: (Stage.SENT, Stage.ACCEPTED), 5: (Stage.ASSIGNED, Stage.IN_SERVICE)}


def _carry_on(n: int, tale: Story, base_url: str) -> None:
    order = tale.order
    if order is None or order.stage not in _COVERS.get(n, ()):
        raise NothingToDo(_not_now(order))
    _, players = standing()
    for stage in _COVERS[n]:
        if order.stage == stage:
            pages.step(players, order, base_url)
            order.refresh_from_db()


def _not_now(order: Order | None) -> str:
    if order is None:
        return "这位老人还没有工单。请先走第1站和第2站。"
    return f"工单{order.number}现在是“{order.get_stage_display()}”，这一步不在这里。请走对应的一站，或从第1站重新开始。"

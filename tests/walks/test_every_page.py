"""Every page of every desk in a browser: it answers, nothing stands in the way, it fits its screen, and it is light.

The pages are counted from the address book: an address that is not named here has to be one that only takes posts.
"""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable, Iterator
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sangyu.access.models import Role
from sangyu.kit.ids import new_id
from sangyu.portals.clock import now
from sangyu.portals.live.tests.conftest import serving
from tests.seat import violations
from tests.walks.full_house import NOW, FullHouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# Even at the end of a long page the emergency stands in sight, and nothing lies over it.
IS_EMERGENCY_COVERED = """() => {
  const card = document.querySelector(".sy-alarm header");
  if (card === null) return false;
  scrollTo(0, document.body.scrollHeight);
  const box = card.getBoundingClientRect();
  const uppermost = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  scrollTo(0, 0);
  return !card.contains(uppermost);
}"""
PAGE_BYTES_MAX = 100_000
DESK = {"width": 1366, "height": 768}
DESK_AT_200_PERCENT = {"width": 683, "height": 384}
PHONE = {"width": 390, "height": 844}
HELD_IN_THE_HAND = ("carer:", "assessor:today", "assessor:s", "assessor:decide", "components:pocket")
METHOD_NOT_ALLOWED = 405
MACHINES = "api:"  # no page among them: what they answer is compared with the contract beside the interface
Look = Callable[..., list[str]]

# Who opens which page. A word that begins with a dot is read from the house, one with a question mark is asked along.
PAGES = """
home                    ma
account                 qian
account-password        qian
factor-add              qian
app-add                 qian
passkey-add             qian
look-up-document        clerk           .li.pk
hotline:desk            ma
hotline:calls           ma
hotline:order           ma              .waiting.pk
hotline:order           ma              .served.order_id
hotline:shift           other_agent
dispatching:board       wang
dispatching:order       wang            .waiting.pk
dispatching:order       wang            .coming.order_id
dispatching:proposals   wang
dispatching:incidents   wang
dispatching:catalogue   wang
dispatching:bring       wang
dispatching:standard    wang
dispatching:enterprises wang
dispatching:teams       other_agent
dispatching:apply       other_agent
dispatching:enterprise  other_agent     .kangan.pk
dispatching:licence     other_agent     .kangan.pk
dispatching:contract    other_agent     .kangan.pk
dispatching:check       other_agent     .kangan.pk      .licence.pk
dispatching:kind        other_agent     .kangan.pk
dispatching:evaluation  other_agent     .kangan.pk
dispatching:stand       other_agent     .kangan.pk      suspend
community:elders        clerk
community:teams         clerk
community:find          clerk
community:register      clerk
community:registered    clerk           .li.pk
community:elder         clerk           .li.pk
community:cards         clerk           .li.pk
community:family        clerk           .li.pk
community:documents     clerk           .li.pk
community:move          clerk           .li.pk
community:elders        clerk           ?group=living_alone
community:elders        clerk           ?lacks=interests
community:elders        clerk           ?dined=1
community:duplicates    clerk
community:duplicate     clerk           .doubt.pk
community:duplicate     head            .doubt.pk
provider:inbox          kangan_user
provider:dispatch       kangan_user     .asked.pk
provider:dispatch       kangan_user     .taken.pk
provider:workers        kangan_user
provider:take-on        kangan_user
provider:worker         kangan_user     .zhao.pk
provider:licences       kangan_user
provider:pay            kangan_user
provider:incidents      kangan_user
provider:appraisals     kangan_user
provider:appraisal      kangan_user     .sheet.pk
provider:behind         kangan_user     .sheet.pk       .scored.pk
provider:statements     kangan_user
provider:statement      kangan_user     .statement.pk
carer:today             zhao_user
carer:month             zhao_user
carer:visit             zhao_user       .coming.order_id
carer:visit             zhao_user       .here.order_id
carer:visit             zhao_user       .served.order_id
carer:report            zhao_user       .here.order_id
carer:incident          zhao_user       .here.order_id  .incident.pk
till:desk               cashier
till:day                cashier         2027-01-11
till:month              cashier         2027-01
till:menu               cashier         2027-01-12
till:rating             cashier         .sold.pk
till:prices             head
till:board              ma
assessor:today          lin
assessor:sheet          lin             .bedside.pk
assessor:sign           lin             .bedside.pk
assessor:decide         lin             .third.pk
assessor:cases          head
assessor:case           head            .assessed.pk
assessor:case           clerk           .assessed.pk
assessor:appoint        head            ?elder=.li.pk
assessor:papers         clerk           .li.pk
assessor:practice       head
intake:batches          clerk
intake:new              clerk
intake:hand-out         head
intake:batch            clerk           .sheet_checked.pk
intake:batch            head            .sheet_written.pk
intake:batch            clerk           .sheet_unread.pk
intake:line             clerk           .sheet_checked.pk 2
applications:list       clerk
applications:list       head            ?at=over
applications:take       clerk           ?find=李秀兰
applications:take       clerk           ?elder=.li.pk
applications:take       clerk           ?elder=.li.pk&kind=phone
applications:case       clerk           .application.pk
applications:case       head            .application.pk
applications:post       clerk
applications:posting    clerk           .posting.pk
applications:board      ma              .posting.pk
applications:unclaimed  clerk
applications:unclaimed  head            ?kind=phone&of=lacking
applications:waive      clerk           .unclaimed.pk
applications:hand-out   clerk           ?kind=phone
applications:stack      head
applications:terms      head
matching:registers      head
matching:hand-in        head
matching:batch          head            .register_read.pk
matching:batch          head            .registered.pk
matching:differences    clerk
matching:differences    head            ?settled=1
matching:difference     clerk           .differing.pk
matching:words          clerk           .li.pk
matching:closing        ma              .li.pk
privacy:purposes        zhao_user
privacy:requests        clerk           ?q=李秀兰
privacy:elder           ma              .li.pk
privacy:seen            clerk           .li.pk          ?all=1
privacy:request         clerk           .asked_copy.pk
privacy:request         head            .asked_erasure.pk
privacy:removals        head
quality:queue           sun
quality:task            sun             .to_ring.pk
quality:samples         sun
quality:sample          sun             2026-11-10
quality:complaints      sun
quality:complaint       sun             .complaint.pk
quality:appraisal-month sun             2026-12
quality:appraisal-month sun             2027-01
quality:sheet           sun             .sheet.pk
quality:behind          sun             .scored.pk
quality:checks          sun
quality:check           sun             .check.pk
quality:standards        sun
quality:standard         sun             .standard.pk
quality:third-party      sun
quality:third-party      lin
quality:site             lin             .site.pk
quality:site             head            .scored_site.pk
quality:quarter         sun             2026Q4
quality:quarter         sun             2027Q1
quality:year            sun             2026
finance:months          qian
finance:month           qian            2026-11
finance:month           qian            2026-12
finance:account         qian            2026-11         .refused.pk
finance:statement       qian            .statement.pk
finance:budget          qian
finance:sponsors        head
bureau:home             head
bureau:exceptions       head
bureau:rows             head            today
bureau:rows             head            paid
bureau:rows             head            dead-orders
bureau:analysis         head            ?since=2026-11-01&on=2027-01-11
bureau:groups           head
bureau:ageing           head
bureau:funding          head            ?way=place
bureau:delivery         head
bureau:delivery         head            ?by=elder&since=2026-11-01
bureau:report           head            ?on=2027-01-10
bureau:people           head
bureau:invite           head
bureau:person           head            .ma.pk
texting:texts           wang
texting:phones          wang
policy:rules            head
policy:rules            head            ?q=午餐
policy:rule             ma              lunch-subsidy   ?on=2026-11-09&age=70&registered=yes&price_fen=15
policy:rule             clerk           service-class
policy:readings         head
policy:cases            auditor
policy:drafts           deputy
policy:propose          deputy
policy:figures          deputy
policy:table            deputy          weights
policy:draft            deputy          .draft.pk
policy:draft            head            .draft.pk
policy:history          ma              ?before=2026-11-09&after=2027-01-11
policy:adoption         ma              .adopted.pk
rehearsal:home          deputy
rehearsal:home          head            ?figure=class-b-credit/6/0
rehearsal:figure        deputy          ?figure=class_b_identities&to=1
rehearsal:figure-people head            ?figure=class-b-credit/6/0&to=80&list=gainers
rehearsal:draft         head            .draft.pk
rehearsal:draft-people  deputy          .draft.pk       ?list=gainers
rehearsal:run           deputy          .rehearsed.pk
rehearsal:run           head            .rehearsing.pk
rehearsal:run-people    head            .rehearsed.pk   ?list=gainers
developer:subscriptions head
developer:new           head
developer:subscription  head            .subscription.pk
developer:pushes        head
developer:pushes        head            ?state=WAITING
developer:push          head            .push.pk
audit:search            auditor
audit:search            auditor         ?q=0.01
audit:bench             auditor
audit:worksheet         auditor         .sample.pk
audit:manifest          auditor
audit:roots             auditor
audit:line              auditor         .line.pk
audit:order             auditor         .served.order_id
entitlements:elder      clerk           .li.pk
entitlements:elder      ma              .grandpa.pk
entitlements:slip       clerk           .li.pk          2026-12
entitlements:runs       qian
entitlements:stays      qian
entitlements:run        feng            .telephone.pk
components:all          ma
components:pocket       ma
components:plain        ma
"""
NOT_PAGES = {
    "part of a page": {
        "hotline:live",
        "hotline:live-day",
        "hotline:line",
        "hotline:alarms",
        "hotline:elder-orders",
        "hotline:shift-live",
        "hotline:compose",
        "dispatching:candidates",
        "dispatching:cancel",
        "rehearsal:progress",
        "intake:progress",
    },
    "leads on to a page": {
        "quality:appraisals",
        "quality:ranking",
        "quality:election",
        "till:today",
        "till:this-month",
        "till:todays-menu",
    },
    "a file": {
        "dispatching:sheet",
        "papers:file",
        "applications:agreement",
        "applications:paper",
        "applications:posting-pdf",
        "assessor:evidence",
        "assessor:report",
        "assessor:fhir",
        "assessor:worker",
        "quality:month-list",
        "quality:week-list",
        "quality:quarter-list",
        "quality:year-list",
        "finance:sponsor-statement",
        "intake:sheet",
        "entitlements:file",
        "entitlements:slip-paper",
        "finance:file-n",
        "finance:request",
        "finance:month-paper",
        "finance:statement-paper",
        "finance:sheet-paper",
        "bureau:workbook",
        "policy:workbook",
        "rehearsal:draft-sheet",
        "rehearsal:figure-sheet",
        "rehearsal:run-sheet",
        "audit:export",
    },
    "seen without signing in": {"sign-in"},
    "looked at with a passkey of its own, in the entrance's tests": {"second-factor", "factor-remove"},
    "on the stage of a demo city": {"stage:tour", "stage:month", "stage:refusals"},
    "a public form that only takes posts": {"set_language"},
}


@pytest.fixture
def house(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> FullHouse:
    """A house in which something stands on every page."""
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
    built = FullHouse()
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(round((NOW - now()).total_seconds())))
    return built


@pytest.fixture
def site(house: FullHouse) -> Iterator[str]:
    """The address of a server of its own, with its live streams."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with serving() as server:
        yield f"http://127.0.0.1:{server.port}"


def rows() -> list[list[str]]:
    return [line.split() for line in PAGES.strip().splitlines()]


def address(house: FullHouse, route: str, words: list[str]) -> str:
    """Return the address of a page of this house."""
    asked = "".join(word for word in words if word[0] == "?")
    asked = re.sub(r"(?<==)\.([\w.]+)", lambda named: str(attrgetter(named[1])(house)), asked)
    args = [attrgetter(word[1:])(house) if word[0] == "." else word for word in words if word[0] != "?"]
    return reverse(route, args=args) + asked


def routes(resolver: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Return every address of the house with its name."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, space + (f"{pattern.namespace}:" if pattern.namespace else ""))
        else:
            yield f"{space}{pattern.name}", pattern


def test_every_address_that_answers_is_looked_at(cast, settings) -> None:
    settings.STAGE = True  # on the stage too
    named = {route for route, *_ in rows()}.union(*NOT_PAGES.values())
    every = dict(routes())
    assert named <= set(every), "these are gone from the address book"
    client = Client()
    client.force_login(cast.user(cast.operator, "everybody", "何全", *Role.values))
    forgotten = {
        name
        for name in set(every) - named
        if not name.startswith(MACHINES)
        and client.get(reverse(name, kwargs=anything(every[name]))).status_code != METHOD_NOT_ALLOWED
    }
    assert forgotten == set(), "name these in PAGES, so that somebody looks at them"


def anything(pattern: URLPattern) -> dict[str, object]:
    """Return arguments that fit an address, though nothing stands there."""
    fitting = {"UUIDConverter": new_id(), "IntConverter": 1}
    return {name: fitting.get(type(kind).__name__, "1") for name, kind in pattern.pattern.converters.items()}


@pytest.fixture
def seen(house: FullHouse, site: str, browser: Browser) -> Iterator[Look]:
    """One browser for the whole house; it changes its person when the page asks for somebody else."""
    context = browser.new_context(locale="zh-CN", viewport=DESK)
    context.set_default_timeout(20_000)
    sessions: dict[str, str] = {}
    page = context.new_page()
    said: list[str] = []
    sits = ""
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)

    def look(who: str, path: str, *, in_the_hand: bool) -> list[str]:
        nonlocal sits
        if who not in sessions:
            client = Client()
            client.force_login(getattr(house, who))
            sessions[who] = client.cookies[settings.SESSION_COOKIE_NAME].value
        if who != sits:  # an empty page costs as much as a whole one: with it the browser's process for the site goes
            page.goto("about:blank")  # nothing of the last person's page goes on
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": sessions[who], "url": site}])
            sits = who
        said.clear()
        page.set_viewport_size(PHONE if in_the_hand else DESK)
        answer = page.goto(site + path, wait_until="domcontentloaded")
        return [*faults(page, answer), *said]

    yield look
    context.close()


def faults(page: Page, answer: Any) -> list[str]:
    """Return what is wrong with the page that is open."""
    found = [] if answer.status == 200 else [f"answers {answer.status}"]
    if not page.title().strip():
        found.append("has no title")
    bytes_sent = len(gzip.compress(answer.body()))
    if bytes_sent > PAGE_BYTES_MAX:
        found.append(f"weighs {bytes_sent} bytes")
    found += violations(page)
    for screen in (DESK, DESK_AT_200_PERCENT, PHONE):
        page.set_viewport_size(screen)
        if page.evaluate(IS_EMERGENCY_COVERED):
            found.append(f"covers the emergency on {screen['width']}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > screen["width"]:
            found.append(f"is {wide} wide on {screen['width']}")
    return found


def test_every_page_is_whole_open_to_all_and_light(house: FullHouse, seen: Look) -> None:
    found = {
        (who, path): faults
        for route, who, *words in sorted(rows(), key=itemgetter(1))  # one person after the other
        for path in [address(house, route, words)]
        if (faults := seen(who, path, in_the_hand=route.startswith(HELD_IN_THE_HAND)))
    }
    assert found == {}


def test_the_front_door_is_open_to_all_even_after_a_wrong_password(
    transactional_db: None, live_server, browser: Browser
) -> None:
    context = browser.new_context(locale="zh-CN", viewport=DESK)
    page = context.new_page()
    assert faults(page, page.goto(f"{live_server.url}/sign-in/")) == []
    page.get_by_label("用户名").fill("agent")
    page.get_by_label("密码").fill("wrong")
    with page.expect_navigation() as refused:
        page.get_by_role("button", name="登录").click()
    assert faults(page, refused.value) == ["answers 422"]
    context.close()

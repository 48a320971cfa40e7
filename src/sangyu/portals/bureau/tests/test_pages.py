"""The bureau's pages by address: every number leads to as many rows as it says, and strangers are shown the door."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from zipfile import ZipFile

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sangyu.insight import queries as insight_read
from sangyu.insight.models import FrozenReport
from sangyu.insight.queries.rows import PAGE
from sangyu.portals.bureau.tests.conftest import NOW

PAGES = [
    "bureau:home",
    "bureau:exceptions",
    "bureau:analysis",
    "bureau:groups",
    "bureau:ageing",
    "bureau:delivery",
    "bureau:report",
]


class Links(HTMLParser):
    """The addresses of a page's links to rows."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") or ""
        if tag == "a" and href.startswith("/bureau/rows/"):
            self.found.add(href)


def links_of(answer) -> set[str]:
    reader = Links()
    reader.feed(answer.content.decode())
    return reader.found


def test_the_bureau_and_the_auditor_sit_here_and_strangers_do_not(month, sit):
    for who, status in (
        *((one, 200) for one in (month.head, month.auditor)),
        *((one, 403) for one in (month.ma, month.kangan_user, month.clerk, month.zhao_user)),
    ):
        client = sit(who)
        assert {client.get(reverse(page)).status_code for page in PAGES} == {status}, who


def test_every_number_of_every_page_opens_as_many_rows_as_it_says(month, sit):
    client = sit(month.head)
    links = set().union(*(links_of(client.get(reverse(page))) for page in PAGES))
    assert len(links) > 60
    for link in sorted(links):
        answer = client.get(link)
        assert answer.status_code == 200, link
        listed = answer.content.decode().count("<tr data-row>")
        assert listed == answer.context["total"]["n"], link


def test_every_list_can_be_opened_and_says_how_it_counts(month, sit):
    client = sit(month.head)
    for code, figure in insight_read.EVERY.items():
        answer = client.get(reverse("bureau:rows", args=[code]))
        assert answer.status_code == 200, code
        assert figure.label in answer.content.decode(), code


def test_the_home_says_what_is_late_and_why(month, sit):
    today = sit(month.head).get(reverse("bureau:home")).context["today"]
    assert today.orders == 3
    assert {number.lens["late"]: number.value for number in today.late} == {
        "NOT_ARRIVED": 1,
        "UNANSWERED": 1,
        "UNSENT": 1,
    }


def test_a_list_is_read_page_by_page_without_losing_a_row(month, sit):
    for code in ("orders", "elders", "charges", "paid", "today"):
        lens = insight_read.read_lens({}, at=NOW, of_now=code == "today")
        seen, after = [], ""
        while True:
            part = insight_read.page_of(month.head, code, lens, after=after, limit=2)
            seen += [row.pk for row in part.rows]
            after = part.after
            if not after:
                break
        assert len(seen) == len(set(seen)) == insight_read.total(month.head, code, lens)["n"], code


def test_a_list_longer_than_a_page_goes_on_behind_its_last_row(month, sit):
    for n in range(PAGE):
        month.order(elder=month.grandpa, days=2 + n // 3, hour=9 + 3 * (n % 3))
    client, seen, pages = sit(month.head), [], 0
    address = reverse("bureau:rows", args=["orders"])
    while address:
        answer = client.get(address)
        seen += [row.pk for row in answer.context["rows"]]
        pages += 1
        address = reverse("bureau:rows", args=["orders"]) + answer.context["next"] if answer.context["next"] else ""
    assert pages == 2
    assert len(seen) == len(set(seen)) == answer.context["total"]["n"] > PAGE


WRONG = [
    ({"on": "2026-13-01"}, "不是日期"),
    ({"on": "2027-01-01"}, "还没有到"),
    ({"since": "2026-12-02", "on": "2026-12-01"}, "开始日期晚于结束日期"),
    ({"colour": "red"}, "不能按这个条件筛选"),
    ({"enterprise": "7"}, "编号不完整"),
    ({"after": "x~y"}, "翻页的位置不完整"),
]


def test_an_address_that_cannot_be_read_is_answered_in_words(month, sit):
    client = sit(month.head)
    for query, says in WRONG:
        answer = client.get(reverse("bureau:rows", args=["orders"]), query)
        assert answer.status_code == 409, query
        assert says in answer.content.decode(), query


def test_a_filter_narrows_the_list_and_can_be_taken_off(month, sit):
    client = sit(month.head)
    address = reverse("bureau:rows", args=["orders"])
    every = client.get(address).context["total"]["n"]
    one = client.get(address, {"enterprise": str(month.kangan.pk), "on": "2026-12-10"})
    assert 0 < one.context["total"]["n"] < every
    assert ("企业", "康安") in [(chosen.label, chosen.value) for chosen in one.context["chosen"]]


def test_the_report_of_a_day_is_frozen_by_the_bureau_only(month, sit):
    freeze = reverse("bureau:freeze")
    assert sit(month.auditor).post(freeze, {"on": "2026-12-05"}).status_code == 403
    assert FrozenReport.objects.count() == 0
    client = sit(month.head)
    assert client.post(freeze, {"on": "2026-12-05"}).status_code == 302
    page = client.get(reverse("bureau:report"), {"on": "2026-12-05"}).content.decode()
    assert "已定格，重算相同" in page
    assert FrozenReport.objects.get().sha256 in page


def test_today_cannot_be_frozen_yet(month, sit):
    answer = sit(month.head).post(reverse("bureau:freeze"), {"on": "2026-12-10"})
    assert answer.status_code == 422
    assert "还没有过完" in answer.content.decode()


def test_the_workbook_holds_the_same_numbers_and_is_the_same_file_again(month, sit):
    client = sit(month.head)
    address = reverse("bureau:workbook")
    first = client.get(address, {"on": "2026-12-05"})
    assert first.content == client.get(address, {"on": "2026-12-05"}).content
    with ZipFile(BytesIO(first.content)) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        sheets = "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    report = insight_read.report(month.head, date(2026, 12, 5))
    assert report.sha256 in texts
    assert "<f>" not in sheets
    paid = insight_read.total(month.head, "paid", insight_read.Lens(insight_read.end_of(date(2026, 12, 5))))["net_fen"]
    assert re.search(rf"<v>{paid // 100}(\.{paid % 100:02d})?</v>", sheets)


def test_the_analysis_of_a_period_agrees_with_itself(month, sit):
    answer = sit(month.head).get(reverse("bureau:analysis"), {"since": "2026-11-01", "on": "2026-12-10"})
    found = answer.context["analysis"]
    assert found.orders.value == 5
    assert {chart.n for chart in found.charts} == {5}


def test_an_analysis_that_ends_before_it_begins_says_so(month, sit):
    answer = sit(month.head).get(reverse("bureau:analysis"), {"since": "2026-12-05", "on": "2026-11-05"})
    assert answer.status_code == 422
    assert "开始日期晚于结束日期" in answer.content.decode()


def test_a_page_asks_the_same_number_of_questions_however_much_there_is(month, sit):
    client = sit(month.head)
    addresses = [*(reverse(page) for page in PAGES), reverse("bureau:rows", args=["today"])]

    def asked() -> dict[str, int]:
        counts = {}
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts[address] = len(queries)
        return counts

    asked()
    small = asked()
    for n in range(4):
        elder = month.elder(f"新登记{n}", date(1940 + n, 1, 1), 40 + n, [f"1390000010{n}"])
        month.visited(month.order(elder=elder, hour=11 + 3 * n)) if n < 2 else month.sent(month.order(elder=elder))
    assert asked() == small

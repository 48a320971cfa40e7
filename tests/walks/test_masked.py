"""Who sees a number in clear: nobody an elder's document, and telephone numbers only those who must ring."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from sangyu.portals.clock import now
from sangyu.registry.models import Contact, Document
from sangyu.registry.numbers import number_of
from tests.walks.full_house import NOW, FullHouse
from tests.walks.test_every_page import address, rows

# The page and why somebody there has to ring.
RINGS = {
    "home": "the agent's own desk, see the next",
    "hotline:desk": "the bar on top says who rings, and the agent calls back",
    "hotline:calls": "the bar on top says who rings",
    "hotline:order": "the bar on top says who rings",
    "hotline:shift": "the bar on top says who rings",
    "quality:queue": "the officer rings the elder about the visit",
    "quality:task": "the officer rings the elder about the visit",
    "quality:complaint": "the officer rings about the complaint",
    "dispatching:proposals": "the dispatcher asks the elder whether another time will do",
    "dispatching:incidents": "the dispatcher rings the door and the worker",
    "carer:visit": "the worker stands at the door",
    "assessor:sheet": "the assessor stands at the door, and rings who can speak for the elder",
}
# On every desk that hears of emergencies the card dials: whoever takes it rings.
EMERGENCY = re.compile(r'<article class="sy-alarm".*?</article>', re.DOTALL)
DOCUMENT = re.compile(r"(?<!\d)62\d{15}[\dX](?![\dX])")


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> FullHouse:
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", "0")
    built = FullHouse()
    monkeypatch.setenv("SANGYU_CLOCK_OFFSET_S", str(round((NOW - now()).total_seconds())))
    return built


def test_no_page_shows_a_document_and_only_those_who_ring_see_a_number(house: FullHouse) -> None:
    documents = {number_of(row) for row in Document.objects.all()}
    phones = set(Contact.objects.values_list("phone", flat=True))
    assert all(DOCUMENT.fullmatch(number) for number in documents)
    clients: dict[str, Client] = {}
    seen: dict[str, set[str]] = {"documents": set(), "phones": set()}
    for route, who, *words in rows():
        if who not in clients:
            clients[who] = Client()
            clients[who].force_login(getattr(house, who))
        answer = clients[who].get(address(house, route, words), follow=True)
        assert answer.status_code == 200, route
        text = answer.content.decode()
        if documents & set(DOCUMENT.findall(text)):
            seen["documents"].add(route)
        if any(phone in EMERGENCY.sub("", text) for phone in phones):
            seen["phones"].add(route)
    assert seen["documents"] == set()
    assert seen["phones"] ^ set(RINGS) == set(), "name the page and why, or take it off the list"
    assert len(clients) > 10

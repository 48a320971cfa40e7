"""Charges of five cities, decided again by today's rules, come to what is on the books: the chain of `benefits`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.troupe import Troupe
from tests.walks.test_programmes import NAMES, PHONES, WALKS, Walk, serve

from sangyu.adoption import queries as adoption_read
from sangyu.insight.queries import rehearsal

TODAY = date(2026, 12, 20)


@pytest.mark.parametrize("walk", WALKS)
def test_what_is_decided_again_is_what_was_booked(db: None, walk: Walk, tmp_path: Path) -> None:
    troupe = Troupe(walk.plan, tmp_path).staffed()
    elders = [
        troupe.recognised(troupe.elder(name, born_on, n, [phone]), *codes)
        for n, ((born_on, codes), name, phone) in enumerate(zip(walk.elders, NAMES, PHONES, strict=False))
    ]
    for n, (who, *_) in enumerate(walk.orders):
        serve(troupe, troupe.rung(elders[who], PHONES[who], day=10 + n), late=False)
    adopted = adoption_read.in_force(troupe.programme.pk, TODAY)
    pack = adoption_read.pack_of(adopted)
    renamed = {kind: replace(offer, title="换个名称") for kind, offer in pack.offers.items()}
    found = rehearsal.rehearse(
        troupe.head,
        pack,
        replace(pack, offers=renamed, digest="renamed"),
        on=TODAY,
        today=TODAY,
        parameters=adopted.parameters,
        parameters_after=adopted.parameters,
    )
    money = found.money
    assert money is not None
    public_fen = sum(public for *_, public in walk.orders)
    assert (money.missing, money.whole.charges) == ((), len(walk.orders))
    assert (money.whole.before_fen, money.whole.after_fen, money.booked_fen) == (public_fen, public_fen, public_fen)

"""The cards of an elder at the community window."""

from __future__ import annotations

from sangyu.registry import queries as registry_read

NUMBER, OTHER = "6201000012340001", "6201000012340002"


def pages(cast) -> str:
    return f"/community/elders/{cast.li.pk}/cards/"


def test_a_card_is_given_out_lost_found_and_replaced(cast, sit):
    client = sit(cast.clerk)
    for step, body, words in (
        ("issue/", {"number": NUMBER}, "已发卡，现在就可以用"),
        ("lost/", {}, "已挂失，这张卡马上不能使用"),
        ("found/", {}, "已解除挂失"),
        ("issue/", {"number": OTHER}, "已换新卡"),
    ):
        assert words in client.post(pages(cast) + step, body, follow=True).content.decode()
    assert {(card.number, card.state) for card in registry_read.cards_of(cast.clerk, cast.li)} == {
        (NUMBER, "REPLACED"),
        (OTHER, "ISSUED"),
    }


def test_a_wrong_number_is_refused_and_stays_typed(cast, sit):
    answer = sit(cast.clerk).post(pages(cast) + "issue/", {"number": "12-34"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "6至24位数字" in page
    assert "12-34" in page


def test_nothing_held_is_nothing_lost(cast, sit):
    client = sit(cast.clerk)
    assert client.post(pages(cast) + "lost/").status_code == 404
    assert client.post(pages(cast) + "found/").status_code == 404


def test_strangers_are_shown_the_door(cast, sit):
    assert sit(cast.clerk).get(pages(cast)).status_code == 200
    for user in (cast.ma, cast.kangan_user):
        assert sit(user).get(pages(cast)).status_code == 403

"""The root of a day is kept outside the database, and a book that was cut short or computed anew is told from it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.cast import Cast
from tests.neighbour import Neighbour
from tests.owner import past_the_guards
from tests.race import race

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.cli import main
from sangyu.access.models import AuditHead

MONDAY = date(2026, 11, 9)


def act(cast: Cast, n: int = 1) -> None:
    for _ in range(n):
        access.record(by=cast.ma, at=cast.at, verb="test.act", object_kind="elder", object_id=cast.li.pk)
    access.seal(programme_id=cast.programme.pk)


def anchored(cast: Cast, folder: Path, days: int = 3) -> None:
    for day in range(days):
        act(cast)
        access.anchor(programme=cast.programme, on=MONDAY + timedelta(days=day), folder=folder)


def lines(cast: Cast, folder: Path) -> list[str]:
    return access_read.anchor_file(cast.programme, folder).read_text(encoding="ascii").splitlines()


def test_a_day_leaves_one_line_that_names_the_last_link_and_the_line_before(cast: Cast, tmp_path: Path) -> None:
    anchored(cast, tmp_path, days=2)
    first, second = access_read.anchors(cast.programme, tmp_path)
    head = AuditHead.objects.get(programme=cast.programme)
    assert (second.on, second.n, second.hash) == (MONDAY + timedelta(days=1), head.n, head.hash)
    assert (first.previous, second.previous) == ("0" * 64, first.digest)
    assert lines(cast, tmp_path) == [first.line, second.line]
    assert access_read.verify_anchors(cast.programme, tmp_path) == []


def test_a_day_is_anchored_once_however_often_it_is_asked(cast: Cast, tmp_path: Path) -> None:
    anchored(cast, tmp_path, days=1)
    act(cast)
    again = access.anchor(programme=cast.programme, on=MONDAY, folder=tmp_path)
    assert lines(cast, tmp_path) == [again.line]


def test_the_root_is_printed_in_groups_that_can_be_read_aloud(cast: Cast, tmp_path: Path) -> None:
    anchored(cast, tmp_path, days=1)
    (only,) = access_read.anchors(cast.programme, tmp_path)
    assert only.hash.startswith(only.shown.replace("-", ""))
    assert [len(group) for group in only.shown.split("-")] == [4] * 8


def test_each_programme_has_a_file_of_its_own(cast: Cast, tmp_path: Path) -> None:
    neighbour = Neighbour(cast.at)
    anchored(cast, tmp_path, days=1)
    access.seal(programme_id=neighbour.programme.pk)
    access.anchor(programme=neighbour.programme, on=MONDAY, folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert access_read.verify_anchors(neighbour.programme, tmp_path) == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_line_that_was_changed_or_taken_out_shows(cast: Cast, tmp_path: Path, place: int) -> None:
    anchored(cast, tmp_path)
    path = access_read.anchor_file(cast.programme, tmp_path)
    whole = lines(cast, tmp_path)
    changed = [*whole]
    changed[place] = changed[place].replace("n=", "n=9")
    left_out = whole[:place] + whole[place + 1 :]
    unreadable, no_such_day, no_such_link = [*whole], [*whole], [*whole]
    unreadable[place] = "nothing to see"
    no_such_day[place] = whole[place].replace("2026-11-", "2026-13-")
    no_such_link[place] = whole[place].replace("n=", "n=" + "9" * 30)
    for kept in (changed, left_out, unreadable, no_such_day, no_such_link):
        path.write_text("\n".join(kept) + "\n", encoding="ascii")
        found = access_read.verify_anchors(cast.programme, tmp_path)
        # Without its last line the file still holds; that one is missed by whoever printed it.
        assert (found == []) is (kept == whole[:2])


@pytest.mark.django_db(transaction=True)
def test_a_tail_that_was_cut_off_with_its_head_is_told_and_nothing_is_added(tmp_path: Path) -> None:
    cast = Cast()
    anchored(cast, tmp_path)
    before = lines(cast, tmp_path)
    with past_the_guards() as owner:
        owner.execute("DELETE FROM access_auditlink WHERE n > 4")
        owner.execute("UPDATE access_audithead SET n = 4, hash = (SELECT hash FROM access_auditlink WHERE n = 4)")
    assert access_read.verify_chain(cast.programme.pk) == [], "the book alone does not show it"
    found = access_read.verify_anchors(cast.programme, tmp_path)
    assert [fault.what[-4:] for fault in found] == ["已经不在"] * 3
    with pytest.raises(access.BookDisagrees, match="保全数据库"):
        access.anchor(programme=cast.programme, on=MONDAY + timedelta(days=9), folder=tmp_path)
    assert lines(cast, tmp_path) == before


@pytest.mark.django_db(transaction=True)
def test_a_link_that_was_computed_anew_is_told_by_the_line_of_its_day(tmp_path: Path) -> None:
    cast = Cast()
    anchored(cast, tmp_path)
    second = access_read.anchors(cast.programme, tmp_path)[1]
    with past_the_guards() as owner:
        owner.execute("UPDATE access_auditlink SET hash = repeat('0', 64) WHERE n = %s", [second.n])
    found = access_read.verify_anchors(cast.programme, tmp_path)
    assert [(fault.n, fault.what) for fault in found] == [
        (second.n, f"{second.on}留存的第{second.n}环与当日留存的不同")
    ]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_midnight_write_one_line(tmp_path: Path) -> None:
    cast = Cast()
    act(cast)
    both = race(*[lambda: access.anchor(programme=cast.programme, on=MONDAY, folder=tmp_path)] * 4)
    assert {one.line for one in both} == set(lines(cast, tmp_path))
    assert len(lines(cast, tmp_path)) == 1


def test_the_command_writes_and_compares(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    act(cast)
    assert main(["anchor", "--on", "2026-11-09", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == lines(cast, tmp_path)[0]
    assert main(["anchors", "--folder", str(tmp_path)]) == 0
    assert "与账簿一致" in capsys.readouterr().out
    assert main(["anchors"]) == 2
    assert "SANGYU_ANCHORS" in capsys.readouterr().err

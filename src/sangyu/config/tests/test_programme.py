"""`./sangyu programme`: from an empty database to a bureau that invites its people on a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import AREAS, Cast
from tests.race import race

from sangyu.access import actions as access
from sangyu.access import queries as access_read
from sangyu.access.models import Area, AuditEntry, Organisation, Programme, Role, User
from sangyu.adoption import queries as adoption_read
from sangyu.city import areas
from sangyu.config.cli import find
from sangyu.config.programme import main
from sangyu.portals.clock import now
from sangyu.portals.entrance.tests.test_account import added
from sangyu.portals.rounds.tasks import app

CREATE = ["create", "--pack", "lanzhou-chengguan", "--area", "620102", "--name", "城关区虚拟养老院",
          "--hotline", "965885", "--bureau", "hejing", "--person", "何静"]  # fmt: skip
OWN = "四匹马走过 旧桥 4 times"
Say = Callable[..., dict[str, Any]]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Store the register of one district, as set-up does."""
    monkeypatch.setenv("SANGYU_VAR", str(tmp_path))
    named = [(str(row["code"]), str(row["name"])) for row in AREAS]
    areas.write(areas.tree(code="620102", edition="示例", named=named))
    return tmp_path


@pytest.fixture
def run(db: None, register: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command that must do, and read its JSON."""

    def say(*words: str) -> Any:
        assert main([*words, "--json"]) == 0, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    return say


def post(client: Client, route: str, **fields: Any) -> Any:
    return client.post(reverse(route), fields)


def test_the_first_person_of_a_bureau_chooses_a_password_adds_a_factor_and_invites(
    run: Say, client: Client, settings: Any
) -> None:
    settings.DEMO, settings.SECOND_FACTOR = False, True
    told = run(*CREATE)
    post(client, "sign-in", username="hejing", password=told["password"])
    for route in ("home", "bureau:people", "finance:months"):
        assert client.get(reverse(route)).url.startswith(reverse("account-password")), route
    post(client, "account-password", old=told["password"], new=OWN, again=OWN)
    assert client.get(reverse("bureau:people")).url.startswith(reverse("factor-add"))
    added(client)
    operator = Organisation.objects.get(name="城关区虚拟养老院")
    page = post(client, "bureau:invite", organisation=operator.pk, display_name="马晓兰", username="maxl",
                phone="", roles=[Role.AGENT]).content.decode()  # fmt: skip
    invited = re.search(r"\b(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}\b", page)
    assert invited is not None
    entry = access.sign_in(username="maxl", password=invited[0], address="", at=now())
    assert entry.user is not None
    assert entry.user.roles == {Role.AGENT}
    again = access.sign_in(username="hejing", password=told["password"], address="", at=now())
    assert again.user is None, "the printed password was for one sign-in"


def test_areas_bureau_operator_clock_and_pack_are_there_and_the_book_says_so(run: Say) -> None:
    run(*CREATE)
    [programme] = Programme.objects.all()
    assert (programme.slug, programme.area_id, programme.hotline_number) == ("lanzhou-chengguan", "620102", "965885")
    assert Area.objects.count() == len(AREAS)
    assert set(Organisation.objects.values_list("kind", "name")) == {
        ("BUREAU", "城关区民政局"),
        ("OPERATOR", "城关区虚拟养老院"),
    }
    assert access_read.clock(programme).roles == {Role.CLOCK}
    assert not access_read.clock(programme).has_usable_password()
    adopted = adoption_read.in_force(programme.pk, now().date())
    assert adopted.pack_id == "lanzhou-chengguan"
    written = {row.verb: row.by for row in AuditEntry.objects.all()}
    assert written == dict.fromkeys(("access.create_programme", "access.adopt_pack"), access_read.clock(programme))
    access.seal(programme_id=programme.pk)
    assert access_read.verify_chain(programme.pk) == []


def test_the_rounds_find_nothing_to_stumble_over_in_a_programme_that_has_just_begun(run: Say) -> None:
    run(*CREATE)
    rounds = [periodic.task for periodic in app.periodic_registry.periodic_tasks.values()]
    assert len(rounds) > 8
    for task in rounds:
        if not task.pass_context:
            task(0)


def test_a_second_time_is_refused_and_changes_nothing(run: Say, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(*CREATE)
    assert main(CREATE) == 1
    assert "已经建立" in capsys.readouterr().err
    other = [*CREATE[:-4], "--bureau", "other", "--slug", "second"]
    assert main(other) == 1
    assert "965885" in capsys.readouterr().err, "two programmes cannot answer one hotline"
    taken = ["lanzhou-chengguan", "second", "965885", "965886"]
    same_name = [dict(zip(taken[2::2], taken[3::2], strict=True)).get(word, word) for word in CREATE]
    assert main([*same_name, "--slug", "second"]) == 1
    assert "hejing" in capsys.readouterr().err, "nor two people sign in by one name"
    assert (Programme.objects.count(), User.objects.count()) == (1, 2)
    assert access.sign_in(username="hejing", password=told["password"], address="", at=now()).user is not None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_found_it_at_once_one_does(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(race(lambda: main(CREATE), lambda: main(CREATE))) == [0, 1]
    assert (Programme.objects.count(), User.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--pack", "atlantis"], "没有规则包 atlantis"),
        (["--area", "440304"], "不能用于 440304"),
        (["--parameters", "no-such-file.json"], "打不开参数文件"),
    ],
)
def test_what_is_not_there_is_named(run: Say, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert main([*CREATE, *words]) == 1
    assert said in capsys.readouterr().err
    assert not Programme.objects.exists()
    assert not Area.objects.exists()


@pytest.mark.parametrize("words", [["--bureau", "何静"], ["--slug", "Cheng Guan"], ["--area", "62010"]])
def test_a_slip_of_the_pen_is_met_before_anything_is_done(
    run: Say, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*CREATE, *words])
    assert words[1] in capsys.readouterr().err


def test_own_figures_are_read_and_wrong_ones_refused_with_their_names(
    run: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    for wrong, said in (
        ({"share_pn": 50}, "没有参数 share_pn"),
        ({"share_pm": "五成"}, "share_pm"),
        ({"meals_covered": "dinner"}, "meals_covered"),
        ([50], "JSON 对象"),
    ):
        figures.write_text(json.dumps(wrong, ensure_ascii=False), encoding="utf-8")
        assert main([*CREATE, "--parameters", str(figures)]) == 1
        assert said in capsys.readouterr().err
    figures.write_text(json.dumps({"share_pm": 50, "meals_covered": "any"}), encoding="utf-8")
    told = run(*CREATE, "--parameters", str(figures))
    assert "share_pm" not in told["missing_parameters"]
    assert "budget_fen" in told["missing_parameters"]
    [programme] = Programme.objects.all()
    assert adoption_read.in_force(programme.pk, now().date()).parameters == {"share_pm": 50, "meals_covered": "any"}


def test_an_area_without_a_national_code_comes_from_a_table_of_ones_own(
    run: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "zone.csv"
    table.write_text("code,name\n62,甘肃省\n620102,城关新区\n", encoding="utf-8-sig")
    assert main([*CREATE, "--areas", str(table)]) == 1
    assert "6201 不在表里" in capsys.readouterr().err
    table.write_text("code,name\n62,甘肃省\n6201,兰州市\n620102,城关新区\n", encoding="utf-8-sig")
    run(*CREATE, "--areas", str(table), "--office", "城关新区社会事务局")
    assert Organisation.objects.filter(kind="BUREAU", name="城关新区社会事务局", area="620102").exists()


def test_programmes_are_listed_with_the_pack_in_force(run: Say, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == []
    run(*CREATE)
    [row] = run("list")
    assert row["programme"] == row["pack"] == "lanzhou-chengguan"
    assert main(["list"]) == 0
    assert "城关区虚拟养老院" in capsys.readouterr().out


def test_two_people_change_the_figures_from_a_day_on_and_nobody_alone(
    cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps({"share_pm": 300}), encoding="utf-8")
    day = cast.at.date() + timedelta(days=60)
    words = ["adopt", "--pack", "lanzhou-chengguan", "--parameters", str(figures), "--from", str(day)]
    words += ["--document", "城民发〔2027〕1号"]
    for who, said in (
        (("--by", "agent", "--second", "deputy"), "民政局"),
        (("--by", "bureau", "--second", "bureau"), "须是两个人"),
        (("--by", "bureau", "--second", "agent"), "没有这项权限"),
        (("--by", "bureau", "--second", "nobody"), "没有用户名为“nobody”的用户"),
        (("--by", "bureau", "--first"), "傅平（deputy），请用 --second 写明是谁"),
    ):
        assert main([*words, *who]) == 1
        assert said in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*words, "--by", "bureau"])
    assert adoption_read.in_force(cast.programme.pk, day).valid_until is None
    for _ in range(2):
        assert main([*words, "--by", "bureau", "--second", "deputy"]) == 0
    assert "何静办理，傅平复核" in capsys.readouterr().out
    adopted = adoption_read.in_force(cast.programme.pk, day)
    assert adopted.parameters == {"share_pm": 300}
    assert adoption_read.in_force(cast.programme.pk, day - timedelta(days=1)).valid_until == day
    written = AuditEntry.objects.filter(verb="access.adopt_pack", by=cast.head, object_id=adopted.pk)
    assert {entry.facts["second"] for entry in written} == {"deputy"}


def test_a_bureau_of_one_gives_its_first_figures_alone_and_the_book_says_so(run: Say, tmp_path: Path) -> None:
    run(*CREATE)
    figures = tmp_path / "figures.json"
    figures.write_text(json.dumps({"share_pm": 300}), encoding="utf-8")
    words = ("adopt", "--pack", "lanzhou-chengguan", "--parameters", str(figures), "--from", "2099-01-01")
    run(*words, "--document", "城民发〔2027〕1号", "--by", "hejing", "--first")
    assert AuditEntry.objects.get(verb="access.adopt_pack", by__username="hejing").facts["second"] is None


def test_a_bureau_that_nobody_can_open_is_let_in_again_and_only_the_bureau(
    run: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = run(*CREATE)["password"]
    found = run("let-in", "--bureau", "hejing", "--reason", "打印的密码遗失")["password"]
    assert access.sign_in(username="hejing", password=lost, address="", at=now()).user is None
    assert access.sign_in(username="hejing", password=found, address="", at=now()).user is not None
    written = AuditEntry.objects.get(verb="access.renew_password")
    assert written.facts["reason"] == "打印的密码遗失"
    assert found not in str(written.facts)
    assert main(["let-in", "--bureau", "clock.lanzhou-chengguan", "--reason", "x"]) == 1
    assert "民政局" in capsys.readouterr().err


def test_the_command_is_offered() -> None:
    command = find("programme")
    assert command is not None
    assert command.is_built()

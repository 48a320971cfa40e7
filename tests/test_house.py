"""The house keeps its own rules: each check finds nothing here, and finds the fault that is planted for it.

Imports, format, types and missing migrations are checked beside the launcher (`config/tests/test_style.py`).
"""

from __future__ import annotations

import importlib
import re
import subprocess

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from sangyu.config.grants import insert_only_tables
from tests import house
from tests.house import PACKAGE, PROJECT, Link

ROOMS = [name.removeprefix("sangyu.") for name in settings.ROOMS if name in settings.INSTALLED_APPS]
LOW = ["kit", "ledger", "policy"]


def our_models():
    return [model for model in apps.get_models() if model.__module__.startswith("sangyu.")]


@pytest.fixture
def plant(tmp_path):
    """Write a source text as a file of a room and return its path."""

    def write(text: str, name: str = "queries.py"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_rows_are_written_only_in_actions():
    folders = [PACKAGE / room for room in ROOMS if room != "ledger"] + [PACKAGE / "portals"]
    assert house.writes_outside_actions(house.sources(*folders)) == []


@pytest.mark.parametrize(
    "line",
    [
        "Order.objects.create(number='1')",
        "Order.objects.filter(pk=1).update(stage='SENT')",
        "rows.update(stage='SENT')",
        "Order.objects.bulk_create([])",
        "Order.objects.get_or_create(pk=1)",
        "order.save()",
        "order.elder.delete()",
        "Order.objects.filter(pk=1).select_related('elder').delete()",
    ],
)
def test_a_row_written_in_a_query_is_found(plant, line):
    assert len(house.writes_outside_actions([plant(line)])) == 1
    assert house.writes_outside_actions([plant(line, "actions.py")]) == []


@pytest.mark.parametrize("line", ["seen.update(found)", "seal.update(b'x')", "cache.delete(key)", "Decision.create(a)"])
def test_a_mapping_may_be_updated_anywhere(plant, line):
    assert house.writes_outside_actions([plant(line)]) == []


def test_money_is_never_a_float():
    assert house.floats_near_money(house.sources(PACKAGE)) == []


@pytest.mark.parametrize(
    "line",
    [
        "half = price_fen / 2",
        "price_fen = 12.5",
        "price_fen *= 1.06",
        "charge(price_fen=yuan * 100.0)",
        "shown = float(row.net_fen)",
        "if price_fen > 0.5: pass",
        "net_fen: float = 0",
        "price_fen = models.FloatField()",
        "share = sum(row.net_fen for row in rows) / total",
    ],
)
def test_a_float_beside_money_is_found(plant, line):
    assert house.floats_near_money([plant(line)]) != []


@pytest.mark.parametrize(
    "line", ["half_fen = price_fen // 2", "far = metres / 1000", "place(lng=103.8, price_fen=100)", "x = 0.5"]
)
def test_whole_fen_and_floats_elsewhere_are_fine(plant, line):
    assert house.floats_near_money([plant(line)]) == []


def documented_files():
    files = [path for room in ROOMS for path in house.sources(PACKAGE / room) if path.name == "rules.py"]
    files += [path for room in ROOMS for path in house.sources(PACKAGE / room) if house.is_action(path)]
    return sorted({*files, *house.sources(*(PACKAGE / room for room in LOW))})


def test_what_others_call_says_what_it_does():
    assert house.undocumented(documented_files()) == []


def test_a_verb_without_a_sentence_is_found(plant):
    body = "".join(f"    step_{n} = order\n" for n in range(4))
    bare = f'"""Why."""\n\ndef send(order):\n{body}\n\ndef _own():\n{body}'
    assert [found.split()[-1] for found in house.undocumented([plant(bare)])] == ["send"]
    assert [found.split()[-1] for found in house.undocumented([plant("x = 1\n")])] == ["module"]
    value = '"""Why."""\n\nclass Firm:\n    def near(self):\n        return 1\n'
    assert [found.split()[-1] for found in house.undocumented([plant(value)])] == ["Firm"]


def links():
    lines = house.street()
    for model in our_models():
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            if field.remote_field is None:
                continue
            rooms = [it.__module__.split(".")[1] for it in (model, field.remote_field.model)]
            if rooms[1] in lines:
                hidden = field.remote_field.hidden
                yield Link(f"{model.__name__}.{field.name}", *rooms, hidden)


def test_foreign_keys_go_down_the_street_and_leave_nothing_there():
    found = list(links())
    assert len({(link.room, link.target) for link in found}) > 20
    assert house.bad_links(found, house.street()) == []


def test_a_key_that_points_up_or_shows_below_is_found():
    lines = house.street()
    up = Link("Order.visit", "orders", "visits", hidden=True)
    beside = Link("Visit.meal", "visits", "meals", hidden=True)
    seen = Link("Visit.order", "visits", "orders", hidden=False)
    good = Link("Visit.order", "visits", "orders", hidden=True)
    assert [len(house.bad_links([link], lines)) for link in (up, beside, seen, good)] == [1, 1, 1, 0]


def test_the_street_is_the_one_of_the_import_linter():
    lines = house.street()
    assert set(ROOMS) <= set(lines)
    assert lines["settlement"] < lines["quality"] < lines["visits"] == lines["meals"] < lines["orders"] < lines["kit"]


@pytest.mark.parametrize("room", [*ROOMS, "kit", "policy"])
def test_every_room_says_in_its_readme_what_it_is_and_its_samples_run(room):
    readme = (PACKAGE / room / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# {room}")
    if room in LOW:
        return
    actions = importlib.import_module(f"sangyu.{room}.actions")
    assert "```python" in readme
    assert house.samples_that_do_not_run(readme, room, vars(actions)) == []


def test_a_sample_that_would_not_run_is_found():
    def send(*, order_id, by):
        raise AssertionError("samples are not called, only bound")

    verbs = {"send": send}
    good = "```python\ndispatch.send(order_id=order.pk, by=wang)\n```"
    assert house.samples_that_do_not_run(good, "dispatch", verbs) == []
    for bad in ("dispatch.post(order_id=1, by=wang)", "dispatch.send(order=1, by=wang)", "dispatch.send(("):
        assert len(house.samples_that_do_not_run(f"```python\n{bad}\n```", "dispatch", verbs)) == 1


def guarded(cursor) -> set[str]:
    cursor.execute("""
        SELECT relation.relname FROM pg_trigger AS guard JOIN pg_class AS relation ON relation.oid = guard.tgrelid
         WHERE guard.tgenabled = 'O'
           AND guard.tgname IN (relation.relname || '_no_change', relation.relname || '_no_empty')
         GROUP BY relation.relname HAVING count(*) = 2
    """)
    return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_what_is_written_once_is_guarded_by_the_database_itself():
    tables = {model._meta.db_table for model in our_models()}
    assert insert_only_tables() <= tables, "a table is named that does not exist"
    with connection.cursor() as cursor:
        assert insert_only_tables() - guarded(cursor) == set()


@pytest.mark.django_db
def test_a_table_without_its_guard_is_found():
    with connection.cursor() as cursor:
        assert "orders_order" not in guarded(cursor)
        assert "orders_served" in guarded(cursor)


def test_a_model_that_says_insert_only_is_on_the_list():
    told = {model._meta.db_table for model in our_models() if re.search(r"\bInsert-only\b", model.__doc__ or "")}
    assert len(told) > 20
    assert told - insert_only_tables() == set()


def test_nobody_locks_a_row_that_the_serving_log_in_may_only_add():
    frozen = frozenset(
        f"{model.__module__.split('.')[1]}.{model.__name__}"
        for model in our_models()
        if model._meta.db_table in insert_only_tables()
    )
    files = [path for room in ROOMS for path in house.sources(PACKAGE / room)]
    assert house.locks_of(files, frozen) == []


def test_a_lock_on_a_row_that_is_only_added_is_found(plant):
    chain = (
        "from sangyu.quality.models import Appraisal\nfrom sangyu.orders.models import Order\n"
        "Appraisal.objects.filter(pk=1).select_for_update()\nOrder.objects.select_for_update()"
    )
    assert len(house.locks_of([plant(chain)], frozenset({"quality.Appraisal"}))) == 1
    assert house.locks_of([plant(chain)], frozenset({"visits.Appraisal"})) == []


def test_no_file_names_a_package_index_or_a_place_on_somebody_s_machine():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    files = [PROJECT / name for name in listed.stdout.decode().split("\0") if name]
    assert len(files) > 100
    found = {}
    for path in files:
        text = path.read_bytes().decode("utf-8", errors="ignore") if path.is_file() else ""
        if traces := house.traces_of_a_machine(text):
            found[str(path.relative_to(PROJECT))] = sorted(set(traces))
    assert found == {}


@pytest.mark.parametrize(
    "text", ["https://pypi" + ".org/simple", "/ro" + "ot/.venv", "cd /wo" + "rk/main", "mirrors.some" + "where.edu.cn"]
)
def test_a_trace_of_a_machine_is_found(text):
    assert house.traces_of_a_machine(text) != []
    assert house.traces_of_a_machine("import pypinyin; var/run; docs/work.md") == []

"""Accounts of people and the files for the bank stand nowhere in the clear, and are read by who pays."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from sangyu.access.cipher import Unreadable, field_cipher
from sangyu.access.rules.field_keys import with_key
from sangyu.allowances import actions as allowances
from sangyu.allowances import numbers
from sangyu.allowances import queries as allowances_read
from sangyu.allowances.models import AccountNumber, FileContent, PayAccount
from sangyu.kit.month import Month

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
TABLES = ("payaccount", "accountnumber", "paymentfile", "filecontent", "payment")


def stored() -> str:
    """Return whatever this room's tables and the audit book hold, as a copy of the database would."""
    found = []
    with connection.cursor() as cursor:
        for table in (*(f"allowances_{name}" for name in TABLES), "access_auditentry"):
            cursor.execute(f"SELECT row::text FROM {table} row")
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_no_account_stands_in_the_clear_and_the_bank_gets_each_whole(months):
    elders = [months.elder(f"老{serial}", date(1940, 3, 5), serial) for serial in (1, 2)]
    run = months.sent(NOVEMBER)
    told = {elder.pk: f"62{elder.pk.int % 10**14:014d}" for elder in elders}
    file, content = allowances_read.get_file(months.troupe.qian, run)
    assert all(number in content.decode("gb18030") for number in told.values())
    copy = stored()
    assert not any(number in copy or number.encode().hex() in copy for number in told.values())
    assert {row.elder_id: row.account_tail for row in PayAccount.objects.all()} == {
        pk: number[-4:] for pk, number in told.items()
    }
    assert allowances.pay(run_id=run.pk, by=months.troupe.qian, at=months.at(NOVEMBER)) == file
    assert allowances_read.get_file(months.troupe.qian, run)[1] == content


def test_what_was_moved_or_changed_is_noticed(months):
    months.elder("甲", date(1940, 3, 5), 1)
    months.elder("乙", date(1940, 3, 5), 2)
    months.sent(NOVEMBER)
    one, other = AccountNumber.objects.order_by("pk")
    AccountNumber.objects.filter(pk=one.pk).update(number_cipher=other.number_cipher)
    with pytest.raises(Unreadable):
        numbers.numbers_of([one.pk])
    with pytest.raises(Unreadable):
        months.sent(DECEMBER)
    file = FileContent.objects.get()
    FileContent.objects.update(content_cipher=numbers.sealed_content(file.pk, "另一份文件".encode("gb18030")))
    assert numbers.unreadable() == (2, 1, [f"收款账户 {one.pk}", f"付款文件 {file.pk}"])


def test_after_a_change_of_keys_all_is_read_then_written_with_the_new_one(months, settings):
    for serial in range(1, 4):
        months.elder(f"老{serial}", date(1940, 3, 5), serial)
    run = months.sent(NOVEMBER)
    ids = list(PayAccount.objects.values_list("pk", flat=True))
    before, content = numbers.numbers_of(ids), allowances_read.get_file(months.troupe.qian, run)
    settings.FIELD_KEYS = with_key(field_cipher().ring, "gm", "k2", secret=bytes(range(7, 39))).written()
    assert (allowances.renew_numbers(), allowances.renew_numbers()) == ((3, 1), (0, 0))
    ciphers = [*AccountNumber.objects.values_list("number_cipher", flat=True), FileContent.objects.get().content_cipher]
    assert all(cipher.startswith("k2.") for cipher in ciphers)
    assert (numbers.numbers_of(ids), allowances_read.get_file(months.troupe.qian, run)) == (before, content)
    assert numbers.unreadable() == (3, 1, [])

"""A month of allowances for 110,000 elders, and the month after it with everything that changed; who may have what.

The elders are copies of a real one with births of their own over 45 years; whoever is near eighty has said that they
have no work unit, and has an account. Between the months some die, late, and some birthdays turn out to be wrong.
`SANGYU_BENCH_ELDERS` makes the district smaller for a quick look.
"""

from __future__ import annotations

import os
import resource
import time
from datetime import date, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from _figures import fresh_database, tell

ELDERS = int(os.environ.get("SANGYU_BENCH_ELDERS", "110000"))
PAGES = int(os.environ.get("SANGYU_BENCH_TURNS", "200"))
RUN_S_MAX, PAGE_MS_MAX = 60, 300
BIRTHS = """
UPDATE registry_elder SET birth_on = DATE '1927-01-01' + (hashtext(id::text) & 16383),
       registered_at = TIMESTAMPTZ '2025-01-05 09:00+08'
"""
STATED = """
INSERT INTO benefits_statedfact (id, elder_id, name, value, evidence, valid_from, by_id, at)
SELECT gen_random_uuid(), id, 'has_work_unit', 'false'::jsonb, '社保比对', DATE '2025-01-01', %s, now()
  FROM registry_elder WHERE birth_on < DATE '1948-01-01'
"""
ACCOUNTS = """
INSERT INTO allowances_payaccount (id, programme_id, elder_id, holder, account_tail, bank, document, by_id, at)
SELECT gen_random_uuid(), programme_id, id, name, lpad((row_number() OVER () %% 10000)::text, 4, '0'),
       '福州示例银行', '社保卡', %s, now()
  FROM registry_elder WHERE birth_on < DATE '1948-01-01'
"""
CHANGES = """
UPDATE registry_elder SET died_on = CASE WHEN hashtext(name || id) % 97 = 0 THEN DATE '2026-10-10' END,
       birth_on = birth_on - CASE WHEN hashtext(id || name) % 89 = 0 THEN 365 ELSE 0 END
"""
CODE = "high-age-allowance"

with fresh_database(), TemporaryDirectory() as folder:
    import _district as district
    from django.db import connection
    from tests.cast import BEIJING
    from tests.troupe import Troupe

    from sangyu.allowances import actions as allowances
    from sangyu.allowances import numbers
    from sangyu.allowances.models import AccountNumber, PayAccount
    from sangyu.allowances.verify import verify
    from sangyu.benefits import queries as benefits_read
    from sangyu.benefits.tests.cities import GULOU
    from sangyu.budget import actions as budget
    from sangyu.kit.month import Month
    from sangyu.ledger import actions as ledger
    from sangyu.registry.models import Elder

    cast = Troupe(GULOU, Path(folder))
    first = cast.elder("陈玉珍", date(1940, 3, 5), 1, ["13900000001"])
    district.elders(first, ELDERS)
    with connection.cursor() as cursor:
        cursor.execute(BIRTHS)
        cursor.execute(STATED, [cast.clerk.pk])
        cursor.execute(ACCOUNTS, [cast.clerk.pk])
        written = PayAccount.objects.values_list("pk", "account_tail").iterator(chunk_size=10_000)
        ledger.insert(
            AccountNumber,
            ("account_id", "number_cipher"),
            [(pk, numbers.sealed_number(pk, f"62{n:010d}{tail}")) for n, (pk, tail) in enumerate(written)],
        )
    district.analyze()
    budget.appropriate(
        programme=cast.programme,
        fund="HIGH-AGE-ALLOWANCE",
        year=2026,
        amount_fen=10**12,
        document="鼓财预〔2026〕2号",
        by=cast.head,
        at=cast.at,
        key="2026",
    )
    size = f"{ELDERS:,} elders"

    def month(number: int) -> None:
        """Reckon, approve and send a month, and tell how long each took."""
        at, took = datetime(2026, number, 20, 9, tzinfo=BEIJING), {}
        began = time.perf_counter()
        run = allowances.draw_up(code=CODE, month=Month(2026, number), by=cast.qian, at=at)
        took["draw_up"] = time.perf_counter() - began
        allowances.approve(run_id=run.pk, by=cast.feng, at=at)
        took["approve"] = time.perf_counter() - began - sum(took.values())
        file = allowances.pay(run_id=run.pk, by=cast.qian, at=at)
        took["pay"] = time.perf_counter() - began - sum(took.values())
        tell(
            f"allowances.month_{number}",
            figure=sum(took.values()),
            unit="s",
            limit=RUN_S_MAX,
            size=size,
            **{name: round(seconds, 2) for name, seconds in took.items()},
            persons=run.persons,
            payments=file.payments,
            taken_back_yuan=run.taken_fen // 100,
            memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        )

    month(10)
    month(11)
    with connection.cursor() as cursor:
        cursor.execute(CHANGES)
    month(12)
    assert verify(cast.programme.pk) == []

    runs = []
    ids = list(Elder.objects.order_by("pk").values_list("pk", flat=True))
    for elder in Elder.objects.filter(pk__in=Random(1).sample(ids, min(PAGES, len(ids)))):
        began = time.perf_counter()
        benefits_read.entitlements(cast.clerk, elder, date(2026, 12, 20))
        benefits_read.left_of(cast.clerk, elder, date(2026, 12, 20))
        runs.append((time.perf_counter() - began) * 1000)
    p95 = sorted(runs)[len(runs) * 95 // 100]
    tell("allowances.entitled", figure=p95, unit="ms p95", limit=PAGE_MS_MAX, size=size, max=round(max(runs), 1))

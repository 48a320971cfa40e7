"""Elders found among 482,400: by name, pinyin, the end of a telephone's or a document's number; doubles looked for.

The elders are copies of a real one with names, telephones, births and homes of their own, and documents whose numbers
are encrypted as a registration encrypts them. `SANGYU_BENCH_ELDERS` makes the city smaller for a quick look.
"""

from __future__ import annotations

import os
import statistics
import time
from random import Random

from _figures import fresh_database, tell

ELDERS = int(os.environ.get("SANGYU_BENCH_ELDERS", "482400"))
SEARCHES = int(os.environ.get("SANGYU_BENCH_TURNS", "200"))
SEARCH_MS_MAX, WRITE_US_MAX, DOUBLES_S_MAX = 200, 50, 60
HOMES = """
UPDATE registry_elder SET birth_on = DATE '1927-01-01' + (hashtext(id::text) & 16383),
       address = '南门巷' || (hashtext(id::text) & 65535) || '号' || (hashtext(name) & 15) || '室'
 WHERE registration_number LIKE 'B%%'
"""
KEYS = """
UPDATE registry_elder e SET search_keys = array_append(e.search_keys, k.key::varchar(60))
  FROM key_of k WHERE k.id = e.id
"""

with fresh_database():
    import _district as district
    from django.db import connection, transaction
    from tests.cast import Cast

    from sangyu.access.cipher import field_cipher
    from sangyu.kit.ids import new_id
    from sangyu.kit.resident_id import check_digit
    from sangyu.registry import actions as registry
    from sangyu.registry import numbers
    from sangyu.registry import queries as registry_read
    from sangyu.registry.models import Contact, Document, Elder

    cast, dice = Cast(), Random(482_400)
    district.elders(cast.li, ELDERS)
    with connection.cursor() as cursor:
        cursor.execute(HOMES)
        cursor.execute("SELECT id, birth_on FROM registry_elder WHERE registration_number LIKE 'B%%' ORDER BY id")
        born = cursor.fetchall()

    began = time.perf_counter()
    rows = []
    for n, (elder_id, birth_on) in enumerate(born):
        # A thousand to a birthday and an area, as the numbers themselves have it.
        first_17 = f"{620102 + n // 1000:06d}{birth_on:%Y%m%d}{n % 1000:03d}"
        number = first_17 + check_digit(first_17)
        kept = numbers.kept(cast.programme.pk, "RESIDENT_ID", number)
        rows.append((elder_id, *kept.values(), numbers.tail_key(number)))
    written_us = (time.perf_counter() - began) / len(rows) * 1e6
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE key_of (id uuid, key text) ON COMMIT DROP")
        with cursor.copy("COPY key_of (id, key) FROM STDIN") as copy:
            for elder_id, _cipher, _index, key in rows:
                copy.write_row((elder_id, key))
        columns = "id, programme_id, elder_id, kind, number_cipher, number_index"
        with cursor.copy(f"COPY registry_document ({columns}) FROM STDIN") as copy:
            for elder_id, cipher, index, _key in rows:
                copy.write_row((new_id(), cast.programme.pk, elder_id, "RESIDENT_ID", cipher, index))
        cursor.execute(KEYS)
    del rows
    district.analyze()
    size = f"{Elder.objects.count():,} elders"
    profile = field_cipher().ring.first.profile
    tell("registry.encrypt", figure=written_us, unit="us each", limit=WRITE_US_MAX, size=size, profile=profile)

    some = list(Elder.objects.filter(pk__in=dice.sample([row[0] for row in born], min(SEARCHES, len(born)))))
    phones = dict(Contact.objects.filter(elder__in=some).values_list("elder_id", "phone"))
    tails = {row.elder_id: numbers.number_of(row)[-4:] for row in Document.objects.filter(elder__in=some)}
    wishes = {
        "name": [elder.name for elder in some],
        "pinyin": [elder.sort_key[:3] for elder in some],
        "phone": [phones[elder.pk][-4:] for elder in some],
        "document": [tails[elder.pk] for elder in some],
        "surname_and_tail": [f"{elder.name[0]} {tails[elder.pk]}" for elder in some],
    }
    for kind, texts in wishes.items():
        runs = []
        for text in texts:
            began = time.perf_counter()
            found = registry_read.search(cast.ma, text)
            runs.append((time.perf_counter() - began) * 1000)
            assert found, (kind, text)
        p95 = sorted(runs)[len(runs) * 95 // 100]
        told = {"median": round(statistics.median(runs), 2), "max": round(max(runs), 1), "runs": len(runs)}
        tell(f"registry.{kind}", figure=p95, unit="ms p95", limit=SEARCH_MS_MAX, size=size, **told)

    began = time.perf_counter()
    new = registry.find_duplicates(by=cast.head, at=cast.at)
    tell(
        "registry.duplicates",
        figure=time.perf_counter() - began,
        unit="s",
        limit=DOUBLES_S_MAX,
        size=size,
        cases=new,
    )

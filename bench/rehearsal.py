"""A changed policy rehearsed on a whole district: a year of charges and the registry, decided twice, added up.

`SANGYU_BENCH_CHARGES` and `SANGYU_BENCH_ELDERS` make the district smaller for a quick look.
"""

from __future__ import annotations

import os
import resource
import time
from datetime import date

from _figures import fresh_database, tell

CHARGES = int(os.environ.get("SANGYU_BENCH_CHARGES", "1500000"))
ELDERS = int(os.environ.get("SANGYU_BENCH_ELDERS", "110000"))
LIMIT_S = 60  # somebody waits for it in front of a page, once for each change
TODAY = date(2027, 1, 11)

with fresh_database():
    from _district import analyze, clone, copied, elders
    from django.db import connection
    from tests.cast import Cast

    from sangyu.adoption import queries as adoption_read
    from sangyu.benefits.models import Charge
    from sangyu.insight.queries import rehearsal
    from sangyu.registry.models import Identity

    cast = Cast()
    cast.visited(cast.order())
    cast.visited(cast.order(elder=cast.grandpa, days=2))
    elders(cast.grandpa, ELDERS)
    with connection.cursor() as cursor:
        # Each fifth of them is of class B, and their ages go from 60 to 100.
        cursor.execute(
            "UPDATE registry_elder SET birth_on = '1927-01-01'::date + (hashtext(id::text) & 16383)"
            " WHERE id <> ALL(%s)",
            [[cast.li.pk, cast.grandpa.pk]],
        )
    recognised = Identity.objects.get(elder=cast.li, code="entitled_group")
    elder = copied("registry_elder").replace("copy.i", "(copy.i * 5)")
    clone(
        "registry_identity",
        recognised.pk,
        ELDERS // 5,
        f"jsonb_build_object('id', {copied('registry_identity')}, 'elder_id', {elder})",
    )
    for served, offset, share in ((cast.li, 0, 2), (cast.grandpa, CHARGES, 2)):
        charge = Charge.objects.get(elder=served)
        whose = copied("registry_elder").replace("copy.i", f"(1 + (copy.i::bigint * 7919) %% {ELDERS})")
        clone(
            "benefits_charge",
            charge.pk,
            CHARGES // share,
            f"jsonb_build_object('id', md5('charge:' || copy.i + {offset})::uuid, 'elder_id', {whose},"
            f" 'cause_id', md5('cause:' || copy.i + {offset})::uuid, 'service_on', '2026-01-01'::date + copy.i %% 365)",
        )
    analyze()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM benefits_charge WHERE service_on >= '2026-01-01' AND service_on < '2027-01-01'"
        )
        charges = cursor.fetchone()[0]
    adopted = adoption_read.in_force(cast.programme.pk, TODAY)
    pack = adoption_read.pack_of(adopted)
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for name, key, to in (
        ("a higher credit", "class-b-credit/6/0", "80"),
        ("another class", "class_b_identities", "1"),
    ):
        tried = rehearsal.tried(pack, adopted.parameters, TODAY, key, to)
        began, worked = time.perf_counter(), time.process_time()
        found = rehearsal.rehearse(
            cast.head,
            pack,
            tried.pack,
            on=TODAY,
            today=TODAY,
            parameters=adopted.parameters,
            parameters_after=tried.parameters,
        )
        seconds, processor = time.perf_counter() - began, time.process_time() - worked
        assert found.money is not None
        assert found.money.whole.charges == charges
        tell(
            "rehearsal",
            figure=seconds,
            unit="s",
            limit=LIMIT_S,
            size=f"{charges:,} charges, {ELDERS:,} elders",
            change=name,
            processor_s=round(processor, 1),
            memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            memory_before_mb=before_mb,
            before_fen=found.money.whole.before_fen,
            after_fen=found.money.whole.after_fen,
            gainers=found.money.people.gainers,
        )

"""One order ranked over a whole district's enterprises and workers, every reason included."""

from __future__ import annotations

from datetime import date

from _figures import fresh_database, spread, tell, timed

ENTERPRISES, WORKERS = 126, 10_000

with fresh_database():
    from tests.cast import Cast

    from sangyu.dispatch import queries as dispatch_read
    from sangyu.kit.ids import new_id
    from sangyu.providers.models import Certificate, Worker

    cast = Cast()
    firms = [cast.kangan, cast.letter]
    firms += [
        cast.enterprise(f"第{n}家居家服务有限公司", f"第{n}家", n, lng=103.80 + n / 2000)
        for n in range(3, ENTERPRISES + 1)
    ]
    workers = [
        Worker(
            id=new_id(),
            enterprise=firms[n // 8 % ENTERPRISES],
            name=f"服务员{n}",
            sex="FEMALE",
            phone=f"154{n:08d}",
            skills=["保洁", "助浴"] if n % 3 else ["保洁"],
            lng=103.83,
            lat=36.06,
        )
        for n in range(WORKERS)
    ]
    Worker.objects.bulk_create(workers, batch_size=2000)
    Certificate.objects.bulk_create(
        [
            Certificate(
                id=new_id(),
                worker=worker,
                kind="养老护理员证",
                number=str(n),
                valid_from=date(2024, 1, 1),
                valid_until=date(2027 if n % 5 else 2025, 1, 1),
            )
            for n, worker in enumerate(workers)
        ],
        batch_size=2000,
    )
    order = cast.order(item=cast.bathing)
    runs = timed(lambda: dispatch_read.candidates(order), times=50)
    ranked = [verdict for verdict in dispatch_read.candidates(order) if verdict.rank]
    assert len(ranked) == ENTERPRISES
    tell(
        "rank",
        figure=spread(runs)["p99"],
        unit="ms p99",
        limit=200,
        size=f"{ENTERPRISES} enterprises, {WORKERS} workers",
        **spread(runs),
    )

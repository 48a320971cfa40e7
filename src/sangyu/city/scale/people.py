"""More of everybody: elders, workers, enterprises and canteens like those of the template, each with a name of its own.

Nobody ages here: in every month of the history an elder is as old as in the month that was played. A copy lives at
the door of whom it is a copy of, so that the proofs of visits stay true.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from sangyu.city import firms, names
from sangyu.city.areas import Areas
from sangyu.city.dice import below
from sangyu.city.scale import shape
from sangyu.city.scale.books import copy_in
from sangyu.city.scale.copying import OF_TILE, Copy, copy_sql, moved, template_sql
from sangyu.city.scale.shape import Shape
from sangyu.kit.names import search_keys, sort_key
from sangyu.kit.resident_id import Sex, check_digit
from sangyu.providers.models import Canteen, Enterprise
from sangyu.registry import rules as registry_rules
from sangyu.registry.models import Elder

_PREFIXES = ("620102", "620103", "620104", "620105", "620111", "620121", "620122", "620123")
_PHONE = "pg_temp.phone_of(s.phone, c.t)"
_A_WORKER = "EXISTS (SELECT FROM providers_worker w WHERE w.user_id = s.{0})"

ELDERS = (
    Copy(
        "registry_elder",
        set={
            "registration_number": "(SELECT m.registration_number FROM made m WHERE m.old = s.id AND m.t = c.t)",
            "name": "(SELECT m.name FROM made m WHERE m.old = s.id AND m.t = c.t)",
            "sort_key": "(SELECT m.sort_key FROM made m WHERE m.old = s.id AND m.t = c.t)",
            "search_keys": "(SELECT m.search_keys FROM made m WHERE m.old = s.id AND m.t = c.t)",
        },
    ),
    Copy("registry_document", set={"number": "(SELECT m.number FROM made m WHERE m.old = s.elder_id AND m.t = c.t)"}),
    Copy("registry_contact", set={"phone": _PHONE}),
    Copy("registry_identity"),
    Copy("registry_eldercard", set={"number": "left(s.number, 6) || lpad((right(s.number, 10)::bigint + c.t * 1000000)::text, 10, '0')"}),
    Copy("registry_cardevent"),
)
WORKERS = (
    Copy("access_user", where=_A_WORKER.format("id"), set={"username": "s.username || '.' || c.t", "password": "'!'"}),
    Copy("access_roleassignment", where=_A_WORKER.format("user_id")),
    Copy("providers_worker", set={"phone": _PHONE}),
    Copy("providers_certificate"),
)
"""Of the people of a tile only the rows that a month touches are copied: who they are, and what they may do."""


def stand_ins(whole: Shape) -> None:
    """Say who stands for whom in every tile: enterprises and their organisations and managers, canteens and cashiers,
    and the log-ins of workers.
    """
    rows: list[tuple[object, object, object]] = []
    enterprises = list(Enterprise.objects.order_by("credit_code").values_list("pk", "organisation_id"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id, u.organisation_id FROM access_user u JOIN access_roleassignment r ON r.user_id = u.id"
            " WHERE r.role = 'ENTERPRISE' AND r.ended_on IS NULL"
        )
        managers = cursor.fetchall()
        cursor.execute("SELECT user_id FROM providers_worker WHERE user_id IS NOT NULL")
        workers = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT canteen_id, user_id FROM providers_canteenuser")
        cashiers = cursor.fetchall()
    canteens = list(Canteen.objects.order_by("name").values_list("pk", flat=True))
    for tile in range(1, whole.tiles):
        firm = whole.firm(shape.firm_copy(tile))
        if shape.firm_copy(tile):
            of_firms = [*(one for row in enterprises for one in row), *(user_id for user_id, _ in managers)]
            rows += [(one, tile, renamed(one, firm)) for one in of_firms]
        rows += [(one, tile, renamed(one, whole.tile(tile))) for one in workers]
        for place, canteen_id in enumerate(canteens):
            copied = whole.canteen(shape.canteen_copy(place, tile))
            rows.append((canteen_id, tile, renamed(canteen_id, copied)))
            rows += [(user_id, tile, renamed(user_id, copied)) for at, user_id in cashiers if at == canteen_id]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE stand_in (old uuid, t int, new uuid, PRIMARY KEY (old, t)) ON COMMIT DROP")
        copy_in(cursor, "stand_in (old, t, new)", rows)
        cursor.execute("ANALYZE stand_in")


def renamed(one: UUID, prefix: str) -> UUID:
    """Return an id with the prefix of its copy."""
    return UUID(prefix + str(one)[8:])

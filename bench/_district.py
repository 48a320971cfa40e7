"""A district's size from one walk: rows of a real order, multiplied in the database.

The cast walks one order to its charge through the verbs; every row that it left is then copied in the database under
new ids, spread over many elders, enterprises, workers and days. What is measured afterwards reads and writes rows that
look as the verbs write them, in the numbers of a district; only their texts repeat.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection

SURNAMES = "王w李l张z刘l陈c杨y黄h赵z吴w周z徐x孙s马m朱z胡h郭g何h林l罗l高g"
GIVEN = "秀x英y兰l芳f玉y珍z淑s桂g华h明m德d福f贵g国g建j军j文w平p荣r生s"


def clone(table: str, source: object, times: int, patch: str, *, key: str = "id") -> None:
    """Copy one row `times` times under ids of `md5('table:' || copy.i)`; `patch` is SQL of a jsonb of what differs."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {table}
            SELECT made.*
              FROM {table} model_row, generate_series(1, %s) AS copy(i),
                   LATERAL jsonb_populate_record(NULL::{table}, to_jsonb(model_row) || ({patch})) AS made
             WHERE model_row.{key} = %s
            """,
            [times, source],
        )


def copied(table: str) -> str:
    """Return the SQL of the id that the n-th copy of a row of a table has."""
    return f"md5('{table}:' || copy.i)::uuid"


def elders(source: Any, count: int) -> None:
    """Register `count` more elders: names, keys and telephones of their own, homes spread over the district."""
    pieces = {"s": SURNAMES, "g": GIVEN}
    choose = {
        name: f"substr('{letters}', 1 + 2 * ((copy.i / {step}) %% {len(letters) // 2}), 2)"
        for name, letters, step in (("s", pieces["s"], 1), ("g", pieces["g"], 20), ("h", pieces["g"], 400))
    }
    han = " || ".join(f"left({choose[name]}, 1)" for name in "sgh")
    latin = " || ".join(f"right({choose[name]}, 1)" for name in "sgh")
    phone = "('137' || lpad(copy.i::text, 8, '0'))"
    keys = (
        f"(SELECT jsonb_agg(DISTINCT k) FROM unnest(ARRAY[{han}, {latin}, left({choose['s']}, 1), "
        f"left({han}, 2), substr({han}, 2, 2), right({phone}, 4), {phone}]) k)"
    )
    clone(
        "registry_elder",
        source.pk,
        count,
        f"jsonb_build_object('id', {copied('registry_elder')}, 'registration_number', 'B' || copy.i, 'name', {han},"
        f" 'sort_key', {latin} || copy.i, 'search_keys', {keys}, 'lng', 103.78 + (copy.i %% 1000) / 10000.0,"
        " 'lat', 36.02 + (copy.i / 1000 %% 1000) / 10000.0)",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registry_contact WHERE elder_id = %s ORDER BY id LIMIT 1", [source.pk])
        contact = cursor.fetchone()[0]
    clone(
        "registry_contact",
        contact,
        count,
        f"jsonb_build_object('id', {copied('registry_contact')}, 'elder_id', {copied('registry_elder')},"
        f" 'phone', {phone})",
    )


def month(cast: Any, visit: Any, first_day: date, count: int, elder_count: int) -> None:
    """Serve `count` more orders like the one of `visit`, over the days of a month, the elders and all enterprises."""
    from sangyu.benefits.models import Charge, ChargeShare
    from sangyu.dispatch.models import Acceptance, Assignment, Dispatch
    from sangyu.ledger.models import Hold
    from sangyu.orders.models import Served
    from sangyu.visits.models import Departure, VisitCharge

    charge = Charge.objects.get(cause_id=visit.order_id)
    dispatch = Dispatch.objects.get(order=visit.order_id)
    hold = Hold.objects.get(pk=charge.hold_id)
    days = (first_day.replace(day=28) + timedelta(days=4)).replace(day=1) - first_day
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE firm AS SELECT row_number() OVER (ORDER BY id) - 1 AS k, id, count(*) OVER () AS firms"
            " FROM providers_enterprise"
        )
        cursor.execute(
            "CREATE TEMP TABLE crew AS SELECT DISTINCT ON (enterprise_id) enterprise_id, id FROM providers_worker"
            " ORDER BY enterprise_id, id"
        )
    firm = "(SELECT firm.id FROM firm WHERE firm.k = copy.i % firm.firms)".replace("%", "%%")
    worker = f"(SELECT crew.id FROM crew WHERE crew.enterprise_id = {firm})"
    elder = f"md5('registry_elder:' || (1 + copy.i %% {elder_count}))::uuid"
    day = f"(DATE '{first_day}' + (copy.i %% {days.days}))"
    at = f"(({day} + TIME '09:00' + (copy.i / {days.days} %% 480) * INTERVAL '1 minute') AT TIME ZONE 'Asia/Shanghai')"
    order = copied("orders_order")
    clone(
        "orders_order",
        visit.order_id,
        count,
        f"jsonb_build_object('id', {order}, 'number', 'B' || copy.i, 'elder_id', {elder}, 'wanted_from', {at},"
        f" 'wanted_until', {at} + INTERVAL '2 hours', 'placed_at', {at} - INTERVAL '1 day',"
        f" 'stage_at', {at} + INTERVAL '2 hours')",
    )
    clone(
        "dispatch_dispatch",
        dispatch.pk,
        count,
        f"jsonb_build_object('id', {copied('dispatch_dispatch')}, 'order_id', {order}, 'enterprise_id', {firm},"
        f" 'sent_at', {at} - INTERVAL '20 hours', 'answer_by', {at} - INTERVAL '19 hours')",
    )
    clone(
        "dispatch_acceptance",
        Acceptance.objects.get(dispatch=dispatch).pk,
        count,
        f"jsonb_build_object('id', {copied('dispatch_acceptance')}, 'dispatch_id', {copied('dispatch_dispatch')},"
        f" 'at', {at} - INTERVAL '1190 minutes')",
    )
    clone(
        "dispatch_assignment",
        Assignment.objects.get(dispatch=dispatch).pk,
        count,
        f"jsonb_build_object('id', {copied('dispatch_assignment')}, 'dispatch_id', {copied('dispatch_dispatch')},"
        f" 'worker_id', {worker}, 'begins_at', {at}, 'ends_at', {at} + INTERVAL '2 hours')",
    )
    clone(
        "orders_served",
        Served.objects.get(order=visit.order_id).pk,
        count,
        f"jsonb_build_object('id', {copied('orders_served')}, 'order_id', {order}, 'at', {at} + INTERVAL '2 hours')",
    )
    clone(
        "visits_visit",
        visit.pk,
        count,
        f"jsonb_build_object('id', {copied('visits_visit')}, 'order_id', {order}, 'enterprise_id', {firm},"
        f" 'worker_id', {worker}, 'arrived_at', {at} + INTERVAL '3 minutes')",
    )
    clone(
        "visits_departure",
        Departure.objects.get(visit=visit).pk,
        count,
        f"jsonb_build_object('id', {copied('visits_departure')}, 'visit_id', {copied('visits_visit')},"
        f" 'left_at', {at} + INTERVAL '2 hours')",
    )
    clone(
        "ledger_hold",
        hold.pk,
        count,
        f"jsonb_build_object('id', {copied('ledger_hold')}, 'cause_id', {order})",
    )
    clone(
        "benefits_charge",
        charge.pk,
        count,
        f"jsonb_build_object('id', {copied('benefits_charge')}, 'elder_id', {elder}, 'enterprise_id', {firm},"
        f" 'service_on', {day}, 'cause_id', {order}, 'hold_id', {copied('ledger_hold')}, 'at',"
        f" {at} + INTERVAL '2 hours')",
    )
    for share in ChargeShare.objects.filter(charge=charge):
        clone(
            "benefits_chargeshare",
            share.pk,
            count,
            f"jsonb_build_object('id', md5('share:{share.payer}:' || copy.i)::uuid,"
            f" 'charge_id', {copied('benefits_charge')})",
        )
    clone(
        "visits_visitcharge",
        VisitCharge.objects.get(visit=visit).pk,
        count,
        f"jsonb_build_object('id', {copied('visits_visitcharge')}, 'visit_id', {copied('visits_visit')},"
        f" 'charge_id', {copied('benefits_charge')})",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET held_fen = held_fen + %s WHERE id = %s",
            [count * hold.amount_fen, hold.account_id],
        )


def analyze() -> None:
    """Let the planner see what was loaded, as it would after a night; only the owner of the tables may."""
    for log_in, statement in (("OWNER", "ANALYZE"), ("APP", "SELECT 1")):
        connection.close()
        connection.settings_dict.update(connection.settings_dict[log_in])
        with connection.cursor() as cursor:
            cursor.execute(statement)

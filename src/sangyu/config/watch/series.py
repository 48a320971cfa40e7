"""The series that Prometheus fetches: what is late, unanswered, unsent or unequal, per programme, and nobody's name.

Every query reads what a partial index holds or a stretch of time bounds, under a time limit. One that fails leaves its
series out and is counted; what is dear is kept for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from django.db import Error, connection, transaction

from sangyu.config.watch import ready
from sangyu.portals.clock import now

PATIENCE_MS = 3000


class Value(NamedTuple):
    """One value of a series, with the labels that tell it from the others."""

    labels: dict[str, str]
    number: float


@dataclass(frozen=True)
class Series:
    """One series: its name and what it means, and the query that gives its values at a moment of the desks."""

    name: str
    help: str
    values: Callable[[datetime], Iterator[Value]]
    keep_s: float = 0.0


def by_query(sql: str, *labels: str, quantiles: bool = False) -> Callable[[datetime], Iterator[Value]]:
    """Make a reader of rows: first the labels, last a number, or the three quantiles."""

    def values(at: datetime) -> Iterator[Value]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {"at": at})
            rows = cursor.fetchall()
        for *words, number in rows:
            named = dict(zip(labels, words, strict=True))
            if not quantiles:
                yield Value(named, float(number or 0))
                continue
            for quantile, part in zip(("0.5", "0.9", "0.95"), number or (), strict=False):
                yield Value({**named, "quantile": quantile}, float(part))

    return values


ANSWERED = """
SELECT programme.slug, answered.quantiles
  FROM access_programme AS programme
 CROSS JOIN LATERAL (
    SELECT percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (
           ORDER BY extract(epoch FROM call.answered_at - call.rang_at)) AS quantiles
      FROM hotline_call AS call
     WHERE call.programme_id = programme.id AND call.answered_at IS NOT NULL
       AND call.rang_at > %(at)s::timestamptz - interval '1 hour' AND call.rang_at <= %(at)s) AS answered
"""

RINGING = """
SELECT programme.slug, (
    SELECT count(*) FROM hotline_call AS call
     WHERE call.programme_id = programme.id AND call.answered_at IS NULL AND call.hung_up_at IS NULL
       AND call.ended_at IS NULL)
  FROM access_programme AS programme
"""

ACKNOWLEDGED = """
SELECT programme.slug, taken.quantiles
  FROM access_programme AS programme
 CROSS JOIN LATERAL (
    SELECT percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (
           ORDER BY extract(epoch FROM taking.at - alarm.raised_at)) AS quantiles
      FROM safety_alarm AS alarm JOIN safety_taking AS taking ON taking.alarm_id = alarm.id
     WHERE alarm.programme_id = programme.id
       AND alarm.raised_at > %(at)s::timestamptz - interval '1 day' AND alarm.raised_at <= %(at)s) AS taken
"""

# "Not closed" is said beside "waiting", since only then does the index of open alarms answer.
UNACKNOWLEDGED = """
SELECT programme.slug, (
    SELECT greatest(0, extract(epoch FROM %(at)s - min(alarm.raised_at))) FROM safety_alarm AS alarm
     WHERE alarm.programme_id = programme.id AND alarm.stage <> 'CLOSED' AND alarm.stage = 'WAITING')
  FROM access_programme AS programme
"""

# The stages are written out, since only then does the index of open orders answer.
OVERDUE = """
SELECT programme.slug, stage.name, count(late.id)
  FROM access_programme AS programme
 CROSS JOIN (VALUES ('PLACED'), ('SENT'), ('ACCEPTED'), ('ASSIGNED')) AS stage (name)
  LEFT JOIN (
    SELECT id, programme_id, stage FROM orders_order
     WHERE stage IN ('PLACED', 'SENT', 'ACCEPTED', 'ASSIGNED') AND wanted_from < %(at)s) AS late
    ON late.programme_id = programme.id AND late.stage = stage.name
 GROUP BY programme.slug, stage.name
"""

OUTBOX_LAG = """
SELECT bookmark.reader, greatest(0, extract(epoch FROM %(at)s - coalesce(next.at, %(at)s)))
  FROM outbox_bookmark AS bookmark
  LEFT JOIN LATERAL (
    SELECT message.at FROM outbox_message AS message
     WHERE (message.written_in, message.id) > (bookmark.transaction::text::xid8, bookmark.message)
     ORDER BY message.written_in, message.id LIMIT 1) AS next ON true
"""

TO_RING = """
SELECT programme.slug, (
    SELECT count(*) FROM outbox_textstanding AS standing
     WHERE standing.programme_id = programme.id AND standing.state IN ('FAILED', 'NO_MOBILE')
       AND standing.ring_by > %(at)s)
  FROM access_programme AS programme
"""

TEXTS_LATE = """
SELECT count(*) FROM outbox_textstanding AS standing WHERE standing.state = 'WAITING' AND standing.due_at < %(at)s
"""

SETTLEMENT_DELTA = """
SELECT programme.slug, coalesce(sum(abs(statement.net_fen + statement.taken_back_fen - of_lines.net_fen)), 0)
  FROM access_programme AS programme
  LEFT JOIN LATERAL (
    SELECT id FROM settlement_run WHERE programme_id = programme.id ORDER BY month DESC LIMIT 1) AS run ON true
  LEFT JOIN settlement_statement AS statement ON statement.run_id = run.id
  LEFT JOIN LATERAL (
    SELECT coalesce(sum(line.net_fen), 0) AS net_fen
      FROM settlement_line AS line WHERE line.statement_id = statement.id) AS of_lines ON true
 GROUP BY programme.slug
"""

# Acts are linked in the order of time, so what is loose lies behind the last link or, noted late, shortly before it.
UNSEALED = """
SELECT programme.slug, (
    SELECT count(*) FROM access_auditentry AS entry
     WHERE entry.programme_id = programme.id
       AND entry.at > coalesce(sealed.at, '-infinity'::timestamptz) - interval '1 day'
       AND NOT EXISTS (SELECT FROM access_auditlink AS link WHERE link.entry_id = entry.id))
  FROM access_programme AS programme
  LEFT JOIN LATERAL (
    SELECT entry.at FROM access_audithead AS head
      JOIN access_auditlink AS link ON link.programme_id = head.programme_id AND link.n = head.n
      JOIN access_auditentry AS entry ON entry.id = link.entry_id
     WHERE head.programme_id = programme.id) AS sealed ON true
"""

JOBS = """
SELECT state.name, coalesce(found.jobs, 0)
  FROM (VALUES ('todo'), ('doing'), ('failed')) AS state (name)
  LEFT JOIN (
    SELECT status::text AS name, count(*) AS jobs FROM procrastinate_jobs
     WHERE status IN ('todo', 'doing', 'failed') AND (status <> 'todo' OR coalesce(scheduled_at, now()) <= now())
     GROUP BY status) AS found USING (name)
"""


def _clock(_at: datetime) -> Iterator[Value]:
    age_s = ready.clock_age_s()
    if age_s is not None:
        yield Value({}, age_s)


SERIES = (
    Series(
        "sangyu_calls_answer_seconds",
        "Seconds from ring to answer, of the calls of the last hour.",
        by_query(ANSWERED, "programme", quantiles=True),
    ),
    Series("sangyu_calls_ringing", "Calls that ring and are not answered.", by_query(RINGING, "programme")),
    Series(
        "sangyu_emergency_acknowledge_seconds",
        "Seconds from an alarm to the person who took it, of the last day.",
        by_query(ACKNOWLEDGED, "programme", quantiles=True),
    ),
    Series(
        "sangyu_emergency_waiting_seconds",
        "Age of the oldest alarm that nobody has taken; 0 when there is none.",
        by_query(UNACKNOWLEDGED, "programme"),
    ),
    Series(
        "sangyu_orders_overdue",
        "Orders whose wanted time has begun and that nobody has started, by stage.",
        by_query(OVERDUE, "programme", "stage"),
    ),
    Series(
        "sangyu_outbox_lag_seconds",
        "Age of the oldest message that a reader of the outbox has not read.",
        by_query(OUTBOX_LAG, "reader"),
    ),
    Series("sangyu_texts_to_ring", "Texts that reached nobody and need a call.", by_query(TO_RING, "programme")),
    Series("sangyu_texts_late", "Texts that were due and are not sent.", by_query(TEXTS_LATE)),
    Series(
        "sangyu_settlement_delta_fen",
        "Fen by which the statements of the last month differ from their lines; anything but 0 is a fault.",
        by_query(SETTLEMENT_DELTA, "programme"),
        keep_s=300.0,
    ),
    Series(
        "sangyu_audit_unsealed",
        "Acts of the audit book that are not chained yet.",
        by_query(UNSEALED, "programme"),
    ),
    Series("sangyu_jobs", "Jobs that are due, in work, or given up.", by_query(JOBS, "status"), keep_s=10.0),
    Series("sangyu_clock_age_seconds", "Seconds since the last round of the clock was due.", _clock),
)

_kept: dict[str, tuple[float, list[Value]]] = {}
_keeping = Lock()


def text(told: Sequence[Series] = SERIES, *, patience_ms: int = PATIENCE_MS) -> str:
    """Answer series in Prometheus' text format; one that takes longer is left out, and the last line counts these."""
    at = now()
    lines: list[str] = []
    failed = 0
    for series in told:
        try:
            values = _read(series, at, patience_ms)
        except Error:
            failed += 1
            continue
        lines += [f"# HELP {series.name} {series.help}", f"# TYPE {series.name} gauge"]
        lines += [_line(series.name, value) for value in values]
    lines += [
        "# HELP sangyu_series_failed Series that could not be read in time.",
        "# TYPE sangyu_series_failed gauge",
        f"sangyu_series_failed {failed}",
    ]
    return "\n".join(lines) + "\n"


def _read(series: Series, at: datetime, patience_ms: int) -> list[Value]:
    with _keeping:
        kept_at, values = _kept.get(series.name, (float("-inf"), []))
    if time.monotonic() - kept_at < series.keep_s:
        return values
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {patience_ms}")
        values = list(series.values(at))
    with _keeping:
        _kept[series.name] = (time.monotonic(), values)
    return values


def _line(name: str, value: Value) -> str:
    labels = ",".join(f'{label}="{_escaped(word)}"' for label, word in sorted(value.labels.items()))
    number = f"{value.number:.0f}" if value.number == int(value.number) else f"{value.number:.3f}"
    return f"{name}{{{labels}}} {number}" if labels else f"{name} {number}"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

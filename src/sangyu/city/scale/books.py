"""The books of a copied month: its accounts, what was held and granted in it, and what lapsed at its end.

Every hold and journal gets the fingerprint that the ledger would have given it, worked out in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from sangyu.city.scale.copying import moved
from sangyu.city.scale.shape import Piece, Shape
from sangyu.ledger.rules import AccountKey, kind_of

TABLES = ("ledger_account", "ledger_hold", "ledger_holdend", "ledger_journal", "ledger_entry")

# A hold belongs to the day of its order or meal; a grant to the day on which it was made, for an order of that day
# or later. What the bureau gave for the year is no part of a month.
_TEMPLATE = """
CREATE TEMP TABLE t_ledger_hold ON COMMIT DROP AS
SELECT s.*, s.cause_kind = 'MEAL' AS of_meal,
       coalesce((SELECT o.of_day FROM t_orders_order o WHERE o.id = s.cause_id),
                (SELECT m.of_day FROM t_meals_sale m WHERE m.id = s.cause_id)) AS of_day
  FROM ledger_hold s;
CREATE TEMP TABLE t_ledger_holdend ON COMMIT DROP AS
SELECT s.*, hold.of_day, hold.of_meal FROM ledger_holdend s JOIN t_ledger_hold hold ON hold.id = s.hold_id;
CREATE TEMP TABLE t_ledger_journal ON COMMIT DROP AS
SELECT s.*, a.account_id AS from_id, a.amount_fen AS from_fen, a.id AS from_entry,
       b.account_id AS to_id, b.amount_fen AS to_fen, b.id AS to_entry,
       CASE WHEN s.kind = 'CREDIT_GRANT' THEN extract(day FROM s.posted_at AT TIME ZONE 'Asia/Shanghai')::int
            ELSE (SELECT o.of_day FROM t_orders_order o WHERE o.id = s.cause_id) END AS of_day
  FROM ledger_journal s
  JOIN ledger_entry a ON a.journal_id = s.id AND a.n = 0 JOIN ledger_entry b ON b.journal_id = s.id AND b.n = 1
 WHERE s.kind IN ('CREDIT_GRANT', 'HOLD_POSTED');
CREATE TEMP TABLE t_ledger_account ON COMMIT DROP AS
SELECT a.* FROM ledger_account a
 WHERE a.id IN (SELECT account_id FROM t_ledger_hold
                UNION SELECT from_id FROM t_ledger_journal UNION SELECT to_id FROM t_ledger_journal);
CREATE TEMP TABLE account_of (old uuid, t int, new uuid, PRIMARY KEY (old, t)) ON COMMIT DROP;
"""
_HOLD_HASH = """encode(sha256(convert_to('{"account":"' || account.new || '","amount_fen":' || s.amount_fen
    || ',"by":"' || n.by_id || '","cause":["' || s.cause_kind || '","' || n.cause_id
    || '"],"expires_at":null,"programme":"' || s.programme_id || '"}', 'UTF8')), 'hex')"""
_HOLDS = f"""
INSERT INTO ledger_hold
       (id, programme_id, account_id, amount_fen, cause_kind, cause_id, at, by_id, expires_at, body_hash)
SELECT n.id, s.programme_id, account.new, s.amount_fen, s.cause_kind, n.cause_id,
       s.at + make_interval(days => %(shift)s), n.by_id, NULL, {_HOLD_HASH}
  FROM t_ledger_hold s CROSS JOIN cell c
  JOIN account_of account ON account.old = s.account_id AND account.t = c.t
  LEFT JOIN stand_in other ON other.old = s.by_id AND other.t = c.t
 CROSS JOIN LATERAL (SELECT {moved("s", "id", "c.p")} AS id, {moved("s", "cause_id", "c.p")} AS cause_id,
                            coalesce(other.new, s.by_id) AS by_id OFFSET 0) n
 WHERE s.of_day <= %(days)s AND (%(meals)s OR NOT s.of_meal)
"""
_ENDS = f"""
INSERT INTO ledger_holdend (hold_id, kind, posted_fen, voided_fen, journal_id, reason, at, by_id)
SELECT {moved("s", "hold_id", "c.p")}, s.kind, s.posted_fen, s.voided_fen, {moved("s", "journal_id", "c.p")},
       s.reason, s.at + make_interval(days => %(shift)s), coalesce(other.new, s.by_id)
  FROM t_ledger_holdend s CROSS JOIN cell c LEFT JOIN stand_in other ON other.old = s.by_id AND other.t = c.t
 WHERE s.of_day <= %(days)s AND (%(meals)s OR NOT s.of_meal)
"""
# The fingerprint of a journal of two legs; `n` and `j` say what it holds.
JOURNAL_HASH = """encode(sha256(convert_to('{"amounts":[["' || CASE WHEN n.from_id < n.to_id
        THEN n.from_id || '",' || n.from_fen || '],["' || n.to_id || '",' || n.to_fen
        ELSE n.to_id || '",' || n.to_fen || '],["' || n.from_id || '",' || n.from_fen END
    || ']],"by":"' || n.by_id || '","cause":["' || n.cause_kind || '","' || n.cause_id || '"],"kind":"' || n.kind
    || '","programme":"' || n.programme_id || '","reason":' || to_json(n.reason) || ',"reverses":null,"rule_version":'
    || to_json(n.rule_version) || ',"service_on":"' || n.service_on || '"}', 'UTF8')), 'hex')"""
_WRITE_JOURNALS = f"""
WITH n AS MATERIALIZED ($ROWS), journal AS (
    INSERT INTO ledger_journal (id, programme_id, kind, cause_kind, cause_id, service_on, posted_at, period, by_id,
                                reason, rule_version, body_hash)
    SELECT n.id, n.programme_id, n.kind, n.cause_kind, n.cause_id, n.service_on, n.posted_at,
           to_char(n.posted_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), n.by_id, n.reason, n.rule_version,
           {JOURNAL_HASH} FROM n)
INSERT INTO ledger_entry (id, journal_id, n, account_id, amount_fen)
SELECT n.from_entry, n.id, 0, n.from_id, n.from_fen FROM n
 UNION ALL
SELECT n.to_entry, n.id, 1, n.to_id, n.to_fen FROM n
"""


def journals_of(rows: str) -> str:
    """Return the SQL that writes a journal with both its entries for every row of a select that says everything."""
    return _WRITE_JOURNALS.replace("$ROWS", rows)


_JOURNALS = journals_of(
    f"""
    SELECT {moved("s", "id", "c.p")} AS id, s.programme_id, s.kind, s.cause_kind,
           CASE WHEN s.kind = 'CREDIT_GRANT' THEN {moved("s", "cause_id", "c.tile")}
                ELSE {moved("s", "cause_id", "c.p")} END AS cause_id,
           s.service_on + %(shift)s::int AS service_on, s.posted_at + make_interval(days => %(shift)s) AS posted_at,
           CASE WHEN s.kind = 'CREDIT_GRANT' THEN {moved("s", "by_id", "c.tile")}
                ELSE coalesce(other.new, s.by_id) END AS by_id,
           s.reason, s.rule_version, giver.new AS from_id, s.from_fen, taker.new AS to_id, s.to_fen,
           {moved("s", "from_entry", "c.p")} AS from_entry, {moved("s", "to_entry", "c.p")} AS to_entry
      FROM t_ledger_journal s CROSS JOIN cell c
      JOIN account_of giver ON giver.old = s.from_id AND giver.t = c.t
      JOIN account_of taker ON taker.old = s.to_id AND taker.t = c.t
      LEFT JOIN stand_in other ON other.old = s.by_id AND other.t = c.t
     WHERE s.of_day <= %(days)s"""
)
# What nobody used of a month's credit.
_LEFT = """
SELECT account.id, coalesce((SELECT sum(g.to_fen) FROM t_ledger_journal g
                              WHERE g.to_id = account.id AND g.of_day <= %(days)s), 0)
                 + coalesce((SELECT sum(u.from_fen) FROM t_ledger_journal u
                              WHERE u.from_id = account.id AND u.of_day <= %(days)s), 0)
  FROM t_ledger_account account WHERE account.kind = 'ELDER_CREDIT'
"""
_LAPSES = journals_of(
    """
    SELECT md5('lapse:' || gone.old)::uuid AS id, mine.programme_id, 'CREDIT_LAPSE' AS kind, 'ELDER' AS cause_kind,
           mine.party_id AS cause_id, %(first_day)s::date AS service_on, %(lapsed_at)s::timestamptz AS posted_at,
           %(clock)s::uuid AS by_id, %(month)s || '额度当月有效，余额不结转' AS reason, '' AS rule_version,
           gone.old AS from_id, -gone.fen AS from_fen, gone.new AS to_id, gone.fen AS to_fen,
           md5('lapse:0:' || gone.old)::uuid AS from_entry, md5('lapse:1:' || gone.old)::uuid AS to_entry
      FROM lapse_of gone JOIN ledger_account mine ON mine.id = gone.old"""
)
_CACHES = """
WITH moved AS (
    SELECT account_id, coalesce(sum(-amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint AS debit_fen,
           coalesce(sum(amount_fen) FILTER (WHERE amount_fen > 0), 0)::bigint AS credit_fen
      FROM ledger_entry GROUP BY account_id
), held AS (
    SELECT hold.account_id, sum(hold.amount_fen)::bigint AS fen FROM ledger_hold hold
      LEFT JOIN ledger_holdend ended ON ended.hold_id = hold.id WHERE ended.hold_id IS NULL GROUP BY hold.account_id
)
UPDATE ledger_account account
   SET debit_fen = coalesce(moved.debit_fen, 0), credit_fen = coalesce(moved.credit_fen, 0),
       held_fen = coalesce(held.fen, 0)
  FROM ledger_account same
  LEFT JOIN moved ON moved.account_id = same.id LEFT JOIN held ON held.account_id = same.id
 WHERE same.id = account.id AND (moved.account_id IS NOT NULL OR held.account_id IS NOT NULL)
"""


class Books:
    """The books of one district while it is copied."""

    def __init__(self, whole: Shape, clock_id: UUID) -> None:
        self.whole, self.clock_id = whole, clock_id
        with connection.cursor() as cursor:
            cursor.execute(_TEMPLATE)
            cursor.execute("CREATE TEMP TABLE lapse_of (old uuid, new uuid, fen bigint) ON COMMIT DROP")
            cursor.execute("SELECT id, programme_id, fund, kind, period, party_id FROM t_ledger_account")
            self._accounts = cursor.fetchall()

    def write(self, piece: Piece, words: Mapping[str, Any]) -> None:
        """Write the holds and journals of a month that has been copied."""
        self._open_accounts(piece)
        last = piece.month.next().first_day
        more: dict[str, Any] = {
            "first_day": piece.month.first_day,
            "lapsed_at": f"{last:%Y-%m}-13 09:00+08",
            "clock": self.clock_id,
        }
        with connection.cursor() as cursor:
            for statement in (_HOLDS, _ENDS, _JOURNALS, _LAPSES):
                cursor.execute(statement, {**words, **more})

    def _open_accounts(self, piece: Piece) -> None:
        rows, lapsing = [], []
        keys: dict[UUID, AccountKey] = {}
        left = self._left(piece)
        for old, programme_id, fund, kind, period, party_id in self._accounts:
            there = str(piece.month.year) if len(period) == 4 else str(piece.month)
            for tile in range(piece.first_tile, piece.until_tile):
                party = party_id and UUID(self.whole.tile(tile) + str(party_id)[8:])
                key = AccountKey(programme_id, fund, kind, there, party)
                rows.append((old, tile, key.id))
                keys[key.id] = key
                if left.get(old):
                    gone = AccountKey(programme_id, fund, "CREDIT_LAPSED", there, party)
                    lapsing.append((key.id, gone.id, left[old]))
                    keys[gone.id] = gone
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE account_of, lapse_of")
            copy_in(cursor, "account_of (old, t, new)", rows)
            copy_in(cursor, "lapse_of (old, new, fen)", lapsing)
            cursor.execute("ANALYZE account_of")
        open_accounts(keys)

    def _left(self, piece: Piece) -> dict[UUID, int]:
        # The template's own month lapses when it is settled.
        if not piece.back:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(_LEFT, {"days": piece.days})
            return {account_id: int(left_fen) for account_id, left_fen in cursor.fetchall() if left_fen}

    def balance(self) -> None:
        """Set the sums of every account to what its entries and open holds say."""
        with connection.cursor() as cursor:
            cursor.execute(_CACHES)


def open_accounts(keys: Mapping[UUID, AccountKey]) -> None:
    """Open the accounts that are not there yet; they are empty until `Books.balance`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM ledger_account WHERE id = ANY(%s)", [list(keys)])
        there = {row[0] for row in cursor.fetchall()}
        copy_in(
            cursor,
            "ledger_account (id, programme_id, fund, kind, period, party_id, floor_fen,"
            " debit_fen, credit_fen, held_fen)",
            [(one, *_account(key), 0, 0, 0) for one, key in keys.items() if one not in there],
        )


def copy_in(cursor: Any, into: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Write rows into a table the quickest way there is; `into` names its columns too."""
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _account(key: AccountKey) -> tuple[object, ...]:
    return (key.programme_id, key.fund, key.kind, key.period, key.party_id, kind_of(key.kind).floor_fen)

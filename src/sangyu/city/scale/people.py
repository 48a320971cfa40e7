"""More of everybody: elders, workers, enterprises and canteens like those of the template, each with a name of its own.

Nobody ages here: in every month of the history an elder is as old as in the month that was played. A copy lives at
the door of whom it is a copy of, so that the proofs of visits stay true.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from uuid import UUID

from django.db import connection

from sangyu.access.models import RoleAssignment, User
from sangyu.city import firms, names, places, players
from sangyu.city.blueprint import Blueprint
from sangyu.city.scale import shape
from sangyu.city.scale.books import copy_in
from sangyu.city.scale.copying import OF_TILE, Copy, copy_sql, template_sql
from sangyu.city.scale.shape import Shape
from sangyu.kit.names import search_keys, sort_key
from sangyu.kit.resident_id import Sex, check_digit
from sangyu.providers.models import Canteen, CanteenUser, Enterprise
from sangyu.registry import numbers
from sangyu.registry import rules as registry_rules
from sangyu.registry.models import Contact, Document, Elder

_PREFIXES = ("620102", "620103", "620104", "620105", "620111", "620121", "620122", "620123")
_PHONE = "pg_temp.phone_of(s.phone, c.t)"
_WORKS = "EXISTS (SELECT FROM providers_worker w WHERE w.user_id = s.{0})"
_MANAGES = "s.{0} IN (SELECT r.user_id FROM access_roleassignment r WHERE r.role = 'ENTERPRISE' AND r.ended_on IS NULL)"
_MADE = "(SELECT m.{0} FROM made m WHERE m.old = s.{1} AND m.t = c.t)"
_CARD = "left(s.number, 6) || lpad((right(s.number, 10)::bigint + c.t * 1000000)::text, 10, '0')"
# Nobody signs in as a copy: their log-ins have no password.
_LOG_IN = {"username": "s.username || '.' || c.t", "password": "'!'"}

FIRMS = (
    Copy(
        "access_organisation",
        where="EXISTS (SELECT FROM providers_enterprise e WHERE e.organisation_id = s.id)",
        set={
            "name": "(SELECT m.name FROM firm_made m JOIN providers_enterprise e ON e.id = m.old"
            " WHERE e.organisation_id = s.id AND m.t = c.t)"
        },
    ),
    Copy("access_user", where=_MANAGES.format("id"), set=_LOG_IN),
    Copy("access_roleassignment", where=_MANAGES.format("user_id")),
    Copy(
        "providers_enterprise",
        set={
            column: f"(SELECT m.{source} FROM firm_made m WHERE m.old = s.id AND m.t = c.t)"
            for column, source in {
                "name": "name",
                "short_name": "short_name",
                "credit_code": "credit_code",
                "bank_name": "bank",
                "bank_account": "bank_account",
                "account_name": "name",
                "phone": "phone",
            }.items()
        },
    ),
    # The papers of one enterprise run out in the month that is played; of its copies they do not.
    Copy("providers_licence", set={"valid_until": "(SELECT max(l.valid_until) FROM providers_licence l)"}),
    Copy("providers_contract", set={"number": "s.number || '-' || c.t"}),
    Copy("providers_contractarea"),
    Copy("providers_contractitem"),
    Copy("providers_standing"),
)
WORKERS = (
    Copy("access_user", where=_WORKS.format("id"), set=_LOG_IN),
    Copy("access_roleassignment", where=_WORKS.format("user_id")),
    Copy("providers_worker", set={"phone": _PHONE}),
    Copy("providers_certificate"),
)
ELDERS = (
    Copy(
        "registry_elder",
        set={name: _MADE.format(name, "id") for name in ("registration_number", "name", "sort_key", "search_keys")},
    ),
    Copy(
        "registry_document",
        set={column: _MADE.format(column, "elder_id") for column in ("number_cipher", "number_index")},
    ),
    Copy("registry_contact", set={"phone": _PHONE}),
    Copy("registry_identity"),
    Copy("registry_eldercard", set={"number": _CARD}),
    Copy("registry_cardevent"),
)
COPIES = (*FIRMS, *WORKERS, *ELDERS)
TABLES = (
    "registry_elder",
    "registry_document",
    "registry_contact",
    "registry_identity",
    "registry_eldercard",
    "registry_cardevent",
)


def populate(plan: Blueprint, whole: Shape) -> None:
    """Add the people of every tile but the template's, in the transaction of the copying."""
    enterprises = _enterprises(plan)
    _stand_ins(plan, whole, enterprises)
    _name_firms(plan, enterprises)
    _name_elders(plan, whole)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE of_firm (t int, p text, tile text) ON COMMIT DROP")
        copies = sorted({shape.firm_copy(t) for t in range(1, whole.tiles)} - {0})
        copy_in(cursor, "of_firm (t, p, tile)", [(e, whole.firm(e), whole.firm(e)) for e in copies])
        cursor.execute("CREATE TEMP TABLE of_tile (t int, p text, tile text) ON COMMIT DROP")
        copy_in(cursor, "of_tile (t, p, tile)", [(t, whole.tile(t), whole.tile(t)) for t in range(1, whole.tiles)])
    _copy(FIRMS, "of_firm", frozenset({"providers_contract"}))
    _canteens(plan, whole)
    _copy(WORKERS, "of_tile", OF_TILE)
    _copy(ELDERS, "of_tile", OF_TILE)


def phone_of(phone: str, tile: int) -> str:
    """Give a telephone of the same kind to whoever is a copy; `copying.PHONE_OF` says the same to the database."""
    if tile == 0 or not phone:
        return phone
    if len(phone) == 11 and phone[0] == "1":
        return f"{phone[:3]}{(int(phone[3:]) + tile * 499_979) % 10**8:08d}"
    return f"{phone[:5]}{(int(phone[5:]) + tile * 4_999) % 10**6:06d}"


def renamed(one: UUID, prefix: str) -> UUID:
    """Return an id with the prefix of its copy."""
    return UUID(prefix + str(one)[8:])


def _copy(copies: Sequence[Copy], cells: str, moves: frozenset[str]) -> None:
    whole_month = {"days": 31, "shift": 0, "meals": True}
    with connection.cursor() as cursor:
        for copy in copies:
            # Kept beside first: what is inserted must not be copied again.
            cursor.execute(template_sql(copy))
            cursor.execute(copy_sql(copy, cells=cells, moves=moves), whole_month)
            cursor.execute(f"DROP TABLE t_{copy.table}")


def _enterprises(plan: Blueprint) -> list[Enterprise]:
    rows = {row.credit_code: row for row in Enterprise.objects.all()}
    return [rows[firm.credit_code] for firm in plan.enterprises]


def _stand_ins(plan: Blueprint, whole: Shape, enterprises: Sequence[Enterprise]) -> None:
    """Say who stands for whom in every tile, of all whose ids do not follow from the tile's own prefix alone."""
    users = players.users_of(enterprises[0].programme)
    of_firms = [one for row in enterprises for one in (row.pk, row.organisation_id)]
    of_firms += [users[players.manager_name(firm.n)].pk for firm in plan.enterprises]
    workers = [users[players.worker_name(one.n)].pk for crew in plan.workers_of.values() for one in crew]
    rows: list[tuple[object, ...]] = []
    tills = list(CanteenUser.objects.values_list("canteen_id", "user_id"))
    canteens = [row.pk for row in _canteens_of(enterprises)]
    for tile in range(1, whole.tiles):
        copy = shape.firm_copy(tile)
        rows += [(one, tile, renamed(one, whole.firm(copy))) for one in of_firms if copy]
        rows += [(one, tile, renamed(one, whole.tile(tile))) for one in workers]
        for place, canteen_id in enumerate(canteens):
            there = whole.canteen(shape.canteen_copy(place, tile))
            rows.append((canteen_id, tile, renamed(canteen_id, there)))
            rows += [(user_id, tile, renamed(user_id, there)) for at, user_id in tills if at == canteen_id]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE stand_in (old uuid, t int, new uuid, PRIMARY KEY (old, t)) ON COMMIT DROP")
        copy_in(cursor, "stand_in (old, t, new)", rows)
        cursor.execute("ANALYZE stand_in")


def _canteens_of(enterprises: Sequence[Enterprise]) -> list[Canteen]:
    return list(Canteen.objects.filter(enterprise__in=enterprises).order_by("name"))


def _name_firms(plan: Blueprint, enterprises: Sequence[Enterprise]) -> None:
    """Name the copies as the larger city's own enterprises are named."""
    made = firms.enterprises(plan.areas, scale=1, seed=plan.seed)
    own = len(enterprises)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE firm_made (old uuid, t int, name text, short_name text, credit_code text, bank text,"
            " bank_account text, phone text, PRIMARY KEY (old, t)) ON COMMIT DROP"
        )
        rows = [
            (
                enterprises[n % own].pk,
                n // own,
                firm.name,
                firm.short_name,
                firm.credit_code,
                firm.bank,
                firm.bank_account,
                firm.phone,
            )
            for n, firm in enumerate(made)
            if n >= own
        ]
        copy_in(cursor, "firm_made (old, t, name, short_name, credit_code, bank, bank_account, phone)", rows)


def _canteens(plan: Blueprint, whole: Shape) -> None:
    """Open the other canteens, each in a community of its own, with a cashier."""
    taken = set(Canteen.objects.values_list("community_id", flat=True))
    free = iter(code for code in plan.elders_of if code not in taken)
    tills = {
        canteen_id: User.objects.get(pk=one)
        for canteen_id, one in CanteenUser.objects.values_list("canteen_id", "user_id")
    }
    role_since = plan.founded_at.date()
    for place, canteen in enumerate(_canteens_of(_enterprises(plan))):
        copies = {shape.canteen_copy(place, t): t for t in reversed(range(1, whole.tiles))}
        for copy, tile in sorted(copies.items()):
            code = next(free)
            street = plan.areas[plan.areas[code].parent].name
            spot = places.community(code, plan.seed)
            firm_id = canteen.enterprise_id
            if shape.firm_copy(tile):
                firm_id = renamed(firm_id, whole.firm(shape.firm_copy(tile)))
            opened = Canteen.objects.create(
                id=renamed(canteen.pk, whole.canteen(copy)),
                programme_id=canteen.programme_id,
                enterprise_id=firm_id,
                item_id=canteen.item_id,
                name=f"{street}{plan.areas[code].name}老年餐厅",
                community_id=code,
                address=f"{street}{plan.areas[code].name}",
                lng=spot.lng,
                lat=spot.lat,
                standard_price_fen=canteen.standard_price_fen,
                opens=canteen.opens,
                contracted_from=canteen.contracted_from,
                contracted_until=canteen.contracted_until,
            )
            till = tills[canteen.pk]
            cashier = User.objects.create(
                id=renamed(till.pk, whole.canteen(copy)),
                programme_id=till.programme_id,
                organisation_id=Enterprise.objects.get(pk=firm_id).organisation_id,
                username=f"{till.username}.{copy}",
                display_name=names.surname(plan.seed, "till", place, copy) + "红",
                password="!",
            )
            RoleAssignment.objects.create(user=cashier, role="TILL", since_on=role_since)
            CanteenUser.objects.create(canteen=opened, user=cashier)


def _name_elders(plan: Blueprint, whole: Shape) -> None:
    rows = list(_elders(plan, whole))  # nothing else may be asked of the database while rows go in
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE made (old uuid, t int, registration_number text, name text, sort_key text,"
            " search_keys text[], number_cipher text, number_index text, PRIMARY KEY (old, t)) ON COMMIT DROP"
        )
        columns = "old, t, registration_number, name, sort_key, search_keys, number_cipher, number_index"
        copy_in(cursor, f"made ({columns})", rows)
        cursor.execute("ANALYZE made")


def _elders(plan: Blueprint, whole: Shape) -> Iterator[tuple[object, ...]]:
    rows = list(Elder.objects.order_by("id"))
    papers = {row.elder_id: row for row in Document.objects.all()}
    known = {one: numbers.number_of(paper) for one, paper in papers.items()}
    own = Contact.objects.filter(relation="本人").order_by("order")
    phones: dict[UUID, list[str]] = {}
    for elder_id, phone in own.values_list("elder_id", "phone"):
        phones.setdefault(elder_id, []).append(phone)
    registered = {row.registration_number for row in rows}
    documents = set(known.values())
    # Many are called the same, and a name takes longer to spell than to draw.
    spelt, found_by = lru_cache(None)(sort_key), lru_cache(None)(search_keys)
    for tile in range(1, whole.tiles):
        for row in rows:
            key = (plan.seed, "tile", tile, str(row.pk))
            name = names.surname(*key) + names.given_name(Sex(row.sex), row.birth_on.year, *key)
            number = _other(_resident_ids(known[row.pk], tile), documents)
            kept = numbers.kept(row.programme_id, papers[row.pk].kind, number)
            telephones = [phone_of(phone, tile) for phone in phones.get(row.pk, [])]
            yield (
                row.pk,
                tile,
                _other(_registration_numbers(row.registration_number, tile), registered),
                name,
                spelt(name)[:120],
                registry_rules.stored_keys(
                    [*found_by(name), *search_keys("", phones=telephones), numbers.tail_key(number)]
                ),
                kept["number_cipher"],
                kept["number_index"],
            )


def _other(wishes: Iterator[str], taken: set[str]) -> str:
    found = next(wish for wish in wishes if wish not in taken)
    taken.add(found)
    return found


def _registration_numbers(number: str, tile: int) -> Iterator[str]:
    place, digits = number.split("-")
    for attempt in range(10**6):
        yield f"{place}-{(int(digits) + tile * 1_000_003 + attempt) % 10**9:09d}"


def _resident_ids(number: str, tile: int) -> Iterator[str]:
    """Yield resident ids of somebody of the same sex, born on the same day."""
    for prefix in _PREFIXES:
        for step in range(500):
            first_17 = f"{prefix}{number[6:14]}{(int(number[14:17]) + 2 * (tile + step)) % 1000:03d}"
            yield first_17 + check_digit(first_17)

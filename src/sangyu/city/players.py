"""Who acts in the play: the users behind the log-ins, and which generated person each row in the database is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sangyu.access import queries as access_read
from sangyu.access.models import Programme, User
from sangyu.city.blueprint import Blueprint
from sangyu.city.dice import pick
from sangyu.kit.ids import derived_id
from sangyu.providers import queries as providers_read
from sangyu.providers.models import ServiceItem
from sangyu.registry import numbers

SLUG = "chengguan"
AGENTS_MIN, DISPATCHERS_MIN = 3, 2


@dataclass(frozen=True)
class Crew:
    """A worker as the play knows them: the name under which the dice are thrown, and the log-in."""

    ref: str
    user: User


@dataclass(frozen=True)
class Firm:
    """An enterprise as the play knows it."""

    ref: str
    manager: User


@dataclass(frozen=True)
class Players:
    """Everybody who can act, by log-in name, enterprise id and worker id."""

    programme: Programme
    users: Mapping[str, User]
    items: Mapping[str, ServiceItem]
    firms: Mapping[UUID, Firm]
    workers: Mapping[UUID, Crew]
    agents: tuple[User, ...]
    dispatchers: tuple[User, ...]
    seed: int

    @property
    def clock(self) -> User:
        return self.users[f"clock.{SLUG}"]

    def agent(self, ref: str) -> User:
        """Return the agent who takes a call: always the same one, so that a repeat is that person's own."""
        return pick(self.agents, self.seed, "agent", ref)

    def dispatcher(self, ref: str) -> User:
        return pick(self.dispatchers, self.seed, "dispatcher", ref)

    def order_id(self, key: str) -> UUID:
        return derived_id("order", self.programme.pk, key)


def programme() -> Programme | None:
    """Return the programme of the city, if its books have been opened."""
    return Programme.objects.filter(slug=SLUG).first()


def users_of(organiser: Programme) -> dict[str, User]:
    """Return every user of a programme by log-in name."""
    rows = User.objects.filter(programme=organiser).select_related("organisation", "programme")
    return {user.username: user for user in rows}


def load(plan: Blueprint) -> Players:
    """Find everybody of a built city."""
    organiser = Programme.objects.select_related("area").get(slug=SLUG)
    users = users_of(organiser)
    by_id = {user.pk: user for user in users.values()}
    clock = access_read.clock(organiser)
    enterprises = {row.credit_code: row for row in providers_read.enterprises(clock)}
    refs = {
        (enterprises[firm.credit_code].pk, worker.phone): worker.ref
        for firm in plan.enterprises
        for worker in plan.workers_of[firm.ref]
    }
    return Players(
        programme=organiser,
        users=users,
        items={item.code: item for item in providers_read.items(clock)},
        firms={
            enterprises[firm.credit_code].pk: Firm(firm.ref, users[manager_name(firm.n)]) for firm in plan.enterprises
        },
        workers={
            row.pk: Crew(refs[row.enterprise_id, row.phone], by_id[row.user_id])
            for row in providers_read.workers(clock)
            if (row.enterprise_id, row.phone) in refs  # the copies in a district of full size take no part
        },
        agents=tuple(users[f"agent{n}"] for n in range(1, agent_count(plan) + 1)),
        dispatchers=tuple(users[f"dispatcher{n}"] for n in range(1, DISPATCHERS_MIN + 1)),
        seed=plan.seed,
    )


def elder_id(programme_id: UUID, resident_id: str) -> UUID:
    """Name the elder whom the register makes of a resident id."""
    return numbers.elder_id(programme_id, resident_id)


def agent_count(plan: Blueprint) -> int:
    return max(AGENTS_MIN, round(40 * plan.scale))


def manager_name(n: int) -> str:
    return f"e{n + 1:02d}"


def worker_name(n: int) -> str:
    return f"w{n + 1:04d}"


def till_name(n: int) -> str:
    return f"till{n + 1}"


def clerk_name(community_code: str) -> str:
    return f"c.{community_code}"

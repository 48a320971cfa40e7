"""The city that stands in this database, as its play knows it."""

from __future__ import annotations

from functools import lru_cache

from sangyu.city import areas, diary, players
from sangyu.city.blueprint import Blueprint
from sangyu.city.demo import DISTRICT
from sangyu.city.players import Players
from sangyu.kit.errors import Refusal
from sangyu.kit.month import Month


class NoCity(Refusal):
    """The database holds no demo city."""

    code = "NO_CITY"


@lru_cache(maxsize=1)
def standing() -> tuple[Blueprint, Players]:
    """Return the blueprint and the people of the city; read once a process, since neither changes.

    Raises: NoCity.
    """
    begun = diary.read().get(diary.BEGUN)
    if begun is None:
        raise NoCity("这个数据库里没有演示城，工具条上的事都做不了。请用 ./sangyu demo 启动。")
    plan = Blueprint(areas.read(DISTRICT), begun["scale"], begun["seed"], Month.parse(begun["month"]))
    return plan, players.load(plan)

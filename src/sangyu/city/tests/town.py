"""A small tree for the tests, so that they need neither the network nor what set-up fetched.

The codes of the subdistricts are those of Chengguan, the communities are made up.
"""

from __future__ import annotations

from sangyu.city import areas, places

SEED = 7


def tree() -> areas.Areas:
    named = [("62", "甘肃省"), ("6201", "兰州市"), ("620102", "城关区"), ("620102403", "某某企业")]
    named += [("620102403498", "某某企业虚拟社区")]
    for n, code in enumerate(places.SUBDISTRICTS):
        named += [(code, f"第{n}街道"), (f"{code}001", f"槐{n}社区居委会"), (f"{code}002", f"柳{n}社区居民委员会")]
        named += [(f"{code}201", f"枣{n}村民委员会")] if n % 5 == 0 else []
    return areas.tree(code="620102", edition="测试", named=named)


TREE = tree()

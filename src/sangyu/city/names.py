"""Invented names that sound like the decade they were given in; nobody real is meant by any of them.

The weights are rough frequencies per thousand, with the surnames of the north-west a little heavier than elsewhere.
"""

from __future__ import annotations

from sangyu.city.dice import Part, Urn, chance, pick
from sangyu.kit.resident_id import Sex

SURNAMES = Urn(
    {
        "王": 78, "李": 74, "张": 72, "刘": 50, "马": 46, "陈": 34, "杨": 34, "赵": 28, "魏": 20, "高": 18,
        "郭": 17, "何": 16, "黄": 14, "周": 14, "吴": 13, "徐": 13, "孙": 13, "朱": 12, "胡": 12, "林": 10,
        "罗": 10, "梁": 10, "宋": 10, "韩": 10, "唐": 8, "冯": 9, "许": 8, "邓": 7, "曹": 9, "彭": 6,
        "曾": 6, "肖": 6, "田": 8, "董": 9, "潘": 5, "袁": 6, "蔡": 5, "蒋": 6, "余": 5, "于": 5,
        "杜": 7, "叶": 4, "程": 6, "苏": 6, "吕": 5, "丁": 5, "任": 6, "卢": 4, "姚": 5, "沈": 4,
        "姜": 5, "崔": 5, "谭": 3, "陆": 4, "范": 5, "汪": 5, "石": 5, "金": 5, "贾": 6, "夏": 3,
        "白": 5, "苗": 2, "柴": 3, "豆": 1, "滕": 2, "火": 1, "颜": 2, "祁": 4, "丑": 1, "保": 1,
        "穆": 2, "妥": 1, "单": 2, "仇": 1, "解": 2, "查": 1, "牟": 2, "尉": 1, "欧阳": 1, "司马": 1,
    }
)  # fmt: skip

# Given names by the year of birth up to which they were in fashion: (first characters, second characters, whole names).
_MEN: dict[int, tuple[str, str, str]] = {
    1939: (
        "德永世文玉耀守维占万兆廷生克",
        "福贵财禄寿祥清林山海元明善堂",
        "进财 有福 得胜 长命 存孝 积善 正林 怀德 继祖 全有",
    ),
    1949: (
        "振兴天国宝长治光学永义克成世",
        "华安民强武荣忠义平仁魁俊成良",
        "抗胜 解放 胜利 建功 复兴 光复 中兴 自强 双喜 新民",
    ),
    1956: (
        "建志国卫新保克庆兴立跃援永和",
        "国民平华军生设明林文武忠义发",
        "和平 援朝 国庆 建国 建设 卫国 新生 抗美 保家 红星",
    ),
    1966: (
        "卫建志跃立晓小永文学红宏占延",
        "东军进平兵红民强钢林生明勇华",
        "跃进 卫星 学锋 超英 志刚 卫东 红旗 向阳 自力 继红",
    ),
}
_WOMEN: dict[int, tuple[str, str, str]] = {
    1939: (
        "秀桂玉淑凤兰翠月素彩菊金银惠",
        "英兰珍花莲贞香娥芳琴云秀芝梅",
        "招弟 改转 腊梅 引弟 存花 冬梅 串莲 小女 玉莲 金花",
    ),
    1949: (
        "秀淑桂玉慧巧凤美佩素月婉雅静",
        "珍英兰芳琴贤华云清霞芬敏如萍",
        "解放 翻身 淑贤 慧芳 兰芝 胜英 凤仙 毓秀 佩兰 雪梅",
    ),
    1956: (
        "玉丽秀桂爱建美惠素春新淑晓亚",
        "兰梅华珍英萍芳琴霞玲莉荣香云",
        "和平 爱华 新华 建华 国英 援朝 秋菊 春兰 丽华 爱莲",
    ),
    1966: (
        "红丽小晓玉建爱卫春秋亚艳雪文",
        "梅红玲霞萍英华琴芳丽燕兰云娟",
        "跃华 卫红 向红 丽萍 雪琴 秋霞 晓燕 春燕 玉玲 桂花",
    ),
}
_MEN_SINGLE = "刚强军伟涛勇平斌杰辉"
_WOMEN_SINGLE = "敏静红燕玲霞梅芳丽萍"
_YOUNG_MEN = "建军 晓东 志强 海涛 文博 小龙 建平 宏伟 立新 永刚 鹏飞 俊杰 世昌 明远 少华"
_YOUNG_WOMEN = "晓燕 丽娟 海霞 文静 雅琴 小红 桂琴 雪莲 玉洁 慧敏 秀梅 春梅 瑞芳 晓玲 玉兰 婧"

# Characters beyond the common sets: extension A and B, and some that old fonts lack.
RARE = ("𠅤", "㛃", "喆", "堃", "䶮", "𬎆", "赟", "燊", "玥𬭎", "犇")
RARE_EVERY = 400


def surname(*parts: Part) -> str:
    return SURNAMES.draw(*parts, "surname")


def given_name(sex: Sex, born: int, *parts: Part) -> str:
    """Draw a given name as it might have been chosen in that year."""
    if born > 1966:
        return pick((_YOUNG_MEN if sex is Sex.MALE else _YOUNG_WOMEN).split(), *parts, "given")
    fashions = _MEN if sex is Sex.MALE else _WOMEN
    first, second, whole = next(names for until, names in fashions.items() if born <= until)
    # Single characters came into fashion after 1950.
    if born > 1949 and chance(200, *parts, "single"):
        return pick(_MEN_SINGLE if sex is Sex.MALE else _WOMEN_SINGLE, *parts, "given")
    if chance(120, *parts, "whole"):
        return pick(whole.split(), *parts, "given")
    return pick(first, *parts, "first") + pick(second, *parts, "second")


def rare_given_name(*parts: Part) -> str:
    return pick(RARE, *parts, "rare")

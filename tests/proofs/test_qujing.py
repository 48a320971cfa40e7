"""Qujing's figures on their way up: what a district hands in is what the city itself reads of it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.urls import reverse

from sangyu.insight import queries as insight_read
from tests.seat import seat
from tests.troupe import Plan, Troupe

CITY_PLACES = (("53", "云南省"), ("5303", "曲靖市"))
PLACES = (*CITY_PLACES, ("530302", "麒麟区"), ("530302001", "示例街道"), ("530302001001", "示例社区"))
DISTRICT = Plan("qujing", "qilin", "麒麟区幸福餐桌", "530302", PLACES, "12349", "QILIN")
CITY = Plan("qujing", "qujing", "曲靖市幸福餐桌", "5303", PLACES, "12345", "CITY")


@pytest.mark.proves("QJ-29")
def test_a_district_hands_its_report_to_the_city_and_the_city_has_the_same_file(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    district, city = Troupe(DISTRICT, tmp_path), Troupe(CITY, tmp_path)
    district.elder("李秀兰", district.at.date().replace(year=1944), 22, ["13900000001"])
    on = district.at.date()
    sit = seat(monkeypatch, district.at + timedelta(days=1))
    query = {"on": on.isoformat()}
    handed_in = sit(district.head).get(reverse("bureau:workbook"), query)
    read = sit(city.head).get(reverse("bureau:workbook"), {**query, "of": "qilin"})
    assert handed_in.status_code == read.status_code == 200
    assert handed_in.content == read.content
    assert handed_in["X-Report-SHA256"] == insight_read.report(district.head, on).sha256
    assert "麒麟区幸福餐桌" in ZipFile(BytesIO(read.content)).read("xl/sharedStrings.xml").decode()
    added_up = sit(city.head).get(reverse("bureau:workbook"), {**query, "of": "all"})
    registered = {
        number.label: number.value for number in insight_read.report_of_all(city.head, on).sections[0].numbers
    }
    assert registered["登记老人"] == 1
    assert added_up["X-Report-SHA256"] == insight_read.report_of_all(city.head, on).sha256
    assert sit(district.head).get(reverse("bureau:workbook"), {**query, "of": "qujing"}).status_code == 404

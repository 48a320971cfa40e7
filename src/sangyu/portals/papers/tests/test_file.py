"""A photo is shown to who may see its visit, and is nothing but a photo."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.neighbours import neighbour

from sangyu.access.models import Role
from sangyu.files.tests.paint import photo
from sangyu.kit.ids import new_id
from sangyu.visits import actions as visits


@pytest.fixture
def shot(cast):
    visit = cast.arrived()
    at = visit.arrived_at + timedelta(minutes=5)
    return visits.add_photo(visit_id=visit.pk, content=photo(800, 600), by=cast.zhao_user, at=at)


def address(shot) -> str:
    return reverse("papers:file", args=[shot.file_id])


def test_a_photo_is_a_picture_and_nothing_else(cast, shot, sit):
    answer = sit(cast.zhao_user).get(address(shot))
    assert answer.status_code == 200
    assert Image.open(io.BytesIO(answer.content)).size == (800, 600)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_list_takes_the_small_one(cast, shot, sit):
    answer = sit(cast.ma).get(address(shot), {"small": "1"})
    assert Image.open(io.BytesIO(answer.content)).size == (320, 240)


def test_a_browser_that_has_it_is_only_told_so(cast, shot, sit):
    client = sit(cast.kangan_user)
    tag = client.get(address(shot))["ETag"]
    again = client.get(address(shot), headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_strangers_find_nothing_even_with_the_right_tag(cast, shot, sit):
    tag = f'"{shot.file.sha256}"'
    for stranger in (cast.other_user, cast.letter_user, cast.clerk, neighbour(cast, Role.AGENT)):
        assert sit(stranger).get(address(shot), headers={"If-None-Match": tag}).status_code == 404
    assert Client().get(address(shot)).status_code == 302


def test_an_id_that_names_nothing_is_not_found(cast, sit):
    answer = sit(cast.ma).get(reverse("papers:file", args=[new_id()]))
    assert answer.status_code == 404
    assert "没有找到这张照片" in answer.content.decode()


def test_nothing_is_sent_here(cast, shot, sit):
    assert sit(cast.zhao_user).post(address(shot)).status_code == 405

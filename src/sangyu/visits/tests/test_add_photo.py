"""Photos of the work come on their own way, and only from who did it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from tests.cast import HOME
from tests.neighbours import neighbour
from tests.race import race, won_and_refused

from sangyu.access.models import AuditEntry, Role
from sangyu.access.queries import NotAllowed
from sangyu.files.models import File
from sangyu.files.rules import NotAKindWeKeep
from sangyu.files.tests.paint import photo
from sangyu.kit.errors import NotFound
from sangyu.kit.point import Crs, Point
from sangyu.visits import actions as visits
from sangyu.visits import queries as visits_read
from sangyu.visits.models import Photo
from sangyu.visits.rules import PHOTOS_MAX, PhotosFull, PhotoTooLate


def add(cast, visit, content=None, **more):
    return visits.add_photo(
        visit_id=visit.pk,
        content=content or photo(),
        **{"by": cast.zhao_user, "at": visit.arrived_at + timedelta(minutes=30), **more},
    )


def test_a_photo_belongs_to_its_visit(cast):
    visit = cast.arrived()
    taken_at = visit.arrived_at + timedelta(minutes=20)
    added = add(cast, visit, taken_at=taken_at, place=HOME)
    assert (added.n, added.taken_at, added.distance_m, added.file.purpose) == (1, taken_at, 0, "VISIT_PHOTO")
    assert AuditEntry.objects.get(verb="visits.add_photo").facts["sha256"] == added.file.sha256


def test_what_the_camera_wrote_counts_before_what_the_phone_says(cast):
    visit = cast.arrived()
    taken_at = visit.arrived_at + timedelta(minutes=5)
    far = Point(lng=103.90, lat=36.10, crs=Crs.WGS84)
    added = add(cast, visit, photo(taken_at=taken_at, lng=HOME.lng, lat=HOME.lat), taken_at=cast.at, place=far)
    assert added.taken_at == taken_at
    assert added.distance_m <= 1
    assert added.place["source"] == "EXIF"


def test_a_photo_without_a_place_is_kept(cast):
    added = add(cast, cast.arrived())
    assert (added.taken_at, added.place, added.distance_m) == (None, None, None)


def test_the_same_photo_is_added_once(cast):
    visit = cast.arrived()
    first, again = add(cast, visit), add(cast, visit, at=visit.arrived_at + timedelta(hours=1))
    assert again.pk == first.pk
    assert (Photo.objects.count(), File.objects.count()) == (1, 1)


def test_a_line_that_was_bad_for_a_day_still_brings_the_photo(cast):
    visit = cast.visited()
    left_at = visit.arrived_at + timedelta(minutes=visit.order.item.minutes)
    assert add(cast, visit, at=left_at + timedelta(hours=24)).n == 1
    with pytest.raises(PhotoTooLate, match="24小时"):
        add(cast, visit, photo(colour=(1, 1, 1)), at=left_at + timedelta(hours=24, seconds=1))


def test_a_photo_from_before_the_arrival_is_refused(cast):
    visit = cast.arrived()
    with pytest.raises(PhotoTooLate, match="签到"):
        add(cast, visit, at=visit.arrived_at - timedelta(minutes=1))


def test_six_photos_are_enough(cast):
    visit = cast.arrived()
    for n in range(PHOTOS_MAX):
        assert add(cast, visit, photo(colour=(n * 30, 0, 0))).n == n + 1
    with pytest.raises(PhotosFull, match="6张"):
        add(cast, visit, photo(colour=(0, 0, 250)))
    assert add(cast, visit, photo(colour=(0, 0, 0))).n == 1, "one that is there already is no seventh"


def test_what_is_no_photo_is_refused(cast):
    with pytest.raises(NotAKindWeKeep):
        add(cast, cast.arrived(), b"%PDF-1.7 %%EOF")
    assert not Photo.objects.exists()


def test_nobody_adds_photos_to_another_s_visit(cast):
    visit = cast.arrived()
    for by in (cast.other_user, neighbour(cast, Role.WORKER)):
        with pytest.raises(NotFound, match="上门记录"):
            add(cast, visit, by=by)
    with pytest.raises(NotAllowed):
        add(cast, visit, by=cast.kangan_user)


def test_photos_are_seen_by_who_may_see_the_visit(cast):
    visit = cast.arrived()
    added = add(cast, visit)
    for viewer in (cast.zhao_user, cast.kangan_user, cast.ma, cast.auditor):
        assert [shot.photo for shot in visits_read.photos(viewer, visit.pk)] == [added]
        assert visits_read.file_for(viewer, added.file_id) == added.file
    for stranger in (cast.letter_user, cast.other_user, cast.clerk, neighbour(cast, Role.QUALITY)):
        with pytest.raises(NotFound):
            visits_read.photos(stranger, visit.pk)
        with pytest.raises(NotFound):
            visits_read.file_for(stranger, added.file_id)


def test_the_same_picture_in_two_visits_is_noticed(cast):
    first, second = cast.visited(cast.order(days=1)), cast.visited(cast.order(days=2))
    for visit in (first, second):
        add(cast, visit)
    add(cast, second, photo(colour=(3, 3, 3)))
    assert [shot.also_in for shot in visits_read.photos(cast.sun, first.pk)] == [1]
    assert [shot.also_in for shot in visits_read.photos(cast.sun, second.pk)] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_eight_photos_at_once_are_six(cast):
    visit = cast.arrived()
    sends = [partial(add, cast, visit, photo(colour=(n * 30, n, 0))) for n in range(8)]
    added, refused = won_and_refused(race(*sends))
    assert sorted(row.n for row in added) == [1, 2, 3, 4, 5, 6]
    assert {type(refusal) for refusal in refused} == {PhotosFull}

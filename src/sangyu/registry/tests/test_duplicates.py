"""Two records of one person are found, judged by two people, merged, and parted again as if nothing had been."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.neighbour import Neighbour
from tests.standing import standing

from sangyu.access import queries as access_read
from sangyu.access.models import AuditEntry
from sangyu.kit.errors import NotFound
from sangyu.registry import actions as registry
from sangyu.registry import queries as registry_read
from sangyu.registry.actions import CaseClosed, NotMerged, ReasonMissing, SameVoice
from sangyu.registry.models import DuplicateCase, Elder, Merge
from sangyu.registry.rules import Ground, Record, alike_pm, judge

BORN = date(1944, 5, 12)
SAME = Record("李秀兰", BORN, "FEMALE", "南门巷8号2单元301")


@pytest.mark.parametrize(
    ("other", "document", "phone", "grounds", "at_least", "at_most"),
    [
        (SAME, True, True, ["DOCUMENT", "NAME_BIRTH", "PHONE", "ADDRESS"], 1000, 1000),
        (SAME, False, False, ["NAME_BIRTH", "ADDRESS"], 800, 900),
        (Record("李秀蘭", BORN, "FEMALE", "南门巷8号"), False, True, ["PHONE"], 500, 799),
        (Record("王德厚", date(1940, 1, 1), "MALE", "南门巷8号2单元301"), False, True, ["PHONE", "ADDRESS"], 0, 499),
        (Record("李秀兰", date(1950, 1, 1), "FEMALE", "别处1号"), False, False, [], 0, 499),
        (Record("李秀兰", BORN, "MALE", "别处1号"), False, False, ["NAME_BIRTH"], 500, 700),
    ],
)
def test_how_sure_it_is_that_two_records_are_one_person(other, document, phone, grounds, at_least, at_most):
    found, score_pm = judge(SAME, other, document=document, phone=phone)
    assert found == grounds
    assert at_least <= score_pm <= at_most
    assert judge(other, SAME, document=document, phone=phone) == (found, score_pm)


def test_texts_are_compared_by_what_they_share():
    assert [alike_pm("南门巷8号", "南门巷８号"), alike_pm("南门巷", "北园路"), alike_pm("", "")] == [1000, 0, 0]
    assert set(Ground) == {"DOCUMENT", "NAME_BIRTH", "PHONE", "ADDRESS"}


@standing
def twice(cast) -> Elder:
    """Grandmother Li again, registered with another document and another telephone."""
    return registry.register(
        by=cast.clerk,
        at=cast.at + timedelta(minutes=5),
        name="李秀兰",
        document_kind="PASSPORT",
        document_number="E7654321",
        birth_on=cast.li.birth_on,
        sex=cast.li.sex,
        community_code=cast.li.community_id,
        address="南门巷8号2单元301室",
        phones=["13900000088"],
        hukou_in_area=True,
    )


def find(cast):
    registry.find_duplicates(by=cast.head, at=cast.at)
    return registry_read.duplicate_cases(cast.head)


def say(cast, case, by, verdict="SAME", survivor=None, reason="与女儿核对，是同一人"):
    survivor_id = (survivor or cast.li).pk if verdict == "SAME" else None
    return registry.rule_duplicate(
        case_id=case.pk, verdict=verdict, survivor_id=survivor_id, reason=reason, by=by, at=cast.at
    )


def merged(cast) -> Merge:
    [shown] = find(cast)
    say(cast, shown.case, cast.clerk)
    say(cast, shown.case, cast.head)
    return Merge.objects.get()


def test_a_case_is_found_once_and_nobody_else_is_suspected(cast, twice):
    [shown] = find(cast)
    assert (shown.case.one_id, shown.case.other_id) == (cast.li.pk, twice.pk)
    assert shown.grounds == ("姓名和出生日期相同", "住址相近")
    assert registry.find_duplicates(by=cast.head, at=cast.at) == 0
    assert registry_read.duplicate_count(cast.clerk) == 1
    assert registry_read.duplicate_count(Neighbour(cast.at).clerk) == 0
    assert set(registry_read.listed(cast.clerk, group="duplicate", on=cast.at.date())) == {cast.li, twice}


def test_steps_however_short_find_the_same_and_a_broken_off_search_is_made_up_for(cast, twice):
    more = [
        registry.register(
            by=cast.clerk,
            at=cast.at + timedelta(minutes=9),
            name=name,
            document_kind="PASSPORT",
            document_number=f"E12345{n:02d}",
            birth_on=born,
            sex="FEMALE",
            community_code=cast.li.community_id,
            address=f"北园路{n}号",
            phones=[phone],
            hukou_in_area=True,
        )
        for n, (name, born, phone) in enumerate(
            [
                ("李秀英", cast.li.birth_on, "13900000088"),  # the telephone of `twice`
                ("赵玉芝", date(1941, 2, 3), "13900000070"),
                ("赵玉芝", date(1941, 2, 3), "13900000071"),
                ("赵玉芝", date(1941, 2, 4), "13900000072"),
            ]
        )
    ]
    assert registry.find_duplicates(by=cast.head, at=cast.at) == 3
    found = set(DuplicateCase.objects.values_list("one", "other", "score_pm"))
    assert {frozenset(pair) for *pair, _ in found} == {
        frozenset({cast.li.pk, twice.pk}),
        frozenset({twice.pk, more[0].pk}),
        frozenset({more[1].pk, more[2].pk}),
    }
    DuplicateCase.objects.all().delete()
    assert registry.find_duplicates(by=cast.head, at=cast.at, step=1) == 3
    assert set(DuplicateCase.objects.values_list("one", "other", "score_pm")) == found
    DuplicateCase.objects.exclude(one=cast.li).delete()
    assert registry.find_duplicates(by=cast.head, at=cast.at, step=2) == 2


def test_the_clock_notes_a_search_only_where_it_found_something(cast, twice):
    clock = access_read.clock(cast.programme)
    searches = AuditEntry.objects.filter(verb="registry.find_duplicates")
    assert registry.find_duplicates(by=clock, at=cast.at) == 1
    assert registry.find_duplicates(by=clock, at=cast.at) == 0
    assert searches.count() == 1
    registry.find_duplicates(by=cast.head, at=cast.at)
    assert searches.count() == 2, "that somebody looked is an act of theirs, whatever came of it"


def test_two_people_say_so_before_anything_is_merged(cast, twice):
    [shown] = find(cast)
    first = say(cast, shown.case, cast.clerk)
    assert say(cast, shown.case, cast.clerk) == first
    assert registry_read.get_duplicate_case(cast.head, shown.case.pk).waits_for == first
    assert not Merge.objects.exists()
    with pytest.raises(SameVoice, match="另一份档案"):
        say(cast, shown.case, cast.head, survivor=twice)
    say(cast, shown.case, cast.head)
    assert registry_read.survivor_of(twice.pk) == cast.li.pk
    with pytest.raises(CaseClosed):
        say(cast, shown.case, cast.head, "TWO")


def test_whoever_spoke_first_may_name_the_other_record_and_still_needs_a_second(cast, twice):
    [shown] = find(cast)
    say(cast, shown.case, cast.clerk)
    changed = say(cast, shown.case, cast.clerk, survivor=twice)
    assert registry_read.get_duplicate_case(cast.head, shown.case.pk).waits_for == changed
    assert not Merge.objects.exists()
    with pytest.raises(SameVoice, match="另一份档案"):
        say(cast, shown.case, cast.head)
    say(cast, shown.case, cast.head, survivor=twice)
    assert registry_read.survivor_of(cast.li.pk) == twice.pk


def test_two_people_are_two_and_are_not_asked_again(cast, twice):
    [shown] = find(cast)
    with pytest.raises(ReasonMissing):
        say(cast, shown.case, cast.clerk, "TWO", reason="")
    with pytest.raises(NotMerged, match="保留哪一份"):
        say(cast, shown.case, cast.clerk, survivor=cast.grandpa)
    with pytest.raises(NotFound):
        say(cast, shown.case, Neighbour(cast.at).clerk, "TWO")
    say(cast, shown.case, cast.clerk, "TWO", reason="是双胞胎姐妹")
    assert find(cast) == []


def seen(cast, *elders):
    on = cast.at.date()
    return [
        (
            registry_read.facts(Elder.objects.get(pk=elder.pk), on),
            [row.phone for row in registry_read.contacts_of(elder.pk)],
            set(Elder.objects.get(pk=elder.pk).search_keys),
            registry_read.survivor_of(elder.pk),
            {found.pk for text in ("李秀兰", "0088", "4321", "0001") for found in registry_read.search(cast.ma, text)},
        )
        for elder in elders
    ]


def test_what_is_read_of_either_record_is_read_of_the_one_that_stays(cast, twice):
    for code in ("dementia", "three_no"):
        registry.recognise(
            elder=twice, code=code, evidence="诊断书 7号", valid_from=date(2026, 1, 1), by=cast.clerk, at=cast.at
        )
    registry.add_contact(
        elder_id=twice.pk, name="马晓", relation="女儿", number="13900000099", by=cast.clerk, at=cast.at
    )
    on = cast.at.date()
    assert registry_read.listed(cast.clerk, group="three_no", on=on) == [twice]
    assert registry_read.group_counts(cast.clerk, on)["no_contact"] == 2
    merge = merged(cast)
    assert registry_read.listed(cast.clerk, group="three_no", on=on) == [cast.li]
    assert registry_read.listed(cast.clerk, group="no_contact", on=on) == [cast.grandpa]
    for text in ("李秀兰", "0088", "4321", "0001"):
        assert twice not in registry_read.search(cast.ma, text)
        assert [elder.pk for elder in registry_read.search(cast.ma, text)] == [cast.li.pk]
    assert registry_read.find_by_phone(cast.ma, "13900000088") == [cast.li]
    assert registry_read.registered_as(cast.clerk, "E7654321", "PASSPORT") == cast.li
    known = registry_read.facts(cast.li, on)
    assert "dementia" in known["identities"]
    assert registry_read.facts(Elder.objects.get(pk=twice.pk), on) == known
    assert registry_read.same_as(twice.pk) == registry_read.same_as(cast.li.pk) == {cast.li.pk, twice.pk}
    assert [row.label for row in registry_read.documents(cast.clerk, cast.li)] == ["居民身份证", "护照"]
    assert registry_read.merges_into(cast.li) == [merge]
    DuplicateCase.objects.create(
        programme=cast.programme, one=cast.grandpa, other=twice, grounds=["PHONE"], score_pm=900, found_at=cast.at
    )
    assert registry_read.duplicate_cases(cast.head) == [], "a record that stands for nobody is no case"


def test_what_is_done_to_a_record_that_was_merged_is_found_by_the_one_that_stays(cast, twice):
    act = {"by": cast.clerk, "at": cast.at}
    merged(cast)
    registry.add_document(elder_id=twice.pk, kind="PASSPORT", number="G2345679", **act)
    added = registry.add_contact(elder_id=twice.pk, name="李秀兰", relation="本人", number="13900000097", **act)

    def found():
        return [[one.pk for one in registry_read.search(cast.ma, tail)] for tail in ("5679", "0097")]

    assert found() == [[cast.li.pk], [cast.li.pk]]
    registry.remove_contact(contact_id=added.pk, **act)
    assert found() == [[cast.li.pk], []]
    hers, theirs = (registry_read.own_contacts(elder.pk)[0] for elder in (twice, cast.li))
    for contact in (theirs, hers, theirs):
        registry.name_emergency_contact(contact_id=contact.pk, **act)
        assert registry_read.emergency_contact(cast.li.pk) == contact


def test_merged_and_parted_is_as_it_was(cast, twice):
    before = seen(cast, cast.li, twice)
    merge = merged(cast)
    assert seen(cast, cast.li, twice) != before
    undo = {"merge_id": merge.pk, "by": cast.head, "at": cast.at}
    with pytest.raises(ReasonMissing):
        registry.unmerge(reason="", **undo)
    undone = registry.unmerge(reason="两人身份证号码不同", **undo)
    assert registry.unmerge(reason="再说一次", **undo) == undone
    assert seen(cast, cast.li, twice) == before
    assert registry_read.merges_into(cast.li) == []


def test_a_chain_of_merges_is_parted_link_by_link(cast, twice):
    merge = merged(cast)
    case = DuplicateCase.objects.create(
        programme=cast.programme, one=cast.grandpa, other=cast.li, grounds=["PHONE"], score_pm=900, found_at=cast.at
    )
    for by in (cast.clerk, cast.head):
        say(cast, case, by, survivor=cast.grandpa)
    assert {registry_read.survivor_of(one.pk) for one in (twice, cast.li)} == {cast.grandpa.pk}
    second = Merge.objects.get(case=case)
    with pytest.raises(NotMerged, match="先撤销后一次合并"):
        registry.unmerge(merge_id=merge.pk, reason="核对有误", by=cast.head, at=cast.at)
    registry.unmerge(merge_id=second.pk, reason="核对有误", by=cast.head, at=cast.at)
    assert registry_read.survivor_of(twice.pk) == cast.li.pk
    registry.unmerge(merge_id=merge.pk, reason="核对有误", by=cast.head, at=cast.at)
    assert registry_read.survivor_of(twice.pk) == twice.pk

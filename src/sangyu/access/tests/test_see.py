from __future__ import annotations

import pytest
from tests.neighbour import Neighbour

from sangyu.access import queries as access_read
from sangyu.access.models import Role
from sangyu.access.queries import NotAllowed


def test_the_operator_and_the_overseers_see_the_whole_programme(cast):
    for viewer in (cast.ma, cast.wang, cast.sun, cast.qian, cast.feng, cast.head, cast.auditor, cast.clock):
        assert access_read.sees_whole_programme(viewer), viewer
    for viewer in (cast.clerk, cast.kangan_user, cast.zhao_user):
        assert not access_read.sees_whole_programme(viewer), viewer


def test_a_role_that_is_lacking_is_refused_naming_who_may(cast):
    access_read.ensure_role(cast.ma, Role.AGENT, Role.SUPERVISOR)
    with pytest.raises(NotAllowed, match="马晓兰没有这项权限。可办理的岗位：财务经办、财务复核"):
        access_read.ensure_role(cast.ma, Role.FINANCE, Role.APPROVER)


def test_areas_are_those_of_the_viewer(cast):
    assert [area.name for area in access_read.communities(cast.ma)] == ["南门社区", "北园社区"]
    assert [area.name for area in access_read.communities(cast.clerk)] == ["南门社区"]
    assert [area.name for area in access_read.subdistricts(cast.ma)] == ["酒泉路街道", "张掖路街道"]
    assert [area.name for area in access_read.communities(Neighbour(cast.at).agent)] == ["柳泉社区"]


def test_a_programme_is_found_by_the_number_of_its_hotline(cast):
    assert access_read.programme_called("965885") == cast.programme
    assert access_read.programme_called("965886") is None
    assert access_read.programmes() == [cast.programme]
    assert access_read.clock(cast.programme) == cast.clock


def test_the_demonstration_lists_one_log_in_a_role_and_none_that_cannot_sign_in(cast):
    found = {log_in.role: log_in.username for log_in in access_read.log_ins_by_role()}
    assert found["话务员"] == "agent"
    assert found["服务人员"] == "song"
    assert "系统定时" not in found

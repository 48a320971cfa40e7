from __future__ import annotations

import pytest

from sangyu.kit.insert_only import create_sql, drop_sql


def test_a_table_gets_both_triggers_and_loses_both():
    made, undone = create_sql("access_event"), drop_sql("access_event")
    assert "CREATE TRIGGER access_event_no_change BEFORE UPDATE OR DELETE ON access_event" in made
    assert "CREATE TRIGGER access_event_no_empty BEFORE TRUNCATE ON access_event" in made
    for trigger in ("access_event_no_change", "access_event_no_empty"):
        assert f"DROP TRIGGER IF EXISTS {trigger} ON access_event;" in undone


@pytest.mark.parametrize("table", ["", "a b", "a;drop table b", 'a"', "Order", "1a", "a" * 60])
def test_only_a_plain_name_gets_into_sql(table):
    for write in (create_sql, drop_sql):
        with pytest.raises(ValueError, match="plain table name"):
            write(table)

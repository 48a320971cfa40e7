"""What the command understands before it touches anything."""

from __future__ import annotations

import pytest

from sangyu.city import cli


@pytest.mark.parametrize("scale", [[], ["--scale", "0.5"]])
def test_a_total_of_orders_belongs_to_the_whole_district(scale, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(["build", *scale, "--orders", "100000"])
    assert left.value.code == 2
    assert "请去掉 --orders，或者加上 --scale 1" in capsys.readouterr().err

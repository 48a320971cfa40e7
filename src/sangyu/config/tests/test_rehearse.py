"""`./sangyu programme rehearse` tells the sums of a changed pack on the own charges, and refuses in words."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from tests.cast import BEIJING, Cast
from tests.seat import seat

from sangyu import policy
from sangyu.config import rehearse

PACK = "lanzhou-chengguan"


def test_a_folder_of_tables_is_rehearsed(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cast.visited()
    seat(monkeypatch, datetime(2026, 12, 20, 9, tzinfo=BEIJING))(cast.head)
    folder = tmp_path / PACK
    shutil.copytree(policy.packs_folder() / PACK, folder)
    table = folder / "tables" / "class-b-credit.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",5000,", ",6000,"), encoding="utf-8")
    assert rehearse.main(["--by", "bureau", "--change", str(folder), "--months", "1"]) == 0
    said = capsys.readouterr().out
    for words in ("2026-11  1 笔  现行 50.00  改后 60.00  +10.00 元", "受益 1 人", "年满 75 周岁", "没有记账"):
        assert words in said
    assert rehearse.main(["--by", "nobody"]) == 1
    assert "nobody" in capsys.readouterr().err
    assert rehearse.main(["--by", "agent", "--change", str(folder)]) == 1
    assert "没有这项权限" in capsys.readouterr().err

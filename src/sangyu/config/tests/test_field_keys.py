"""Keys of fields are made and changed at the command line, and what is printed is what the settings read."""

from __future__ import annotations

import pytest
from tests.cast import Cast

from sangyu.access.cipher import FieldCipher, field_cipher
from sangyu.access.rules.field_keys import read_ring, with_key
from sangyu.allowances import actions as allowances
from sangyu.config.field_keys import _check, _renew, main
from sangyu.config.variables import Environment


@pytest.mark.parametrize("profile", ["standard", "gm"])
def test_new_keys_are_what_the_settings_read(profile: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--profile", profile]) == 0
    printed = capsys.readouterr()
    assert "两人保管" in printed.err
    ring = read_ring(Environment({"SANGYU_FIELD_KEYS": printed.out.strip()})("SANGYU_FIELD_KEYS"))
    assert (ring.first.name, ring.first.profile, ring.index.profile) == ("k1", profile, profile)


def test_a_key_that_is_added_comes_first_and_the_old_ones_stay(settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new"]) == 0
    settings.FIELD_KEYS = capsys.readouterr().out.strip()
    old = read_ring(settings.FIELD_KEYS)
    assert main(["add", "--name", "k2", "--profile", "gm"]) == 0
    ring = read_ring(capsys.readouterr().out.strip())
    assert list(ring.keys) == ["k2", "k1"]
    assert FieldCipher(ring).decrypt(FieldCipher(old).encrypt("62", bound_to="x"), bound_to="x") == "62"


def test_a_name_that_is_taken_or_no_name_is_told(settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new"]) == 0
    settings.FIELD_KEYS = capsys.readouterr().out.strip()
    for name, said in (("k1", "写了两次"), ("K 2", "编号:套件:密钥")):
        assert main(["add", "--name", name]) == 2
        assert said in capsys.readouterr().err


def test_numbers_are_renewed_and_checked_and_a_missing_key_is_told(
    cast: Cast, settings, capsys: pytest.CaptureFixture[str]
) -> None:
    allowances.set_account(
        elder_id=cast.li.pk,
        holder=cast.li.name,
        account="6222 0000 0000 0717",
        bank="示例银行",
        document="存折复印件",
        by=cast.clerk,
        at=cast.at,
        key="1",
    )
    old = field_cipher().ring
    settings.FIELD_KEYS = with_key(old, "gm", "k9", secret=bytes(range(9, 41))).written()
    assert (_renew(), _check(), _renew()) == (0, 0, 0)
    told = capsys.readouterr().out.splitlines()
    assert [line.rstrip("。") for line in told] == [
        "已改用现在的密钥加密：证件号码 2 个，收款账号 1 个，付款文件 0 份",
        "核对了证件号码 2 个、收款账号 1 个、付款文件 0 份，0 个有问题",
        "已改用现在的密钥加密：证件号码 0 个，收款账号 0 个，付款文件 0 份",
    ]
    settings.FIELD_KEYS = old.written()
    assert (_renew(), _check()) == (1, 1)
    said = capsys.readouterr().err
    assert "没有这把密钥" in said
    assert "收款账户" in said

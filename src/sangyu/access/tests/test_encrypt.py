"""What is encrypted can be read with its key, by nobody else and nowhere else, under both profiles."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sangyu.access.cipher import FieldCipher, Unreadable, _keys_of_demo, field_cipher, new_ring
from sangyu.access.rules.field_keys import BadKeys, read_ring, with_key

PROFILES = ("standard", "gm")
BY_PROFILE = {profile: FieldCipher(new_ring(profile)) for profile in PROFILES}


@given(text=st.text(max_size=40), profile=st.sampled_from(PROFILES))
@settings(deadline=None, max_examples=30)
def test_what_is_encrypted_is_read_again_and_never_written_twice_alike(text: str, profile: str) -> None:
    cipher = BY_PROFILE[profile]
    once, again = cipher.encrypt(text, bound_to="here"), cipher.encrypt(text, bound_to="here")
    assert once != again
    assert cipher.decrypt(once, bound_to="here") == cipher.decrypt(again, bound_to="here") == text


@pytest.mark.parametrize("profile", PROFILES)
def test_an_index_is_equal_for_equal_texts_of_a_kind_under_one_key(profile: str) -> None:
    cipher, other = BY_PROFILE[profile], FieldCipher(new_ring(profile))
    assert cipher.index("62", kind="document") == cipher.index("62", kind="document")
    told = {cipher.index("62", kind="document"), cipher.index("62", kind="tail"), other.index("62", kind="document")}
    assert len(told) == 3
    assert {len(digest) for digest in told} == {64}


@pytest.mark.parametrize("profile", PROFILES)
def test_what_was_changed_or_moved_is_not_read(profile: str) -> None:
    cipher = BY_PROFILE[profile]
    secret = cipher.encrypt("620102194405120221", bound_to="a programme:RESIDENT_ID")
    swapped = secret[:-8] + ("A" if secret[-8] != "A" else "B") + secret[-7:]
    for text, bound_to in (
        (secret, "another:RESIDENT_ID"), (swapped, "a programme:RESIDENT_ID"), (secret[:20], "x"), ("k1.?", "x"),
    ):  # fmt: skip
        with pytest.raises(Unreadable, match="密文打不开"):
            cipher.decrypt(text, bound_to=bound_to)


@pytest.mark.parametrize(("first", "second"), [("standard", "gm"), ("gm", "standard")])
def test_keys_change_and_what_was_written_before_is_still_read(first: str, second: str) -> None:
    before = new_ring(first)
    after = with_key(before, second, "k2", secret=bytes(range(32)))
    secret = FieldCipher(before).encrypt("62", bound_to="here")
    cipher = FieldCipher(read_ring(after.written()))
    assert cipher.decrypt(secret, bound_to="here") == "62"
    assert cipher.encrypt("62", bound_to="here").startswith("k2.")
    assert cipher.index("62", kind="document") == FieldCipher(before).index("62", kind="document")
    with pytest.raises(Unreadable, match="没有这把密钥"):
        FieldCipher(before).decrypt(cipher.encrypt("62", bound_to="here"), bound_to="here")


GOOD = new_ring().written()
KEY, INDEX = GOOD.split(",")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "索引密钥"),
        (INDEX, "至少一把加密密钥"),
        (KEY, "索引密钥"),
        (f"{GOOD},{KEY}", "写了两次"),
        (f"{KEY},{KEY.replace('k1:', 'k2:')},{INDEX}", "内容相同"),
        (GOOD.replace("standard", "rot13"), "编号:套件:密钥"),
        (GOOD.replace(":", "="), "编号:套件:密钥"),
        (f"k1:standard:{'A' * 43}=,{INDEX}", "随机字节"),
        (f"k1:gm:{KEY.split(':')[2]},{INDEX}", "16个随机字节"),
        (f"k1:standard:short?,{INDEX}", "base64"),
    ],
    # The keys are other ones every time, and both processors must name a test alike.
    ids=["none", "index", "no index", "twice", "alike", "profile", "shape", "known", "length", "half"],
)
def test_keys_that_are_missing_known_or_half_written_are_refused_and_not_repeated(text: str, said: str) -> None:
    with pytest.raises(BadKeys, match=said) as refused:
        read_ring(text)
    assert KEY.split(":")[2] not in str(refused.value)
    assert KEY.split(":")[2] not in repr(read_ring(GOOD))


def test_a_demo_makes_keys_of_its_own_that_only_its_account_reads(tmp_path, settings) -> None:
    file = tmp_path / "var" / "field.keys"
    settings.FIELD_KEYS, settings.FIELD_KEYS_FILE = "", file
    cipher = field_cipher()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    _keys_of_demo.cache_clear()
    assert field_cipher().ring == cipher.ring


def test_outside_a_demo_there_are_no_keys_but_those_that_are_set(settings) -> None:
    settings.FIELD_KEYS, settings.FIELD_KEYS_FILE = "", None
    with pytest.raises(BadKeys, match="SANGYU_FIELD_KEYS"):
        field_cipher()

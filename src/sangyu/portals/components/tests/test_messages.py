"""Translations are compiled without gettext tools, and English says everything the components say."""

from __future__ import annotations

import gettext
import io
import re
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from sangyu.portals.components.messages import BadCatalogue, compile_all, read_catalogue, write_catalogue

HERE = Path(__file__).resolve().parents[1]
ENGLISH = HERE / "locale" / "en" / "LC_MESSAGES" / "django.po"
HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""


def spoken() -> set[str]:
    """Collect every Chinese text that templates and modules hand to gettext."""
    texts: set[str] = set()
    for path in HERE.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        texts |= set(re.findall(r"gettext\(u?'((?:[^'\\]|\\.)*)'", templatize(source)))
        texts |= set(re.findall(r"_\('([^']+)'\)", source))
    for path in HERE.glob("*.py"):
        texts |= set(re.findall(r'_\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    return texts


def test_english_says_everything():
    known = {key.split("\0")[0] for key in read_catalogue(ENGLISH.read_text(encoding="utf-8"))}
    assert spoken() - known == set()
    assert known - spoken() - {""} == set()


def test_a_compiled_catalogue_is_read_by_the_standard_library():
    text = HEADER + (
        'msgid "退出"\nmsgstr "Sign out"\n\n#, fuzzy\nmsgid "草稿"\nmsgstr "Draught"\n\n'
        'msgid "一"\n"二"\nmsgstr "one "\n"two"\n\nmsgctxt "动词"\nmsgid "派"\nmsgstr "send"\n\n'
        'msgid "%s 处"\nmsgid_plural "%s 处"\nmsgstr[0] "%s place"\nmsgstr[1] "%s places"\n\nmsgid "空"\nmsgstr ""\n'
    )
    words = gettext.GNUTranslations(io.BytesIO(write_catalogue(read_catalogue(text))))
    assert words.gettext("退出") == "Sign out"
    assert words.gettext("草稿") == "草稿"
    assert words.gettext("一二") == "one two"
    assert words.pgettext("动词", "派") == "send"
    assert words.gettext("空") == "空"
    assert words.ngettext("%s 处", "%s 处", 1) == "%s place"
    assert words.ngettext("%s 处", "%s 处", 3) == "%s places"


@pytest.mark.parametrize("line", ["msgid 退出", '"nowhere"', 'message "x"'])
def test_a_broken_catalogue_names_its_line(line):
    with pytest.raises(BadCatalogue, match="line 6"):
        read_catalogue(HEADER + line)


def test_every_catalogue_below_a_folder_is_compiled(tmp_path):
    folder = tmp_path / "desk" / "locale" / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(HEADER + 'msgid "退出"\nmsgstr "Sign out"\n', encoding="utf-8")
    assert compile_all([tmp_path]) == [folder / "django.mo"]
    with (folder / "django.mo").open("rb") as stream:
        assert gettext.GNUTranslations(stream).gettext("退出") == "Sign out"

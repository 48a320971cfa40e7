#!/usr/bin/env python3
"""Check an exported audit book without the system that wrote it: nothing but Python's own library is needed.

    python3 verify_audit.py book.jsonl --anchors lanzhou-chengguan.txt
    python3 verify_audit.py book.jsonl --root 1234:8f3a-09b2-…      (a root from a printed page)

The book is what `./sangyu audit export` writes. Each act is hashed, each link hashes the act and the link before it,
and the roots of past days, kept outside the database, say how far the chain reached and where it ended. So an act
that was edited, taken out, put in or moved is found; and so is a chain that was cut short or computed anew.
Exit code: 0 the book is whole, 1 it is not, 2 the files cannot be read.
"""

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

NOTHING_BEFORE = "0" * 64
PARTS_OF_AN_ACT = ("id", "at", "by", "verb", "object_kind", "object_id", "facts")
ANCHOR = re.compile(r"(\d{4}-\d{2}-\d{2}) n=(\d+) hash=([0-9a-f]{64}) previous=([0-9a-f]{64})")
ROOT = re.compile(r"(\d+):([0-9a-fA-F][0-9a-fA-F -]{14,})")
SHOWN_MAX = 20


class Unreadable(Exception):
    """A file is not what it should be, so nothing can be said of it."""


class Fault:
    """One place where the book does not hold."""

    def __init__(self, code, n, what):
        self.code, self.n, self.what = code, n, what


def hash_of_act(act):
    """SHA-256 over the act as canonical JSON: sorted keys, no blanks, UTF-8."""
    text = json.dumps(act, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of_link(previous, n, act_hash):
    """SHA-256 over the hash before, the place and the hash of the act."""
    return hashlib.sha256(f"{previous}:{n}:{act_hash}".encode()).hexdigest()


def read_book(lines):
    """Return the title of a book and an iterator over its rows."""
    rows = (_json(number, line) for number, line in enumerate(lines, start=1) if line.strip())
    title = next(rows, None)
    if not isinstance(title, dict) or title.get("book") != "sangyu audit book" or title.get("form") != 1:
        raise Unreadable("这不是 ./sangyu audit export 导出的账簿(第一行不对)")
    if not all(isinstance(title.get(name), dict) for name in ("programme", "head")):
        raise Unreadable("这不是 ./sangyu audit export 导出的账簿(第一行不对)")
    return title, rows


def _json(number, line):
    try:
        return json.loads(line)
    except ValueError as error:
        raise Unreadable(f"第 {number} 行不是 JSON:{error}") from error


class Check:
    """One pass over a book: what was found, and the hashes at the places that somebody vouches for."""

    def __init__(self, title, rows, wanted):
        self.title, self.wanted = title, frozenset(wanted)
        self.faults, self.kept = [], {}
        self.links = self.loose = 0
        self._previous, self._expected, self._ids = NOTHING_BEFORE, 1, set()
        for row in rows:
            self._row(row)
        self._head()

    def _row(self, row):
        act = row.get("act") if isinstance(row, dict) else None
        if not isinstance(act, dict) or set(act) != set(PARTS_OF_AN_ACT):
            self._find("ACT", self._expected, "这一行没有完整的记录")
            return
        if str(act["id"]) in self._ids:
            self._find("TWICE", row.get("n"), f"记录 {act['id']} 出现了两次")
        self._ids.add(str(act["id"]))
        act_hash = hash_of_act(act)
        if act_hash != row.get("act_hash"):
            self._find("ACT", row.get("n"), f"记录 {act['id']} 的内容与当时的摘要不符")
        if row.get("n") is None:
            self.loose += 1
        elif type(row["n"]) is int:
            self._link(row, act_hash)
        else:
            self._find("LINK", None, f"环的编号 {row['n']} 不是整数")

    def _link(self, row, act_hash):
        n = row["n"]
        if self.loose:
            self._find("ORDER", n, "已封存的环排在未封存的记录之后")
        if n != self._expected:
            self._find("MISSING", self._expected, f"应为第 {self._expected} 环,却是第 {n} 环")
            self._expected = n
        true = hash_of_link(self._previous, n, act_hash)
        if row.get("previous") != self._previous or row.get("hash") != true:
            self._find("LINK", n, "与前一环不衔接")
        # From here on what the book says of itself is taken, so that one fault is told once and not to the end.
        self._previous = str(row.get("hash"))
        if n in self.wanted:
            self.kept[n] = self._previous
        self.links += 1
        self._expected += 1

    def _head(self):
        head, last = self.title.get("head", {}), self._expected - 1
        if (head.get("n"), head.get("hash")) != (last, self._previous):
            self._find("HEAD", last, f"链尾不符:链头记着第 {head.get('n')} 环,账簿到第 {last} 环")
        if self.title.get("unsealed") != self.loose:
            self._find("UNSEALED", None, f"未封存的记录应有 {self.title.get('unsealed')} 条,实有 {self.loose} 条")

    def _find(self, code, n, what):
        self.faults.append(Fault(code, n, what))


def read_anchors(text):
    """Return the lines of an anchor file and the faults among the lines themselves."""
    anchors, faults, previous, last = [], [], NOTHING_BEFORE, ("", -1)
    for number, line in enumerate(text.splitlines(), start=1):
        found = ANCHOR.fullmatch(line)
        if found is None:
            faults.append(Fault("ANCHORS", None, f"锚文件第 {number} 行读不懂"))
            continue
        day, n, hashed, before = found[1], int(found[2]), found[3], found[4]
        if before != previous or day <= last[0] or n < last[1]:
            faults.append(Fault("ANCHORS", n, f"锚文件第 {number} 行与前一行不衔接"))
        previous, last = hashlib.sha256(line.encode()).hexdigest(), (day, n)
        anchors.append((day, n, hashed))
    return anchors, faults


def read_roots(texts):
    """Return the roots of printed pages: the day is not known, the hash may be its first digits."""
    roots = []
    for text in texts:
        found = ROOT.fullmatch(text.strip())
        if found is None:
            raise Unreadable(f"--root {text} 应形如 1234:8f3a-09b2-0c4d-77e1(至少 16 位)")
        roots.append(("纸面", int(found[1]), re.sub(r"[ -]", "", found[2]).lower()))
    return roots


def compare(check, roots):
    """Say which roots the book no longer bears out."""
    for day, n, hashed in roots:
        if n == 0:
            continue
        if n not in check.kept:
            yield Fault("CUT", n, f"{day} 时账簿有 {n} 环,现在第 {n} 环不在了:账簿被截短或抽去")
        elif not check.kept[n].startswith(hashed):
            yield Fault("ROOT", n, f"{day} 时第 {n} 环的根与现在不同:账簿被改写过")


def verify(book, anchors="", roots=()):
    """Check a book (an iterable of lines) against anchors (a text) and roots (texts).

    Returns the check and all its faults, in the order of the book, then those against what was kept outside.
    """
    title, rows = read_book(book)
    lines, faults = read_anchors(anchors)
    vouched = [*lines, *read_roots(roots)]
    check = Check(title, rows, (n for _, n, _ in vouched))
    return check, [*check.faults, *faults, *compare(check, vouched)], max((n for _, n, _ in vouched), default=0)


def main(argv):
    parser = argparse.ArgumentParser(description="不依赖桑榆,独立核验导出的审计账簿。")
    parser.add_argument("book", type=Path, help="账簿:./sangyu audit export 的输出")
    parser.add_argument("--anchors", type=Path, help="库外留存的锚文件")
    parser.add_argument("--root", action="append", default=[], metavar="环:根", help="纸面上的根,可重复")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    asked = parser.parse_args(argv)
    try:
        anchors = asked.anchors.read_text(encoding="utf-8", errors="replace") if asked.anchors else ""
        with asked.book.open(encoding="utf-8") as lines:
            check, faults, vouched = verify(lines, anchors, asked.root)
    except (OSError, UnicodeDecodeError, Unreadable) as error:
        print(f"无法核验:{error}", file=sys.stderr)
        return 2
    if asked.json:
        told = {"whole": not faults, "links": check.links, "unsealed": check.loose, "vouched": vouched}
        told["faults"] = [{"code": fault.code, "n": fault.n, "what": fault.what} for fault in faults]
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        say(check, faults, vouched)
    return 1 if faults else 0


def say(check, faults, vouched):
    """Tell a person what was found."""
    for fault in faults[:SHOWN_MAX]:
        print(f"✗ {fault.what}")
    if len(faults) > SHOWN_MAX:
        print(f"  …… 另有 {len(faults) - SHOWN_MAX} 处")
    print(f"账簿 {check.title.get('programme', {}).get('name', '')}:{check.links} 环,另有 {check.loose} 条尚未封存。")
    if not vouched:
        print("! 没有给出库外的根:截去链尾、或从头重算一遍,单凭账簿自己看不出来。请加 --anchors 或 --root。")
    elif vouched < check.links:
        print(f"  库外的根保证到第 {vouched} 环;之后的 {check.links - vouched} 环只由账簿自己证明。")
    print(f"共 {len(faults)} 处不符。" if faults else "账簿完整,没有改动。")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

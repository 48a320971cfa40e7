"""Every environment variable of the house in one table: what it means, what it may be, and what it is when left out.

The settings read through it, so a value that is wrong is refused at the start, all of them at once and in words.
`ops/.env.example` is printed from it: `python -m sangyu.config.variables`.
"""

from __future__ import annotations

import difflib
import ipaddress
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from sangyu.access.rules.field_keys import BadKeys, read_ring
from sangyu.config.setup.trouble import Trouble

Group = Literal["site", "inside", "development"]
PREFIX = "SANGYU_"
BENCH = "SANGYU_BENCH_"  # the sizes of a measurement; each script reads its own


class Wrong(ValueError):
    """A value is not of its kind; the text says what would be."""


@dataclass(frozen=True)
class Kind:
    """What a value may be: in words, and as a function from the text to the value."""

    words: str
    read: Callable[[str], Any]
    is_secret: bool = False


@dataclass(frozen=True)
class Variable:
    """One variable. Left out it is `of_demo` in a demo and `outside` elsewhere; None means that it must be set.

    `site` variables are for whoever installs; `inside` ones processes of ours tell each other; `development` ones are
    for those who work on the code.
    """

    name: str
    about: str
    kind: Kind
    of_demo: str = ""
    outside: str | None = ""
    group: Group = "site"


def _switch(text: str) -> bool:
    if text not in {"0", "1"}:
        raise Wrong
    return text == "1"


def _whole(least: int, most: int) -> Kind:
    def read(text: str) -> int:
        if not (text.isascii() and text.lstrip("-").isdigit() and least <= int(text) <= most):
            raise Wrong
        return int(text)

    return Kind(f"{least} 到 {most} 的整数", read)


def _one_of(*words: str) -> Kind:
    def read(text: str) -> str:
        if text not in words:
            raise Wrong
        return text

    return Kind("、".join(words) + " 之一", read)


def _hosts(text: str) -> list[str]:
    hosts = [host.strip() for host in text.split(",")]
    if not all(hosts) or "*" in hosts or any(mark in host for host in hosts for mark in "/: "):
        raise Wrong
    return hosts


def _web(text: str) -> str:
    if text and (urlsplit(text).scheme not in {"http", "https"} or not urlsplit(text).hostname):
        raise Wrong
    return text


def _database(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/")):
        raise Wrong
    return text


def _folder(text: str) -> Path | None:
    if text and not Path(text).is_absolute():
        raise Wrong
    return Path(text) if text else None


def _networks(text: str) -> list[Any]:
    try:
        return [ipaddress.ip_network(word.strip()) for word in text.split(",") if word.strip()]
    except ValueError as error:
        raise Wrong from error


def _ring(text: str) -> str:
    try:
        return read_ring(text).written() if text else ""
    except BadKeys as bad:
        raise Wrong from bad


MANY = 10**10
TEXT = Kind("文字", str)
HIDDEN = Kind("文字", str, is_secret=True)
FORMS = _one_of("json", "plain")
LEVELS = _one_of("DEBUG", "INFO", "WARNING", "ERROR")
PROFILES = _one_of("nist", "dengbao")
SECRET = Kind("自己的随机密钥，至少 16 个字符", str, is_secret=True)
RING = Kind("./sangyu keys new 打印的一行", _ring, is_secret=True)
SWITCH = Kind("0 或 1", _switch)
HOSTS = Kind("域名或地址，用逗号隔开，不带端口，不能是 *", _hosts)
WEB = Kind("http 或 https 地址", _web)
DATABASE = Kind("形如 postgresql://用户:口令@主机:端口/库名 的地址", _database, is_secret=True)
FOLDER = Kind("绝对路径", _folder)
NETWORKS = Kind("网段，用逗号隔开，如 10.0.0.0/8", _networks)
LOOPBACK = "127.0.0.0/8,::1/128"

VARIABLES = (
    Variable("SANGYU_DEMO", "演示（1）还是正式运行（0）。正式运行时没有自己的密钥不启动。", SWITCH, "1", "0"),
    Variable("SANGYU_DATABASE_URL", "服务进程用的数据库地址；留空用自带的数据库。", DATABASE),
    Variable("SANGYU_OWNER_DATABASE_URL", "升级表结构时用的地址（表的所有者）；只给升级用，不给服务进程。", DATABASE),
    Variable("SANGYU_SECRET_KEY", "签名会话和导出清单的密钥。换掉后所有人需重新登录。", SECRET, "", None),
    Variable("SANGYU_FIELD_KEYS", "加密证件和账号的密钥，丢了就再也读不出；与备份分开、由两人保管。", RING, "", None),
    Variable("SANGYU_HOSTS", "网页的域名。", HOSTS, "127.0.0.1,localhost,testserver", "127.0.0.1,localhost"),
    Variable("SANGYU_CTI_KEY", "电话系统推送来电时所带的密钥。", SECRET, "", None),
    Variable("SANGYU_CTI_KEY_BEFORE", "电话系统换密钥期间仍然接受的旧密钥；换完留空。", HIDDEN),
    Variable("SANGYU_SMS_URL", "短信网关的地址；留空就不发短信，页面上会说明。", WEB),
    Variable("SANGYU_SMS_KEY", "短信网关的密钥。", HIDDEN),
    Variable("SANGYU_ANCHORS", "审计账簿的根每天留存的目录，最好在另一台机器上；留空就不留存。", FOLDER),
    Variable("SANGYU_METRICS_TOKEN", "取 /metrics 用的令牌；留空时只有本机取得到。", HIDDEN),
    Variable("SANGYU_LOG", "日志：json 每行一个对象、不含个人信息；plain 给人看，带出错原文。", FORMS, "plain", "json"),
    Variable("SANGYU_LOG_LEVEL", "记到哪一级；INFO 起每个请求一行。", LEVELS, "WARNING", "INFO"),
    Variable("SANGYU_PASSWORD_PROFILE", "密码规则：nist，或等保测评用的 dengbao。", PROFILES, "nist", "nist"),
    Variable("SANGYU_IDLE_MINUTES", "管钱、看隐私的岗位几分钟不动就退出；0 为不退。", _whole(0, 1440), "0", "30"),
    Variable("SANGYU_TRUSTED_PROXIES", "前面有几层自己的代理在 X-Forwarded-For 里写来访地址。", _whole(0, 5), "0", "0"),
    Variable("SANGYU_API_REQUESTS_PER_SECOND", "接口的一个令牌每秒最多几次请求。", _whole(1, 1000), "20", "20"),
    Variable("SANGYU_WEBHOOK_NETWORKS", "事件推送可以送往的内网网段；留空只送公网。", NETWORKS, LOOPBACK),
    Variable("SANGYU_VAR", "运行时自己写文件的目录；留空为代码目录下的 var。", FOLDER),
    Variable("SANGYU_PACKS", "政策包所在的目录；留空用随代码带的。", FOLDER),
    Variable("SANGYU_CLUSTER", "自带数据库用哪一个（名字，或恢复出来的目录）。", TEXT, group="inside"),
    Variable("SANGYU_LOG_IN", "owner 表示以表的所有者登录，用来升级表结构。", _one_of("", "owner"), group="inside"),
    Variable("SANGYU_STAGE", "演示：每页上方的演示工具条。", SWITCH, "0", "0", group="inside"),
    Variable("SANGYU_CLOCK_FILE", "演示：把时钟拨快了多少，写在这个文件里。", TEXT, group="inside"),
    Variable("SANGYU_CLOCK_OFFSET_S", "演示、测试：时钟拨动的秒数。", _whole(-MANY, MANY), "0", "0", group="inside"),
    Variable("SANGYU_TEST_DB", "测试：测试库的名字。", TEXT, "test_sangyu", "test_sangyu", group="development"),
    Variable("SANGYU_PICTURES", "测试：把页面截图留在这个目录。", TEXT, group="development"),
    Variable("SANGYU_WALLS", "测试：whole 表示权限矩阵逐个岗位单独走一遍。", TEXT, group="development"),
    Variable("SANGYU_HANDBOOKS", "测试：1 表示重画手册里的截图。", TEXT, group="development"),
)  # fmt: skip
# What an installation sets although the house would start without it.
FILLED_IN = {
    "SANGYU_DEMO": "0",
    "SANGYU_DATABASE_URL": "",
    "SANGYU_HOSTS": "",
    "SANGYU_ANCHORS": "",
    "SANGYU_TRUSTED_PROXIES": "1",
}
BY_NAME = {variable.name: variable for variable in VARIABLES}


class Environment:
    """The variables of this process, checked. Call it with a name for the value.

    Raises: Trouble, at once for everything that is wrong or missing; the values of secrets are not repeated.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._values: dict[str, Any] = {}
        self.is_demo = environ.get("SANGYU_DEMO", "1") != "0"
        faults = [] if self.is_demo else _unknown(environ)
        for variable in VARIABLES:
            faults += self._take(variable, environ.get(variable.name))
        if faults:
            chinese = "\n".join(f"  {chinese}" for chinese, _ in faults)
            english = "\n".join(f"  {english}" for _, english in faults)
            raise Trouble(
                f"有 {len(faults)} 个环境变量不对，改好后再启动（说明见 ops/.env.example）：\n{chinese}",
                f"{len(faults)} environment variables are wrong; mend them and start again:\n{english}",
            )

    def __call__(self, name: str) -> Any:
        return self._values[name]

    def _take(self, variable: Variable, given: str | None) -> list[tuple[str, str]]:
        left_out = variable.of_demo if self.is_demo else variable.outside
        text = given if given not in {None, ""} else left_out
        if text is None:
            self._values[variable.name] = ""
            told = f"{variable.name} 没有设置。{variable.about}应为：{variable.kind.words}。"
            return [(told, f"{variable.name} is not set")]
        try:
            self._values[variable.name] = variable.kind.read(text)
        except Wrong:
            shown = "" if variable.kind.is_secret else f"，现在是“{text}”"
            return [(f"{variable.name} 应为：{variable.kind.words}{shown}。", f"{variable.name} has a wrong value")]
        return []


def _unknown(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Find names that nobody reads: a slip of the pen would otherwise be a setting that silently is not made."""
    faults = []
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in BY_NAME or name.startswith(BENCH):
            continue
        near = difflib.get_close_matches(name, BY_NAME, n=1)
        hint = f"是不是 {near[0]}？" if near else ""
        faults.append((f"{name} 没有这个变量。{hint}", f"{name} is not a variable of ours"))
    return faults


def example() -> str:
    """Print the table as a file for `docker compose` and systemd: every site variable, explained, with its default."""
    lines = [
        "# 桑榆的环境变量。复制为 sangyu.env，填好后只让服务账号读得到（chmod 600）。",
        "# 本文件由 python -m sangyu.config.variables 生成，请不要手改。",
    ]
    for variable in VARIABLES:
        if variable.group != "site":
            continue
        lines += ["", f"# {variable.about}", f"# {variable.kind.words}。"]
        must = variable.outside is None or variable.name in FILLED_IN
        lines.append(f"{'' if must else '#'}{variable.name}={FILLED_IN.get(variable.name, variable.outside) or ''}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(example())

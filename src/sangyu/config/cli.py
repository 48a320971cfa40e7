"""The commands of `./sangyu`, one line each. Importing this needs nothing installed; a command imports its own.

A command is listed once its module exists: what is not built is not offered.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sangyu.config.setup.trouble import Trouble

Need = Literal["packages", "front end", "areas", "test tools", "django", "database"]


@dataclass(frozen=True)
class Command:
    """One word after `./sangyu`: what it is for, where its code is, and what must be ready before it runs."""

    name: str
    summary: str
    target: str  # module:function, called with the words after the command; its answer is the exit code
    needs: frozenset[Need]

    def is_built(self) -> bool:
        """Answer whether the module exists, without running it."""
        module = self.target.partition(":")[0]
        try:
            return importlib.util.find_spec(module) is not None
        except ModuleNotFoundError:  # not even its room stands
            return False


def _line(name: str, summary: str, target: str, *needs: Need) -> Command:
    return Command(name, summary, target, frozenset(needs))


COMMANDS = (
    _line("doctor", "检查这台机器和这份代码是否就绪", "sangyu.config.doctor:main"),
    _line("demo", "启动演示:建一座城并打开网页;--once --json 只跑一遍", "sangyu.config.processes.demo:main",
          "packages", "front end", "areas"),
    _line("test", "运行全部测试和检查", "sangyu.config.processes.test:main", "packages", "test tools", "front end"),
    _line("city", "建一座城,演完一个月", "sangyu.city.cli:main", "packages", "areas", "database"),
    _line("policy", "查看、核对和试算政策包", "sangyu.policy.cli:main", "packages"),
    _line("ledger", "核验账簿、导出文本账", "sangyu.ledger.cli:main", "packages", "database"),
    _line("audit", "导出审计账簿，在库外留存它的根", "sangyu.access.cli:main", "packages", "database"),
    _line("keys", "加密证件和账号的密钥：生成、更换、重新加密、核对", "sangyu.config.field_keys:main", "packages"),
    _line("token", "接口密钥：签发、列出、续期、停用", "sangyu.portals.api.cli:main", "packages", "database"),
    _line("dispatch", "一张工单为什么派给这一家", "sangyu.dispatch.cli:main", "packages", "database"),
    _line("programme", "运营主体：建立、列出、换政策包、试算", "sangyu.config.programme:main", "packages", "database"),
    _line("bench", "重跑公布的每一个数字", "sangyu.config.bench:main",
          "packages", "test tools", "front end", "areas"),
    _line("drill", "演练:断电、断网、重复与并发", "sangyu.config.drill:main", "packages", "front end", "areas"),
    _line("verify", "从第一行起重新核算全部状态与账目", "sangyu.insight.cli:main", "packages", "database"),
    _line("proof", "需求证明账：哪一条需求有测试证明；--json", "sangyu.config.proof:main"),
    _line("backup", "备份数据库与附件", "sangyu.config.backup:backup", "packages"),
    _line("restore", "从备份恢复到一个新库", "sangyu.config.backup:restore", "packages"),
)  # fmt: skip


def find(name: str) -> Command | None:
    """Answer the command of that name, built or not."""
    return next((command for command in COMMANDS if command.name == name), None)


def main(argv: list[str]) -> int:
    """Run one command; answer its exit code. Without words, or with --help, print what there is."""
    command = find(argv[0]) if argv else None
    if not argv or argv[0] in {"-h", "--help", "help"}:
        print(help_text())
        return 0
    if command is None or not command.is_built():
        print(f"没有“{argv[0]}”这个命令。\n\n{help_text()}", file=sys.stderr)
        return 2
    module, _, function = command.target.partition(":")
    try:
        with _ready(command.needs):
            return int(getattr(importlib.import_module(module), function)(argv[1:]) or 0)
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def help_text() -> str:
    """Answer the short help: what Sangyu is and every command that is built."""
    lines = ["桑榆:没有围墙的养老院。用法:./sangyu 命令 [参数]", ""]
    lines += [f"  {command.name:<10} {command.summary}" for command in COMMANDS if command.is_built()]
    lines += ["", "第一次运行会自动准备环境(几分钟);每个命令都可加 --help。"]
    return "\n".join(lines)


@contextmanager
def _ready(needs: frozenset[Need]) -> Iterator[None]:
    """Set up Django, and the database with all its tables, for the commands that want them."""
    if not needs & {"django", "database"}:
        yield
        return
    if "database" not in needs:
        os.environ["DJANGO_SETTINGS_MODULE"] = "sangyu.config.settings"
        import django

        django.setup()
        yield
        return
    from sangyu.config.processes.ready import database_ready

    with database_ready():
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Read a pack's folder into the tree, and say for every fault in which file and line it stands.

Reading goes on after a fault, so that an official sees all of them at once; a pack with faults is not given out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from sangyu.policy import cells, ir, lists
from sangyu.policy.content import digest
from sangyu.policy.decision import ANSWER_FIELDS
from sangyu.policy.errors import BadCell, Finding
from sangyu.policy.names import keys_of, names_in, names_of
from sangyu.policy.read_table import TABLE_BYTES_MAX, TableReader, words_of
from sangyu.policy.vocabulary import facts

_PARAMETER_TYPES = get_args(ir.ParameterType)
_DERIVED_ANSWERS = ("ground", "eligible", "amount_fen", "hours", "units", "value", "figure")


class Reader:
    """Read one pack; `findings` is empty exactly when `pack` is whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []
        self.pack: ir.Pack | None = None
        self._text = ""
        self._scope = cells.Scope()
        self._unread: set[str] = set()
        self._read()

    # -- pack.toml -----------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        try:
            self._text = (self.folder / "pack.toml").read_text(encoding="utf-8-sig")
            toml = tomllib.loads(self._text)
        except OSError:
            self._fault("pack.toml", 0, "", "没有这个文件")
            return
        except UnicodeDecodeError:
            self._fault("pack.toml", 0, "", "不是 UTF-8 编码，请用记事本另存，编码选 UTF-8")
            return
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            self._fault("pack.toml", int(line[1]) if line else 0, "", f"写法有误：{error}")
            return
        head = toml.get("pack", {})
        documents = {key: self._document(key, said) for key, said in toml.get("documents", {}).items()}
        self._scope.settings = {
            **{key: self._setting(key, said, "switches") for key, said in toml.get("switches", {}).items()},
            **{key: self._setting(key, said, "settings") for key, said in toml.get("settings", {}).items()},
        }
        self._scope.parameters = {key: self._parameter(key, said) for key, said in toml.get("parameters", {}).items()}
        self._scope.figures = dict.fromkeys(toml.get("figures", {}), "figure")
        self._scope.derived = {
            key: self._derived(key, said, toml.get("rules", {})) for key, said in toml.get("derived", {}).items()
        }
        figures = {key: figure for key, said in toml.get("figures", {}).items() if (figure := self._figure(key, said))}
        rules = {
            key: rule for key, said in toml.get("rules", {}).items() if (rule := self._rule(key, said, head, documents))
        }
        funds = {
            key: ir.Fund(key, said.get("title", ""), said.get("level", ""), said.get("budget", ""))
            for key, said in toml.get("funds", {}).items()
        }
        offers = {
            key: self._offer(key, said, toml.get("rules", {}), funds) for key, said in toml.get("offers", {}).items()
        }
        self._refuse_cycles(figures, rules)
        self._unread = set(toml.get("rules", {})) - set(rules)  # their own faults are told already
        for parameter in self._scope.parameters.values():
            self._check_band(parameter, rules, figures)
        for file, unread in lists.unread(self.folder):
            self._fault(file, 0, "", unread)
        for name in ("title", "area"):
            if not head.get(name):
                self._fault("pack.toml", self._line("pack"), "", f"[pack] 缺少 {name}")
        if self.findings:
            return
        self.pack = ir.Pack(
            id=self.folder.name,
            title=head["title"],
            area=head["area"],
            leap_birthday=head.get("leap_birthday", "03-01"),
            folder=self.folder,
            digest=digest(self.folder),
            documents=documents,
            funds=funds,
            parameters=self._scope.parameters,
            settings=self._scope.settings,
            figures=figures,
            derived=self._scope.derived,
            rules=rules,
            offers=offers,
        )

    def _fault(self, file: str, line: int, rule: str, message: str) -> None:
        self.findings.append(Finding(f"{self.folder.name}/{file}", line, rule, message))

    def _line(self, header: str) -> int:
        """Find the line of a `[header]` in pack.toml."""
        lines = self._text.splitlines()
        return next((number for number, line in enumerate(lines, 1) if line.strip() == f"[{header}]"), 0)

    def _document(self, key: str, said: Mapping[str, Any]) -> ir.Document:
        line, level = self._line(f"documents.{key}"), said.get("level", "")
        if level not in ("", *get_args(ir.Level)):
            self._fault("pack.toml", line, "", f"文件“{key}”的级别 {level!r} 应为 {'、'.join(get_args(ir.Level))}")
        text = said.get("title", ""), said.get("number", "")
        return ir.Document(key, *text, said.get("issued_on"), said.get("file", ""), level, line)

    def _setting(self, key: str, said: Mapping[str, Any], kind: str) -> ir.Setting:
        values = tuple(tuple(one) if isinstance(one, list) else one for one in said.get("values", ()))
        line = self._line(f"{kind}.{key}")
        if not values:
            self._fault("pack.toml", line, "", f"“{key}”没有可用的值（values），第一个值是默认读法")
        readings = tuple(said.get("readings", ()))
        if readings and len(readings) != len(values):
            self._fault("pack.toml", line, "", f"“{key}”的读法说明（readings）与值的个数不同")
        return ir.Setting(key, said.get("label", key), kind == "switches", values or ("",), readings, line)

    def _parameter(self, key: str, said: Mapping[str, Any]) -> ir.Parameter:
        line, kind = self._line(f"parameters.{key}"), said.get("type", "int")
        if kind not in _PARAMETER_TYPES:
            self._fault("pack.toml", line, "", f"参数“{key}”的类型 {kind!r} 应为 {'、'.join(_PARAMETER_TYPES)}")
        if (kind == "code") != bool(said.get("codes")):
            self._fault("pack.toml", line, "", f"参数“{key}”：类型为 code 的写明 codes，其他类型不写")
        if "default" in said or "value" in said:
            self._fault("pack.toml", line, "", f"参数“{key}”不得有默认值：文件没有写明的数字要由主管部门设定")
        rule, _, fact = str(said.get("band", "")).rpartition(".")
        band = ir.Band(rule, fact) if "band" in said else None
        codes = tuple(said.get("codes", ()))
        return ir.Parameter(key, said.get("label", key), kind, said.get("sum_to"), codes, line, band)

    def _figure(self, key: str, said: Mapping[str, Any]) -> ir.Figure | None:
        line = self._line(f"figures.{key}")
        try:
            return ir.Figure(
                key, said.get("label", key), cells.formula(str(said.get("formula", "")), self._scope), line
            )
        except BadCell as error:
            self._fault("pack.toml", line, "", str(error))
            return None

    def _derived(self, key: str, said: Mapping[str, Any], rules: Mapping[str, Any]) -> ir.Derived:
        rule, answer, line = said.get("rule", ""), said.get("answer", "ground"), self._line(f"derived.{key}")
        if rule not in rules:
            self._fault("pack.toml", line, "", f"推导事实“{key}”所用的规则 {rule!r} 不存在")
        if answer not in _DERIVED_ANSWERS:
            self._fault(
                "pack.toml", line, "", f"推导事实“{key}”的 answer {answer!r} 应为 {'、'.join(_DERIVED_ANSWERS)}"
            )
        codes: dict[str, None] = {}
        for version in rules.get(rule, {}).get("versions", [{}]):
            path = self.folder / "tables" / version.get("table", f"{rule}.csv")
            readable = path.exists() and path.stat().st_size <= TABLE_BYTES_MAX
            if readable and answer == "ground":
                codes.update(dict.fromkeys(words_of(path, answer)))
        labels = tuple(code for code in codes if re.fullmatch(r"[A-Za-z_]\w*", code))
        return ir.Derived(key, said.get("label", key), rule, answer, labels, tuple(said.get("aliases", ())), line)

    def _offer(
        self, key: str, said: Mapping[str, Any], rules: Mapping[str, Any], funds: Mapping[str, ir.Fund]
    ) -> ir.Offer:
        line = self._line(f"offers.{key}")

        def fault(what: str) -> None:
            self._fault("pack.toml", line, "", f"服务种类“{key}”的 {what}")

        for part, form in (("eligible", "eligible"), ("price", "tier"), ("split", "split"), ("account", "account")):
            if part in said and rules.get(said[part], {}).get("form") != form:
                fault(f"{part} 应是一条 {form} 规则，现为 {said[part]!r}")
        for rule, period in said.get("grants", {}).items():
            if rules.get(rule, {}).get("form") != "tier" or period not in ("month", "year"):
                fault(f"grants 里 {rule} = {period!r} 应是一条 tier 规则和它的周期（month 或 year）")
        if said.get("fund") not in funds:
            fault(f"资金 {said.get('fund')!r} 不存在")
        when, stated = dict(said.get("account_when", {})), dict(said.get("facts", {}))
        for name, code in when.items():
            if name not in self._scope.derived or code not in self._scope.derived[name].codes:
                fault(f"account_when 里 {name} = {code!r} 不存在")
        answers = {}
        for name, text in said.get("answers", {}).items():
            rule, _, answer = str(text).rpartition(".")
            answers[name] = (rule, answer)
        for name, (rule, answer) in answers.items():
            if rule not in rules or answer not in ANSWER_FIELDS:
                fault(f"answers 里 {name} 应写成“规则.答复”，如 home-hours.hours，现为 {said['answers'][name]!r}")
        for name in (*stated, *answers):
            if name not in facts():
                fault(f"事实 {name} 不存在")
        by_minutes = rules.get(said.get("account", ""), {}).get("shared") == "minutes"
        if "split" not in said and ("account" not in said or when or by_minutes):
            fault("split 没有写：不能全部由 account 支付的，要写明怎样分担")
        return ir.Offer(
            kind=key,
            title=said.get("title", key),
            fund=said.get("fund", ""),
            price=said.get("price"),
            split=said.get("split"),
            account=said.get("account"),
            account_when=when,
            eligible=said.get("eligible"),
            facts=stated,
            answers=answers,
            grants=dict(said.get("grants", {})),
        )

    # -- rules ---------------------------------------------------------------------------------------------------------

    def _rule(
        self, key: str, said: Mapping[str, Any], head: Mapping[str, Any], documents: Mapping[str, ir.Document]
    ) -> ir.Rule | None:
        line, before = self._line(f"rules.{key}"), len(self.findings)
        form, payers = said.get("form", ""), tuple(said.get("payers", ()))
        if form not in get_args(ir.Form):
            self._fault("pack.toml", line, key, f"形式 {form!r} 应为 {'、'.join(get_args(ir.Form))}")
            return None
        document = documents.get(said.get("document", ""))
        if document is None or not said.get("locator"):
            self._fault("pack.toml", line, key, "规则没有出处：要写明文件（document）和原文片段（locator）")
        stacking = said.get("stacking", "add")
        if stacking not in ("add", "best", "first"):
            self._fault("pack.toml", line, key, f"叠加方式 {stacking!r} 应为 add、best 或 first")
        if said.get("roll_over", "") not in ("", *self._scope.settings):
            self._fault("pack.toml", line, key, f"结转开关 {said['roll_over']!r} 不存在")
        self._check_rows(key, line, form, said.get("rows", "first"))
        versions = []
        for period in said.get("versions", [{}]):
            strange = [bound for bound in ("from", "until") if type(period.get(bound, date.min)) is not date]
            if strange:
                self._fault("pack.toml", line, key, f"有效期 {strange[0]} 要写成日期，如 2014-10-01，不加引号")
                continue
            read = TableReader(self.folder, period.get("table", f"{key}.csv"), key, form, payers, self._scope)
            self.findings += read.findings
            if read.table is None:
                continue
            versions.append(ir.Version(period.get("from"), period.get("until"), read.table))
            if form == "split" and len(payers) < 2 and "by" not in read.table.outcomes:
                self._fault("pack.toml", line, key, "分担规则要写明付款方（payers），至少两方；按数量分配的写结果列 by")
        known = {*facts(), *(name for version in versions for name in keys_of(version.table))}
        for strange in [name for name in said.get("words", {}) if versions and name not in known]:
            self._fault("pack.toml", line, key, f"words 里的“{strange}”不是事实，也不是表里用到的分类")
        self._check_periods(key, line, versions)
        if len(self.findings) > before or document is None:
            return None
        return ir.Rule(
            id=key,
            form=form,
            title=said.get("title", key),
            source=ir.Source(document.title, document.number, said["locator"]),
            area=said.get("area", head.get("area", "")),
            priority=said.get("priority", 0),
            group=said.get("group", key),
            stacking=stacking,
            payers=payers,
            shared=said.get("shared", "price_fen"),
            roll_over=said.get("roll_over", ""),
            rows=said.get("rows", "first"),
            words=dict(said.get("words", {})),
            domains={name: tuple(codes) for name, codes in said.get("domains", {}).items()},
            line=line,
            versions=tuple(versions),
        )

    def _check_rows(self, key: str, line: int, form: str, rows: str) -> None:
        ways = ("first", "best", "add")
        switch = self._scope.settings.get(rows)
        if rows not in ways and not (switch and switch.closed and set(switch.values) <= set(ways)):
            self._fault("pack.toml", line, key, f"rows = {rows!r} 应为 {'、'.join(ways)}，或取这些值的开关")
        elif rows != "first" and form not in ("tier", "grant"):
            self._fault("pack.toml", line, key, "几行合用（rows）只用于给出金额的 tier 和 grant")

    def _check_periods(self, key: str, line: int, versions: list[ir.Version]) -> None:
        ordered = sorted(versions, key=lambda version: version.from_on or date.min)
        for earlier, later in pairwise(ordered):
            if earlier.until_on is None or later.from_on is None or earlier.until_on > later.from_on:
                self._fault("pack.toml", line, key, f"两个版本的有效期重叠：{earlier.label} 与 {later.label}")
            elif earlier.until_on < later.from_on:
                self._fault("pack.toml", line, key, f"两个版本之间有空档：{earlier.label} 与 {later.label}")
        for version in versions:
            if version.from_on and version.until_on and version.from_on >= version.until_on:
                self._fault("pack.toml", line, key, f"版本 {version.label} 的有效期是空的")

    def _check_band(
        self, parameter: ir.Parameter, rules: Mapping[str, ir.Rule], figures: Mapping[str, ir.Figure]
    ) -> None:
        """Refuse a band that no single figure can be asked against, or that reads it by way of something else."""
        band = parameter.band
        if band is None or band.rule in self._unread:
            return
        rule, what = rules.get(band.rule), f"参数“{parameter.name}”的幅度（band）"
        said = ""
        if rule is None or rule.form != "limit" or facts().get(band.fact) is None:
            said = f"{what}应写成“limit 规则.事实”，如 opening-award-band.amount_fen"
        elif parameter.type == "code":
            said = f"{what}只用于数字"
        else:
            told = set(facts()) | figures.keys() | self._scope.derived.keys()
            read = {name for version in rule.versions for name in names_of(version.table)} & told
            if band.fact not in read or read - {band.fact, "on"}:
                said = f"{what}：规则 {band.rule} 要只看 {band.fact} 一个事实，现在看的是 {'、'.join(sorted(read))}"
        if said:
            self._fault("pack.toml", parameter.line, band.rule, said)

    # -- cycles --------------------------------------------------------------------------------------------------------

    def _refuse_cycles(self, figures: Mapping[str, ir.Figure], rules: Mapping[str, ir.Rule]) -> None:
        """Refuse derived facts and figures that lead back to themselves."""
        leads: dict[str, set[str]] = {key: set(names_in(figure.formula)) for key, figure in figures.items()}
        for key, derived in self._scope.derived.items():
            rule = rules.get(derived.rule)
            leads[key] = {name for version in rule.versions for name in names_of(version.table)} if rule else set()
        for key in leads:
            seen: set[str] = set()
            reach = set(leads[key])
            while reach:
                name = reach.pop()
                seen.add(name)
                reach |= leads.get(name, set()) - seen
            if key in seen:
                header = "figures" if key in figures else "derived"
                self._fault("pack.toml", self._line(f"{header}.{key}"), "", f"“{key}”的推导绕回了自己")

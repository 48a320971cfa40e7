"""`@pytest.mark.proves("LZ-42")`: a test says which requirement it shows, and a complete run keeps what came of it.

Complete is a run that collected every test that proves something and heard how each of them ended, however many
processors shared the work. A run of one folder, or one that broke off, leaves the report as it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from sangyu.config.proof import PROJECT, REPORT, Standing, fingerprint, requirements, write_report

MARK = "proves"
WORSE = {"passed": 0, "skipped": 1, "failed": 2}


def pytest_configure(config: pytest.Config) -> None:
    keep(config)


def keep(config: pytest.Config, *, project: Path = PROJECT, report: Path = REPORT) -> None:
    """Let a run write down in `report` what it shows about the code in `project`."""
    config.addinivalue_line(
        "markers", f"{MARK}(*ids): the requirements of docs/requirements that this test shows whole"
    )
    config.pluginmanager.register(Proofs(config, project, report), "proofs")


class Proofs:
    """What one run shows. With several processors every worker tells the leader what it found to run."""

    def __init__(self, config: pytest.Config, project: Path, report: Path) -> None:
        self.config, self.report = config, report
        self.is_worker = hasattr(config, "workerinput")
        self.known = frozenset(line.id for line in requirements())
        self.of = "" if self.is_worker else fingerprint(project)
        self.claims: dict[str, list[str]] = {}  # test -> the requirements it claims
        self.ended: dict[str, str] = {}  # test -> the worst of what its cases and phases came to
        self.is_whole = True

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        for mark in metafunc.definition.iter_markers(MARK):
            unknown = [id_ for id_ in mark.args if id_ not in self.known]
            if unknown or not mark.args:
                said = "、".join(map(str, unknown)) or "（空）"
                pytest.fail(f"proves：docs/requirements 里没有编号 {said}", pytrace=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Before anybody takes a test away, note every one that claims something."""
        for item in items:
            ids = list(dict.fromkeys(id_ for mark in item.iter_markers(MARK) for id_ in mark.args))
            if ids:
                self.claims[name_of(item.nodeid)] = ids

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        if any(item.get_closest_marker(MARK) for item in items):
            self.is_whole = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.is_whole = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = name_of(report.nodeid)
        outcome = "skipped" if hasattr(report, "wasxfail") else report.outcome
        if report.when == "call" or outcome != "passed":
            self.ended[name] = max(self.ended.get(name, "passed"), outcome, key=WORSE.__getitem__)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object, error: object) -> None:
        """Hear from a worker, as it goes, what it had found; a worker that died says nothing."""
        told = getattr(node, "workeroutput", {}).get("proofs")
        if told:
            self.claims |= told["claims"]
            self.is_whole &= told["is_whole"]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.is_worker:
            self.config.workeroutput["proofs"] = {"claims": self.claims, "is_whole": self.is_whole}  # type: ignore[attr-defined]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.is_worker or not self.claims or not self.is_complete():
            return
        standings = dict(self.standings())
        write_report(standings, self.of, self.report)
        proven = sum(standing.is_proven for standing in standings.values())
        terminalreporter.write_line(
            f"{proven} of {len(self.known)} requirements proven: {'/'.join(self.report.parts[-3:])}"
        )

    def is_complete(self) -> bool:
        """Tell whether nothing that proves something was left out or not heard of."""
        asked_for_all = self.config.args_source is not pytest.Config.ArgsSource.ARGS
        return asked_for_all and self.is_whole and self.claims.keys() <= self.ended.keys()

    def standings(self) -> Iterator[tuple[str, Standing]]:
        tests: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for test, ids in sorted(self.claims.items()):
            for id_ in ids:
                tests[id_][self.ended[test]].append(test)
        for id_, ended in tests.items():
            yield id_, Standing(**{outcome: tuple(names) for outcome, names in ended.items()})


def name_of(nodeid: str) -> str:
    """Name the test without the case: all the cases of a test are one proof."""
    return nodeid.partition("[")[0]

"""The ledger of proofs: 422 requirements, the tests that claim them, and what a run makes of both."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from sangyu.config import proof
from sangyu.config.proof import KINDS, PROGRAMMES, Report, Standing
from tests.house import street

PROJECT = Path(__file__).resolve().parents[2]


def test_there_are_422_requirements_and_each_has_a_number_of_its_own() -> None:
    lines = proof.requirements()
    assert len(lines) == len({line.id for line in lines}) == 422
    assert Counter(line.kind for line in lines) == {
        "ROLE": 63, "FLOW": 78, "CAP": 108, "RULE": 75, "STAT": 60, "EXT": 38,
    }  # fmt: skip
    assert [sum(line.programme == programme for line in lines) for programme in PROGRAMMES] == [
        66, 40, 52, 35, 48, 31, 60, 40, 50,
    ]  # fmt: skip


def test_every_line_is_said_shortly_and_lives_in_a_room_of_the_street() -> None:
    rooms = street()
    for line in proof.requirements():
        assert line.kind in KINDS
        assert line.room in rooms, line.id
        assert 4 <= len(line.wording) <= 40, line.id


def test_the_numbers_of_a_programme_run_on_from_one() -> None:
    for programme in PROGRAMMES:
        ids = [line.id for line in proof.requirements() if line.programme == programme]
        assert ids == [f"{ids[0][:2]}-{number:02}" for number in range(1, len(ids) + 1)]


@pytest.mark.parametrize(
    ("standing", "proven"),
    [
        (Standing(passed=("a",)), True),
        (Standing(passed=("a", "b")), True),
        (Standing(), False),
        (Standing(passed=("a",), failed=("b",)), False),
        (Standing(passed=("a",), skipped=("b",)), False),
    ],
)
def test_proven_is_what_every_test_that_claims_it_has_shown(standing: Standing, proven: bool) -> None:
    assert standing.is_proven is proven


class TestARun:
    """Runs of a small suite of its own, with the plugin and a report in a folder of their own."""

    SUITE = """
import pathlib
import pytest

@pytest.mark.proves("LZ-42", "LZ-43")
@pytest.mark.parametrize("n", [1, 2])
def test_one(n):
    assert n < {limit}

@pytest.mark.proves("LZ-42")
def test_two():
    pathlib.Path("code/src/rules.py").write_text("changed while the tests ran")

def test_three():
    pass
"""

    @pytest.fixture
    def run(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
        """Run the suite in a process of its own; answer its result and the report it left, if any."""
        report, code = pytester.path / "report.json", pytester.path / "code"
        (code / "src").mkdir(parents=True)
        pytester.makeconftest(
            f"""
from pathlib import Path
from tests.proofs import plugin

def pytest_configure(config):
    plugin.keep(config, project=Path({str(code)!r}), report=Path({str(report)!r}))
"""
        )
        monkeypatch.setenv("PYTHONPATH", f"{PROJECT / 'src'}:{PROJECT}")
        monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the small suite needs none, and starts sooner

        def go(*words: str, limit: int = 9, suite: str | None = None):
            pytester.makepyfile(test_small=(suite or self.SUITE).format(limit=limit))
            result = pytester.runpytest_subprocess("--strict-markers", "-p", "xdist", *words)
            return result, proof.read_report(report)

        return go

    @pytest.mark.parametrize("words", [[], ["-n2", "--dist", "loadfile"], ["-m", "proves"]])
    def test_a_complete_run_is_kept_however_it_is_shared_out(self, run, pytester, words: list[str]) -> None:
        of_the_beginning = proof.fingerprint(pytester.path / "code")
        result, report = run(*words)
        result.stdout.fnmatch_lines(["2 of 422 requirements proven: *report.json"])
        assert report.fingerprint == of_the_beginning != proof.fingerprint(pytester.path / "code")
        assert report.standings == {
            "LZ-42": Standing(passed=("test_small.py::test_one", "test_small.py::test_two")),
            "LZ-43": Standing(passed=("test_small.py::test_one",)),
        }

    def test_one_case_that_fails_fails_the_proof(self, run) -> None:
        _, report = run(limit=2)
        assert report.standings["LZ-42"] == Standing(
            passed=("test_small.py::test_two",), failed=("test_small.py::test_one",)
        )
        assert not report.standings["LZ-43"].is_proven

    @pytest.mark.parametrize("words", [["-k", "two"], ["test_small.py"], ["-x"]])
    def test_a_run_that_leaves_a_proof_out_leaves_the_report_as_it_was(self, run, words: list[str]) -> None:
        _, report = run(*words, limit=1)
        assert report is None

    def test_a_number_that_nobody_wrote_down_is_refused_before_anything_runs(self, run) -> None:
        result, report = run(suite='import pytest\n\n\n@pytest.mark.proves("LZ-99")\ndef test_it():\n    pass\n')
        result.stdout.fnmatch_lines(["*docs/requirements*LZ-99*"])
        assert result.ret == pytest.ExitCode.INTERRUPTED
        assert report is None


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Ask the command about a project and a report of this test's own; answer its exit code and its two outputs."""

    def ask(*words: str):
        code = proof.main(words, kept=tmp_path / "report.json", project=tmp_path)
        return code, *capsys.readouterr()

    return ask


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """A run has shown one requirement and failed to show another."""
    kept = tmp_path / "report.json"
    shown = {"LZ-42": Standing(passed=("a.py::test_a",)), "LZ-43": Standing(failed=("b.py::test_b",))}
    proof.write_report(shown, proof.fingerprint(tmp_path), kept)
    return proof.read_report(kept)


class TestTheCommand:
    def test_without_a_report_nothing_is_proven_and_it_is_said_what_to_run(self, told) -> None:
        code, out, err = told("--json")
        assert code == 2
        assert json.loads(out)["proven"] == []
        assert "./sangyu test" in err

    @pytest.mark.usefixtures("report")
    def test_what_is_proven_is_counted_by_programme(self, told) -> None:
        code, out, err = told("--json")
        found = json.loads(out)
        assert (code, err) == (0, "")
        assert (found["proven"], found["failing"], found["total"]) == (["LZ-42"], ["LZ-43"], 422)
        assert found["by_programme"]["lanzhou-chengguan"] == {"proven": 1, "total": 66}
        assert sum(count["total"] for count in found["by_programme"].values()) == 422
        assert found["report"]["fresh"] is True

    @pytest.mark.usefixtures("report")
    def test_one_programme_is_counted_alone(self, told) -> None:
        found = json.loads(told("--json", "--programme", "wuhan")[1])
        assert found["total"] == 52
        assert found["by_programme"] == {"wuhan": {"proven": 0, "total": 52}}

    def test_a_report_of_other_code_is_said_to_be_old(self, told, report: Report, tmp_path: Path) -> None:
        (tmp_path / "conftest.py").write_text("")
        code, out, err = told("--json")
        assert code == 0
        assert json.loads(out)["report"]["fresh"] is False
        assert f"{report.ended_at:%Y-%m-%d %H:%M}" in err

    @pytest.mark.usefixtures("report")
    def test_the_table_shows_every_place_and_what_failed(self, told) -> None:
        _, out, _ = told()
        assert "共 422 条，已证明 1 条" in out
        assert "没有通过：LZ-43" in out
        for name in PROGRAMMES.values():
            assert name in out

    @pytest.mark.usefixtures("report")
    def test_one_requirement_names_its_tests(self, told) -> None:
        _, out, _ = told("LZ-42")
        assert "已证明" in out
        assert "✓ a.py::test_a" in out

    @pytest.mark.usefixtures("report")
    def test_what_is_missing_is_listed(self, told) -> None:
        _, out, _ = told("--missing")
        assert "LZ-41  " in out
        assert "LZ-42  " not in out

    @pytest.mark.usefixtures("report")
    def test_an_unknown_number_is_named(self, told) -> None:
        code, _, err = told("LZ-99")
        assert code == 2
        assert "LZ-99" in err


def test_a_changed_line_of_code_makes_another_fingerprint(tmp_path: Path) -> None:
    for name in ("src", "tests", "packs", "docs/requirements"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "conftest.py").write_text("")
    rule = tmp_path / "src" / "rules.py"
    rule.write_text("share_pm = 200")
    before = proof.fingerprint(tmp_path)
    (tmp_path / "src" / "notes.md").write_text("no evidence")
    assert proof.fingerprint(tmp_path) == before
    rule.write_text("share_pm = 201")
    assert proof.fingerprint(tmp_path) != before

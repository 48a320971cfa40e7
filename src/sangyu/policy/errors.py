"""The ways in which a pack or a question can be wrong, each with a Chinese sentence for the person who can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sangyu.kit.errors import Refusal


class PolicyError(Refusal):
    """Base of every refusal of this room."""

    code: ClassVar[str] = "POLICY_REFUSED"


class UnknownPack(PolicyError):
    """No pack of this name lies in the packs folder."""

    code = "UNKNOWN_PACK"


class UnknownRule(PolicyError):
    """The pack has no rule of this name."""

    code = "UNKNOWN_RULE"


class BadFact(PolicyError):
    """A fact that the rule reads has a value of the wrong kind."""

    code = "BAD_FACT"


class BadParameter(PolicyError):
    """A parameter, switch or setting has a value that the pack does not allow."""

    code = "BAD_PARAMETER"


class BadAnswer(PolicyError):
    """A table gives an answer that cannot stand: shares above the price, an input that no row covers."""

    code = "BAD_ANSWER"


@dataclass(frozen=True, order=True)
class Finding:
    """Point at one fault of a pack by file and line (1 = first line; 0 = the file as a whole)."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        about = f"[{self.rule}] " if self.rule else ""
        return f"{self.file}:{self.line}: {about}{self.message}"


class BadPack(PolicyError):
    """The pack cannot be read; `findings` says where and why."""

    code = "BAD_PACK"

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


class BadCell(PolicyError):
    """A cell of a table cannot be understood; the reader adds file and line."""

    code = "BAD_CELL"

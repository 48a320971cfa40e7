"""What is committed is what is served: the contract, the table of problems, and the client made from it."""

from __future__ import annotations

import importlib
import json
import pkgutil

import jsonschema_rs
import pytest
from django.conf import settings
from pydantic import BaseModel

import sangyu
from sangyu.access.rules.tokens import SCOPES
from sangyu.kit.errors import Refusal
from sangyu.portals.api import client, schema
from sangyu.portals.api.problems import ApiRefusal, code_of, kinds, status_of

DOCS = settings.ROOT / "docs" / "api"
ELSEWHERE = ("city", "config", "portals")  # what is refused there never comes through here


@pytest.fixture(scope="module")
def contract() -> dict:
    return json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))


def operations(contract):
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_the_committed_contract_is_the_one_that_is_served(contract):
    anew = "run `python -m sangyu.portals.api.schema` and then `python -m sangyu.portals.api.client`"
    assert contract == schema.contract(), anew
    assert (DOCS / "openapi.json").read_text(encoding="utf-8") == schema.rendered(schema.contract()), anew
    assert contract["openapi"].startswith("3.1")


def test_the_committed_client_is_made_from_the_committed_contract(contract):
    assert client.CLIENT.read_text(encoding="utf-8") == client.module(contract), (
        "run `python -m sangyu.portals.api.client`"
    )


def test_every_operation_says_what_it_does_and_what_it_refuses(contract):
    names = [operation["operationId"] for _, _, operation in operations(contract)]
    assert len(names) == len(set(names)) >= 60
    for path, method, operation in operations(contract):
        assert operation["summary"][0].isupper(), path
        assert operation["summary"][-1] != "."
        statuses = set(operation["responses"])
        assert any(status.startswith("2") for status in statuses)
        assert "500" in statuses
        if operation.get("security"):
            assert {"401", "403", "429"} <= statuses, path
            assert operation.get("x-scope") in {*SCOPES, None}
        if "{" in path:
            assert "404" in statuses, path
        if method == "post":
            assert {"422", "428"} <= statuses, path


def test_every_write_needs_a_key_and_what_changes_a_state_needs_the_state(contract):
    key, match = ({"$ref": f"#/components/parameters/{name}"} for name in ("IdempotencyKey", "IfMatch"))
    posts = [operation for _, method, operation in operations(contract) if method == "post"]
    assert len(posts) > 30
    assert all(key in operation["parameters"] for operation in posts)
    assert all(("412" in operation["responses"]) == (match in operation["parameters"]) for operation in posts)
    assert sum(match in operation["parameters"] for operation in posts) > 20


def test_what_needs_no_token_is_only_what_anybody_may_know(contract):
    open_to_all = {
        operation["operationId"] for _, _, operation in operations(contract) if not operation.get("security")
    }
    assert open_to_all == {"listProblems", "getProblem", "getContract"}


def test_no_address_carries_anything_personal(contract):
    asked = {
        parameter["name"]
        for _, _, operation in operations(contract)
        for parameter in operation["parameters"]
        if parameter.get("in") in {"query", "path"}
    }
    ids = {name for name in asked if name.endswith("_id")}
    assert asked - ids <= {"after", "limit", "fields", "stage", "state", "on", "code", "n"}


def test_every_example_is_one_that_its_shape_accepts(contract):
    looked_at = 0
    for path, _, operation in operations(contract):
        contents = [answer["content"] for answer in operation["responses"].values() if "content" in answer]
        contents += [operation["requestBody"]["content"]] if "requestBody" in operation else []
        for content in contents:
            for shown in content.values():
                if "example" not in shown:
                    continue
                whole = {**shown["schema"], "components": contract["components"]}
                for fault in jsonschema_rs.Draft202012Validator(whole).iter_errors(shown["example"]):
                    pytest.fail(f"{path}: {fault}")
                looked_at += 1
    assert looked_at > 80


def test_no_two_shapes_share_a_name():
    """Two would fall together in the contract, and one of them would be described wrongly."""
    folder = importlib.import_module("sangyu.portals.api")
    found: dict[str, set[str]] = {}
    for part in pkgutil.iter_modules(folder.__path__, "sangyu.portals.api."):
        module = importlib.import_module(part.name)
        for thing in vars(module).values():
            if (
                isinstance(thing, type)
                and issubclass(thing, BaseModel)
                and thing.__module__.startswith(folder.__name__)
            ):
                found.setdefault(thing.__name__.removesuffix("Told"), set()).add(thing.__module__)
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def refusals() -> set[type[Refusal]]:
    for module in pkgutil.walk_packages(sangyu.__path__, "sangyu."):
        if not {"tests", "migrations", "__main__", *ELSEWHERE} & set(module.name.split(".")):
            importlib.import_module(module.name)
    importlib.import_module("sangyu.portals.api.api")

    def below(cls: type[Refusal]) -> set[type[Refusal]]:
        return {cls} | {found for child in cls.__subclasses__() for found in below(child)}

    def is_ours(cls: type[Refusal]) -> bool:
        room = cls.__module__.split(".")
        return room[1] not in ELSEWHERE or room[1:3] == ["portals", "api"]

    return {
        cls
        for cls in below(Refusal) - {Refusal, ApiRefusal}
        if cls.__module__.startswith("sangyu.") and is_ours(cls) and not cls.__name__.startswith("_")
    }


def test_every_refusal_has_its_line_in_the_table_of_problems():
    known, table = {code_of(cls): cls for cls in refusals()}, kinds()
    missing = {
        code: (status_of(cls), (cls.__doc__ or "").split("\n")[0]) for code, cls in known.items() if code not in table
    }
    assert missing == {}, "add these to portals/api/problems.csv, with a Chinese and an English title"
    assert set(table) - set(known) == set(), (
        "these are refused by nobody any more; a code that was public stays reserved"
    )
    assert len(known) > 150


def test_a_code_is_stable_whatever_the_class_is_called_in_chinese():
    for code, kind in kinds().items():
        assert code == kind.code
        assert 400 <= kind.status < 600
        assert kind.zh
        assert not kind.zh.isascii()
        assert kind.en.isascii()
        assert kind.en.endswith(".")


def test_the_table_of_problems_in_the_docs_is_the_one_that_is_served():
    assert (DOCS / "problems.md").read_text(encoding="utf-8") == schema.problem_table()

"""Every operation answers in full on a house with work on every desk, and none breaks whatever is sent to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from tests.cast import HOME
from tests.month_end import bank_answers
from tests.neighbours import neighbour
from tests.seat import seat
from tests.walks.full_house import NOW, FullHouse

from sangyu.access import actions as access
from sangyu.access.models import AuditEntry, Role, User
from sangyu.access.rules.tokens import SCOPES
from sangyu.dispatch import queries as dispatch_read
from sangyu.portals.api import schema
from sangyu.portals.api.tests.conftest import Machine
from sangyu.portals.clock import now
from sangyu.quality import queries as quality_read

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = {GenerationMode.POSITIVE: 2, GenerationMode.NEGATIVE: 1}  # enough for a run of minutes; raise it to dig


class Programs:
    """A program for each person of the house, made when it is first asked for; it remembers what it reached."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, house: FullHouse) -> None:
        self._monkeypatch, self._house = monkeypatch, house
        self._known: dict[str, Machine] = {}
        self.reached: Counter[str] = Counter()
        self.paths: dict[str, dict[str, Any]] = {}
        self.people: dict[str, str] = {}

    def clock_to(self, moment: datetime) -> None:
        seat(self._monkeypatch, moment)(self._house.ma)

    def of(self, who: str) -> Machine:
        if who not in self._known:
            user: User = getattr(self._house, who)
            at = now()
            issued = access.issue_own_token(
                name="测试", scopes=SCOPES, expires_at=at + timedelta(days=90), by=user, at=at
            )
            self._known[who] = Machine(issued.secret, user)
        return self._known[who]

    def call(self, who: str, name: str, body: Any = None, **path: Any) -> Any:
        """Call an operation of the contract as somebody and return its answer; it has to be a good one."""
        method, address, operation = OPERATIONS[name]
        at = address.removeprefix("/api/v1").format(**path)
        machine = self.of(who)
        changes = {"$ref": "#/components/parameters/IfMatch"} in operation["parameters"]
        answer = machine.get(at) if method == "get" else machine.post(at, body, match="*" if changes else None)
        assert answer.status_code in {200, 201, 202}, f"{name}: {answer.status_code} {answer.content.decode()}"
        self.reached[name] += 1
        self.paths[name], self.people[name] = path, who
        return answer.json() if answer["Content-Type"] == "application/json" else answer.content


CONTRACT = json.loads((schema.DOCS / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
}


def work(house: FullHouse, programs: Programs) -> None:
    """Do a day's work, a month's appraisal and its settlement, so that every operation has something to answer."""
    call = programs.call
    call("ma", "getMe"), call("ma", "listProblems"), call("ma", "getProblem", code="orders.SLOT_TAKEN")
    call("ma", "getContract")

    rung = call("ma", "ringCall", {"line_reference": "line-x", "caller_number": "13900000001"})["id"]
    call("ma", "answerCall", call_id=rung), call("ma", "hangUpCall", call_id=rung)
    call("ma", "endCall", {"kind": "COMFORT"}, call_id=rung)
    call("ma", "listCalls"), call("ma", "getCall", call_id=rung)

    elder = call("ma", "searchElders", {"text": "李"})["items"][0]["id"]
    call("ma", "getElder", elder_id=elder)
    call("clerk", "revealElder", {"reason": "窗口核对本人身份证"}, elder_id=elder)
    item = call("ma", "listItems")["items"][0]["id"]
    call("ma", "quote", {"elder_id": elder, "item_id": item, "on": "2027-01-20"})
    wish = {"elder_id": elder, "item_id": item, "wanted_from": "2027-01-20T10:00:00+08:00"}
    order = call("ma", "placeOrder", wish)["id"]
    later = {"wanted_from": "2027-01-20T14:00:00+08:00", "reason": "老人上午看病"}
    call("ma", "rescheduleOrder", later, order_id=order)
    call("ma", "listOrders"), call("ma", "getOrder", order_id=order)
    call("wang", "listCandidates", order_id=order)
    sent = call("wang", "sendOrder", {"enterprise_id": str(house.kangan.pk)}, order_id=order)["id"]
    call("wang", "listDispatchesOfOrder", order_id=order)
    call("kangan_user", "acceptDispatch", dispatch_id=sent)
    call("kangan_user", "listDispatches"), call("kangan_user", "getDispatch", dispatch_id=sent)
    worker = call("kangan_user", "listWorkers", dispatch_id=sent)["items"][0]["worker_id"]
    call("kangan_user", "assignWorker", {"worker_id": worker}, dispatch_id=sent)
    call("kangan_user", "refuseDispatch", {"reason": "NO_WORKER"}, dispatch_id=house.asked.pk)
    call("ma", "cancelOrder", {"reason": "老人住院"}, order_id=house.waiting.pk)

    kind = call("head", "listEventKinds")["items"][0]["kind"]
    wanted = {"name": "对账系统", "address": "https://hooks.example.cn/sangyu", "kinds": [kind]}
    told_of = call("head", "subscribe", wanted)["id"]
    call("head", "listSubscriptions"), call("head", "getSubscription", subscription_id=told_of)
    call("head", "renewSubscriptionSecret", subscription_id=told_of)
    call("head", "switchSubscriptionOff", {"reason": "系统升级"}, subscription_id=told_of)
    call("head", "switchSubscriptionOn", {}, subscription_id=told_of)
    pushed = call("head", "pingSubscription", subscription_id=told_of)["id"]
    call("head", "listPushes", subscription_id=told_of), call("head", "getPush", push_id=pushed)
    call("head", "pushAgain", push_id=pushed)

    place = {"lng": HOME.lng, "lat": HOME.lat}
    programs.clock_to(NOW.replace(hour=13, minute=50))
    call("zhao_user", "listVisitsToDo")
    call("zhao_user", "revealDoor", order_id=house.coming.order_id)
    call("zhao_user", "checkOut", {"place": place}, visit_id=house.here.pk)
    visit = call("zhao_user", "checkIn", {"order_id": str(house.coming.order_id), "place": place})["id"]
    call("zhao_user", "listVisits"), call("zhao_user", "getVisit", visit_id=visit)
    charge = call("kangan_user", "listCharges")["items"][0]["id"]
    call("kangan_user", "getCharge", charge_id=charge)

    programs.clock_to(NOW.replace(hour=20))
    call("sun", "drawSample", {"day": "2027-01-11"})
    call("sun", "listFollowUpTasks")
    happened = {"reached": True, "happened": True, "satisfaction": 5}
    call("sun", "followUp", happened, task_id=house.to_ring.pk)

    programs.clock_to(datetime(2027, 2, 1, 9, tzinfo=NOW.tzinfo))
    drafted = call("sun", "draftAppraisals", {"month": "2027-01"})["items"]
    own = next(row["id"] for row in drafted if row["enterprise_id"] == str(house.kangan.pk))
    lines = call("sun", "getAppraisal", appraisal_id=own)["lines"]
    for line in [line for line in lines if line["score_tenths"] is None]:
        score = {"score_tenths": 0, "evidence": "到场查看"}
        call("sun", "scoreItem", score, item_id=line["item_id"])
    call("sun", "releaseAppraisal", appraisal_id=own), call("kangan_user", "listAppraisals")
    objected = next(line["item_id"] for line in lines if not line["by_hand"])
    shown = call("kangan_user", "objectToItem", {"text": "当天路上封闭"}, item_id=objected)
    objection = next(line["objection_id"] for line in shown["lines"] if line["objection_id"])
    ruling = {"upheld": True, "score_tenths": 10, "reason": "情况属实"}
    call("head", "ruleOnObjection", ruling, objection_id=objection)
    programs.clock_to(datetime(2027, 2, 10, 9, tzinfo=NOW.tzinfo))
    call("sun", "finaliseAppraisal", appraisal_id=own)

    run, statement = house.open_run.pk, house.statement.pk
    call("qian", "drawUpRun", {"month": "2026-12"}), call("qian", "listRuns"), call("qian", "getRun", run_id=run)
    held = call("kangan_user", "objectToStatement", {"text": "时长应为两小时"}, statement_id=statement)
    words = {"text": "已核对签到签退，时长无误"}
    call("qian", "answerStatementObjection", words, objection_id=held["objection_id"])
    call("kangan_user", "listStatements"), call("kangan_user", "getStatement", statement_id=statement)
    call("kangan_user", "listStatementLines", statement_id=statement)
    for row in call("qian", "listStatements")["items"]:
        if row["run_id"] == str(run):
            who = "kangan_user" if row["enterprise_id"] == str(house.kangan.pk) else "letter_user"
            call(who, "confirmStatement", {"invoice_number": "04412026"}, statement_id=row["id"])
            reason = {"enterprise_id": row["enterprise_id"], "text": "本月单量变化"}
            call("qian", "explainSwing", reason, run_id=run)
    call("feng", "approveRun", run_id=run)
    call("deputy", "declineRun", {"text": "请补充说明"}, run_id=run)
    for signer in ("feng", "deputy", "head"):
        call(signer, "approveRun", run_id=run)
    call("qian", "payRun", {"form": "BANK_FILE"}, run_id=run)
    call("qian", "getPaymentFile", run_id=run, n=1)
    from sangyu.settlement import queries as settlement_read

    answer = bank_answers(settlement_read.file_of(house.qian, house.open_run)).decode("gb18030")
    call("qian", "takeReturn", {"content": answer}, run_id=run)


def strangers(house: FullHouse, programs: Programs) -> Counter[str]:
    """Knock at every thing of this house as somebody next door with every right there; count what was found."""
    next_house = neighbour(house, Role.AGENT).organisation
    stranger = house.user(next_house, "neighbour.of.all.trades", "邻座", *Role.values)
    at = now()
    issued = access.issue_own_token(name="邻座", scopes=SCOPES, expires_at=at + timedelta(days=9), by=stranger, at=at)
    next_door, found = Machine(issued.secret, stranger), Counter[str]()
    rival = programs.of("letter_user")
    for name, (method, address, operation) in OPERATIONS.items():
        path = programs.paths[name]
        if not any(key.endswith("_id") for key in path):
            continue
        knocking = [next_door, *([rival] if programs.people[name] in {"kangan_user", "zhao_user"} else [])]
        for machine in knocking:
            at_door = address.removeprefix("/api/v1").format(**path)
            body = None
            if "requestBody" in operation:
                body = operation["requestBody"]["content"]["application/json"]["example"]
            answer = machine.get(at_door) if method == "get" else machine.post(at_door, body, match="*")
            found[f"{answer.status_code}"] += 1
            allowed = {404} if machine is next_door else {403, 404}
            assert answer.status_code in allowed, f"{name}: {answer.status_code} {answer.content.decode()}"
    return found


@contextmanager
def one_connection() -> Iterator[None]:
    """Let the requests of the storm run in the transaction of the test, as those of Django's own test client do."""
    for moment in (request_started, request_finished):
        moment.disconnect(close_old_connections)
    try:
        yield
    finally:
        for moment in (request_started, request_finished):
            moment.connect(close_old_connections)


def storm(programs: Programs) -> dict[str, Counter[int]]:
    """Send what fits the contract and what does not to every operation, on things that are there.

    Shape: operation -> how often each status was answered.
    """
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    answered: dict[str, Counter[int]] = {}
    for found in described.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        statuses = answered[name] = Counter()
        headers = {"Authorization": f"Bearer {programs.of(programs.people[name]).secret}", "If-Match": "*"}
        path = {key: str(value) for key, value in programs.paths[name].items()}
        _throw(operation, GenerationMode.POSITIVE, CHECKS, path, headers, statuses)
        if operation.method.upper() == "POST" or operation.query:
            _throw(operation, GenerationMode.NEGATIVE, [*CHECKS, negative_data_rejection], path, headers, statuses)
    return answered


def _throw(
    operation: Any,
    mode: GenerationMode,
    checks: list[Any],
    path: dict[str, str],
    headers: dict[str, str],
    statuses: Counter[int],
) -> None:
    @seed(20270111)
    @hypothesis_settings(
        max_examples=EXAMPLES[mode],
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=path, headers=headers))
    def send(case: Any) -> None:
        case.headers = {**(case.headers or {}), **headers, "Idempotency-Key": str(uuid4())}
        answer = case.call()
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=checks)

    send()


def test_every_operation_answers_and_none_breaks(db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.API_REQUESTS_PER_SECOND = 100_000
    house = FullHouse()
    programs = Programs(monkeypatch, house)
    programs.clock_to(NOW)
    work(house, programs)
    assert set(programs.reached) == set(OPERATIONS)
    assert len(programs.reached) >= 70

    programs.of("letter_user")
    acts = AuditEntry.objects.filter(programme=house.programme).count()
    shut = strangers(house, programs)
    assert sum(shut.values()) >= 50, shut
    assert AuditEntry.objects.filter(programme=house.programme).count() == acts

    with one_connection():
        answered = storm(programs)
    assert set(OPERATIONS) - set(answered) == {"getContract"}, "the storm has read it first, and asks it no more"
    assert [name for name, statuses in answered.items() if not statuses] == []
    statuses = sum(answered.values(), Counter[int]())
    assert not [status for status in statuses if status >= 500]
    assert statuses[200] + statuses[201] + statuses[202] >= 60, statuses
    assert statuses[422] >= 20, statuses
    assert sum(statuses.values()) >= 150, statuses
    assert quality_read.get_sheet(house.sun, house.sheet.pk).final is not None  # what was final is as it was
    assert dispatch_read.get_dispatch(house.wang, house.coming.pk) == house.coming

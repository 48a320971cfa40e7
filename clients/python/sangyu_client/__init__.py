"""A client of the Sangyu interface (/api/v1). Made from the contract: do not edit, make it anew."""

from __future__ import annotations

import json
import random
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict, cast
from urllib.parse import urlencode

UNSET: Any = object()


class Problem(Exception):
    """What the interface refused: go by `code`, show `detail`, and see `errors` for the fields that were wrong."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        super().__init__(f"{said.get('code', status)}: {said.get('detail', '')}")
        self.status = status
        self.code: str = said.get("code", "")
        self.title: str = said.get("title", "")
        self.detail: str = said.get("detail", "")
        self.errors: list[dict[str, str]] = said.get("errors", [])


class Appraisal(TypedDict):
    """An appraisal in a list"""

    id: str
    enterprise_id: str
    month: str
    drafted_at: str


class AppraisalPage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Appraisal]
    next: str | None


class Appraisals(TypedDict):
    """The appraisals that were drafted now; those drafted before keep their draft"""

    items: list[Appraisal]


class Call(TypedDict):
    """A call (来电): when it rang, who answered, and as what it ended. The caller's number is masked"""

    version: str
    id: str
    line_reference: str
    caller_number: str
    rang_at: str
    answered_at: str | None
    hung_up_at: str | None
    ended_at: str | None
    end: str
    agent_id: str | None
    elder_id: str | None


class CallPage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Call]
    next: str | None


class Candidate(TypedDict):
    """An enterprise that was looked at: its rank and score, or the first rule it fails, with the figure"""

    enterprise_id: str
    name: str
    rank: int | None
    score: int | None
    terms: dict[str, int]
    failed: str
    figure: str


class Candidates(TypedDict):
    """Every enterprise for an order, best first"""

    items: list[Candidate]


class Charge(TypedDict):
    """What a delivered service cost (费用), and who owes which part"""

    id: str
    elder_id: str
    enterprise_id: str
    item_id: str
    service_on: str
    price_fen: int
    elder_fen: int
    public_fen: int
    fund: str
    cause_kind: str
    cause_id: str


class ChargePage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Charge]
    next: str | None


class Dispatch(TypedDict):
    """An order sent to an enterprise (派单), and what became of it"""

    version: str
    id: str
    n: int
    enterprise_id: str
    sent_at: str
    answer_by: str
    accepted_at: str | None
    refused_at: str | None
    refusal_reason: str
    worker_id: str | None
    assigned_at: str | None
    order: Order


class DispatchPage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Dispatch]
    next: str | None


class Dispatches(TypedDict):
    """Every attempt to send an order, first attempt first"""

    items: list[Dispatch]


class DoorRevealed(TypedDict):
    """Where to go for an order, and whom to ring"""

    order_id: str
    elder_id: str
    name: str
    phone: str
    address: str
    habits: str
    warnings: str
    note: str


class Elder(TypedDict):
    """An elder as every caller sees one: name, document and numbers masked (遮盖)"""

    id: str
    registration_number: NotRequired[str | None]
    name: NotRequired[str | None]
    age: NotRequired[int | None]
    community_code: NotRequired[str | None]
    community: NotRequired[str | None]
    document_number: NotRequired[str | None]
    phones: NotRequired[list[str] | None]
    alive: NotRequired[bool | None]


class ElderRevealed(TypedDict):
    """An elder in full. Not kept by this interface, and not to be kept by the caller"""

    id: str
    name: str
    document_number: str
    phones: list[str]
    address: str


class EldersFound(TypedDict):
    """The elders who match, at most twenty"""

    items: list[Elder]


class EventKind(TypedDict):
    """A kind of event that may be subscribed to"""

    kind: str
    data: list[str]
    meaning: str
    open_to_enterprises: bool


class EventKinds(TypedDict):
    """Every kind of event"""

    items: list[EventKind]


class FollowUp(TypedDict):
    """What an elder said when rung (回访)"""

    id: str
    task_id: str
    n: int
    reached: bool
    happened: bool | None
    satisfaction: int | None
    at: str


class Item(TypedDict):
    """An item of the catalogue (服务项目)"""

    id: str
    code: str
    name: str
    unit: str
    minutes: int
    standard: str


class ItemPage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Item]
    next: str | None


class Line(TypedDict):
    """An item of a sheet: its full marks, the score that holds now, and the objection if there is one"""

    item_id: str
    dimension: str
    code: str
    name: str
    by_hand: bool
    full_tenths: int
    score_tenths: int | None
    objection_id: str | None
    ruled: bool


class Lines(TypedDict):
    """Lines of a statement in their order"""

    items: list[StatementLine]


class Me(TypedDict):
    """Whom the token stands for"""

    user_id: str
    name: str
    programme: str
    organisation_id: str
    organisation: str
    roles: list[str]
    scopes: list[str]
    token_prefix: str
    expires_at: str
    sandbox: bool


class Order(TypedDict):
    """A work order (工单): for whom, what, when, at which price, and how far it has come"""

    version: str
    id: str
    number: str
    elder_id: str
    item_id: str
    item_name: str
    community_code: str
    source: str
    wanted_from: str
    wanted_until: str
    price_fen: int
    elder_fen: int
    public_fen: int
    because: list[str]
    stage: str
    stage_at: str
    placed_at: str


class OrderPage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Order]
    next: str | None


class PaymentFile(TypedDict):
    """A file that asks for payment, with its control sum"""

    id: str
    n: int
    form: str
    name: str
    sha256: str
    payments: int
    total_fen: int
    at: str


class Place(TypedDict):
    """A place on earth, as the device gave it"""

    lng: float
    lat: float
    crs: NotRequired[str]
    accuracy_m: NotRequired[int | None]


class ProblemKind(TypedDict):
    """One kind of problem: its stable code, its status, its name"""

    code: str
    status: int
    zh: str
    en: str


class ProblemKinds(TypedDict):
    """Every kind of problem, by code"""

    items: list[ProblemKind]


class Push(TypedDict):
    """One event for one subscriber (推送), with what came of it"""

    version: str
    id: str
    subscription_id: str
    event_id: str
    kind: str
    body: dict[str, Any]
    state: str
    reason: str
    due_at: str | None
    tries: int
    last_status: int | None
    queued_at: str


class PushPage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Push]
    next: str | None


PushState = Literal["WAITING", "DELIVERED", "DEAD"]


class Quote(TypedDict):
    """What a service costs an elder on a day, who pays which part of it, and why"""

    price_fen: int
    elder_fen: int
    public_fen: int
    shares_fen: dict[str, int]
    fund: str
    sentence: str
    because: list[str]


class Run(TypedDict):
    """The settlement of a month: its sums, who has signed, who signs next, and its payment files"""

    version: str
    id: str
    month: str
    root: str
    drawn_at: str
    statements: int
    confirmed: int
    gross_fen: int
    deducted_fen: int
    net_fen: int
    signatures: list[Signature]
    signs_next: str
    files: list[PaymentFile]
    returned: int
    failed: int


class RunLine(TypedDict):
    """The settlement of a month (结算) in a list"""

    id: str
    month: str
    root: str
    drawn_at: str


class RunLinePage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[RunLine]
    next: str | None


class Sample(TypedDict):
    """The follow-up sample of a day (抽查样本), which anybody can draw again from its seed"""

    id: str
    day: str
    seed: str
    served: int
    due: int


class Sheet(TypedDict):
    """The appraisal of an enterprise for a month (考核表), item by item"""

    version: str
    id: str
    enterprise_id: str
    month: str
    lines: list[Line]
    released_at: str | None
    object_until: str | None
    final_at: str | None
    final_score_tenths: int | None


class Signature(TypedDict):
    """One signature under a run"""

    step: str
    by_id: str
    at: str
    net_fen: int


Stage = Literal["PLACED", "SENT", "ACCEPTED", "ASSIGNED", "IN_SERVICE", "SERVED", "CANCELLED"]


class Statement(TypedDict):
    """What an enterprise earned in a month in public money (结算单), and how far it has come"""

    version: str
    id: str
    run_id: str
    month: str
    enterprise_id: str
    revision: int
    orders: int
    meals: int
    charged_fen: int
    elder_fen: int
    gross_fen: int
    deducted_fen: int
    taken_back_fen: int
    net_fen: int
    score_tenths: int
    root: str
    confirmed_at: str | None
    objection_id: str | None
    answered: bool
    payment_number: str
    arrived: bool | None


class StatementLine(TypedDict):
    """One line of a statement: a charge, what it earned, what the appraisal deducts"""

    id: str
    n: int
    charge_id: str
    service_on: str
    item_name: str
    gross_fen: int
    deducted_fen: int
    net_fen: int
    leaf: str


class StatementPage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Statement]
    next: str | None


class Subscription(TypedDict):
    """A subscription (订阅): where events of which kinds are pushed to, and how that goes"""

    version: str
    id: str
    organisation_id: str
    name: str
    address: str
    kinds: list[str]
    scheme: str
    is_on: bool
    subscribed_at: str


class SubscriptionMade(TypedDict):
    """A subscription with what its signatures are checked with, in the first answer only"""

    version: str
    id: str
    organisation_id: str
    name: str
    address: str
    kinds: list[str]
    scheme: str
    is_on: bool
    subscribed_at: str
    secret: str | None


class SubscriptionPage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[Subscription]
    next: str | None


class Task(TypedDict):
    """An order about which the elder is to be rung (回访任务)"""

    id: str
    order_id: str
    reason: str
    day: str


class Tasks(TypedDict):
    """The calls to make next: never tried before tried, then the oldest day first"""

    items: list[Task]


class ToDo(TypedDict):
    """The visits that a worker has before them on a day, soonest first"""

    items: list[Order]


class Visit(TypedDict):
    """A visit with its end, the grade of its proof and the charge it became"""

    version: str
    id: str
    order_id: str
    worker_id: str
    enterprise_id: str
    arrived_at: str
    left_at: str | None
    minutes: int | None
    tasks_done: list[str]
    grade: str
    because: str
    charge_id: str | None


class VisitLine(TypedDict):
    """A visit (上门) in a list: who came to whom for which order"""

    id: str
    order_id: str
    worker_id: str
    enterprise_id: str
    arrived_at: str


class VisitLinePage(TypedDict):
    """A page of a list, and the address of the next one"""

    items: list[VisitLine]
    next: str | None


class Worker(TypedDict):
    """A worker of the enterprise for an order: free and fit, or the reason why not"""

    worker_id: str
    name: str
    distance_m: int
    usual: int
    reason: str


class Workers(TypedDict):
    """The workers for an order, the fit ones first"""

    items: list[Worker]


class Sangyu:
    """One caller of the interface. Every write gets a fresh idempotency key and keeps it while it is sent again."""

    def __init__(self, base_url: str, token: str, *, timeout_s: float = 30.0, tries: int = 4) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._timeout_s = timeout_s
        self._tries = tries

    def pages(self, first: Any) -> Iterator[Any]:
        """Go through every item of a list, page after page, beginning with the page that was read."""
        page = first
        while True:
            yield from page["items"]
            if page.get("next") is None:
                return
            page = json.loads(self._send("GET", page["next"]))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: dict[str, Any] | None = None,
        key: str | None = None,
        match: str | None = None,
    ) -> bytes:
        asked = {name: value for name, value in (query or {}).items() if value is not UNSET and value is not None}
        address = f"{path}?{urlencode(asked)}" if asked else path
        headers = {}
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        if match is not None:
            headers["If-Match"] = match if match == "*" or match.startswith('"') else f'"{match}"'
        content = None
        if body is not None:
            said = {name: value for name, value in body.items() if value is not UNSET}
            content = json.dumps(said, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        return self._send(method, address, content, headers)

    def _send(
        self, method: str, address: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bytes:
        sent = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **(headers or {})}
        for left in reversed(range(self._tries)):
            request = urllib.request.Request(self.base_url + address, content, sent, method=method)
            try:
                with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:
                    return bytes(answer.read())
            except urllib.error.HTTPError as refused:
                said = refused.read()
                if refused.code not in (429, 503) or left == 0:
                    raise Problem(refused.code, _object(said)) from None
                time.sleep(float(refused.headers.get("Retry-After") or 1))
            except (urllib.error.URLError, TimeoutError, ConnectionError):
                # Whether it arrived is unknown; with its key it may be sent again and still happens once.
                if left == 0:
                    raise
                time.sleep(0.2 * (self._tries - left) * (1 + random.random()))
        raise AssertionError("at least one try is made")

    def get_me(self) -> Me:
        """Read whom the token stands for, and what it may be used for; good as a first request."""
        return cast(Me, json.loads(self._ask("GET", "/api/v1/me")))

    def list_problems(self) -> ProblemKinds:
        """List every kind of problem with its code and status; no token is needed."""
        return cast(ProblemKinds, json.loads(self._ask("GET", "/api/v1/problems")))

    def get_problem(self, code: str) -> ProblemKind:
        """Read what a kind of problem means; its `type` points here."""
        return cast(ProblemKind, json.loads(self._ask("GET", f"/api/v1/problems/{code}")))

    def get_contract(self) -> dict[str, Any]:
        """Read the contract of this interface (OpenAPI 3.1), as it is committed."""
        return cast(dict[str, Any], json.loads(self._ask("GET", "/api/v1/openapi.json")))

    def list_calls(self, *, after: str | None = None, limit: int | None = None) -> CallPage:
        """List the calls of the programme, newest first."""
        return cast(CallPage, json.loads(self._ask("GET", "/api/v1/calls", query={"after": after, "limit": limit})))

    def ring_call(self, *, line_reference: str, caller_number: str = UNSET, key: str | None = None) -> Call:
        """Note that the telephone rings."""
        return cast(
            Call,
            json.loads(
                self._ask(
                    "POST",
                    "/api/v1/calls",
                    body={"line_reference": line_reference, "caller_number": caller_number},
                    key=key,
                )
            ),
        )

    def get_call(self, call_id: str) -> Call:
        """Read one call."""
        return cast(Call, json.loads(self._ask("GET", f"/api/v1/calls/{call_id}")))

    def answer_call(self, call_id: str, *, match: str, key: str | None = None) -> Call:
        """Take a ringing call."""
        return cast(Call, json.loads(self._ask("POST", f"/api/v1/calls/{call_id}/answer", key=key, match=match)))

    def hang_up_call(self, call_id: str, *, match: str, key: str | None = None) -> Call:
        """Note that the line is down; a call that nobody answered waits to be rung back."""
        return cast(Call, json.loads(self._ask("POST", f"/api/v1/calls/{call_id}/hang-up", key=key, match=match)))

    def end_call(
        self,
        call_id: str,
        *,
        match: str,
        kind: Literal["CONSULTATION", "COMPLAINT", "EMERGENCY", "COMFORT"],
        note: str = UNSET,
        elder_id: str | None = UNSET,
        key: str | None = None,
    ) -> Call:
        """End a call as a consultation, a complaint, an emergency or comfort talk."""
        return cast(
            Call,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/calls/{call_id}/end",
                    body={"kind": kind, "note": note, "elder_id": elder_id},
                    key=key,
                    match=match,
                )
            ),
        )

    def search_elders(self, *, text: str = UNSET, phone: str = UNSET, key: str | None = None) -> EldersFound:
        """Find elders by name, initials, or number."""
        return cast(
            EldersFound,
            json.loads(self._ask("POST", "/api/v1/elders/searches", body={"text": text, "phone": phone}, key=key)),
        )

    def get_elder(self, elder_id: str, *, fields: str | None = None) -> Elder:
        """Read one elder, masked; `fields` leaves out what the caller does not need."""
        return cast(Elder, json.loads(self._ask("GET", f"/api/v1/elders/{elder_id}", query={"fields": fields})))

    def reveal_elder(self, elder_id: str, *, reason: str, key: str | None = None) -> ElderRevealed:
        """Look at an elder in full, for a reason that is written into the audit book."""
        return cast(
            ElderRevealed,
            json.loads(self._ask("POST", f"/api/v1/elders/{elder_id}/reveals", body={"reason": reason}, key=key)),
        )

    def reveal_door(self, order_id: str, *, key: str | None = None) -> DoorRevealed:
        """Look at where to go for an order of one's own, and whom to ring; written into the audit book."""
        return cast(DoorRevealed, json.loads(self._ask("POST", f"/api/v1/orders/{order_id}/door", key=key)))

    def list_items(self, *, after: str | None = None, limit: int | None = None) -> ItemPage:
        """List the catalogue by code."""
        return cast(ItemPage, json.loads(self._ask("GET", "/api/v1/items", query={"after": after, "limit": limit})))

    def quote(self, *, elder_id: str, item_id: str, on: str, key: str | None = None) -> Quote:
        """Price a service for an elder on a day, with the sentence to read out and the reasons."""
        return cast(
            Quote,
            json.loads(
                self._ask("POST", "/api/v1/quotes", body={"elder_id": elder_id, "item_id": item_id, "on": on}, key=key)
            ),
        )

    def list_orders(
        self, *, after: str | None = None, limit: int | None = None, stage: Stage | None | None = None
    ) -> OrderPage:
        """List orders by the time they were wanted for."""
        return cast(
            OrderPage,
            json.loads(self._ask("GET", "/api/v1/orders", query={"after": after, "limit": limit, "stage": stage})),
        )

    def place_order(
        self,
        *,
        elder_id: str,
        item_id: str,
        wanted_from: str,
        call_id: str | None = UNSET,
        note: str = UNSET,
        source: str = UNSET,
        key: str | None = None,
    ) -> Order:
        """Take an order: priced by the policy of its day, the public part held, all or nothing."""
        return cast(
            Order,
            json.loads(
                self._ask(
                    "POST",
                    "/api/v1/orders",
                    body={
                        "elder_id": elder_id,
                        "item_id": item_id,
                        "wanted_from": wanted_from,
                        "call_id": call_id,
                        "note": note,
                        "source": source,
                    },
                    key=key,
                )
            ),
        )

    def get_order(self, order_id: str) -> Order:
        """Read one order."""
        return cast(Order, json.loads(self._ask("GET", f"/api/v1/orders/{order_id}")))

    def cancel_order(self, order_id: str, *, match: str, reason: str, key: str | None = None) -> Order:
        """Call off an order and give back what was held."""
        return cast(
            Order,
            json.loads(
                self._ask(
                    "POST", f"/api/v1/orders/{order_id}/cancellation", body={"reason": reason}, key=key, match=match
                )
            ),
        )

    def reschedule_order(
        self, order_id: str, *, match: str, wanted_from: str, reason: str, key: str | None = None
    ) -> Order:
        """Move an order to another time, with the price that was read out."""
        return cast(
            Order,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/orders/{order_id}/rescheduling",
                    body={"wanted_from": wanted_from, "reason": reason},
                    key=key,
                    match=match,
                )
            ),
        )

    def list_charges(self, *, after: str | None = None, limit: int | None = None) -> ChargePage:
        """List charges, all for the operator, one's own for an enterprise."""
        return cast(ChargePage, json.loads(self._ask("GET", "/api/v1/charges", query={"after": after, "limit": limit})))

    def get_charge(self, charge_id: str) -> Charge:
        """Read one charge."""
        return cast(Charge, json.loads(self._ask("GET", f"/api/v1/charges/{charge_id}")))

    def list_candidates(self, order_id: str) -> Candidates:
        """List every enterprise for an order with its rank and score, or the rule it fails and the figure."""
        return cast(Candidates, json.loads(self._ask("GET", f"/api/v1/orders/{order_id}/candidates")))

    def list_dispatches_of_order(self, order_id: str) -> Dispatches:
        """List every attempt to send an order that the caller may see."""
        return cast(Dispatches, json.loads(self._ask("GET", f"/api/v1/orders/{order_id}/dispatches")))

    def send_order(
        self, order_id: str, *, match: str, enterprise_id: str | None = UNSET, key: str | None = None
    ) -> Dispatch:
        """Send an order to the best enterprise, or to the one that is named; everybody's reasons are kept."""
        return cast(
            Dispatch,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/orders/{order_id}/dispatches",
                    body={"enterprise_id": enterprise_id},
                    key=key,
                    match=match,
                )
            ),
        )

    def list_dispatches(self, *, after: str | None = None, limit: int | None = None) -> DispatchPage:
        """List what was sent, newest first: all for the operator, what it still has for an enterprise."""
        return cast(
            DispatchPage, json.loads(self._ask("GET", "/api/v1/dispatches", query={"after": after, "limit": limit}))
        )

    def get_dispatch(self, dispatch_id: str) -> Dispatch:
        """Read one dispatch."""
        return cast(Dispatch, json.loads(self._ask("GET", f"/api/v1/dispatches/{dispatch_id}")))

    def list_workers(self, dispatch_id: str) -> Workers:
        """List the enterprise's workers for an order: the fit ones first, the others with the reason."""
        return cast(Workers, json.loads(self._ask("GET", f"/api/v1/dispatches/{dispatch_id}/workers")))

    def accept_dispatch(self, dispatch_id: str, *, match: str, key: str | None = None) -> Dispatch:
        """Take an order for one's enterprise, in time."""
        return cast(
            Dispatch,
            json.loads(self._ask("POST", f"/api/v1/dispatches/{dispatch_id}/acceptance", key=key, match=match)),
        )

    def refuse_dispatch(
        self,
        dispatch_id: str,
        *,
        match: str,
        reason: Literal["NO_WORKER", "TOO_FAR", "NO_SKILL", "OTHER_TIME", "OTHER"],
        note: str = UNSET,
        key: str | None = None,
    ) -> Dispatch:
        """Give an order back with a reason; from then on it is no longer the enterprise's to read."""
        return cast(
            Dispatch,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/dispatches/{dispatch_id}/refusal",
                    body={"reason": reason, "note": note},
                    key=key,
                    match=match,
                )
            ),
        )

    def assign_worker(self, dispatch_id: str, *, match: str, worker_id: str, key: str | None = None) -> Dispatch:
        """Name the worker who goes; naming another one replaces the first."""
        return cast(
            Dispatch,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/dispatches/{dispatch_id}/assignment",
                    body={"worker_id": worker_id},
                    key=key,
                    match=match,
                )
            ),
        )

    def list_visits_to_do(self, *, on: str | None | None = None) -> ToDo:
        """List what the worker whom the token stands for has to do on a day."""
        return cast(ToDo, json.loads(self._ask("GET", "/api/v1/visits/to-do", query={"on": on})))

    def list_visits(self, *, after: str | None = None, limit: int | None = None) -> VisitLinePage:
        """List visits, newest first: all for the operator, one's own for an enterprise or a worker."""
        return cast(
            VisitLinePage, json.loads(self._ask("GET", "/api/v1/visits", query={"after": after, "limit": limit}))
        )

    def check_in(
        self, *, order_id: str, place: Place | None = UNSET, door_code: str = UNSET, key: str | None = None
    ) -> Visit:
        """Note that the worker has arrived, with whatever proof there is."""
        return cast(
            Visit,
            json.loads(
                self._ask(
                    "POST",
                    "/api/v1/visits",
                    body={"order_id": order_id, "place": place, "door_code": door_code},
                    key=key,
                )
            ),
        )

    def get_visit(self, visit_id: str) -> Visit:
        """Read one visit, with the grade of its proof."""
        return cast(Visit, json.loads(self._ask("GET", f"/api/v1/visits/{visit_id}")))

    def check_out(
        self,
        visit_id: str,
        *,
        match: str,
        place: Place | None = UNSET,
        tasks_done: list[str] = UNSET,
        note: str = UNSET,
        key: str | None = None,
    ) -> Visit:
        """Close a visit: its proof is graded, it is charged, and its order is served."""
        return cast(
            Visit,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/visits/{visit_id}/departure",
                    body={"place": place, "tasks_done": tasks_done, "note": note},
                    key=key,
                    match=match,
                )
            ),
        )

    def draw_sample(self, *, day: str, key: str | None = None) -> Sample:
        """Draw the follow-up calls of a day; the same day is drawn once."""
        return cast(Sample, json.loads(self._ask("POST", "/api/v1/samples", body={"day": day}, key=key)))

    def list_follow_up_tasks(self, *, after: str | None = None, limit: int | None = None) -> Tasks:
        """List the calls to make next; whoever was reached is not on the list any more."""
        return cast(
            Tasks, json.loads(self._ask("GET", "/api/v1/follow-up-tasks", query={"after": after, "limit": limit}))
        )

    def follow_up(
        self,
        task_id: str,
        *,
        reached: bool,
        happened: bool | None = UNSET,
        came_on_time: bool | None = UNSET,
        paid_as_told: bool | None = UNSET,
        satisfaction: int | None = UNSET,
        complaint: str = UNSET,
        key: str | None = None,
    ) -> FollowUp:
        """Write down a follow-up call; a complaint becomes a case."""
        return cast(
            FollowUp,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/follow-up-tasks/{task_id}/follow-ups",
                    body={
                        "reached": reached,
                        "happened": happened,
                        "came_on_time": came_on_time,
                        "paid_as_told": paid_as_told,
                        "satisfaction": satisfaction,
                        "complaint": complaint,
                    },
                    key=key,
                )
            ),
        )

    def list_appraisals(self, *, after: str | None = None, limit: int | None = None) -> AppraisalPage:
        """List appraisals, newest month first: all for the operator, its own released ones for an enterprise."""
        return cast(
            AppraisalPage, json.loads(self._ask("GET", "/api/v1/appraisals", query={"after": after, "limit": limit}))
        )

    def draft_appraisals(self, *, month: str, key: str | None = None) -> Appraisals:
        """Draft the appraisals of a month that is over; computed items get their score now."""
        return cast(Appraisals, json.loads(self._ask("POST", "/api/v1/appraisals", body={"month": month}, key=key)))

    def get_appraisal(self, appraisal_id: str) -> Sheet:
        """Read one appraisal, item by item."""
        return cast(Sheet, json.loads(self._ask("GET", f"/api/v1/appraisals/{appraisal_id}")))

    def score_item(
        self,
        item_id: str,
        *,
        match: str,
        score_tenths: int,
        evidence: str,
        check_number: str = UNSET,
        key: str | None = None,
    ) -> Sheet:
        """Give an item its score by hand, with what it rests on; answered with the whole sheet."""
        return cast(
            Sheet,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/appraisal-items/{item_id}/score",
                    body={"score_tenths": score_tenths, "evidence": evidence, "check_number": check_number},
                    key=key,
                    match=match,
                )
            ),
        )

    def release_appraisal(self, appraisal_id: str, *, match: str, key: str | None = None) -> Sheet:
        """Publish a complete sheet to its enterprise; the working days for objections run from the next day."""
        return cast(
            Sheet, json.loads(self._ask("POST", f"/api/v1/appraisals/{appraisal_id}/release", key=key, match=match))
        )

    def object_to_item(self, item_id: str, *, match: str, text: str, key: str | None = None) -> Sheet:
        """Disagree with an item of one's own sheet, in time and with words."""
        return cast(
            Sheet,
            json.loads(
                self._ask(
                    "POST", f"/api/v1/appraisal-items/{item_id}/objection", body={"text": text}, key=key, match=match
                )
            ),
        )

    def rule_on_objection(
        self, objection_id: str, *, match: str, upheld: bool, score_tenths: int, reason: str, key: str | None = None
    ) -> Sheet:
        """Answer an objection: the item's score that holds from now on, and why."""
        return cast(
            Sheet,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/objections/{objection_id}/ruling",
                    body={"upheld": upheld, "score_tenths": score_tenths, "reason": reason},
                    key=key,
                    match=match,
                )
            ),
        )

    def finalise_appraisal(self, appraisal_id: str, *, match: str, key: str | None = None) -> Sheet:
        """Make an appraisal final once the days for objections are over."""
        return cast(
            Sheet,
            json.loads(self._ask("POST", f"/api/v1/appraisals/{appraisal_id}/finalisation", key=key, match=match)),
        )

    def list_runs(self, *, after: str | None = None, limit: int | None = None) -> RunLinePage:
        """List the settlements of the programme, newest month first."""
        return cast(RunLinePage, json.loads(self._ask("GET", "/api/v1/runs", query={"after": after, "limit": limit})))

    def draw_up_run(self, *, month: str, key: str | None = None) -> Run:
        """Draw up the statements of a month for every charge that stands on none."""
        return cast(Run, json.loads(self._ask("POST", "/api/v1/runs", body={"month": month}, key=key)))

    def get_run(self, run_id: str) -> Run:
        """Read the settlement of a month: sums, signatures, payment files."""
        return cast(Run, json.loads(self._ask("GET", f"/api/v1/runs/{run_id}")))

    def explain_swing(self, run_id: str, *, match: str, enterprise_id: str, text: str, key: str | None = None) -> Run:
        """Say why an enterprise's sum is far from last month's; nobody signs before that."""
        return cast(
            Run,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/runs/{run_id}/explanations",
                    body={"enterprise_id": enterprise_id, "text": text},
                    key=key,
                    match=match,
                )
            ),
        )

    def approve_run(self, run_id: str, *, match: str, key: str | None = None) -> Run:
        """Sign the next step of a run; each step is another person's, by that person's own token."""
        return cast(Run, json.loads(self._ask("POST", f"/api/v1/runs/{run_id}/approval", key=key, match=match)))

    def decline_run(self, run_id: str, *, match: str, text: str, key: str | None = None) -> Run:
        """Send a run back to its maker with the reason; its signatures stand no more."""
        return cast(
            Run,
            json.loads(self._ask("POST", f"/api/v1/runs/{run_id}/decline", body={"text": text}, key=key, match=match)),
        )

    def pay_run(
        self, run_id: str, *, match: str, form: Literal["TREASURY_REQUEST", "BANK_FILE"] = UNSET, key: str | None = None
    ) -> Run:
        """Post what was held and write the payment file, once."""
        return cast(
            Run,
            json.loads(self._ask("POST", f"/api/v1/runs/{run_id}/payment", body={"form": form}, key=key, match=match)),
        )

    def take_return(self, run_id: str, *, match: str, content: str, key: str | None = None) -> Run:
        """Take the bank's answer: what was paid leaves the enterprise's account, what failed stays owed."""
        return cast(
            Run,
            json.loads(
                self._ask("POST", f"/api/v1/runs/{run_id}/returns", body={"content": content}, key=key, match=match)
            ),
        )

    def get_payment_file(self, run_id: str, n: int) -> bytes:
        """Download a payment file of a run, byte for byte; its SHA-256 stands in the run."""
        return self._ask("GET", f"/api/v1/runs/{run_id}/payment-files/{n}")

    def list_statements(self, *, after: str | None = None, limit: int | None = None) -> StatementPage:
        """List the statements in force: all for the operator, one's own for an enterprise."""
        return cast(
            StatementPage, json.loads(self._ask("GET", "/api/v1/statements", query={"after": after, "limit": limit}))
        )

    def get_statement(self, statement_id: str) -> Statement:
        """Read one statement."""
        return cast(Statement, json.loads(self._ask("GET", f"/api/v1/statements/{statement_id}")))

    def list_statement_lines(self, statement_id: str, *, after: str | None = None, limit: int | None = None) -> Lines:
        """List the lines of a statement behind a number; each is a leaf of the statement's root."""
        return cast(
            Lines,
            json.loads(
                self._ask("GET", f"/api/v1/statements/{statement_id}/lines", query={"after": after, "limit": limit})
            ),
        )

    def confirm_statement(
        self, statement_id: str, *, match: str, invoice_number: str, key: str | None = None
    ) -> Statement:
        """Agree with one's own statement and name the invoice."""
        return cast(
            Statement,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/statements/{statement_id}/confirmation",
                    body={"invoice_number": invoice_number},
                    key=key,
                    match=match,
                )
            ),
        )

    def object_to_statement(
        self, statement_id: str, *, match: str, text: str, lines: list[int] = UNSET, key: str | None = None
    ) -> Statement:
        """Disagree with one's own statement, or with some of its lines, before confirming it."""
        return cast(
            Statement,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/statements/{statement_id}/objection",
                    body={"text": text, "lines": lines},
                    key=key,
                    match=match,
                )
            ),
        )

    def answer_statement_objection(
        self, objection_id: str, *, match: str, text: str, key: str | None = None
    ) -> Statement:
        """Answer an objection that does not change the statement."""
        return cast(
            Statement,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/statement-objections/{objection_id}/answer",
                    body={"text": text},
                    key=key,
                    match=match,
                )
            ),
        )

    def list_event_kinds(self) -> EventKinds:
        """List every kind of event that may be subscribed to."""
        return cast(EventKinds, json.loads(self._ask("GET", "/api/v1/webhooks/event-kinds")))

    def list_subscriptions(self, *, after: str | None = None, limit: int | None = None) -> SubscriptionPage:
        """List the subscriptions that the caller manages, newest first: the bureau all, an enterprise its own."""
        return cast(
            SubscriptionPage,
            json.loads(self._ask("GET", "/api/v1/webhooks/subscriptions", query={"after": after, "limit": limit})),
        )

    def subscribe(
        self,
        *,
        name: str,
        address: str,
        kinds: list[str],
        organisation_id: str | None = UNSET,
        scheme: Literal["HMAC", "ED25519"] = UNSET,
        key: str | None = None,
    ) -> SubscriptionMade:
        """Let a system be told of events; the answer holds its secret, and a repeat of the request does not."""
        return cast(
            SubscriptionMade,
            json.loads(
                self._ask(
                    "POST",
                    "/api/v1/webhooks/subscriptions",
                    body={
                        "name": name,
                        "address": address,
                        "kinds": kinds,
                        "organisation_id": organisation_id,
                        "scheme": scheme,
                    },
                    key=key,
                )
            ),
        )

    def get_subscription(self, subscription_id: str) -> Subscription:
        """Read one subscription."""
        return cast(Subscription, json.loads(self._ask("GET", f"/api/v1/webhooks/subscriptions/{subscription_id}")))

    def renew_subscription_secret(self, subscription_id: str, *, key: str | None = None) -> SubscriptionMade:
        """Renew the secret of a subscription; for a day the one before signs along."""
        return cast(
            SubscriptionMade,
            json.loads(self._ask("POST", f"/api/v1/webhooks/subscriptions/{subscription_id}/secret", key=key)),
        )

    def switch_subscription_off(
        self, subscription_id: str, *, match: str, reason: str = UNSET, key: str | None = None
    ) -> Subscription:
        """Switch a subscription off: what happens meanwhile is not pushed, also not later."""
        return cast(
            Subscription,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/webhooks/subscriptions/{subscription_id}/switching-off",
                    body={"reason": reason},
                    key=key,
                    match=match,
                )
            ),
        )

    def switch_subscription_on(
        self, subscription_id: str, *, match: str, reason: str = UNSET, key: str | None = None
    ) -> Subscription:
        """Switch a subscription on again: what was waiting when it was switched off goes out now."""
        return cast(
            Subscription,
            json.loads(
                self._ask(
                    "POST",
                    f"/api/v1/webhooks/subscriptions/{subscription_id}/switching-on",
                    body={"reason": reason},
                    key=key,
                    match=match,
                )
            ),
        )

    def ping_subscription(self, subscription_id: str, *, key: str | None = None) -> Push:
        """Push an event that says nothing, to see whether the subscriber is there."""
        return cast(
            Push, json.loads(self._ask("POST", f"/api/v1/webhooks/subscriptions/{subscription_id}/ping", key=key))
        )

    def list_pushes(
        self,
        subscription_id: str,
        *,
        after: str | None = None,
        limit: int | None = None,
        state: PushState | None | None = None,
    ) -> PushPage:
        """List what was pushed to a subscriber, newest first."""
        return cast(
            PushPage,
            json.loads(
                self._ask(
                    "GET",
                    f"/api/v1/webhooks/subscriptions/{subscription_id}/pushes",
                    query={"after": after, "limit": limit, "state": state},
                )
            ),
        )

    def get_push(self, push_id: str) -> Push:
        """Read one push with what came of it."""
        return cast(Push, json.loads(self._ask("GET", f"/api/v1/webhooks/pushes/{push_id}")))

    def push_again(self, push_id: str, *, key: str | None = None) -> Push:
        """Push an event once more under the same id, delivered or not; what is under way already is left as it is."""
        return cast(Push, json.loads(self._ask("POST", f"/api/v1/webhooks/pushes/{push_id}/again", key=key)))


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}

"""The pages of a district with an object each, and how long they and their statements take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

FIRM, WORKER, TILL = "e01", "w0001", "till1"


@dataclass(frozen=True)
class Looked:
    """One page as it was opened: the time of all, of its statements, and the slowest of these."""

    page: str
    status: int
    ms: float
    sql_ms: float
    statements: int
    slowest_ms: float
    slowest: str


def pages() -> dict[str, tuple[str, str]]:
    """Return what a page is called, and who opens it where; the objects are those of the month that was played."""
    from django.urls import reverse

    from sangyu.city import players
    from sangyu.city.blueprint import BEIJING
    from sangyu.dispatch.models import Assignment, Dispatch
    from sangyu.meals.models import DayClose
    from sangyu.orders.models import Order
    from sangyu.providers.models import CanteenUser, Enterprise, Worker
    from sangyu.quality.models import Appraisal, Complaint, FollowUpTask, Sample
    from sangyu.registry.models import Elder
    from sangyu.settlement.models import Line, Run, Statement

    organiser = players.programme()
    users = players.users_of(organiser)
    clerk = next(name for name in sorted(users) if name.startswith("c."))
    own = Enterprise.objects.get(organisation=users[FIRM].organisation)
    order = Order.objects.filter(stage="SERVED", public_fen__gt=0).order_by("-wanted_from").first()
    elder = Elder.objects.filter(community__code=clerk[2:]).order_by("id").first()
    sent = Dispatch.objects.filter(enterprise=own).order_by("-sent_at").first()
    run = Run.objects.order_by("-month").first()
    mine = Statement.objects.filter(run=run, enterprise=own).first() or Statement.objects.filter(run=run).first()
    line = Line.objects.filter(statement=mine, gross_fen__gt=0).order_by("n").first()
    sheet = Appraisal.objects.filter(enterprise=own).order_by("-month").first()
    sample = Sample.objects.order_by("-day").first()
    task = FollowUpTask.objects.filter(sample=sample).first() or FollowUpTask.objects.first()
    complaint = Complaint.objects.order_by("-opened_at").first()
    worker = Worker.objects.filter(user=users[WORKER]).first()
    visit = Assignment.objects.filter(worker=worker).order_by("-begins_at").first()
    eaten = DayClose.objects.filter(canteen=CanteenUser.objects.get(user=users[TILL]).canteen).order_by("-day").first()
    day = order.wanted_from.astimezone(BEIJING).date()
    month = str(run.month)
    asked: list[tuple[str, str, tuple[Any, ...], str]] = [
        ("home", "agent1", (), ""),
        ("hotline:desk", "agent1", (), ""),
        ("hotline:calls", "agent1", (), ""),
        ("hotline:order", "agent1", (order.pk,), ""),
        ("hotline:elder-orders", "agent1", (order.elder_id,), ""),
        ("hotline:shift", "supervisor", (), ""),
        ("dispatching:board", "dispatcher1", (), ""),
        ("dispatching:order", "dispatcher1", (order.pk,), ""),
        ("dispatching:proposals", "dispatcher1", (), ""),
        ("dispatching:incidents", "dispatcher1", (), ""),
        ("dispatching:enterprises", "dispatcher1", (), ""),
        ("dispatching:enterprise", "supervisor", (own.pk,), ""),
        ("community:elders", clerk, (), ""),
        ("community:elders", clerk, (), "?q=王"),
        ("community:elder", clerk, (elder.pk,), ""),
        ("community:cards", clerk, (elder.pk,), ""),
        ("provider:inbox", FIRM, (), ""),
        ("provider:dispatch", FIRM, (sent.pk,), ""),
        ("provider:workers", FIRM, (), ""),
        ("provider:licences", FIRM, (), ""),
        ("provider:pay", FIRM, (), ""),
        ("provider:incidents", FIRM, (), ""),
        ("provider:appraisals", FIRM, (), ""),
        ("provider:appraisal", FIRM, (sheet.pk,), ""),
        ("provider:statements", FIRM, (), ""),
        ("carer:today", WORKER, (), ""),
        ("carer:month", WORKER, (), ""),
        ("till:desk", TILL, (), ""),
        ("till:day", TILL, (eaten.day,), ""),
        ("till:month", TILL, (month,), ""),
        ("quality:queue", "quality", (), ""),
        ("quality:task", "quality", (task.pk,), ""),
        ("quality:samples", "quality", (), ""),
        ("quality:sample", "quality", (sample.day,), ""),
        ("quality:complaints", "quality", (), ""),
        ("quality:complaint", "quality", (complaint.pk,), ""),
        ("quality:appraisal-month", "quality", (month,), ""),
        ("quality:sheet", "quality", (sheet.pk,), ""),
        ("quality:checks", "quality", (), ""),
        ("finance:months", "finance", (), ""),
        ("finance:month", "finance", (month,), ""),
        ("finance:statement", "finance", (mine.pk,), ""),
        ("finance:budget", "finance", (), ""),
        ("bureau:home", "bureau", (), ""),
        ("bureau:exceptions", "bureau", (), ""),
        ("bureau:rows", "bureau", ("today",), ""),
        ("bureau:rows", "bureau", ("paid",), ""),
        ("bureau:rows", "bureau", ("dead-orders",), ""),
        ("bureau:analysis", "bureau", (), f"?since={day.replace(day=1)}&on={day + timedelta(days=1)}"),
        ("bureau:report", "bureau", (), f"?on={day}"),
        ("texting:texts", "dispatcher1", (), ""),
        ("texting:phones", "dispatcher1", (), ""),
        ("audit:search", "auditor", (), ""),
        ("audit:search", "auditor", (), "?q=12.00"),
        ("audit:search", "auditor", (), f"?q={order.number}"),
        ("audit:bench", "auditor", (), ""),
        ("audit:order", "auditor", (order.pk,), ""),
    ]
    if visit is not None:
        asked.append(("carer:visit", WORKER, (Dispatch.objects.get(pk=visit.dispatch_id).order_id,), ""))
    if mine.enterprise_id == own.pk:
        asked.append(("provider:statement", FIRM, (mine.pk,), ""))
    if line is not None:
        asked.append(("audit:line", "auditor", (line.pk,), ""))
    said = ("".join(f" {arg}" for arg in args if isinstance(arg, str)) for _, _, args, _ in asked)
    return {
        name + words + query: (who, reverse(name, args=args) + query)
        for (name, who, args, query), words in zip(asked, said, strict=True)
    }


def looked_at(times: int = 3, only: str = "") -> Iterator[Looked]:
    """Open every page, or those of a name, inside this process; yield the best of some times with its statements."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from sangyu.access.models import User

    host = next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"), "127.0.0.1")
    clients: dict[str, Client] = {}
    for page, (username, path) in pages().items():
        if only and only not in page:
            continue
        if username not in clients:
            clients[username] = Client(raise_request_exception=False, headers={"host": host})
            clients[username].force_login(User.objects.get(username=username))
        found = []
        for _ in range(times):
            connection.queries_log.clear()  # it forgets the oldest statements of a page once it is full
            with CaptureQueriesContext(connection) as asked:
                began = time.perf_counter()
                answer = clients[username].get(path)
                ms = (time.perf_counter() - began) * 1000
            took = [(float(query["time"]) * 1000, query["sql"]) for query in asked.captured_queries]
            slowest_ms, slowest = max(took, default=(0.0, ""))
            sql_ms = sum(each for each, _ in took)
            found.append(Looked(page, answer.status_code, ms, sql_ms, len(took), slowest_ms, " ".join(slowest.split())))
            if ms > 20_000:
                break
        yield min(found, key=lambda one: one.ms)

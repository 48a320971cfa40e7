"""From the call to the fen over the interface alone, each step with the token of another organisation."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta

from tests.cast import HOME

from sangyu.access import actions as access
from sangyu.access.models import Role
from sangyu.ledger.verify import verify
from sangyu.portals.api.tests.conftest import Machine
from sangyu.portals.clock import now

PLACE = {"lng": HOME.lng, "lat": HOME.lat, "accuracy_m": 15}


def machine(cast, organisation, roles, scopes) -> Machine:
    """Let the bureau give an organisation's machine a token of its own."""
    at = now()
    issued = access.issue_token(
        organisation_id=organisation.pk,
        name=f"{organisation.name}系统",
        roles=roles,
        scopes=scopes,
        expires_at=at + timedelta(days=90),
        by=cast.head,
        at=at,
    )
    return Machine(issued.secret, issued.token.user)


def done(answer, status: int = 200) -> dict:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_the_whole_walk(knock, cast, clock_to):
    telephone = machine(
        cast, cast.operator, [Role.AGENT], ["calls:read", "calls:write", "elders:read", "orders:read", "orders:write"]
    )
    centre = machine(cast, cast.operator, [Role.DISPATCHER], ["orders:read", "dispatch:read", "dispatch:write"])
    firm = machine(
        cast,
        cast.kangan.organisation,
        [Role.ENTERPRISE],
        ["dispatch:read", "dispatch:write", "visits:read", "quality:read", "quality:write",
         "settlement:read", "settlement:write", "elders:reveal", "orders:read"],
    )  # fmt: skip
    phone = knock(cast.zhao_user, ["visits:read", "visits:write", "elders:reveal"])
    quality = machine(cast, cast.operator, [Role.QUALITY], ["quality:read", "quality:write"])
    money = machine(cast, cast.operator, [Role.FINANCE], ["settlement:read", "settlement:write"])
    signers = [knock(who, ["settlement:read", "settlement:sign"]) for who in (cast.feng, cast.deputy, cast.head)]

    # 1-2: the telephone rings and becomes an order
    call = done(telephone.post("/calls", {"line_reference": "line-1", "caller_number": "13900000001"}), 201)
    done(telephone.change(f"/calls/{call['id']}", "answer"))
    (elder,) = done(telephone.post("/elders/searches", {"phone": "13900000001"}))["items"]
    assert elder["name"] == "李*兰"
    item = next(row for row in done(telephone.get("/items"))["items"] if row["code"] == "SH001")
    quote = done(telephone.post("/quotes", {"elder_id": elder["id"], "item_id": item["id"], "on": "2026-11-10"}))
    wish = {
        "call_id": call["id"],
        "elder_id": elder["id"],
        "item_id": item["id"],
        "wanted_from": "2026-11-10T10:00:00+08:00",
    }
    order = done(telephone.post("/orders", wish), 201)
    assert {key: order[key] for key in ("price_fen", "elder_fen", "public_fen")} == {
        key: quote[key] for key in ("price_fen", "elder_fen", "public_fen")
    }
    assert done(telephone.get(f"/calls/{call['id']}"))["end"] == "ORDER"

    # 3-5: sent, accepted, a worker named
    best = done(centre.get(f"/orders/{order['id']}/candidates"))["items"][0]
    assert (best["enterprise_id"], best["rank"]) == (str(cast.kangan.pk), 1)
    seen = centre.get(f"/orders/{order['id']}")["ETag"]
    sent = done(centre.post(f"/orders/{order['id']}/dispatches", {}, match=seen), 201)
    assert sent["enterprise_id"] == best["enterprise_id"]
    (inbox,) = done(firm.get("/dispatches"))["items"]
    assert inbox["id"] == sent["id"]
    done(firm.change(f"/dispatches/{sent['id']}", "acceptance"))
    worker = done(firm.get(f"/dispatches/{sent['id']}/workers"))["items"][0]
    named = done(firm.change(f"/dispatches/{sent['id']}", "assignment", {"worker_id": worker["worker_id"]}))
    assert named["order"]["stage"] == "ASSIGNED"

    # 6-7: the worker comes, works and goes
    clock_to(cast.at.replace(day=10, hour=10))
    assert [row["id"] for row in done(phone.get("/visits/to-do"))["items"]] == [order["id"]]
    assert done(phone.post(f"/orders/{order['id']}/door"))["address"].endswith("南门巷8号2单元301")
    visit = done(phone.post("/visits", {"order_id": order["id"], "place": PLACE, "door_code": cast.li.door_code}), 201)
    clock_to(cast.at.replace(day=10, hour=12, minute=1))
    left = done(phone.change(f"/visits/{visit['id']}", "departure", {"place": PLACE, "tasks_done": ["地面"]}))
    assert left["grade"] == "A"
    assert left["minutes"] in {120, 121}
    charge = done(firm.get(f"/charges/{left['charge_id']}"))
    assert charge["price_fen"] == charge["elder_fen"] + charge["public_fen"] == order["price_fen"]

    # 8-9: the elder is asked, the month is appraised
    clock_to(cast.at.replace(day=10, hour=20))
    done(quality.post("/samples", {"day": "2026-11-10"}), 201)
    for task in done(quality.get("/follow-up-tasks"))["items"]:
        answers = {"reached": True, "happened": True, "paid_as_told": True, "satisfaction": 5}
        done(quality.post(f"/follow-up-tasks/{task['id']}/follow-ups", answers), 201)
    clock_to(cast.at.replace(month=12, day=1))
    for drafted in done(quality.post("/appraisals", {"month": "2026-11"}), 201)["items"]:
        sheet = done(quality.get(f"/appraisals/{drafted['id']}"))
        for line in sheet["lines"]:
            if line["score_tenths"] is None:
                score = {"score_tenths": line["full_tenths"], "evidence": "到场查看，均符合要求"}
                match = f'"{sheet["version"]}"'
                sheet = done(quality.post(f"/appraisal-items/{line['item_id']}/score", score, match=match))
        done(quality.change(f"/appraisals/{drafted['id']}", "release"))
    (own,) = done(firm.get("/appraisals"))["items"]
    until = done(firm.get(f"/appraisals/{own['id']}"))["object_until"]
    clock_to(cast.at.replace(month=12, day=8))
    assert until < "2026-12-08"
    for row in done(quality.get("/appraisals"))["items"]:
        done(quality.change(f"/appraisals/{row['id']}", "finalisation"))

    # 10-11: the statement, three signatures, the payment and the bank's answer
    run = done(money.post("/runs", {"month": "2026-11"}), 201)
    (statement,) = done(firm.get("/statements"))["items"]
    (line,) = done(firm.get(f"/statements/{statement['id']}/lines"))["items"]
    assert (line["charge_id"], statement["gross_fen"]) == (charge["id"], charge["public_fen"])
    done(firm.change(f"/statements/{statement['id']}", "confirmation", {"invoice_number": "04412026"}))
    reason = {"enterprise_id": str(cast.kangan.pk), "text": "首月结算"}
    done(money.change(f"/runs/{run['id']}", "explanations", reason))
    for step, signer in zip(("REVIEW", "DEPUTY", "HEAD"), signers, strict=True):
        assert done(signer.get(f"/runs/{run['id']}"))["signs_next"] == step
        done(signer.change(f"/runs/{run['id']}", "approval"))
    paid = done(money.change(f"/runs/{run['id']}", "payment", {"form": "BANK_FILE"}))
    (file,) = paid["files"]
    content = money.get(f"/runs/{run['id']}/payment-files/1").content
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert file["total_fen"] == statement["net_fen"] == paid["net_fen"]
    rows = list(csv.reader(io.StringIO(content.decode("gb18030"))))[2:]
    answer = "\r\n".join(["支付编号,结果,银行流水号,原因", *(f"{row[1]},成功,BK{row[1][2:]}," for row in rows)])
    arrived = done(money.change(f"/runs/{run['id']}", "returns", {"content": answer}))
    assert (arrived["returned"], arrived["failed"]) == (1, 0)
    assert done(firm.get(f"/statements/{statement['id']}"))["arrived"] is True

    assert verify(cast.programme.pk) == []

"""Calls over the interface: ring, answer, end, each once."""


def test_a_call_rings_is_answered_and_ends(knock, cast):
    agent = knock(cast.ma)
    rung = agent.post("/calls", {"line_reference": "line-1", "caller_number": "13900000001"})
    assert rung.status_code == 201, rung.content.decode()
    call = rung.json()
    assert call["caller_number"] == "139****0001"
    assert rung["ETag"] == f'"{call["version"]}"'
    answered = agent.change(f"/calls/{call['id']}", "answer")
    assert answered.status_code == 200, answered.content.decode()
    assert answered.json()["agent_id"] == str(cast.ma.pk)
    ended = agent.change(
        f"/calls/{call['id']}", "end", {"kind": "COMFORT", "note": "聊聊天", "elder_id": str(cast.li.pk)}
    )
    assert ended.status_code == 200, ended.content.decode()
    assert ended.json()["end"] == "COMFORT"

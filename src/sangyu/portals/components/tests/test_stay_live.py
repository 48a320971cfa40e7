"""The live stream says how it is, hands every message on, and comes back where it left off."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

STRIP = """<span class="sy-live" role="status" data-live-url="/live/sample/" data-live-events="order">
<span data-when="open" hidden>实时更新</span><span data-when="waiting">正在连接</span>
<span data-when="closed" hidden>连接中断</span></span>"""


def start(page, *answers):
    """Serve a page with a strip; each call of the stream takes the next answer, the last one for ever."""
    asked: list[str] = []

    def stream(route):
        answer = answers[min(len(asked), len(answers) - 1)]
        asked.append(route.request.url)
        if answer is None:
            route.fulfill(status=503, body="")
        else:
            route.fulfill(content_type="text/event-stream", body=answer)

    page.route("**/live/sample/**", stream)
    page.route(
        "**/components/live-sample/",
        lambda route: route.fulfill(
            content_type="text/html; charset=utf-8",
            body='<!doctype html><html lang="zh-CN"><title>实时</title><script>window.heard=[];for(const name of'
            "['sangyu:order','sangyu:alarm','sangyu:live'])document.addEventListener(name,e=>heard.push([name,e.detail]))"
            f'</script><script type="module" src="/static/sangyu/js/live.js"></script>{STRIP}',
        ),
    )
    return asked


def test_named_and_typed_messages_become_events(open_page, site):
    page = open_page("plain/")
    body = 'retry: 60000\n\nid: 7\nevent: order\ndata: {"number": "1122-0031"}\n\nid: 8\ndata: {"type": "alarm"}\n\n'
    start(page, body)
    page.goto(site + "live-sample/")
    page.wait_for_function("heard.filter(([name]) => name !== 'sangyu:live').length === 2")
    heard = page.evaluate("heard.filter(([name]) => name !== 'sangyu:live')")
    assert heard == [
        ["sangyu:order", {"id": "7", "data": {"number": "1122-0031"}}],
        ["sangyu:alarm", {"id": "8", "data": {"type": "alarm"}}],
    ]


def test_the_strip_tells_a_break_from_a_short_wait(open_page, site):
    page = open_page("plain/")
    start(page, "retry: 60000\n\n: hello\n\n")
    page.goto(site + "live-sample/")
    page.wait_for_function("heard.some(([name, d]) => name === 'sangyu:live' && d.state === 'open')")
    page.locator(".sy-live[data-state=waiting]").wait_for()
    assert page.get_by_text("正在连接").is_visible()
    assert page.get_by_text("实时更新").is_hidden()


def test_after_a_refusal_it_asks_again_from_the_last_message(open_page, site):
    page = open_page("plain/", expect=["503"])
    asked = start(page, "retry: 50\n\nid: 41\nevent: order\ndata: {}\n\n", None, "retry: 60000\n\n: back\n\n")
    page.goto(site + "live-sample/")
    page.locator(".sy-live[data-state=closed]").wait_for()
    page.wait_for_function("heard.filter(([name, d]) => d.state === 'open').length === 2", timeout=5_000)
    assert parse_qs(urlsplit(asked[2]).query)["last_event_id"] == ["41"]

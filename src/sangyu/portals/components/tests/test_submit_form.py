"""A form goes out once, with a key of its own, and what was typed survives until it was accepted."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs

UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
OTHER_PAGE = """<!doctype html><html lang="zh-CN"><title>已保存</title><p>已保存</p>
<script type="module" src="/static/sangyu/js/draft.js"></script>"""


def catch_posts(page, answer: str | None = OTHER_PAGE, wait_s: float = 0) -> list[dict[str, list[str]]]:
    """Answer every POST in the server's place and keep what was sent."""
    sent: list[dict[str, list[str]]] = []

    def handle(route):
        if route.request.method != "POST":
            route.fallback()
            return
        sent.append(parse_qs(route.request.post_data, keep_blank_values=True))
        time.sleep(wait_s)
        if answer is None:
            route.fulfill(status=204)
        else:
            route.fulfill(content_type="text/html; charset=utf-8", body=answer)

    page.route("**/components/**", handle)
    return sent


def wait_for_one(page, sent: list[dict[str, list[str]]]) -> None:
    """Wait until something was sent, and long enough for what would be sent after it."""
    for _ in range(500):
        if not sent:
            page.wait_for_timeout(20)
    page.wait_for_timeout(300)


def fill_order(page) -> None:
    page.locator("#new_name").fill("罗秀珍")
    page.locator("#new_phone").fill("13900005678")
    page.locator("#new_informed").check()


def save(page):
    return page.locator("form[data-draft=sample-order] button.btn-primary")


def test_a_second_press_sends_nothing(open_page):
    page = open_page()
    sent = catch_posts(page, answer=None)
    fill_order(page)
    for _ in range(3):
        save(page).dispatch_event("click")
    wait_for_one(page, sent)
    assert len(sent) == 1
    assert save(page).get_attribute("aria-disabled") == "true"


def test_the_browser_makes_the_client_key(open_page):
    page = open_page()
    sent = catch_posts(page)
    fill_order(page)
    save(page).click()
    page.wait_for_url("**/components/")
    assert re.fullmatch(UUID4, sent[0]["key"][0])
    assert sent[0]["name"] == ["罗秀珍"]


def test_without_a_secure_context_there_is_a_key_all_the_same(open_page):
    page = open_page()
    page.add_init_script("delete Crypto.prototype.randomUUID")
    page.reload()
    assert re.fullmatch(UUID4, page.locator("form[data-draft=sample-order] [data-client-key]").input_value())


def test_an_unfinished_form_is_not_held(open_page):
    page = open_page()
    sent = catch_posts(page, answer=None)
    save(page).click()
    assert sent == []
    fill_order(page)
    save(page).click()
    wait_for_one(page, sent)
    assert len(sent) == 1


def test_a_draft_comes_back_after_the_browser_was_closed(open_page):
    page = open_page()
    page.locator("#new_name").fill("罗秀珍")
    page.locator("#new_day label", has_text="后天").click()
    page.get_by_text("草稿已存在这台电脑").wait_for()
    page.reload()
    assert page.locator("#new_name").input_value() == "罗秀珍"
    assert page.locator("#new_day input:checked").get_attribute("value") == "LATER"
    assert page.get_by_text("已恢复草稿").is_visible()


def test_a_draft_is_saved_even_when_the_page_goes_at_once(open_page):
    page = open_page()
    page.locator("#new_name").fill("罗")
    page.reload()
    assert page.locator("#new_name").input_value() == "罗"


def test_a_draft_can_be_thrown_away(open_page):
    page = open_page()
    page.locator("#new_name").fill("罗秀珍")
    page.reload()
    page.get_by_role("button", name="放弃草稿").click()
    assert page.locator("#new_name").input_value() == ""
    page.reload()
    assert page.locator("#new_name").input_value() == ""


def test_an_accepted_form_leaves_no_draft(open_page, site):
    page = open_page()
    catch_posts(page)
    fill_order(page)
    save(page).click()
    page.get_by_text("已保存", exact=True).wait_for()
    page.wait_for_function("Object.keys(localStorage).every(key => !key.startsWith('sangyu.draft.'))")
    page.goto(site)
    assert page.locator("#new_name").input_value() == ""


def test_a_message_of_success_clears_the_draft_of_the_same_page(open_page, site):
    page = open_page()
    page.locator("#new_name").fill("罗秀珍")
    page.get_by_text("草稿已存在这台电脑").wait_for()
    page.evaluate("document.querySelector('#sy-messages').dataset.tags = 'success draft-done:sample-order'")
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:load', {bubbles: true}))")
    assert page.evaluate("localStorage.getItem('sangyu.draft.sample-order')") is None


def test_a_form_that_never_arrived_keeps_its_draft(open_page):
    page = open_page()
    catch_posts(page, answer=None)
    fill_order(page)
    save(page).click()
    page.wait_for_timeout(200)
    page.reload()
    assert page.locator("#new_name").input_value() == "罗秀珍"


def test_signing_out_takes_every_draft_along(open_page):
    page = open_page()
    page.locator("#new_name").fill("罗秀珍")
    page.get_by_text("草稿已存在这台电脑").wait_for()
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/sign-out/")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('sangyu.draft.'))") == []


def test_the_summary_takes_the_focus_and_leads_to_the_field(open_page):
    page = open_page()
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert page.title().startswith("错误：")
    page.get_by_role("link", name="请选择上门日期").click()
    assert page.evaluate("document.activeElement.name") == "day"


class TestPlace:
    POSITION = {"latitude": 36.061, "longitude": 103.834, "accuracy": 18}

    def arrive(self, page):
        page.get_by_role("button", name="我到了").click()

    def test_the_place_goes_out_with_the_form(self, open_page):
        page = open_page("pocket/", width=390, geolocation=self.POSITION, permissions=["geolocation"])
        sent = catch_posts(page)
        self.arrive(page)
        page.get_by_text("已保存", exact=True).wait_for()
        place = {name: sent[0][name][0] for name in ("lng", "lat", "accuracy", "crs", "place_missing")}
        assert place == {"lng": "103.834000", "lat": "36.061000", "accuracy": "18", "crs": "WGS84", "place_missing": ""}
        assert len(sent) == 1

    def test_a_refused_place_does_not_stop_the_form(self, open_page):
        page = open_page("pocket/", width=390)
        sent = catch_posts(page, answer=None)
        page.evaluate("() => { navigator.geolocation.getCurrentPosition = (_, fail) => fail({code: 1}); }")
        self.arrive(page)
        page.get_by_text("没有取到位置，照常提交").wait_for()
        page.wait_for_timeout(200)
        assert sent[0]["place_missing"] == ["REFUSED"]
        assert sent[0]["lng"] == [""]

    def test_a_silent_phone_is_not_waited_for_longer_than_promised(self, open_page):
        page = open_page("pocket/", width=390)
        sent = catch_posts(page, answer=None)
        page.clock.install()
        page.evaluate("() => { navigator.geolocation.getCurrentPosition = () => {}; }")
        self.arrive(page)
        assert page.get_by_text("正在定位").is_visible()
        self.arrive(page)
        page.clock.fast_forward(8_100)
        page.get_by_text("没有取到位置，照常提交").wait_for()
        page.wait_for_timeout(50)
        assert [post["place_missing"] for post in sent] == [["TIMEOUT"]]

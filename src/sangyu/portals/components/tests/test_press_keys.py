"""Shortcuts press what they are written on, and leave typing and the input method alone."""

from __future__ import annotations


def pressed(page) -> list[str]:
    return page.evaluate("window.pressed ?? []")


def listen(page) -> None:
    page.evaluate(
        """() => { window.pressed = []; document.addEventListener('click', event => {
            const hit = event.target.closest('[data-key]');
            if (hit) { window.pressed.push(hit.dataset.key); event.preventDefault(); } }, true); }"""
    )


def test_a_function_key_works_even_in_a_field(open_page):
    page = open_page()
    listen(page)
    page.locator("#new_name").focus()
    page.keyboard.press("F9")
    assert pressed(page) == ["F9"]


def test_alt_and_a_digit_picks_a_candidate(open_page):
    page = open_page()
    listen(page)
    page.keyboard.press("Alt+2")
    assert pressed(page) == ["Alt+2"]


def test_a_digit_chooses_outside_a_field_and_is_typed_inside(open_page):
    page = open_page()
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("3")
    assert page.locator("input[name=aid]:checked").get_attribute("value") == "MEDICAL"
    page.locator("#new_name").focus()
    page.keyboard.press("1")
    assert page.locator("#new_name").input_value() == "1"
    assert page.locator("input[name=aid]:checked").get_attribute("value") == "MEDICAL"


def test_a_key_on_a_field_takes_the_focus_there(open_page):
    page = open_page()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_two_keys_one_after_the_other(open_page):
    page = open_page()
    listen(page)
    page.keyboard.press("g")
    page.keyboard.press("h")
    assert pressed(page) == ["g h"]


def test_nothing_is_pressed_while_an_input_method_composes(open_page):
    page = open_page()
    listen(page)
    page.evaluate(
        """() => { for (const init of [{isComposing: true}, {keyCode: 229}]) document.querySelector('#new_name')
            .dispatchEvent(new KeyboardEvent('keydown', {key: 'F9', bubbles: true, ...init})); }"""
    )
    assert pressed(page) == []


def test_space_presses_the_button_in_focus_and_not_the_alarm(open_page):
    page = open_page()
    listen(page)
    page.get_by_role("button", name="只登记").focus()
    page.keyboard.press("Space")
    assert pressed(page) == ["F9"]


def test_the_question_mark_lists_every_key_and_single_keys_can_be_switched_off(open_page):
    page = open_page()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog")
    assert sheet.get_by_text("只登记").is_visible()
    assert sheet.get_by_text("F9").is_visible()
    sheet.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    assert page.locator("input[name=aid]:checked").get_attribute("value") == "CLEAN"
    page.keyboard.press("F9")
    page.reload()
    page.keyboard.press("4")
    assert page.locator("input[name=aid]:checked").get_attribute("value") == "CLEAN"


def test_an_open_dialog_keeps_the_keys_to_itself(open_page):
    page = open_page()
    listen(page)
    page.get_by_role("button", name="打开对话框").click()
    page.keyboard.press("F9")
    assert pressed(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("F9")
    assert pressed(page) == ["F9"]


def test_j_and_k_walk_the_rows_and_enter_opens_one(open_page):
    page = open_page()
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    row = page.locator("tr.sy-here")
    assert row.locator("td").nth(1).inner_text() == "1122-0032"
    page.keyboard.press("Enter")
    assert page.url.endswith("#why")


def test_an_alt_key_that_one_row_has_needs_no_focus_and_a_letter_does(open_page):
    page = open_page()
    page.evaluate(
        """() => document.querySelector('main').insertAdjacentHTML('beforeend',
            '<ul data-rows><li data-row><button data-key="Alt+7">7</button><button data-key="z">z</button></li>')"""
    )
    listen(page)
    page.keyboard.press("Alt+7")
    page.keyboard.press("z")
    assert pressed(page) == ["Alt+7"]

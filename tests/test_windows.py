"""A window that was closed is used again, and nobody can tell."""

from __future__ import annotations

from tests.windows import Windows

HERE = "http://127.0.0.1:1/"  # nobody is there: the page itself answers
SIZE = {"width": 391, "height": 801}  # that no other test asks for


def visit(context) -> str | None:
    """Open a page, leave something behind in every place, and return what was there before."""
    page = context.new_page()
    page.route("**/*", lambda road: road.fulfill(content_type="text/html", body="<p>这里"))
    page.goto(HERE)
    found = page.evaluate("[localStorage.note, document.cookie, navigator.onLine, innerWidth].join(' ')")
    page.evaluate("localStorage.note = document.cookie = 'mine=1'")
    page.set_viewport_size({"width": 900, "height": 500})
    context.set_offline(True)
    return found


def test_nothing_of_the_last_visitor_is_left(browser: Windows) -> None:
    first = browser.new_context(viewport=SIZE)
    assert visit(first) == "  true 391"
    first.close()
    first.close()
    again, beside = browser.new_context(viewport=SIZE), browser.new_context(viewport=SIZE)
    assert again is first
    assert beside is not first
    assert visit(again) == "  true 391"
    for window in (again, beside):
        window.close()


def test_a_window_that_was_changed_for_good_is_really_closed(browser: Windows) -> None:
    def clock(window) -> None:
        window.new_page().clock.install()

    def road(window) -> None:
        window.route("**/*", lambda road: road.abort())

    for change in (clock, road):
        window = browser.new_context(viewport=SIZE)
        change(window)
        window.close()
        assert window not in browser.contexts

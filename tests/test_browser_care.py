"""Care: what an automatic accessibility check finds, zoom, languages, the keyboard alone, the first paint, passwords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from browser import DOCUMENTS, PHONE_WIDTH, PROVINCES, RIVAL, Site, needs_chromium, new_desk, open_site, say
from playwright.sync_api import Page, expect
from rendered import words

import ui

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("home"), *DOCUMENTS) as opened:
        yield opened


# ── Accessibility ─────────────────────────────────────────────────────────────────────────────────────────────────


def violations(page: Page) -> list[tuple[str, str]]:
    """(rule, element) of every serious or critical violation that axe-core finds; contrast is one of its rules."""
    found = axe_playwright.Axe().run(page, options={"resultTypes": ["violations", "passes"]}).response
    assert len(found["passes"]) > 15, "axe looked at next to nothing"
    grave = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
    return [(rule["id"], str(node["target"])) for rule in grave for node in rule["nodes"]]


@pytest.mark.parametrize("width", [1280, PHONE_WIDTH], ids=["wide", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_state_of_the_page_violates_a_rule_of_accessibility(site: Site, *, dark: bool, width: int) -> None:
    page = site.visit(site.context(dark=dark, width=width))
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(23, 23, 22)") == dark
    assert violations(page) == []
    for question in (
        "What is the 2025 target?",
        "Give me a list",
        "A summary",
        "Where do they disagree?",
        "And again?",
    ):
        say(page, question)
    say(page, "Is it empty?")
    say(page, "Who is the mayor?")
    assert violations(page) == []
    page.locator(".fn-thumb").last.click()
    expect(page.locator(".fn-why")).to_be_visible()
    page.locator(".fn-edit").last.click()
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("^[0-9]+ article")).click()
    page.locator("#fn-add").fill("/etc/passwd")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("not a web address")
    page.get_by_role("button", name="None", exact=True).click()
    assert violations(page) == []
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".fn-reopen").first).to_be_visible()
    assert violations(page) == []
    page.context.close()


def test_the_whole_way_by_keyboard_alone(site: Site) -> None:
    page = site.visit(site.context())
    expect(page.locator("#fn-question")).to_be_focused()
    page.keyboard.type("Where do the sources disagree?")
    page.keyboard.press("Enter")
    expect(page.locator(".fn-value")).to_have_count(2)
    expect(page.locator("#fn-question")).to_be_focused()
    seen = tab_until(page, lambda name: name == "[2] Provinces told to plan low", backwards=True)
    assert "BibTeX" in seen
    page.keyboard.press("Enter")
    expect(page.locator("#cited")).to_have_text(RIVAL)
    page.keyboard.press("Escape")
    tab_until(page, lambda name: name == "3 articles", backwards=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Articles")).to_be_focused()
    expect(page.locator(".fn-documents[aria-busy=false]")).to_be_attached()
    seen = tab_until(page, lambda name: name == "Remove “Provinces told to plan low”")
    assert {"Close", "A link or a text to add", "choose files", "Find by title or source", "All", "None"} <= set(seen)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="3 articles")).to_be_focused()
    page.context.close()


FOCUSED = """() => {
  const e = document.activeElement;
  const outline = getComputedStyle(e), form = getComputedStyle(e.form?.classList.contains('fn-ask') ? e.form : e);
  const marked = outline.outlineStyle !== 'none' || form.boxShadow !== 'none';
  return [e.ariaLabel || e.labels?.[0]?.textContent || e.textContent, marked];
}"""


def tab_until(page: Page, reached: Callable[[str], bool], *, backwards: bool = False) -> list[str]:
    """The names of what has the focus on the way, each of which must show that it has it."""
    names: list[str] = []
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if backwards else "Tab")
        name, marked = page.evaluate(FOCUSED)
        assert marked, f"the focus on {name!r} cannot be seen"
        names.append(name)
        if reached(name):
            return names
    raise AssertionError(f"not reached: {names}")


def test_what_is_new_is_told_to_a_screen_reader(site: Site) -> None:
    page = site.visit(site.context())
    expect(page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    try:
        page.get_by_role("button", name="3 articles").click()
        page.get_by_role("button", name="Remove “Provinces told to plan low”").click()
        expect(page.locator(".fn-undos")).to_have_attribute("aria-live", "polite")
        page.get_by_role("button", name="Undo").click()
        expect(page.locator(".fn-news[role=status]")).to_have_text("Provinces told to plan low: added")
    finally:
        page.context.close()
        list(site.asker.library.add([PROVINCES]))  # unchanged, unless the test failed


# ── Zoom, languages, time ─────────────────────────────────────────────────────────────────────────────────────────


def test_at_200_percent_zoom_nothing_is_cut_off(site: Site) -> None:
    page = site.visit(site.context(width=640, height=400))  # what 1280 by 800 is at 200 %
    say(page, "Where do the sources disagree?")
    say(page, "What is the 2025 target?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    expect(page.locator("#fn-question")).to_be_in_viewport(ratio=1)
    expect(page.locator(".fn-short").last).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="3 articles").click()
    expect(page.get_by_role("button", name="Close")).to_be_in_viewport(ratio=1)
    expect(page.locator(".fn-documents[aria-busy=false]")).to_be_attached()
    page.locator(".fn-row").last.scroll_into_view_if_needed()
    expect(page.locator(".fn-row").last).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.context.close()


def test_the_page_speaks_the_browsers_language_and_changes_it_at_once(site: Site) -> None:
    page = site.visit(site.context(locale="zh-CN"))
    chinese = words("zh")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("textbox", name=chinese["question"])).to_be_focused()
    say(page, "What is the 2025 target?")
    expect(page.locator(".fn-facts").first).to_contain_text("2024年3月14日")
    expect(page.locator(".fn-confidence")).to_contain_text(chinese["very_likely"])
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    expect(page.locator(".fn-confidence")).to_contain_text("very likely")  # also of what was there before
    expect(page.locator(".fn-facts").first).to_contain_text("14 March 2024")
    expect(page.get_by_role("button", name="中文")).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
    page.context.close()


def test_another_language_gets_english(site: Site) -> None:
    page = site.visit(site.context(locale="fi-FI"))
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
    page.context.close()


def test_no_word_is_left_out_in_either_language(site: Site) -> None:
    for locale in ("en-GB", "zh-CN"):
        page = site.visit(site.context(locale=locale))
        for question in ("What is the 2025 target?", "A summary", "Give me a list", "disagree", "Who is the mayor?"):
            say(page, question)
        page.locator(".fn-thumb").last.click()
        for button in page.locator(".fn-top .fn-open").all():
            button.click()
            expect(page.locator(".fn-panel:visible [aria-busy=false]")).to_be_attached()
        assert (
            page.locator(".fn-app").evaluate(
                """(app) => [...app.querySelectorAll('[data-word], [data-word-label]')].filter((e) =>
                (e.dataset.word && !e.textContent) || /(?<!\\{)\\{\\w+\\}(?!\\})|undefined/.test(e.textContent + e.ariaLabel)
            ).map((e) => e.outerHTML)"""
            )
            == []
        )
        page.context.close()


def test_the_first_paint_comes_within_a_second_and_a_half(site: Site) -> None:
    took = []
    for _ in range(3):  # the least of them: what else the machine does is not counted
        page = site.visit(site.context())
        paints = page.evaluate("performance.getEntriesByType('paint').map((e) => [e.name, e.startTime])")
        took.append(dict(paints)["first-contentful-paint"])
        page.context.close()
    assert 0 < min(took) < 1500


# ── A password ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_with_a_password_the_page_works_for_who_knows_it(
    site: Site, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_PASSWORD", "correct horse")
    desk, _ = new_desk(tmp_path_factory.mktemp("home"), *DOCUMENTS)
    running = ui.serve(desk, host="0.0.0.0", port=0, block=False)
    assert running is not None
    login = {"username": "footnote", "password": "correct horse"}
    context = site.browser.new_context(http_credentials=login, locale="en-GB")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(running.url)
    page.locator(".fn-ready").wait_for()
    say(page, "What is the 2025 target?")
    expect(page.locator(".fn-short")).to_contain_text("around 5%")
    page.get_by_role("button", name="3 articles").click()
    page.locator(".fn-files").set_input_files(
        {"name": "kelp.txt", "mimeType": "text/plain", "buffer": b"Kelp farm\n\nDivers planted kelp."}
    )
    expect(page.get_by_role("button", name="4 articles")).to_be_visible()
    context.close()
    running.close()

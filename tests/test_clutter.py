"""Of a saved or pasted web page the article becomes passages, and next to nothing else; plain texts are left alone."""

from __future__ import annotations

import pytest

from index.clean import read_page
from index.formats.html import read_html
from qa.evaluation.clutter import Cleanness, cleanness, figures, of_page
from qa.evaluation.pages import pasted, saved_pages

PAGES = saved_pages()
MOST_CLUTTER, MOST_LOST = 0.01, 0.02


def test_the_shares_of_a_small_case_worked_by_hand() -> None:
    found = cleanness(
        ["Quay opens", "The quay opened. Share this", "It is new."],
        main=["The quay opened.", "It is new. It is wet."],
        heading=["Quay opens"],
    )
    # in passages: 9 + 14 + 9 + 8 = 40 characters, "Sharethis" 9 of them clutter; main: 14 + 8 + 8, "Itiswet." 8 lost
    assert found == Cleanness(in_passages=40, clutter=9, main=30, lost=8)
    assert (found.share_clutter, found.share_lost) == (9 / 40, 8 / 30)
    assert Cleanness().share_clutter == Cleanness().share_lost == 0.0
    assert found + found == Cleanness(80, 18, 60, 16)


def test_the_measure_sees_a_page_that_is_not_cleaned_and_one_of_which_nothing_is_left() -> None:
    page = PAGES[0]
    whole = cleanness([page.pasted], main=page.main, heading=page.heading)
    assert whole.share_clutter > 0.2
    assert whole.lost == 0
    assert cleanness([], main=page.main, heading=page.heading).share_lost == 1.0


def test_the_set_is_varied_and_knows_its_main_text() -> None:
    assert len(PAGES) == 40
    assert len({page.html for page in PAGES}) == 40
    assert len({page.name.split("-")[0] for page in PAGES}) == 10
    for page in PAGES:
        shown = " ".join(page.pasted.split())
        assert all(" ".join(block.split()) in shown for block in page.main), page.name
        assert len(shown) > 1.2 * sum(map(len, page.main)) or page.name.startswith("press")
    assert saved_pages() == PAGES


def test_a_page_is_copied_as_a_browser_shows_it() -> None:
    html = "<head><title>x</title></head><body><nav><a>Home</a> <a>News</a></nav><h1>A  quay</h1><p>It\nis <b>new</b>.</p><ul><li>one</li><li>two</li></ul></body>"
    assert pasted(html) == "Home News\n\nA quay\n\nIt is new.\n\none\ntwo\n"


@pytest.mark.parametrize("held_out", [False, True])
@pytest.mark.parametrize("as_pasted", [False, True])
def test_passages_hold_the_article_and_nothing_else(*, held_out: bool, as_pasted: bool) -> None:
    measured = [of_page(page, as_pasted=as_pasted) for page in PAGES if page.held_out == held_out]
    total = sum(measured, Cleanness())
    assert total.main > 20_000
    assert total.share_clutter <= MOST_CLUTTER
    assert total.share_lost <= MOST_LOST


def test_the_figures_of_the_report_are_those_sums() -> None:
    found = figures()
    pages = [of_page(page, as_pasted=True) for page in PAGES if page.held_out]
    assert found["pasted_clutter_held_out"] == sum(pages, Cleanness()).share_clutter
    assert (found["pages"], found["pages_held_out"]) == (40, 20)


# --- what must not be taken for a web page ---------------------------------------------------------------------------

ARTICLE = (
    "What cookies are for\n\nA court in Velden ruled on Monday that cookies may be set only when you agree to them.\n\n"
    "The ruling\n\nThe judges found that our browsers keep them for years, in terms of the law a long time.\n\n"
    "Towns that took part\n\nVelden\nBrenna\nSundal\nHalsund\n\n"
    "Comments\n\nThe mayor called the ruling a good one, and the town council agreed with her on all points."
)


def test_an_article_about_cookies_with_a_list_and_a_heading_is_left_alone() -> None:
    assert read_page(ARTICLE).text == ARTICLE


def test_what_is_said_in_an_article_is_no_notice() -> None:
    menu = "Home\nNews\nSport\nCulture\nSign in\nAbout us\n\n"
    said = "“You may sign up for our newsletter,” the editor said to the people who had come to the hall."
    page = read_page(
        f"{menu}A newsletter for the quay\n\nThe quay of Norrvik has a newsletter since the spring of last year.\n\n{said}\n\n© 2024 The Courier"
    )
    assert page.title == "A newsletter for the quay"
    assert page.text.endswith(said)


def test_rows_of_a_table_in_a_web_page_are_kept_without_their_bars() -> None:
    rows = "".join(f"<tr><td>Quay {n}</td><td>{n} berths</td></tr>" for n in range(1, 4))
    text = "The port of Norrvik has three quays, and each of them is used by another ferry line."
    page = read_html(
        f"<html><body><article><h1>Quays</h1><p>{text}</p><table>{rows}</table><p>{text} It rained.</p></article></body></html>".encode()
    )
    assert "Quay 2; 2 berths" in page.text
    assert "|" not in page.text

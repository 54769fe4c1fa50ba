"""Pages as sites, note programs and people mark them up: what asks, and what is no text."""

import pytest

from core.errors import SourceError
from ingest.sources.load import load


def text(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def test_questions_in_bold_below_headings_are_entries_of_that_category(tmp_path):
    """Also in lists, and beside headings that ask; bold words inside of an answer are none."""
    page = text(
        tmp_path,
        "a.md",
        "# FAQ\n\n## Delivery\n\n**How long?**\nTwo days, to islands **four**.\n\n"
        "- **How much?**\n  Three dollars.\n\n## Returns\n\n### Q. May I?\n\nA. Yes.\n",
    )
    assert [(row.category, row.title, row.answer) for row in load(page).rows] == [
        ("Delivery", "How long?", "Two days, to islands **four**."),
        ("Delivery", "How much?", "Three dollars."),
        ("Returns", "May I?", "Yes."),
    ]


def test_a_numbered_list_of_questions_goes_on_where_one_is_not_in_bold(tmp_path):
    page = text(
        tmp_path,
        "a.md",
        "# FAQ\n\n*Reviewed by Dana.*\n\n## Repairs\n\n1. **How long?**\n   Two days.\n\n"
        "2. **How much?**\n   That depends:\n\n   1. Is it old?\n   2. Is it big?\n\n"
        "3. May I wait?\n\n   Yes.\n",
    )
    loaded = load(page)
    assert [(row.title, row.answer) for row in loaded.rows] == [
        ("How long?", "Two days."),
        ("How much?", "That depends:\n\n1. Is it old?\n2. Is it big?"),
        ("May I wait?", "Yes."),
    ]
    assert loaded.skipped[0].reason == "a text above the others: '*Reviewed by Dana.*'"


def test_bold_headings_inside_of_an_answer_stay_in_it(tmp_path):
    page = (
        "## How do I pay?\n\n**By card?**\nYes.\n\n**By phone?**\nNo.\n\n## Where is it?\n\nHere.\n"
    )
    assert len(load(text(tmp_path, "a.md", page)).rows) == 2
    options = "## Which plan?\n\nA. Small\nB. Large\n\n## Which way?\n\nLeft.\n"
    assert load(text(tmp_path, "b.md", options)).rows[0].answer.startswith("A. Small")


@pytest.mark.parametrize(
    "page",
    [
        "1. When?\n   At nine.\n2. Where?\n   There.\n",
        "[질문] When?\n[답변] At nine.\n\n[질문] Where?\n[답변] There.\n",
        "Question: When?\nAnswer: At nine.\n\nQuestion: Where?\nAnswer: There.\n",
        "> When?\n\nAt nine.\n\n> Where?\n\nThere.\n",
    ],
    ids=["numbers", "brackets", "words", "quotes"],
)
def test_the_marks_of_questions_that_people_use_are_known(tmp_path, page):
    rows = load(text(tmp_path, "a.txt", page)).rows
    assert [(row.title, row.answer) for row in rows] == [
        ("When?", "At nine."),
        ("Where?", "There."),
    ]


def test_front_matter_of_every_form_gives_fields_and_hides_drafts(tmp_path):
    pages = {
        "a.md": "---\ntitle: 'Paying: how'\ntags:\n  - money\nupdated: 2026-05-04\n---\nBy card.\n",
        "b.md": '+++\ntitle = "Team page"\ncategories = ["Team"]\n+++\n\nWho we are.\n',
        "c.md": "---\ntitle: Secret\ndraft: true\n---\nNot yet.\n",
    }
    for name, page in pages.items():
        text(tmp_path, name, page)
    loaded = load(tmp_path)
    assert [(row.title, row.category, row.updated) for row in loaded.rows] == [
        ("Paying: how", "money", "2026-05-04"),
        ("Team page", "Team", ""),
    ]
    assert loaded.skipped[0].reason == "not for readers: 'draft' says 'true'"


def test_what_only_the_program_of_a_page_understands_is_not_served(tmp_path):
    page = """\
import Tabs from '@theme/Tabs'

## How do I pay?
<!-- ask Kim
before July -->
[TOC]
By card.[^1] See [plans][p], [[Plans page]] and ![[shot.png]]. {: .lead }

:::note Careful
Cards expire.
:::

> [!TIP]
> Use auto-pay.

!!! warning "Limit"
    Up to $500.

<Tabs>{% include x.html %}</Tabs>

`<!-- code -->`

[^1]: Any bank.
[p]: https://x.example/plans

## Is it safe?

Yes.
"""
    assert load(text(tmp_path, "a.mdx", page)).rows[0].answer == (
        "By card. (Any bank.) See [plans](https://x.example/plans), Plans page and .\n\n"
        "**Careful**\nCards expire.\n\n> Use auto-pay.\n\n**Limit**\nUp to $500.\n\n"
        "`<!-- code -->`"
    )


def test_accordions_of_links_and_terms_that_share_a_definition(tmp_path):
    card = "<h5><a data-toggle='collapse' href='#{0}'>{1}</a></h5><div id='{0}'>{2}</div>"
    page = card.format("a", "Can I cancel", "Any time.") + card.format("b", "Pause?", "2 months.")
    rows = load(text(tmp_path, "a.html", f"<body>{page}</body>")).rows
    assert [(row.title, row.answer) for row in rows] == [
        ("Can I cancel", "Any time."),
        ("Pause?", "2 months."),
    ]
    terms = "<dl><dt>Where?</dt><dt>Address?</dt><dd>There.</dd><dt>When?</dt><dd>Nine.</dd></dl>"
    assert [row.title for row in load(text(tmp_path, "b.html", terms)).rows] == [
        "Where? Address?",
        "When?",
    ]


def test_yaml_is_read_as_it_is_written(tmp_path):
    """An answer `no` is no truth value, and 09:30 no number."""
    page = "- question: Open at 9?\n  answer: no\n- question: When?\n  answer: 09:30\n"
    rows = load(text(tmp_path, "a.yaml", page)).rows
    assert [(row.title, row.answer) for row in rows] == [("Open at 9?", "no"), ("When?", "09:30")]
    with pytest.raises(SourceError, match="not readable as YAML"):
        load(text(tmp_path, "b.yml", "a: [1\n"))


def test_an_address_is_one_of_the_web(tmp_path):
    rows = "question,answer,url\nA?,a.,/help/a\nB?,b.,www.x.example/b\nC?,c.,https://x.example/c\n"
    loaded = load(text(tmp_path, "a.csv", rows))
    urls = ["", "https://www.x.example/b", "https://x.example/c"]
    assert [row.url for row in loaded.rows] == urls
    assert loaded.remarks[-1].text == "the url '/help/a' is no web address"


def test_the_readme_of_a_folder_that_only_leads_to_its_pages_is_no_entry(tmp_path):
    text(tmp_path, "README.md", "# Our guide\n\nStart here.\n\n- [Pay](pay.md)\n- [Go](go.md)\n")
    text(tmp_path, "pay.md", "# How to pay\n\nBy card.\n")
    text(tmp_path, "go.md", "# How to go\n\nBy bus.\n")
    loaded = load(tmp_path)
    assert [row.title for row in loaded.rows] == ["How to go", "How to pay"]
    (skipped,) = loaded.skipped
    assert skipped.position == "README.md:1"
    assert skipped.reason.startswith("a text that leads to others: 'Start here.")


NAMELESS = {
    "marks": [
        ("Q", "When?"), ("A", "At nine in the morning."),
        ("Q", "Where?"), ("A", "Next to the old station."),
    ],
    "columns": [("When?", "At nine in the morning."), ("Where?", "Next to the old station.")],
}  # fmt: skip


@pytest.mark.parametrize("rows", NAMELESS.values(), ids=NAMELESS)
def test_a_table_of_questions_without_names_is_read_in_a_page(tmp_path, rows):
    """A text beside it is named, and no entry."""
    table = "".join(f"<tr><td>{one}</td><td>{other}</td></tr>" for one, other in rows)
    page = f"<body><p>Our questions</p><table>{table}</table></body>"
    loaded = load(text(tmp_path, "a.html", page))
    assert [(row.title, row.answer) for row in loaded.rows] == [
        ("When?", "At nine in the morning."),
        ("Where?", "Next to the old station."),
    ]
    assert any(one.text.endswith("the questions: 'Our questions'") for one in loaded.remarks)


def test_a_short_answer_with_a_link_is_one_in_a_page_of_questions_of_a_folder(tmp_path):
    text(tmp_path, "more.md", "# Support\n\n## Where do I ask?\n\nIn Discussions.\n")
    page = "# FAQ\n\n[[toc]]\n\n## Which versions?\n\n3.9. See [more](./more.md).\n\n"
    text(tmp_path, "faq.md", f"{page}## Why?\n\nSo.\n")
    loaded = load(tmp_path)
    assert [row.title for row in loaded.rows] == ["Which versions?", "Why?", "Where do I ask?"]
    assert not loaded.skipped


def test_a_table_of_an_answer_stays_in_it(tmp_path):
    page = "# How much is it?\n\n| Who | Price |\n|---|---|\n| Adults | 5 dollars a day |\n"
    (row,) = load(text(tmp_path, "a.md", page)).rows
    assert "| Adults | 5 dollars a day |" in row.answer


def test_accordions_beside_headings_that_ask_are_entries(tmp_path):
    """As a README has them; a summary that asks nothing is a part of its answer."""
    path = tmp_path / "README.md"
    path.write_text(
        "# tidyvault\n\n## FAQ\n\n### Which cipher does it use?\n\nXChaCha20.\n\n"
        "<details><summary>The long story</summary>\n\nKeys come from Argon2id.\n\n</details>\n\n"
        "<details>\n<summary><b>Is Windows supported?</b></summary>\n\nFrom 2.1.\n\n</details>\n"
        "<details>\n<summary>Can I exclude files?</summary>\n\nYes.\n\n</details>\n",
        encoding="utf-8",
    )
    assert [(row.title, row.answer) for row in load(path).rows] == [
        (
            "Which cipher does it use?",
            "XChaCha20.\n\n**The long story**\n\nKeys come from Argon2id.",
        ),
        ("Is Windows supported?", "From 2.1."),
        ("Can I exclude files?", "Yes."),
    ]


def test_a_lone_question_with_a_mark_below_a_heading_is_one_among_others(tmp_path):
    page = "# Wiki\n\n## Leave\n\n**Q. How long is leave?**\n\nA. 25 days.\n\n## Devices\n\n"
    (tmp_path / "wiki.md").write_text(f"{page}**Q. My laptop is broken**\n\nA. Ask IT.\n")
    assert [(row.title, row.answer, row.category) for row in load(tmp_path / "wiki.md").rows] == [
        ("How long is leave?", "25 days.", "Leave"),
        ("My laptop is broken", "Ask IT.", "Devices"),
    ]


def test_a_state_alone_above_the_text_is_a_property_of_its_page(tmp_path):
    (tmp_path / "a.md").write_text("# How many seats?\n\nStatus: Published\n\nThree.\n")
    (tmp_path / "b.md").write_text("# How do I pay?\n\nStatus: Draft\n\nBy card.\n")
    assert [(row.title, row.answer) for row in load(tmp_path).rows] == [
        ("How many seats?", "Three.")
    ]

"""An answer that is Markdown in the FAQ comes out right on every platform."""

import pytest

from bots.discord.render import markdown as on_discord
from bots.slack.render.mrkdwn import mrkdwn
from bots.web.render.page_html import blocks
from config.profiles import load_profile
from core.assistant.drafts.extractive import ExtractiveModel
from core.text.korean import Analyzer
from core.text.markdown.sections import markdown_sections, plain_text
from core.text.safety.sanitize import Cleaner
from core.types import Passage

TEXT = """Open **Settings > Billing**, see [the guide](https://help.a.example/x_y).

## Limits

| Plan | Boards |
| --- | --- |
| Free | 3 |

1. One
   - inner_name
2. Two

```sh
# no heading
a * b
```"""
CLEANER = Cleaner(["a.example"], instead="(…)")


@pytest.fixture(scope="module")
def model():
    return ExtractiveModel(Analyzer.load(), lambda _: 1.0, load_profile("en"))


async def answered(model, text, question="Where are the settings?"):
    passage = Passage("1", "How do I change my plan?", text, 0.9, markdown=True)
    pieces = [piece async for piece in model.answer(question, (), [passage])]
    return "".join(piece for piece in pieces if isinstance(piece, str))


async def test_markup_is_kept_and_not_escaped(model):
    text = await answered(model, TEXT)
    for kept in (
        "**Settings > Billing**",
        "[the guide](https://help.a.example/x_y)",
        "**Limits**",
        "| Free | 3 |",
        "```sh\n# no heading\na * b\n```",
    ):
        assert kept in text
    assert "\\" not in text


async def test_every_platform_shows_it_in_its_own_way(model):
    text = await answered(model, TEXT)
    slack, discord, page = (
        mrkdwn(text, CLEANER),
        on_discord.markdown(text, CLEANER),
        "".join(blocks(text, CLEANER)),
    )
    assert "*Settings &gt; Billing*" in slack
    assert "<https://help.a.example/x_y|the guide>" in slack
    assert "**Settings > Billing**" in discord
    assert "(https://help.a.example/x_y)" in discord or "(<https://help.a.example/x_y>)" in discord
    assert "<strong>Settings &gt; Billing</strong>" in page
    assert 'href="https://help.a.example/x_y"' in page
    assert "<td>3</td>" in page


async def test_a_long_one_is_cut_between_its_blocks(model):
    long = "\n\n".join(f"## Part {n}\n\n- item {n}\n- {'word ' * 60}" for n in range(12))
    text = await answered(model, long, "What is item 7?")
    assert "item 7" in text
    assert load_profile("en").answer_cut in text
    assert len(text) < len(long)


def test_its_words_are_searched_without_marks_and_addresses():
    words = plain_text(TEXT)
    assert "https" not in words
    assert "*" not in words.replace("a * b", "")
    assert "the guide" in words
    assert "|" not in words
    assert [part.heading for part in markdown_sections(TEXT)] == ["", "Limits"]

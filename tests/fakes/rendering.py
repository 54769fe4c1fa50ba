"""Text that tries everything, and the real FAQ's longest and strangest answers."""

import pickle
import re
from functools import cache

from hypothesis import strategies as st

from core.text.sections import markdown, sections
from core.types import Answered, Passage, Question, SessionId, Source, View
from ingest.clean import clean_text, split_footer
from ingest.layout import readable

HARM = st.sampled_from(
    [
        "<!channel>",
        "<!here|@here>",
        "&lt;!channel&gt;",
        "&#60;!everyone&#62;",
        "<&#33;channel>",
        "<\\!channel>",
        "\\<!channel>",
        "<!subteam^S123>",
        "<@U012ABC>",
        "<@&123456>",
        "<@123456>",
        "<#C123>",
        "</faq:123>",
        "<:smile:123>",
        "<a:wave:123>",
        "<t:1700000000:R>",
        "@everyone",
        "&#64;everyone",
        "@&#101;veryone",
        "@here",
        "@channel",
        "https://evil.example/a?b=c",
        "HTTP://evil.example",
        "http://naver.com@evil.example",
        "<https://evil.example|네이버>",
        "<https://evil.example>",
        "[여기](https://evil.example)",
        "[여기](<//evil.example>)",
        "[여기](javascript:alert(1))",
        "![그림](https://evil.example/x.png)",
        "https&#58;//evil.example",
        "www.evil.example",
        "discord.gg/abc",
        "https://help.naver.com/a_b?c=1&d=2",
        "[도움말](https://naver.com/x)",
    ]
)
MARKUP = st.sampled_from(
    [
        "**",
        "*",
        "_",
        "~~",
        "`",
        "```",
        "```py\n",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "  - ",
        "1. ",
        "# ",
        "#### ",
        "| 가 | 나 |\n|---|---|\n",
        "| 다 | 라 |\n",
        "가나다",
        "배송비(3,000원)",
        "는 ",
        "\\",
        "[1]",
        "&",
        "<",
        ">",
        "@",
        "!",
        "[",
        "](",
        ")",
        " ",
    ]
)
TEXTS = st.lists(st.one_of(HARM, MARKUP, st.text(max_size=3)), max_size=40).map("".join)


@cache
def strangest(shared):
    """The 30 longest answers and those with the most signs, as extractive Markdown."""
    with (shared / "data" / "final_result.pkl").open("rb") as file:
        answers = pickle.load(file)
    texts = [readable(split_footer(clean_text(answer))[0]) for answer in answers.values()]
    by_signs = sorted(texts, key=lambda text: len(re.findall(r"[*_~`<>&|\[\]()#@]", text)))
    chosen = sorted(texts, key=len)[-30:] + by_signs[-30:]
    return [markdown(sections(text)) for text in chosen]


def question(text="배송비는 얼마인가요?", asker="U012ABC"):
    return Question("slack:T1:C1:171.001", SessionId("s"), text, asker=asker)


def answered(text, asker="U012ABC"):
    learned = Source("learned", "민수 <!channel>")
    sources = (
        Passage("1", "[배송] 배송비 <!here>", "", 0.9),
        Passage("2", "반품", "", 0.8, learned),
    )
    followups = ("반품은 어떻게 하나요?", "@everyone " * 20, "")
    ending = Answered(text, sources, followups, ("반품도 안내해 드릴까요?", "", ""))
    return View(question(asker=asker), text=text, ending=ending)

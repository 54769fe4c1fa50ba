"""Every function on text from outside does work that grows as the text does, and no faster."""

import gc
from collections.abc import Callable
from time import process_time

import pytest

from bots.discord.render import markdown as discord
from bots.slack.events import parse as slack_parse
from bots.slack.render import mrkdwn as slack
from bots.web.render import page_html
from core.lessons.tag import is_lesson, number_after, without_tag
from core.llm.prompts import estimate_tokens, quoted
from core.text import addressing, amounts, asking_sentences, colleagues, korean, sections
from core.text.markdown import lines, measure, partial, split
from core.text.markdown.sections import markdown_sections, plain_text
from core.text.safety import check_digits, claims, instructions, orders, personal_data, secrets
from core.text.safety.leak_watch import LeakWatch
from core.text.safety.sanitize import Cleaner, CleanStream
from core.text.spelling import keyboard, normalize
from ingest import clean, layout
from ingest.sources import markup, values

CLEANER = Cleaner(["naver.com"], instead="(링크 생략)")
INSTRUCTIONS = "Write Korean, polite and brief: first what answers the question, then the steps."


def by_characters(make: Callable[[], object]) -> Callable[[str], object]:
    """A stream that is fed single characters."""

    def fed(text: str) -> str:
        stream = make()
        return "".join(map(stream.feed, text)) + stream.close()

    return fed


def claims_by_characters(text: str) -> str:
    """The filter of claims, fed single characters."""
    held = claims.ClaimFilter("(생략)")
    said = "".join(held.feed(sign, ["정산은 3일"], ["3"]) for sign in text)
    return said + held.close(["정산은 3일"], ["3"])


FUNCTIONS = {
    "clean": CLEANER.clean,
    "CleanStream": by_characters(lambda: CleanStream(CLEANER)),
    "LeakWatch": by_characters(lambda: LeakWatch(INSTRUCTIONS)),
    "is_lesson": lambda text: is_lesson(text, "#학습"),
    "without_tag": lambda text: without_tag(text, "#학습"),
    "number_after": lambda text: number_after(text, "#학습"),
    "amounts": amounts.amounts,
    "instructs_bot": instructions.instructs_bot,
    "orders_answers": orders.orders_answers,
    "holds_password": secrets.holds_password,
    "without_calls": addressing.without_calls,
    "is_spoken_to": lambda text: addressing.is_spoken_to(text, text),
    "says_something": addressing.says_something,
    "may_reply": addressing.may_reply,
    "is_thanks": addressing.is_thanks,
    "asked_text": lambda text: addressing.asked_text(text, ["@나래", text[:3]]),
    "is_for_colleagues": colleagues.is_for_colleagues,
    "only_states": colleagues.only_states,
    "may_tell": colleagues.may_tell,
    "sentences_of": lambda text: asking_sentences.sentences_of(text, str.splitlines),
    "sentences_of words": lambda text: asking_sentences.sentences_of(text, str.split),
    "asks": asking_sentences.asks,
    "halves_of": asking_sentences.halves_of,
    "is_birth": check_digits.is_birth,
    "is_resident": check_digits.is_resident,
    "is_business": check_digits.is_business,
    "is_card": check_digits.is_card,
    "is_held": lambda text: claims.is_held(text, [text], text),
    "ClaimFilter": claims_by_characters,
    "corrected": keyboard.corrected,
    "ngrams": lambda text: korean.ngrams(text, 2, 4),
    "mask_private": personal_data.mask_private,
    "split sections": lambda text: [sections.split(one, 500) for one in sections.sections(text)],
    "markdown of sections": lambda text: sections.markdown(sections.sections(text)),
    "allows": CLEANER.allows,
    "fence_of": lambda text: lines.fence_of(text, 0),
    "width": measure.width,
    "utf16": measure.utf16,
    "table": lambda text: measure.table([line.split("|") for line in text.splitlines()]),
    "jamo": korean.jamo,
    "compact": korean.compact,
    "normalized": normalize.normalized,
    "mask": personal_data.mask,
    "find": personal_data.find,
    "sections": sections.sections,
    "escaped": sections.escaped,
    "tidy": sections.tidy,
    "markdown_sections": markdown_sections,
    "plain_text": plain_text,
    "lines_of": lines.lines_of,
    "settled": partial.settled,
    "cost": measure.cost,
    "shortened": lambda text: measure.shortened(text, 100),
    "fitting": lambda text: measure.fitting(text, 500),
    "split": lambda text: split.split(text, 2000),
    "quoted": quoted,
    "estimate_tokens": estimate_tokens,
    "clean_text": clean.clean_text,
    "split_footer": clean.split_footer,
    "readable": layout.readable,
    "answer_of": markup.answer_of,
    "plain_title": markup.plain_title,
    "clean_markdown": markup.clean_markdown,
    "tidied": markup.tidied,
    "date_of": values.date_of,
    "unescaped": values.unescaped,
    "slack unmarked": slack.unmarked,
    "slack escaped": slack.escaped,
    "slack mrkdwn": lambda text: slack.mrkdwn(text, CLEANER),
    "slack as_markdown": lambda text: slack_parse.as_markdown(text, "U1"),
    "discord escaped": discord.escaped,
    "discord markdown": lambda text: discord.markdown(text, CLEANER),
    "web blocks": lambda text: page_html.blocks(text, CLEANER),
}
SHAPES = {
    "letters": "a",
    "syllables": "가",
    "spaces": " ",
    "lines": "\n",
    "digits": "1",
    "dashes": "-",
    "numbers": "010-",
    "backticks": "`",
    "ticks apart": "` ",
    "stars": "*",
    "stars apart": "*a ",
    "brackets": "[",
    "links": "[](",
    "link apart": "[a]( ",
    "images": "![",
    "nested labels": "[a[b]",
    "blank lines": " \n",
    "paragraphs": "<p a",
    "angles": "<",
    "at": "@",
    "mails": "a.",
    "quotes": ">",
    "quoted lines": "> a\n",
    "bars": "|",
    "rows": "| a | b |\n",
    "schemes": "http:",
    "addresses": "https://naver.com)",
    "hosts": "https://naver.com가",
    "tags": "#학습 ",
    "tag apart": " #학습",
    "spoken": '"',
    "entities": "&lt;",
    "fences": "```\n",
    "items": "- a\n",
    "numbered": "1. a\n",
    "deep": "> > ",
    "escapes": "\\",
    "tildes": "~",
    "tabs": "\t",
    "mention": "<@U1",
    "thanks": " 감사합니다 ",
    "pleas": "부탁",
    "commas": " ,",
    "ands": " 그리고",
    "words": "정산은 언제 되나요? ",
}


def cost_of(function: Callable[[str], object], text: str, *, tries: int = 2) -> float:
    """Return the least processor time of some tries, in seconds."""
    costs = []
    for _ in range(tries):
        gc.disable()
        began = process_time()
        try:
            function(text)
        finally:
            gc.enable()
        costs.append(process_time() - began)
    return min(costs)


def check_linear(function: Callable[[str], object], unit: str, *, most_chars: int) -> None:
    """Double a text until it costs enough to be measured, and then once more.

    Twice the text may cost three times as much, as caches and the allocator have it; with squares
    it would be four. What looks like that is measured again, larger, and once more.
    """
    chars, before = 2_000, 0.0
    suspicions = 0
    while chars <= most_chars:
        text = unit * (chars // len(unit))
        cost = cost_of(function, text)
        suspicions = suspicions + 1 if before > 0.01 and cost > 3 * before else 0
        assert suspicions < 2, f"{chars} characters took {cost:.2f} s, half of it {before:.2f} s"
        if suspicions == 0 and cost > 0.5 and before > 0.05:
            return
        chars, before = 2 * chars, cost


# Where work once grew as the square, or is likely to.
KNOWN = [
    ("is_lesson", "spaces"),
    ("without_tag", "tag apart"),
    ("without_tag", "backticks"),
    ("clean", "hosts"),
    ("CleanStream", "letters"),
    ("LeakWatch", "dashes"),
    ("lines_of", "quotes"),
    ("lines_of", "dashes"),
    ("settled", "ticks apart"),
    ("split", "deep"),
    ("sentences_of", "tildes"),
    ("halves_of", "spaces"),
    ("asks", "pleas"),
    ("ClaimFilter", "tag apart"),
    ("mask", "numbers"),
    ("discord escaped", "lines"),
    ("fitting", "letters"),
    ("answer_of", "lines"),
    ("answer_of", "spaces"),
    ("answer_of", "brackets"),
    ("clean_markdown", "images"),
]


@pytest.mark.parametrize(("name", "shape"), KNOWN)
def test_work_grows_as_the_text_does(name, shape):
    """In small; the test that takes long has all of it, up to a megabyte."""
    check_linear(FUNCTIONS[name], SHAPES[shape], most_chars=64_000)


@pytest.mark.long
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_as_the_text_does_up_to_a_megabyte(name, shape):
    check_linear(FUNCTIONS[name], SHAPES[shape], most_chars=1_024_000)

"""Every function on text from outside does work that grows as the text does, and no faster."""

import gc
import pkgutil
from collections.abc import Callable
from importlib import import_module
from inspect import getmembers, isfunction
from time import process_time

import pytest
from fakes.text_functions import FUNCTIONS, OF_NO_TEXT

import core.skills.times
import core.text
import ingest.sources.pages
from core.lessons import tag
from ingest import layout, templates
from ingest.sources import html_markdown, markdown_parts, markup, values

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
    "comments": "<!--",
    "declarations": "<![CDATA[",
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
    "months": "auga",
    "told": "에 대해 좀 ",
    "remarks": "{/*",
    "times": "내일 3시 ",
}
# What repeats only does so behind such a start, and does not come to its end.
STARTS = {
    "heading": ("# a", " "),
    "block": ("{%", " "),
    "rule": ("---", "-"),
    "date": ("2013", " "),
    "hour": ("1분", " "),
    "nth": ("다음 달 3", " "),
    "element": ("<Tab ", "a-"),
    "said": ("Q: a", " "),
    "reply": ("A", " "),
    "include": ("{!", " "),
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


def check_linear(
    function: Callable[[str], object], unit: str, *, most_chars: int, start: str = ""
) -> None:
    """Double a text until it costs enough to be measured, and then once more.

    Twice the text may cost three times as much, as caches and the allocator have it; with squares
    it would be four. What looks like that is measured again, larger, and once more.
    """
    chars, before = 2_000, 0.0
    suspicions = 0
    while chars <= most_chars:
        text = start + unit * (chars // len(unit)) + ("\0" if start else "")
        cost = cost_of(function, text)
        suspicions = suspicions + 1 if before > 0.01 and cost > 3 * before else 0
        assert suspicions < 2, f"{chars} of {unit!r} took {cost:.2f} s, half of it {before:.2f} s"
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
    ("sides_of", "spaces"),
    ("asks", "pleas"),
    ("instructs_bot", "spaces"),
    ("instructs_bot", "lines"),
    ("orders_answers", "blank lines"),
    ("asked_text", "items"),
    ("ClaimFilter", "tag apart"),
    ("mask", "numbers"),
    ("discord escaped", "lines"),
    ("fitting", "letters"),
    ("answer_of", "lines"),
    ("answer_of", "spaces"),
    ("answer_of", "brackets"),
    ("clean_markdown", "images"),
    ("html_to_markdown", "paragraphs"),
    ("html_to_markdown", "comments"),
    ("html_to_markdown", "spaces"),
    ("plain_markdown", "spaces"),
    ("plain_markdown", "lines"),
    ("plain_heading", "images"),
    ("plain_heading", "links"),
    ("settled", "tabs"),
    ("markdown_sections", "heading"),
    ("sections_of", "heading"),
    ("without_components", "block"),
    ("without_components", "element"),
    ("plain_text", "rule"),
    ("date_of", "date"),
    ("date_of", "spaces"),
    ("find_days", "nth"),
    ("find_days", "months"),
    ("find_from_now", "hour"),
    ("without_times", "times"),
    ("sides_of", "told"),
    ("asked_lines", "said"),
    ("without_mark", "reply"),
    ("plain_markdown", "include"),
    ("included_in", "remarks"),
    ("title_of_file", "spaces"),
    ("without_salutation", "lines"),
]


@pytest.mark.parametrize(("name", "shape"), KNOWN)
def test_work_grows_as_the_text_does(name, shape):
    """In small; the test that takes long has all of it, up to a megabyte."""
    start, unit = STARTS[shape] if shape in STARTS else ("", SHAPES[shape])
    check_linear(FUNCTIONS[name], unit, most_chars=64_000, start=start)


@pytest.mark.long
@pytest.mark.parametrize("name", FUNCTIONS)
def test_work_grows_as_the_text_does_up_to_a_megabyte(name):
    for unit in SHAPES.values():
        check_linear(FUNCTIONS[name], unit, most_chars=1_024_000)
    for start, unit in STARTS.values():
        check_linear(FUNCTIONS[name], unit, most_chars=1_024_000, start=start)


def test_every_function_of_the_list_is_there():
    for function in FUNCTIONS.values():
        function("정산은 3일 뒤인가요?")


def test_every_public_function_on_text_is_looked_at():
    rooms = (core.text, core.skills.times, ingest.sources.pages)
    found = [
        one for room in rooms for one in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
    ]
    modules = [import_module(one.name) for one in found]
    modules += [tag, layout, templates, html_markdown, markdown_parts, markup, values]
    known = OF_NO_TEXT.union(*map(str.split, FUNCTIONS))
    for module in modules:
        for name, function in getmembers(module, isfunction):
            takes = [kind for given, kind in function.__annotations__.items() if given != "return"]
            if function.__module__ == module.__name__ and any("str" in str(kind) for kind in takes):
                where = f"{module.__name__}.{name} goes into tests/fakes/text_functions.py"
                assert name.startswith("_") or name in known, where

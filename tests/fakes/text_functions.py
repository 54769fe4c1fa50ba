"""All functions that read texts from outside, by their names, for `test_linear.py`."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from bots.discord.render import markdown as discord
from bots.slack.events import parse as slack_parse
from bots.slack.render import mrkdwn as slack
from bots.web.render import page_html
from config.profiles import load_profile
from core.lessons.tag import is_lesson, number_after, without_question, without_tag
from core.llm.prompts import estimate_tokens, quoted
from core.skills.times import clock, days, reader, spans, zones
from core.text import (
    amounts,
    cells,
    korean,
    languages,
    rates,
    sections,
    sentences,
    syllables,
)
from core.text.markdown import lines, measure, partial, split
from core.text.markdown.sections import markdown_sections, plain_text
from core.text.safety import (
    check_digits,
    claims,
    grounding,
    instructions,
    legibility,
    orders,
    personal_data,
    personal_data_kinds,
    secrets,
)
from core.text.safety.leak_watch import LeakWatch
from core.text.safety.sanitize import Cleaner, CleanStream
from core.text.spelling import keyboard, normalize
from core.text.utterances import (
    another_question,
    asked_values,
    assertions,
    back_references,
    colleagues,
    counter_questions,
    mentions,
    own_data,
    person_wanted,
    questions,
)
from ingest import clean, layout, templates
from ingest.sources import html_markdown, markdown_parts, markup, values
from ingest.sources.pages import asked, components, dialects, files, front_matter, outline, unheaded

PROFILE = load_profile("")
CLEANER = Cleaner(["naver.com"], instead="(링크 생략)")
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
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
    "without_question": without_question,
    "number_after": lambda text: number_after(text, "#학습"),
    "amounts": amounts.amounts,
    "instructs_bot": instructions.instructs_bot,
    "orders_answers": orders.orders_answers,
    "holds_password": secrets.holds_password,
    "without_calls": mentions.without_calls,
    "with_typed_call": lambda text: mentions.with_typed_call(text, ["봇", text[1:9]], "@"),
    "is_spoken_to": lambda text: mentions.is_spoken_to(text, text),
    "says_something": mentions.says_something,
    "may_reply": mentions.may_reply,
    "has_words": mentions.has_words,
    "is_in_copy": mentions.is_in_copy,
    "is_thanks": mentions.is_thanks,
    "asked_text": lambda text: mentions.asked_text(text, ["@나래", text[:3]]),
    "is_for_colleagues": colleagues.is_for_colleagues,
    "only_states": colleagues.only_states,
    "asks_nothing": colleagues.asks_nothing,
    "may_tell": colleagues.may_tell,
    "cell_of text_of_cell": lambda text: cells.text_of_cell(cells.cell_of(text)),
    "sentences_of": lambda text: questions.sentences_of(text, str.splitlines),
    "sentences_of words": lambda text: questions.sentences_of(text, str.split),
    "asks": questions.asks,
    "sides_of": questions.sides_of,
    "is_birth": check_digits.is_birth,
    "is_resident": check_digits.is_resident,
    "is_business": check_digits.is_business,
    "is_card": check_digits.is_card,
    "is_account": lambda text: personal_data_kinds.is_account(text, text),
    "no_thing": lambda text: personal_data_kinds.no_thing(text, text),
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
    "announces": sections.announces,
    "escaped": sections.escaped,
    "tidy": sections.tidy,
    "markdown_sections": markdown_sections,
    "plain_text": plain_text,
    "heading_of": lines.heading_of,
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
    "with_line_breaks": markup.with_line_breaks,
    "pictures_in": markup.pictures_in,
    "link_of": values.link_of,
    "calculated": values.calculated,
    "plain_title": markup.plain_title,
    "clean_markdown": lambda text: markup.clean_markdown(text, base=""),
    "joined": lambda text: markdown_parts.joined("https://h.example/a", text),
    "tidied": markdown_parts.tidied,
    "date_of": values.date_of,
    "unescaped": values.unescaped,
    "slack unmarked": slack.unmarked,
    "slack escaped": slack.escaped,
    "slack mrkdwn": lambda text: slack.mrkdwn(text, CLEANER),
    "slack as_markdown": lambda text: slack_parse.as_markdown(text, "U1"),
    "discord escaped": discord.escaped,
    "discord markdown": lambda text: discord.markdown(text, CLEANER),
    "web blocks": lambda text: page_html.blocks(text, CLEANER),
    "asserts": assertions.asserts,
    "with_rest": lambda text: syllables.with_rest(text, text),
    "asked_value": asked_values.asked_value,
    "without_value": asked_values.without_value,
    "names_nothing": back_references.names_nothing,
    "asks_back": counter_questions.asks_back,
    "without_questions": counter_questions.without_questions,
    "asks_anything": questions.asks_anything,
    "asks_for_own_data": own_data.asks_for_own_data,
    "points_back": lambda text: back_references.points_back(text, ()),
    "is_incomplete": lambda text: back_references.is_incomplete(text, ()),
    "is_case": lambda text: back_references.is_case(text, ()),
    "only_tells": colleagues.only_tells,
    "wants_something": colleagues.wants_something,
    "has_hangul": korean.has_hangul,
    "language_of": languages.language_of,
    "in_language_of": lambda text: languages.in_language_of(PROFILE, text),
    "to_asker": lambda text: languages.to_asker(PROFILE, text),
    "foreign": lambda text: languages.foreign(text, ["en"]),
    "render": lambda text: slack.mrkdwn(text, CLEANER),
    "wants_person": person_wanted.wants_person,
    "says_another": another_question.says_another,
    "period_of": lambda text: rates.period_of(text, len(text) // 2, len(text) // 2),
    "birth_of": check_digits.birth_of,
    "agree": lambda text: claims.agree(text, text),
    "contradicts": lambda text: claims.contradicts(text, text),
    "addresses_bot": instructions.addresses_bot,
    "detect": personal_data.detect,
    "holds_key": secrets.holds_key,
    "sentences": sentences.sentences,
    "message_sentences": sentences.message_sentences,
    "is_grounded": lambda text: grounding.is_grounded(text, [text], str.split),
    "without_components": components.without_components,
    "LegibilityWatch": lambda text: legibility.LegibilityWatch().feed(text),
    "links_elsewhere": CLEANER.links_elsewhere,
    "find_clock": lambda text: clock.find_clock(text, bare=True),
    "find_part": clock.find_part,
    "find_routine": clock.find_routine,
    "find_zone": zones.find_zone,
    "find_days": lambda text: days.find_days(text, today=date(2026, 11, 30)),
    "read_times": lambda text: reader.read_times(text, now=NOW),
    "read_corrected": lambda text: reader.read_corrected(text, now=NOW),
    "without_times": lambda text: reader.without_times(text, now=NOW),
    "find_from_now": spans.find_from_now,
    "find_shift": spans.find_shift,
    "find_span": spans.find_span,
    "find_stretch": spans.find_stretch,
    "asked_lines": lambda text: list(asked.asked_lines(text)),
    "is_question": asked.is_question,
    "plain_questions": asked.plain_questions,
    "without_mark": asked.without_mark,
    "plain_markdown": dialects.plain_markdown,
    "included_in": dialects.included_in,
    "title_of_file": files.title_of_file,
    "without_front_matter": front_matter.without_front_matter,
    "without_properties": front_matter.without_properties,
    "plain_heading": outline.plain_heading,
    "sections_of": outline.sections_of,
    "with_question_headings": unheaded.with_question_headings,
    "parsed": html_markdown.parsed,
    "text_in": html_markdown.text_in,
    "html_to_markdown": html_markdown.html_to_markdown,
    "error_in": values.error_in,
    "placeholder_in": templates.placeholder_in,
    "without_salutation": templates.without_salutation,
}

OF_NO_TEXT = {
    *(
        "add_names",
        "load_kiwi",
        "terms_version",
        "term_of",
        "is_named",
        "asking_in",
        "languages_in",
    ),
    *("any_of", "count", "ordinal", "number", "week_of", "weekday_of"),  # single words of ours
    *("clippings", "spelt_out", "spliced"),  # what Kiwi has split
    *("read_docx", "read_html", "read_markdown", "sections_in"),  # whole files: made of the others
    *("image", "image_name", "leads_to_the_web", "link", "linked", "shown"),  # one cell, one link
}
"""Functions with a `str` that is no text of anybody's."""

"""The words of the page in the language of its reader."""

import pytest
from fakes.web_bot import running_bot
from fakes.web_person import Person

from bots.web.texts import load_texts, load_words
from config.profiles import load_profile
from config.settings import Settings

OWN = """extends = "ko"
name = "Stella"
languages = ["ko", "en"]
greeting = "스텔라예요."
examples = ["주차장이 있나요?"]
[en]
greeting = "This is Stella."
examples = ["Is there a car park?"]
"""


def test_the_page_greets_its_reader_in_the_language_that_it_is_shown_in(tmp_path):
    """A bot that has its own words in one language alone says them on both pages."""
    path = tmp_path / "faqbot.toml"
    for text, english in ((OWN, "This is Stella."), (OWN.partition("languages")[0], None)):
        path.write_text(text, encoding="utf-8")
        profile = load_profile(str(path))
        words = load_words(profile, load_texts(Settings(profile=str(path))))
        korean = words["ko"]
        assert korean.texts["greeting"] == profile.greeting
        assert words["en"].texts["greeting"] == (english or profile.greeting)
        assert words["en"].texts["name"] == "Stella"
        assert words["en"].texts["send"] != korean.texts["send"]
        examples = profile.others["en"].examples if english else profile.examples
        assert (korean.examples, words["en"].examples) == (profile.examples, examples)


@pytest.mark.parametrize("path", ["/", "/embed"])
async def test_before_its_script_has_words_a_page_has_those_of_the_browser(tmp_path, path):
    given = {"web_embed_origins": "https://shop.example"}
    async with running_bot(tmp_path, load_profile("ko"), **given) as bot:
        person = Person(bot.address)
        for accepted, language, words in (
            ("en-GB,en;q=0.9,ko;q=0.8", "en", "The server does not answer right now."),
            ("ko-KR", "ko", "지금은 서버가 답하지 않아요."),
            ("fr,;q=", "ko", "지금은 서버가 답하지 않아요."),
            ("fr-FR, EN;q=0.1", "en", "Please turn on JavaScript"),
        ):
            headers = {"Accept-Language": accepted}
            async with person.http.get(bot.address + path, headers=headers) as response:
                html, tag = await response.text(), response.headers["ETag"]
                assert response.headers["Vary"] == "Accept-Language"
            assert (f'<html lang="{language}">' in html, words in html) == (True, True)
            headers["If-None-Match"] = tag
            async with person.http.get(bot.address + path, headers=headers) as response:
                assert response.status == 304
        await person.close()

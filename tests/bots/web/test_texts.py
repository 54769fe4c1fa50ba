"""The words of the page in the language of its reader."""

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

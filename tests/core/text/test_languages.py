"""Languages of questions and FAQs, and what is said where a FAQ has none of a question's."""

import pytest

from config.profiles import load_profile
from core.text.languages import NAMES, asking_in, foreign, language_of, languages_in


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("환불은 어떻게 하나요?", "ko"), ("Galaxy Watch 연동", "ko"), ("お支払い方法は？", "ja"),
        ("如何退款", "zh"), ("Как оплатить заказ?", "ru"), ("ชำระเงินอย่างไร", "th"),
        ("where can i park my car", "en"), ("Wie kann ich bezahlen?", "de"),
        ("¿Dónde puedo aparcar el coche?", "es"), ("Comment puis-je payer ?", "fr"),
        ("làm thế nào để hoàn tiền", "vi"), ("OTP error", ""), ("?!", ""), ("", ""), ("12345", ""),
    ],
)  # fmt: skip
def test_a_text_s_language_is_told_where_it_is_certain(text, language):
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "served", "language"),
    [
        ("where can i park my car", ("ko",), "en"),
        ("환불은 어떻게 하나요?", ("en",), "ko"),
        ("환불은 어떻게 하나요?", ("ko", "en"), ""),
        ("Wie kann ich bezahlen?", ("en",), "de"),
        ("お支払い方法は？", ("ko", "en"), "ja"),
        ("退款", ("ja",), ""),  # Chinese characters alone may be Japanese
        ("OTP", ("ko",), ""),  # written so in any language
        (":party_blob: :wave:", ("ko",), ""),
        ("https://shop.example/help/shipping", ("ko",), ""),
        ("refund", ("ko",), "en"),
        ("refund", ("de",), ""),
        ("do u ship abroad", ("ko",), "en"),  # in no certain language, and in none that is served
        ("do u ship abroad", ("de",), ""),
        ("where can i park my car", (), ""),  # nothing is known of the FAQ
    ],
)
def test_a_question_is_foreign_to_a_faq_without_its_language(text, served, language):
    assert foreign(text, served) == language


def test_the_languages_of_a_faq_are_those_of_its_entries():
    korean = [(f"{n}번 방은 어디인가요?", "2층입니다.") for n in range(30)]
    english = [("How do I book a room?", "Choose your dates and pay by card.")] * 4
    assert languages_in(korean) == ("ko",)
    assert languages_in([*korean, *english]) == ("ko", "en")
    assert languages_in([*korean, ("FAQ", "Read the whole page before you ask.")]) == ("ko",)
    assert languages_in([("Wi-Fi", "Das Passwort steht auf der Karte im Zimmer.")]) == ("de",)
    assert languages_in([("OTP", "")]) == ()


@pytest.mark.parametrize("name", ["ko", "en"])
def test_both_profiles_that_ship_ask_in_every_language_that_is_told_apart(name):
    texts = load_profile(name).ask_in
    assert texts.keys() == NAMES.keys()
    assert all("{languages}" in text for text in texts.values())
    assert "한국어 (Korean), English" in asking_in("fr", ("ko", "en"), texts)
    assert "영어(English)" in asking_in("ko", ("en",), texts)
    assert asking_in("sw", ("ko",), texts) == asking_in("en", ("ko",), texts)


def test_a_profile_of_one_s_own_changes_one_of_them(tmp_path):
    path = tmp_path / "faqbot.toml"
    path.write_text('extends = "ko"\n[ask_in]\nen = "Korean only: {languages}"\n', encoding="utf-8")
    profile = load_profile(str(path))
    assert asking_in("en", ("ko",), profile.ask_in) == "Korean only: Korean (한국어)"
    assert profile.ask_in["ko"] == load_profile("ko").ask_in["ko"]

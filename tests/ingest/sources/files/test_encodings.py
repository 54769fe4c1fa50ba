"""Text as programs of many countries saved it, before all of them wrote UTF-8."""

import pytest

from ingest.sources.files.encodings import decode

JAPANESE = (
    "質問,回答\n送料はいくらですか？,全国一律500円です。\n返品できますか？,七日以内なら可能です。\n"
)
CHINESE = "问题,答案\n运费是多少？,满九十九元包邮。\n可以退货吗？,七天之内可以退货，运费自理。\n"
TAIWANESE = "問題,答案\n運費是多少？,滿九百元免運。\n可以退貨嗎？,七天之內可以退貨，運費自付。\n"
RUSSIAN = "Вопрос;Ответ\nКак оплатить заказ?;Картой или наличными.\nКак вернуть товар?;По почте.\n"
POLISH = "Pytanie;Odpowiedź\nJak zwrócić towar?;W ciągu 14 dni, odsyłając go na nasz adres.\n"
SPANISH = "Pregunta;Respuesta\n¿Dónde está la oficina?;En la calle Núñez, número 12.\n"
KOREAN = "질문,답변\n가격은?,5천원 (VAT 포함)\n漢字도 되나요?,네, 漢字로 쓰셔도 됩니다.\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
        (TAIWANESE, "big5"),
        (RUSSIAN, "cp1251"),
        (POLISH, "cp1250"),
        (SPANISH, "cp1252"),
        (SPANISH, "mac_roman"),
        (KOREAN, "cp949"),
    ],
)
def test_a_text_is_read_in_the_encoding_of_its_country(text, encoding):
    assert ascii(decode(text.encode(encoding)).text) == ascii(text)


@pytest.mark.parametrize(
    "text",
    [
        "Où êtes-vous?,À Paris, près de la gare\nCœur?,Oui",
        "Hur lång tid tar det?;Två dagar på vägen\nÖppet?;Ja",
        "Is it “free”?,Yes – it’s free for 5 €",
        "25 °C?,±2",
        "naïve café;résumé",
    ],
)
def test_a_few_letters_with_accents_are_not_taken_for_another_country_s(text):
    assert ascii(decode(text.encode("cp1252")).text) == ascii(text)

"""Recommending needs NumPy alone, is fast, and says why."""

import json
import timeit
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.assistant.dialogue.situation import Situation
from core.errors import ConfigError, SourceError
from core.skills.recommender.advice import Advised, Adviser, Consultation, NextQuestion
from core.skills.recommender.form import load_form, load_shipped_form
from core.skills.recommender.generator import best_accuracy, generate, write
from core.skills.recommender.network import Recommender
from core.skills.recommender.purchases import Feature, read_purchases, scaled
from core.skills.recommender.skill import RecommenderSkill
from core.skills.skill import Request
from core.types import Question, SessionId

FOLDER = Path(__file__).parents[4] / "core" / "skills" / "recommender"
BUYER = {
    "age": 35,
    "budget": 60,
    "home_size": 25,
    "household": 2,
    "hours_home": 18,
    "meals_cooked": 2,
}
TALKATIVE = "혼자 사는 30대인데 원룸이고 예산은 20만원, 재택근무에 요리는 안 해요"


@pytest.fixture(scope="module")
def recommender():
    return Recommender.load(FOLDER / "appliances.npz")


@pytest.fixture(scope="module")
def adviser(recommender):
    return Adviser(recommender, load_form(FOLDER / "appliances.toml"))


def table(tmp_path, text):
    path = tmp_path / "purchases.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_recommendation_takes_less_than_a_millisecond(recommender):
    """Inference alone, the best of many: the machine may be busy with something else."""
    inputs = scaled(recommender.features, [[BUYER[f.name]] for f in recommender.features])
    times = timeit.repeat(lambda: recommender.probabilities(inputs), number=1, repeat=200)
    assert min(times) < 0.001


def test_three_products_come_with_the_share_of_each_feature(recommender):
    found = recommender.recommend(BUYER)
    assert len(found) == 3
    assert found[0].probability >= found[1].probability >= found[2].probability
    for one in found:
        assert set(one.shares) == set(BUYER)
        assert sum(map(abs, one.shares.values())) == pytest.approx(1.0, abs=1e-5)


def test_what_does_not_matter_has_no_share_and_what_alone_matters_has_all():
    """By hand: the first product is likelier the larger `a` is, and `b` is not looked at."""
    features = (Feature("a"), Feature("b"))
    first = np.zeros((2, 30), np.float32)
    first[0, 0] = 1.0
    second, third = np.zeros((30, 15), np.float32), np.zeros((15, 2), np.float32)
    second[0, 0] = third[0, 0] = 1.0
    layers = tuple((w, np.zeros(w.shape[1], np.float32)) for w in (first, second, third))
    best = Recommender(features, ("x", "y"), layers).recommend({"a": 2.0, "b": 9.0})[0]
    assert best.product == "x"
    assert best.shares == {"a": 1.0, "b": 0.0}


def test_others_are_shown_until_there_are_none(recommender):
    shown = []
    while found := recommender.recommend(BUYER, without=shown):
        shown += [one.product for one in found]
    assert sorted(shown) == sorted(recommender.products)


@pytest.mark.parametrize("buyer", [{"age": 30}, BUYER | {"age": "서른"}])
def test_a_buyer_who_is_not_described_is_refused(recommender, buyer):
    with pytest.raises(SourceError, match=r"budget|age"):
        recommender.recommend(buyer)


def test_the_file_holds_no_pickle_and_another_file_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    with path.open("wb") as file:
        np.savez(file, known=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ConfigError, match="faqbot recommender train"):
        Recommender.load(path)
    with pytest.raises(ConfigError, match="not a recommender"):
        Recommender.load(tmp_path / "missing.npz")


def test_what_was_said_is_not_asked_again(adviser):
    """Everything in one sentence is advised on at once; else the missing is asked, with buttons."""
    advised = adviser.hear(TALKATIVE, Consultation())
    assert isinstance(advised, Advised)
    known = {"age": 35, "household": 1, "home_size": 8, "budget": 20}
    assert advised.consultation.known == known | {"hours_home": 18, "meals_cooked": 0}
    assert "하셔서" in advised.products[0][1]
    step, asked = adviser.hear("커피 좋아하는 40대예요", Consultation()), []
    while isinstance(step, NextQuestion):
        asked.append(step.field.name)
        step = adviser.hear(next(iter(step.field.choices)), step.consultation)
    assert asked == ["budget", "home_size", "household", "hours_home", "meals_cooked"]
    assert len(step.products) == 3


def test_the_router_sees_that_a_buyer_is_described_and_not_how(adviser):
    plain = RecommenderSkill(adviser, adviser.form.examples).plain
    assert plain("40대인데 뭐 살까") == plain("30대인데 뭐 살까") != plain("뭐 살까")


def test_a_correction_takes_the_place_of_what_was_said(adviser):
    """And the products are advised on anew, those shown before among them."""
    first = adviser.hear(TALKATIVE, Consultation())
    second = adviser.hear("아니 예산은 150만원이에요", first.consultation)
    assert second.consultation.known["budget"] == 150
    assert second.consultation.known["age"] == 35
    assert len(second.products) == 3


def test_what_the_buyer_does_not_know_is_left_out_and_is_no_reason(adviser):
    step, asked = adviser.hear("40대예요", Consultation()), []
    for _ in range(5):
        asked.append(step.field.name)
        step = adviser.hear("음.. 잘 모르겠어요", step.consultation)
    assert asked == ["budget", "home_size", "household", "hours_home", "meals_cooked"]
    assert step.consultation.known == {"age": 45} | dict.fromkeys(asked)
    assert all(not why or "(100%)" in why for _, why in step.products)
    told = adviser.hear("예산은 150만원이에요", step.consultation)
    assert told.consultation.known["budget"] == 150
    assert any("예산" in why for _, why in told.products)


async def test_whoever_knows_nothing_gets_products_without_a_reason(adviser):
    skill, data = RecommenderSkill(adviser, adviser.form.examples), None
    situation = Situation(datetime(2026, 11, 30, tzinfo=UTC), "web", "u1")
    for text in ("뭐 살까", *["패스"] * 6):
        request = Request(Question("q", SessionId("web:a:1"), text), text, data, situation)
        (reply,) = [one async for one in skill.hear(request)]
        data = reply.data
    assert reply.choices == (adviser.form.others,)
    assert "**" in reply.text
    assert "추천드려요" not in reply.text


@pytest.mark.parametrize(
    ("text", "skips"),
    [
        ("몰라", True),
        ("글쎄요", True),
        ("그건 상관없어요", True),
        ("다음에 말할게요", False),
        ("I don't know", True),
        ("not sure yet", True),
        ("skip this one please", True),
        ("뭐 살지 모르겠는데 골라 주세요", False),
        ("I don't know which one to choose", False),
    ],
)
def test_only_words_that_say_nothing_else_leave_a_question_out(english, text, skips):
    known = english.hear(text, Consultation({"age": 45})).consultation.known
    assert (known.get("budget", 0) is None) == skips


def test_others_go_on_where_the_last_ones_ended(adviser):
    first = adviser.hear(TALKATIVE, Consultation())
    second = adviser.hear("다른 상품 보기", first.consultation)
    names = [product.product for step in (first, second) for product, _ in step.products]
    assert len(set(names)) == 6


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ("27살이에요", "age", 27),
        ("만 61세", "age", 61),
        ("50대 부모님", "age", 55),
        ("예산은 1,500,000원", "budget", 150),
        ("2백만원까지", "budget", 200),
        ("30만 원이요, 아니 40만 원", "budget", 40),
        ("예산은 한 20정도?", "budget", 20),
        ("예산 50으로 바꿔줘", "budget", 50),
        ("30만 원이요, 아니 400,000원", "budget", 40),
        ("84㎡", "home_size", pytest.approx(25.41)),
        ("네 식구예요", "household", 4),
        ("4인 가구", "household", 4),
        ("집에 하루 10시간 있어요", "hours_home", 10),
        ("집에는 거의 없어요", "hours_home", 8),
        ("일주일에 3번 해먹어요", "meals_cooked", 3),
        ("요리도 안 해요", "meals_cooked", 0),
    ],
)
def test_values_are_read_from_words(adviser, said, name, value):
    assert adviser.form.read(said, {})[name] == value


@pytest.fixture(scope="module")
def english(recommender):
    return Adviser(recommender, load_shipped_form("en"))


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ("she is 58 years old", "age", 58),
        ("we're in our forties", "age", 45),
        ("I’m 29", "age", 29),
        ("she's 62 and cooks every day", "age", 62),
        ("she's 62 and cooks every day", "meals_cooked", 12),
        ("not more than $300", "budget", pytest.approx(42)),
        ("$300, no, 400 dollars", "budget", pytest.approx(56)),
        ("75 square meters", "home_size", pytest.approx(22.7, abs=0.1)),
        ("900 sq ft", "home_size", pytest.approx(25.3, abs=0.1)),
        ("A family of five", "household", 5),
        ("3 people", "household", 3),
        ("I am home 14 hours a day", "hours_home", 14),
        ("we don’t cook", "meals_cooked", 0),
        ("5 times a week", "meals_cooked", 5),
        ("혼자 살아요", "household", 1),
    ],
)
def test_values_are_read_from_english_words(english, said, name, value):
    """A bot that speaks English reads Korean, too."""
    assert english.form.read(said, {})[name] == value


def test_a_bot_that_speaks_english_asks_advises_and_says_why_in_english(english):
    step, asked = english.hear("what should I buy? I live alone", Consultation()), []
    while isinstance(step, NextQuestion):
        asked.append(step.field.name)
        step = english.hear(next(iter(step.field.choices)), step.consultation)
    assert asked == ["age", "budget", "home_size", "hours_home", "meals_cooked"]
    spoken = " ".join(f"{english.form.product(one.product)} {why}" for one, why in step.products)
    assert "Because you said" in spoken
    assert spoken.replace("m²", "").isascii()
    again = english.hear("no, my budget is $1,500", step.consultation)
    assert again.consultation.known["budget"] == pytest.approx(210)
    told = english.form.corrected(step.consultation.known, again.consultation.known)
    assert "$1500" in told
    others = english.hear("anything else?", again.consultation)
    assert {one.product for one, _ in others.products}.isdisjoint(
        one.product for one, _ in again.products
    )


def test_the_forms_that_ship_have_the_same_features_and_name_every_product(recommender):
    korean, english = load_shipped_form("ko"), load_form(FOLDER / "appliances.en.toml")
    assert [one.name for one in korean.fields] == [one.name for one in english.fields]
    assert set(english.products) == set(recommender.products)


def test_nothing_is_read_from_what_says_nothing(adviser):
    assert adviser.form.read("선물 추천해 주세요", {}) == {}


def test_a_table_with_words_is_read_too(tmp_path):
    """A column of words has an input for each of them."""
    text = "age,gender,product\n20,F,가방\n40,M,신발\n30,F,가방\n"
    purchases = read_purchases(table(tmp_path, text))
    assert purchases.inputs.shape == (3, 3)
    assert purchases.products == ("가방", "신발")
    assert purchases.inputs[:, 0].mean() == pytest.approx(0, abs=1e-6)
    assert purchases.inputs[:, 1:].tolist() == [[1, 0], [0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a,b\n", "at least two rows"),
        ("product\nx\ny\n", "a feature"),
        ("a,a,p\n1,2,x\n1,2,y\n", "same name"),
        ("a,p\n1,x\n1\n", ":3"),
        ("a,p\n1,x\n,y\n", ":3"),
        ("a,p\n1,x\n2,x\n", "1 different"),
        ("a,p\nnan,x\n2,y\n", "no finite"),
        ("a,p\n" + "".join(f"w{n},{n % 2}\n" for n in range(60)), "60 different words"),
    ],
)
def test_a_table_that_cannot_be_learnt_from_says_why(tmp_path, text, named):
    with pytest.raises(SourceError, match=named):
        read_purchases(table(tmp_path, text))


def test_made_up_purchases_come_with_the_best_that_is_possible(tmp_path):
    """The rule's own choices are right for all who do not buy by chance; a seed repeats them."""
    path = tmp_path / "made_up.csv"
    generated = generate(4_000, noise=0.1, seed=3)
    write(generated, path)
    assert best_accuracy(path) == generated.best_accuracy == pytest.approx(0.9, abs=0.02)
    clean = generate(4_000, noise=0.0, seed=3)
    same = np.mean([a == b for a, b in zip(generated.products, clean.products, strict=True)])
    assert same == generated.best_accuracy
    assert generate(4_000, noise=0.1, seed=3).products == generated.products
    assert best_accuracy(tmp_path / "another.csv") is None
    assert json.loads(path.with_suffix(".known.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("asked", "said", "value"),
    [
        ("age", "34", 34),
        ("age", "마흔다섯이요", 43),
        ("budget", "대략 50이요", 50),
        ("budget", "9999999", None),
        ("home_size", "25", 25),
        ("hours_home", "저녁", 12),
        ("meals_cooked", "안 해요", 1),
        ("meals_cooked", "해요", None),
    ],
)
def test_a_number_or_a_part_of_a_choice_answers_the_question_that_is_asked(
    adviser, asked, said, value
):
    names = [one.name for one in adviser.form.fields]
    known = dict.fromkeys(names[: names.index(asked)])
    for is_asked, wanted in ((True, value), (False, value if said.startswith("마흔") else None)):
        assert adviser.form.read(said, known, is_asked=is_asked).get(asked) == wanted


def test_an_answer_in_the_unit_that_is_shown_is_one_in_that_unit(english):
    budget = next(one for one in english.form.fields if one.name == "budget")
    assert budget.answered("about 500") == pytest.approx(70)
    assert english.form.read("gift for my dad, 65, about $300, a product", {})["age"] == 65


async def test_why_gets_every_reason_for_what_was_shown_last_and_changes_nothing(recommender):
    form = load_shipped_form("ko")
    skill, data = RecommenderSkill(Adviser(recommender, form), form.examples), None
    situation = Situation(datetime(2026, 11, 30, tzinfo=UTC), "web", "u1")
    said = {}
    for text in (TALKATIVE, "다른 상품 보기", "왜 추천한 거야?", "why these?", "show me others"):
        request = Request(Question("q", SessionId("web:a:1"), text), text, data, situation)
        (said[text],) = [one async for one in skill.hear(request)]
        data = said[text].data
    _, second, why, again, third = said.values()
    assert products_of(why) == products_of(again) == products_of(second)
    assert why.text.count("%") > second.text.count("%")
    assert why.choices == (form.others,)
    assert not products_of(third) & products_of(why)


def products_of(reply):
    return {*reply.text.split("**")[1::2]}

"""What sellers say, turned into what the FAQ says."""

import pytest

from bots.bootstrap.search import load_synonyms
from config.profiles import profile_chain, synonym_files
from core.errors import ConfigError
from core.retrieval.lexical.synonyms import SynonymGroup, Synonyms, load_groups


@pytest.fixture
def expand(analyzer):
    """Expands a question by groups given as (canonical, aliases[, both])."""

    def expand(question, *groups):
        made = [SynonymGroup(*group) for group in groups]
        return Synonyms.compile(made, analyzer).expand(analyzer.terms(question))

    return expand


def test_an_alias_brings_the_words_of_the_faq(expand):
    """One way only, and nothing where no alias is."""
    group = (("정산 계좌",), ("통장",))
    assert expand("통장을 바꿀래요", group) == ("정산/N", "계좌/N")
    assert expand("정산 계좌를 바꿀래요", group) == ()
    assert expand("배송비를 바꿀래요", group) == ()
    assert expand("", group) == ()


def test_the_questions_own_terms_are_not_added_again(expand):
    assert expand("통장 계좌", (("정산 계좌",), ("통장",))) == ("정산/N",)


def test_both_ways_where_the_group_says_so(expand):
    group = (("움짤",), ("gif", "애니메이션"), True)
    assert set(expand("움짤 넣기", group)) == {"gif/N", "애니메이션/N"}
    assert set(expand("gif 넣기", group)) == {"움짤/N", "애니메이션/N"}


def test_a_run_of_words_matches_in_order_with_two_others_between(expand):
    """돈이 언제 들어오나요 has 돈 들어오다; three words between, or the other order, have not."""
    group = (("정산",), ("돈 들어오다",))
    assert expand("돈이 언제쯤 다시 들어오나요", group) == ("정산/N",)
    assert expand("돈 문제 상담 예약 들어오나요", group) == ()
    assert expand("들어오는 돈", group) == ()


def test_an_alias_is_found_wherever_it_starts(expand):
    """A first word that leads nowhere does not hide a later one."""
    group = (("정산",), ("돈 들어오다",))
    assert expand("돈 돈 돈 돈이 들어와요", group) == ("정산/N",)


def test_two_senses_of_an_alias_are_both_added_once(expand):
    groups = [(("해지",), ("끊다",)), (("발급", "해지"), ("끊다",))]
    assert expand("세금계산서 끊어 주세요", *groups) == ("해지/N", "발급/N")


def test_a_bare_verb_that_looks_like_a_noun_is_a_verb(expand):
    """Kiwi takes 뿌리다 alone for 뿌리 and a copula; in a sentence it is the verb."""
    assert expand("쿠폰을 뿌리고 싶어요", (("발급",), ("뿌리다",))) == ("발급/N",)


def test_words_without_terms_make_no_rule(expand):
    """An alias of particles only would match everything."""
    assert expand("반품이 돼요", (("정산",), ("을", "…"))) == ()


@pytest.fixture
def written_out(analyzer):
    """Writes a question out by groups, for a FAQ that says `faq`."""

    def written_out(question, faq, *groups):
        made = Synonyms.compile([SynonymGroup(*group) for group in groups], analyzer)
        return made.written_out(question, analyzer.terms(question), set(analyzer.terms(faq)))

    return written_out


def test_a_nickname_that_the_faq_never_says_is_written_out(written_out):
    group = (("수수료",), ("커미숑", "kommis"))
    assert written_out("커미숑 얼마예요", "수수료는 5%입니다", group) == "수수료 얼마예요"
    assert written_out("KOMMIS 얼마", "수수료", group) == "수수료 얼마"


def test_a_word_that_the_faq_says_stays_as_it_was_typed(written_out):
    """Nor is one written out into a word that the FAQ does not have, or inside another word."""
    group = (("수수료",), ("커미션", "fee"))
    assert written_out("커미션 얼마", "수수료, 커미션", group) == "커미션 얼마"
    assert written_out("커미션 얼마", "배송비", group) == "커미션 얼마"
    assert written_out("coffee fee", "수수료", group) == "coffee 수수료"


def test_the_first_canonical_word_that_the_faq_knows_is_written(written_out):
    groups = [(("원쁠딜",), ("원플원",)), (("복수구매할인",), ("원플원",))]
    assert written_out("원플원 신청, 원플원 기간", "복수구매할인 신청", *groups) == (
        "복수구매할인 신청, 복수구매할인 기간"
    )


def test_the_profiles_synonyms_know_how_sellers_talk(synonyms, analyzer):
    """The examples of the issue."""
    assert "gif/N" in synonyms.expand(analyzer.terms("움짤 올려도 되나요"))
    found = synonyms.expand(analyzer.terms("돈이 언제 들어오나요"))
    assert "정산/N" in found


def test_the_profiles_groups_are_well_formed(analyzer):
    """Nearly every word has terms, and no alias is its own canonical word."""
    groups = load_groups(synonym_files(profile_chain("smartstore"))[0])
    assert len(groups) > 100
    words = [word for group in groups for word in (*group.canonical, *group.aliases)]
    empty = [w for w, terms in zip(words, analyzer.terms_of(words), strict=True) if not terms]
    assert len(empty) < 5, empty
    assert [g for g in groups if set(g.canonical) & set(g.aliases)] == []


@pytest.mark.parametrize(
    "text",
    [
        '[[group]]\ncanonical = ["가"]\n',
        '[[group]]\naliases = ["가"]\n',
        '[[group]]\ncanonical = ["가"]\naliases = "나다"\n',
        '[[group]]\ncanonical = "가나"\naliases = ["다"]\n',
        '[[group]]\ncanonical = ["가"]\naliases = [1]\n',
        '[[group]]\ncanonical = ["가"]\naliases = [""]\n',
        '[group]\ncanonical = ["가"]\naliases = ["나"]\n',
        'group = "가"\n',
        "group = 3\n",
    ],
)
def test_a_group_without_lists_of_words_is_refused(tmp_path, text):
    """A text in place of a list would be taken letter by letter."""
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="lists of words"):
        load_groups(path)


@pytest.mark.parametrize("data", [b"[[group", b"\xff\xfe", None])
def test_a_file_that_is_no_toml_is_named(tmp_path, data):
    path = tmp_path / "x.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ConfigError, match=r"x\.toml"):
        load_groups(path)


def test_a_file_without_groups_has_no_synonyms(tmp_path, analyzer):
    path = tmp_path / "x.toml"
    path.write_text("")
    assert load_groups(path) == ()
    assert Synonyms.compile((), analyzer).expand(("정산/N",)) == ()


def test_a_profile_for_any_subject_has_no_synonyms(analyzer):
    assert load_synonyms(analyzer, "ko").expand(("정산/N",)) == ()

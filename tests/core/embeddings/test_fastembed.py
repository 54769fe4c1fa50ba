"""The local embedder, on a tiny model that is made here: letters to vectors, and their mean."""

import json
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

from bots.bootstrap.index.build import embedder_fingerprint
from bots.bootstrap.index.ingestion import run_ingest
from bots.bootstrap.search import build_retriever
from config.settings import read_settings
from core.embeddings.fastembed import FastembedEmbedder
from core.errors import ConfigError, FaqIndexError

ROWS = [
    {"title": "환불은 언제 되나요?", "answer": "반품이 끝나면 3일 안에 환불됩니다."},
    {"title": "배송은 얼마나 걸리나요?", "answer": "보통 이틀이 걸립니다."},
    {"title": "정산 계좌는 어떻게 바꾸나요?", "answer": "정산 관리에서 바꿉니다."},
]
LETTERS = sorted({letter for row in ROWS for text in row.values() for letter in text})
SIZE = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model's folder, as sentence-transformers exports one."""
    return made(tmp_path_factory.mktemp("model"))


def made(folder):
    vocabulary = {text: number for number, text in enumerate(["[PAD]", "[UNK]", *LETTERS])}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))  # noqa: S106 - no password
    tokenizer.pre_tokenizer = Split(Regex("."), "isolated")
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"model_max_length": 64, "pad_token": "[PAD]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    table = np.random.default_rng(1).standard_normal((len(vocabulary), SIZE)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
        "letters",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"])
            for name in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info(
                "last_hidden_state", TensorProto.FLOAT, ["batch", "length", SIZE]
            )
        ],
        [numpy_helper.from_array(table, "table")],
    )
    opset = [helper.make_opsetid("", 13)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "model.onnx")
    return folder


@pytest.fixture
def settings(monkeypatch, tmp_path, folder):
    for name, value in {
        "FAQBOT_DATA_DIR": tmp_path / "data",
        "FAQBOT_EMBEDDER": "local",
        "FAQBOT_EMBEDDING_MODEL": "test/letters",
        "FAQBOT_EMBEDDING_PATH": folder,
    }.items():
        monkeypatch.setenv(name, str(value))
    return read_settings()


def load(folder, name="test/letters"):
    return FastembedEmbedder.load(name, folder=folder, cache=folder / "cache")


def ingested(settings, tmp_path):
    path = tmp_path / "faq.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return run_ingest(settings, path, questions=None, use_packs=False, progress=lambda *_: None)


def test_similar_texts_are_near_and_vectors_have_length_one(folder):
    """Shape (texts, dimension), the dimension as the model gives it; zeros for a blank."""
    vectors = load(folder).embed(["환불은 언제", "환불은 언제 되나", "배송 걸리나요", " "])
    assert vectors.shape == (4, SIZE)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 0], abs=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_an_exported_model_says_how_it_pools(folder, tmp_path):
    """By the first token where `1_Pooling/config.json` says so, else by the mean."""
    first = made(tmp_path)
    (first / "1_Pooling").mkdir()
    (first / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    one, other = load(first).embed(["환불", "환송"])
    assert one == pytest.approx(other, abs=1e-5)
    one, other = load(folder).embed(["환불", "환송"])
    assert abs(one - other).max() > 0.1


def test_e5_models_are_told_that_a_text_is_a_query(folder):
    """As their authors ask for texts that are compared as equals."""
    plain, e5 = load(folder), load(folder, "intfloat/multilingual-e5-large")
    assert e5.embed(["환불"]) == pytest.approx(plain.embed(["query: 환불"]), abs=1e-5)


def test_a_faq_is_ingested_and_searched_with_it(settings, tmp_path):
    """The index remembers the model's name."""
    assert ingested(settings, tmp_path).embedded == 3
    retriever, _ = build_retriever(settings)
    assert retriever.search("환불 언제")[0].title == ROWS[0]["title"]
    assert retriever.embedder.fingerprint == embedder_fingerprint(settings)
    assert "+local/test/letters+centred-" in embedder_fingerprint(settings)


def test_another_embedder_builds_the_index_anew_and_says_so(settings, tmp_path):
    """Until then the old index is refused; the report counts what was embedded again."""
    builtin = settings.model_copy(update={"embedder": "builtin"})
    ingested(builtin, tmp_path)
    with pytest.raises(FaqIndexError, match="faqbot ingest"):
        build_retriever(settings)
    report = ingested(settings, tmp_path)
    assert (report.changes.unchanged, report.embedded) == (3, 3)


def test_without_the_extra_the_error_says_what_to_install(monkeypatch, folder):
    """One line with the command."""
    monkeypatch.setitem(sys.modules, "fastembed", None)
    with pytest.raises(ConfigError, match=r"pip install 'faqbot\[local\]'"):
        load(folder)


def test_a_folder_without_a_model_is_named(tmp_path):
    """And what belongs in it."""
    with pytest.raises(ConfigError, match="FAQBOT_EMBEDDING_PATH"):
        load(tmp_path)


def test_an_unknown_model_cannot_be_fetched(tmp_path):
    """The error names the settings that help."""
    with pytest.raises(ConfigError, match="FAQBOT_EMBEDDING_MODEL"):
        FastembedEmbedder.load("test/unknown", folder=None, cache=tmp_path)


def test_without_a_name_it_is_a_multilingual_model(monkeypatch):
    """The default of the other embedder is no name for this one."""
    monkeypatch.setenv("FAQBOT_EMBEDDER", "local")
    assert read_settings().local_model == "intfloat/multilingual-e5-large"
    monkeypatch.setenv("FAQBOT_EMBEDDING_MODEL", "text-embedding-3-small")
    assert read_settings().local_model == "text-embedding-3-small"

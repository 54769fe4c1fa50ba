"""Metrics by hand-counted examples, and `faqbot eval` from file to table."""

import json

import pytest

from bots.cli.evaluation import labelled_questions, metrics, tables
from core.types import Label

ON, OFF, INJECTION = Label.ON_TOPIC, Label.OFF_TOPIC, Label.INJECTION
PAIRS = [(ON, ON), (ON, ON), (ON, OFF), (OFF, OFF), (OFF, ON), (INJECTION, INJECTION)]
TITLE = "미성년자도 판매자로 가입할 수 있나요?"
OTHER = "가입비나 월 이용료가 있나요?"
ROWS = [
    {"question": "미성년자도 가입할 수 있나요?", "relevant": [TITLE], "kind": "plain"},
    {"question": "14살인데 가입되나요", "relevant": [TITLE], "kind": "typo"},
    {"question": "고등학생 가입", "relevant": [OTHER], "kind": "typo", "label": "on_topic"},
    {"question": "오늘 서울 날씨 어때?", "label": "off_topic"},
]


def write(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_recall_and_reciprocal_rank():
    ranks = [1, 2, None, 6]
    assert metrics.recall(ranks, 1) == 0.25
    assert metrics.recall(ranks, 5) == 0.5
    assert metrics.reciprocal_rank(ranks) == pytest.approx((1 + 1 / 2 + 1 / 6) / 4)
    assert metrics.retrieval_fields(ranks) == {"n": 4, "hit@1": 0.25, "hit@5": 0.5, "mrr": 0.4167}
    assert metrics.recall([], 1) == metrics.reciprocal_rank([]) == 0


def test_guardrail_metrics():
    """Precision and recall 2/3 for on topic, 1/2 for off topic; greetings do not occur."""
    fields = metrics.guardrail_fields(PAIRS)
    assert fields["labels"][ON] == {"n": 3, "precision": 0.6667, "recall": 0.6667, "f1": 0.6667}
    assert fields["labels"][OFF] == {"n": 2, "precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert Label.GREETING not in fields["labels"]
    assert fields["macro_f1"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3, abs=1e-4)
    assert fields["confusion"][ON] == {ON: 2, OFF: 1, INJECTION: 0}


def test_a_label_that_is_only_given_is_shown_but_not_averaged():
    fields = metrics.guardrail_fields([(ON, ON), (ON, INJECTION)])
    assert fields["labels"][INJECTION] == {"n": 0, "precision": 0, "recall": 0, "f1": 0}
    assert fields["macro_f1"] == pytest.approx(2 / 3, abs=1e-4)


def test_positions_by_kind_are_sorted_by_name():
    assert metrics.by_kind(["나", "가", "나"]) == {"가": [1], "나": [0, 2]}


def test_eval_takes_both_sorts_of_rows(ingested, tmp_path):
    file = write(tmp_path / "eval.jsonl", ROWS)
    report = json.loads(ingested("eval", file, "--json").stdout)
    found = report["retrieval"]
    assert found["n"] == 3
    assert found["by_kind"]["plain"] == {"n": 1, "hit@1": 1.0, "hit@5": 1.0, "mrr": 1.0}
    assert found["by_kind"]["typo"]["n"] == 2
    assert found["by_kind"]["typo"]["hit@5"] <= 0.5
    assert report["guardrail"]["n"] == 2
    assert set(report["guardrail"]["by_kind"]) == {"typo", ""}


def test_questions_that_the_faq_does_not_answer_are_told_apart(ingested, tmp_path):
    """A row with `nearest` counts neither as found nor as labelled; its outcome is shown."""
    rows = [{"question": "매장에 와이파이가 있나요?", "nearest": [], "kind": "shop"}]
    report = json.loads(ingested("eval", write(tmp_path / "eval.jsonl", rows), "--json").stdout)
    assert list(report) == ["unanswerable", "otherwise"]
    assert report["unanswerable"]["shop"]["n"] == 1


def test_the_tables(capsys):
    """Every figure of the report is in one of them, by its name."""
    ranks = metrics.retrieval_fields([1, 2])
    judged = metrics.guardrail_fields(PAIRS) | {"by_kind": {"typo": {"n": 6, "recall": 0.8}}}
    tables.print_report({"retrieval": ranks | {"by_kind": {"plain": ranks}}, "guardrail": judged})
    shown = capsys.readouterr().out
    for word in ("hit@1", "hit@5", "mrr", "precision", "off_topic", "all (macro)", "plain", "typo"):
        assert word in shown
    assert "0.750" in shown


def test_each_question_that_went_otherwise_is_named_with_what_came(ingested, tmp_path):
    rows = [
        {"question": TITLE, "relevant": [TITLE]},
        {"question": TITLE, "relevant": [OTHER]},
        {"question": OTHER, "nearest": []},
        {"question": TITLE, "label": "off_topic"},
    ]
    file = write(tmp_path / "eval.jsonl", rows)
    report = json.loads(ingested("eval", file, "--json").stdout)
    assert report["outcomes"]["all"]["rightly"] == 0.5
    assert [(case["wanted"], case["end"], case["first"]) for case in report["otherwise"]] == [
        (OTHER, "answered", TITLE),
        ("not in the FAQ", "answered", OTHER),
        ("off_topic", "answered", TITLE),
    ]
    shown = ingested("eval", file).stdout
    assert f"{TITLE!r} was answered; the nearest is {TITLE!r}; wanted: {OTHER!r}" in shown
    assert "Guardrail by kind" not in shown


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"question": "가"}, '"relevant" (titles), "nearest" (titles) or a "label" is needed'),
        ({"question": "가", "nearest": "제목"}, '"nearest" must be a list'),
        ({"question": "가", "relevant": []}, '"relevant" must be a list'),
        ({"question": "가", "relevant": "제목"}, '"relevant" must be a list'),
        ({"question": "가", "label": "maybe"}, '"label" must be one of on_topic'),
        ({"relevant": ["제목"]}, 'an object with a text "question"'),
    ],
)
def test_a_malformed_row_is_named(ingested, tmp_path, row, complaint):
    done = ingested("eval", write(tmp_path / "eval.jsonl", [ROWS[0], row]))
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert f"eval.jsonl:2: {complaint}" in line


def test_a_line_separator_inside_a_question_does_not_end_its_line(tmp_path):
    """JSONL is cut at line feeds alone; U+2028 may stand in a text as it is."""
    path = tmp_path / "cases.jsonl"
    path.write_text('{"question": "정산\u2028언제", "relevant": ["정산"]}\n', encoding="utf-8")
    (case,) = labelled_questions.read_retrieval_cases(path)
    assert case.question == "정산\u2028언제"


def test_an_unknown_title_is_an_error_and_no_zero(ingested, tmp_path):
    file = write(
        tmp_path / "eval.jsonl", [{"question": "x", "relevant": ["가입비나 월이용료 있나?"]}]
    )
    done = ingested("eval", file)
    assert done.returncode == 1
    assert "no entry is called" in done.stderr
    assert f"did you mean {OTHER!r}" in done.stderr


def test_without_labels_the_faq_is_asked_its_own_questions(ingested):
    report = json.loads(ingested("eval", "--json").stdout)
    assert list(report["own"]) == ["title", "question", "typo", "spacing", "short"]
    assert report["own"]["title"]["hit@1"] > 0.95
    assert report["own"]["typo"]["n"] > 50
    assert all(isinstance(line, str) for line in report["in_the_way"])


def test_a_template_is_filled_in_and_measured(ingested, tmp_path):
    """Its rows have titles of the FAQ; a question in each makes it a file for `faqbot eval`."""
    rows = [json.loads(line) for line in ingested("eval", "--template").stdout.splitlines()]
    assert sum("relevant" in row for row in rows) == 20
    assert sum("nearest" in row for row in rows) == 3
    assert {row.get("label") for row in rows} == {None, "off_topic", "greeting", "injection"}
    bare = ingested("eval", write(tmp_path / "bare.jsonl", rows))
    assert (bare.returncode, "no question is written yet" in bare.stderr) == (1, True)
    filled = [{**row, "question": row["relevant"][0]} for row in rows if "relevant" in row]
    written = [*filled, *(row for row in rows if "label" in row)]
    report = json.loads(ingested("eval", write(tmp_path / "t.jsonl", written), "--json").stdout)
    assert report["outcomes"]["all"]["n"] == len(filled)
    assert report["outcomes"]["all"]["answered"] > 0.9

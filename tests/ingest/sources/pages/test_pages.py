"""Pages: Markdown, HTML and Word, files and folders, and answers that are marked up."""

import io
import zipfile

import pytest

from core.errors import SourceError
from ingest.sources.load import load
from ingest.sources.markup import answer_of, plain_title


def read(tmp_path, name, content):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return load(path)


def pairs(loaded):
    return [(row.title, row.answer) for row in loaded.rows]


MANY = """# 도움말

처음에 하는 말입니다.

## 요금

### 얼마인가요?

**3만원**입니다. [요금표](https://gym.example/prices)

### 환불되나요?

```
# 제목이 아닙니다
```

## 시설

### 주차되나요?

- 네
- 2시간
"""


def test_headings_that_ask_are_entries_and_those_above_their_category(tmp_path):
    loaded = read(tmp_path, "faq.md", MANY)
    assert [(row.title, row.category) for row in loaded.rows] == [
        ("얼마인가요?", "요금"),
        ("환불되나요?", "요금"),
        ("주차되나요?", "시설"),
    ]
    assert loaded.rows[0].answer == "**3만원**입니다. [요금표](https://gym.example/prices)"
    assert loaded.rows[1].answer == "```\n# 제목이 아닙니다\n```"
    assert all(row.markdown for row in loaded.rows)


def test_a_folder_of_articles_has_an_entry_for_each(tmp_path):
    folder = tmp_path / "docs"
    read(folder, "a.md", "# Set up SSO\n\nAsk your admin.\n\n## Steps\n\n1. Open it\n")
    read(
        folder,
        "sub/b.md",
        "---\ntitle: Export data\ncategory: Data\nupdated: 2026-05-01\n---\nPress it.\n",
    )
    rows = load(folder).rows
    assert [(row.title, row.category, row.updated) for row in rows] == [
        ("Set up SSO", "", ""),
        ("Export data", "Data", "2026-05-01"),
    ]
    assert rows[0].answer == "Ask your admin.\n\n## Steps\n\n1. Open it"


def test_a_single_page_is_cut_at_its_widest_headings(tmp_path):
    loaded = read(
        tmp_path,
        "a.md",
        "# Guide\n\n## Refunds\n\nIn 7 days.\n\n### But\n\nNo.\n\n## Delivery\n\nFast.\n",
    )
    assert pairs(loaded) == [("Refunds", "In 7 days.\n\n### But\n\nNo."), ("Delivery", "Fast.")]


def test_lines_that_ask_and_answer_are_entries(tmp_path):
    loaded = read(
        tmp_path, "a.txt", "Q. 몇 시에 여나요?\nA. 6시요.\n주말은 8시요.\n\nQ2) 주차는?\nA2) 네\n"
    )
    assert pairs(loaded) == [("몇 시에 여나요?", "6시요.\n주말은 8시요."), ("주차는?", "네")]


def test_a_table_of_questions_in_a_page_is_a_table(tmp_path):
    loaded = read(
        tmp_path, "a.md", "# 표\n\n| 질문 | 답변 |\n|---|---|\n| A? | a<br>b |\n| B? | c |\n"
    )
    assert pairs(loaded) == [("A?", "a\nb"), ("B?", "c")]
    assert loaded.skipped == ()


def test_an_html_page_gives_accordions_lists_and_links(tmp_path):
    page = (
        '<html><head><link rel="canonical" href="https://gym.example/faq/"></head><body>'
        "<nav><h2>Menu</h2><p>x</p></nav><main><h1>FAQ</h1>"
        "<details><summary>Can I freeze it?</summary>"
        "<p>Yes, <a href='../form'>here</a>.</p></details>"
        "<dl><dt>Is there a pool?</dt><dd>No.</dd></dl></main><script>x()</script></body></html>"
    )
    loaded = read(tmp_path, "a.html", page)
    assert pairs(loaded) == [
        ("Can I freeze it?", "Yes, [here](https://gym.example/form)."),
        ("Is there a pool?", "No."),
    ]
    assert {row.url for row in loaded.rows} == {"https://gym.example/faq/"}


def test_an_html_cell_of_several_rows_counts_in_each(tmp_path):
    head = "<tr><th>category</th><th>question</th><th>answer</th></tr>"
    spanned = "<tr><td rowspan=2>Rooms</td><td>When?</td><td rowspan='3'>At 3 pm.</td></tr>"
    rest = "<tr><td>And on Sundays?</td></tr><tr><td>Meals</td><td>Lunch?</td></tr>"
    page = f"<table>{head}{spanned}{rest}</table>"
    loaded = read(tmp_path, "a.html", page)
    assert [(row.category, row.title, row.answer) for row in loaded.rows] == [
        ("Rooms", "When?", "At 3 pm."),
        ("Rooms", "And on Sundays?", "At 3 pm."),
        ("Meals", "Lunch?", "At 3 pm."),
    ]


def test_bold_questions_of_a_numbered_list_are_entries(tmp_path):
    text = "1. **How do I start?**\n   Press it.\n\n2. **How do I stop?**\n   Let go.\n"
    assert pairs(read(tmp_path, "a.md", text)) == [
        ("How do I start?", "Press it."),
        ("How do I stop?", "Let go."),
    ]


def test_a_page_that_marks_up_its_questions_is_read_by_them(tmp_path):
    page = (
        '<script type="application/ld+json">{"@type": "FAQPage", "mainEntity": [{'
        '"@type": "Question", "name": "Why?", "acceptedAnswer": {"text": "<p>So &amp; so</p>"}}'
        "]}</script><h1>x</h1><p>y</p>"
    )
    assert pairs(read(tmp_path, "a.html", page)) == [("Why?", "So & so")]


def _docx(paragraphs):
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>'
        for style, words in paragraphs
    )
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{package}/content-types">'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": (
            f'<w:styles xmlns:w="{word}"><w:style w:type="paragraph" w:styleId="H1">'
            '<w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="Title">'
            '<w:name w:val="Title"/></w:style></w:styles>'
        ),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_word_document_is_read_by_its_headings(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(
        _docx([("H1", "몇 시에 여나요?"), ("", "6시요."), ("H1", "주차는?"), ("", "네.")])
    )
    assert pairs(load(path)) == [("몇 시에 여나요?", "6시요."), ("주차는?", "네.")]
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(SourceError, match="not a readable DOCX"):
        load(path)


@pytest.mark.parametrize("words", ["a</w:t>", "&nbsp;", "<w:t " * 3])
def test_a_word_document_whose_markup_is_broken_is_refused_in_words(tmp_path, words):
    path = tmp_path / "a.docx"
    path.write_bytes(_docx([("H1", "몇 시에 여나요?"), ("", words)]))
    with pytest.raises(SourceError, match="not a readable DOCX"):
        load(path)


def test_an_export_of_notion_is_a_zip_in_a_zip(tmp_path):
    inner = io.BytesIO()
    ident = "0123456789abcdef" * 2
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr(f"FAQ {ident}.csv", "Name,Answer\nA?,a\n")
        archive.writestr(f"FAQ {ident}_all.csv", "Name,Answer\nA?,a\nB?,b\n")
        archive.writestr(
            f"Pay {ident}.md", f"# Pay\n\nTags: Money\n\nUse a card, see [x](X%20{ident}.md).\n"
        )
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as outer:
        outer.writestr("Part-1.zip", inner.getvalue())
    loaded = load(tmp_path / "export.zip")
    assert pairs(loaded) == [("A?", "a"), ("B?", "b"), ("Pay", "Use a card, see x.")]
    assert loaded.rows[-1].category == "Money"


def test_the_bounds_hold_over_nested_zips(tmp_path, monkeypatch):
    """Each zip is small; together they unpack to more than is read."""
    monkeypatch.setattr("ingest.sources.load.MAX_FILE_BYTES", 3_000_000)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 1_000_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as outer:
        for number in range(4):
            outer.writestr(f"{number}.zip", inner.getvalue())
        outer.writestr("faq.csv", "question,answer\nA?,a\n")
    with pytest.raises(SourceError, match="unpacks to more than"):
        load(tmp_path / "a.zip")
    deep = b"x"
    for _ in range(4):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("a.zip", deep)
        deep = made.getvalue()
    (tmp_path / "b.zip").write_bytes(deep)
    with pytest.raises(SourceError, match="a zip in a zip in a zip"):
        load(tmp_path / "b.zip")


def test_a_file_without_a_faq_is_named_and_the_rest_is_read(tmp_path):
    read(tmp_path, "faq.csv", "question,answer\nA?,a\n")
    (tmp_path / "prices.csv").write_text("item,price\nx,1\n", encoding="utf-8")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    loaded = load(tmp_path)
    assert pairs(loaded) == [("A?", "a")]
    assert "no column is named title" in loaded.skipped[0].reason
    assert [remark.text for remark in loaded.remarks] == [
        "1 file .pdf: not a kind that is read; export what it was made from, as .docx, .xlsx or .md"
    ]


def test_a_damaged_file_of_a_folder_is_not_passed_over(tmp_path):
    """Its entries would be removed from the index; every one of them is named."""
    read(tmp_path, "faq.csv", "question,answer\nA?,a\n")
    for name in ("b.xlsx", "c.docx"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 half of it")
    with pytest.raises(SourceError, match=r"b\.xlsx.*c\.docx.*take it out of the folder"):
        load(tmp_path)


def test_links_out_of_a_folder_are_not_followed(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("question,answer\nS?,s\n", encoding="utf-8")
    folder = tmp_path / "faq"
    read(folder, "a.csv", "question,answer\nA?,a\n")
    (folder / "b.csv").symlink_to(secret)
    loaded = load(folder)
    assert pairs(loaded) == [("A?", "a")]
    assert "outside of the folder" in loaded.remarks[0].text


@pytest.mark.parametrize(
    ("given", "text", "markdown"),
    [
        ("<p>7일 <b>안</b>에&nbsp;됩니다.</p>", "7일 **안**에 됩니다.", True),
        ("하나<br>둘<br/>셋", "하나\n둘\n셋", False),
        ("첫 줄\n둘째 <br> 줄", "첫 줄\n둘째\n줄", False),
        ("&lt;p&gt;네&lt;/p&gt;", "네", False),
        ("1만원 &gt; 5천원 &amp; 세금", "1만원 > 5천원 & 세금", False),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b", True),
        (
            "<img src='https://a.example/b/size.png'>",
            "[size.png](https://a.example/b/size.png)",
            True,
        ),
        ("![크기](https://a.example/s.png) 참고", "[크기](https://a.example/s.png) 참고", True),
        ("## 안내\n**굵게** [문서](./page.md)", "## 안내\n**굵게** 문서", True),
        ("<script>x</script><p>a</p><iframe src='//x'></iframe>", "a", False),
        ("[메일](mailto:a@b.example?subject=x)", "메일 (a@b.example)", True),
        ("[상품관리] 메뉴의 (필수) 항목", "[상품관리] 메뉴의 (필수) 항목", False),
        ("a < b 이고 b > c", "a < b 이고 b > c", False),
        ("https://a.example/form.pdf", "https://a.example/form.pdf", False),
        ("`<br>` 태그를 씁니다", "`<br>` 태그를 씁니다", True),
        ("It's 5` long, and `quoted' so", "It's 5` long, and `quoted' so", False),
        (
            "[![빌드](https://a.example/b.png)](https://a.example/ci)",
            "[빌드](https://a.example/ci)",
            True,
        ),
    ],
)
def test_html_and_markdown_are_told_from_text(given, text, markdown):
    answer = answer_of(given)
    assert (answer.text, answer.markdown) == (text, markdown)


def test_a_long_text_that_speaks_of_a_tag_is_no_html():
    """The help of a shop's editor shows code; its own lines show that it is text."""
    text = "이렇게 넣습니다.\n" * 40 + '<a href="/list.html">목록</a>\n' + "저장합니다.\n" * 40
    assert answer_of(text).text == text


def test_a_table_in_html_stays_one():
    html = "<table><tr><td>구분</td><td>값</td></tr><tr><td>a</td><td>1</td></tr></table>"
    assert answer_of(html).text == "| 구분 | 값 |\n| --- | --- |\n| a | 1 |"


def test_titles_lose_tags_and_entities_alone():
    assert plain_title("A&amp;B는 <b>무엇인가요?</b>") == "A&B는 무엇인가요?"
    assert plain_title("Q&amp;A, &lt;필수&gt;") == "Q&A, <필수>"
    assert plain_title("  [공통] x < y  ") == "  [공통] x < y  "


def test_headings_and_lines_that_ask_stand_on_one_page(tmp_path):
    """Neither costs the other; what introduces the lines is left out, and said."""
    page = """# 도움말

## 요금

### 얼마인가요?

3만원입니다.

### 할인되나요?

네.

## 회원

회원에 대한 질문입니다.

**Q. 탈퇴는 어떻게 하나요?**

A. 설정에서 합니다.

Q. 이름을 바꿀 수 있나요?
A. 네.
"""
    loaded = read(tmp_path, "faq.md", page)
    assert [(row.title, row.category) for row in loaded.rows] == [
        ("얼마인가요?", "요금"),
        ("할인되나요?", "요금"),
        ("탈퇴는 어떻게 하나요?", "회원"),
        ("이름을 바꿀 수 있나요?", "회원"),
    ]
    assert "회원에 대한 질문입니다." in loaded.remarks[0].text


@pytest.mark.parametrize("mark", ["", "1. ", "12) ", "▶ "])
def test_a_text_whose_paragraphs_begin_with_questions_is_read(tmp_path, mark):
    loaded = read(
        tmp_path,
        "faq.txt",
        f"{mark}몇 시에 여나요?\n6시요.\n\n{mark}주차되나요?\n\n네.\n두 시간요.\n",
    )
    assert pairs(loaded) == [("몇 시에 여나요?", "6시요."), ("주차되나요?", "네.\n두 시간요.")]


def test_buttons_that_open_an_answer_are_questions(tmp_path):
    page = (
        "<main><button>복사</button>"
        '<button aria-controls="a">회비</button><div id="a">3만원</div>'
        '<h3><button aria-expanded="false">주차는 되나요?</button></h3><div>네.</div></main>'
    )
    assert pairs(read(tmp_path, "faq.html", page)) == [("회비", "3만원"), ("주차는 되나요?", "네.")]


def test_a_document_s_title_is_no_entry(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(
        _docx(
            [
                ("Title", "센터 안내"),
                ("H1", "주차는?"),
                ("", "네."),
                ("H1", "회비는?"),
                ("", "3만원"),
            ]
        )
    )
    assert pairs(load(path)) == [("주차는?", "네."), ("회비는?", "3만원")]


def test_the_category_of_front_matter_stands_above_those_of_the_headings(tmp_path):
    """Who may see a category is decided by its name: a heading does not take it away."""
    asked = "### When is it paid?\n\nIn May.\n\n### Who gets it?\n\nAll.\n"
    page = f"---\ncategory: Staff\n---\n# Pay\n\n## Bonus\n\n{asked}"
    (tmp_path / "pay.md").write_text(page)
    (tmp_path / "other.md").write_text("# Other\n\nText of another page.\n")
    rows = load(tmp_path).rows
    assert [row.category for row in rows if row.title == "When is it paid?"] == ["Staff > Bonus"]

"""An answer as HTML: what is meant is shown, and nothing that anybody wrote becomes a tag."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.shared.answer_view import RenderOptions
from bots.web.render import page_html as format_module
from bots.web.render.page import EndingKind, Page, html_of, page_of
from bots.web.render.page_html import blocks, parts
from core.text.safety.sanitize import Cleaner
from core.types import Answered, Declined, Escalated, Failed, Label, Passage, Question, View

CLEANER = Cleaner(["naver.com"], instead="(링크 생략)")
TAGS = {"p", "ul", "ol", "li", "blockquote", "pre", "code", "br", "hr", "a", "button"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "strong", "em", "s", "h3", "h4", "h5", "h6"}
ATTRIBUTES = {
    "a": {"href", "target", "rel"},
    "button": {"type", "class", "data-n"},
    "ol": {"start"},
    "th": {"class"},
    "td": {"class"},
}


class Seen(HTMLParser):
    """The tags of some HTML, with their attributes; `text` is what a person reads."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def html(markdown, **options):
    return "".join(blocks(markdown, CLEANER, **options))


def test_what_people_write_in_answers():
    assert (
        html("**굵게** 쓰고\n줄을 바꿉니다.")
        == "<p><strong>굵게</strong> 쓰고<br>줄을 바꿉니다.</p>"
    )
    assert html("- 하나\n- 둘") == "<ul><li>하나</li><li>둘</li></ul>"
    assert html("3) 셋\n4) 넷") == '<ol start="3"><li>셋</li><li>넷</li></ol>'
    assert html("> 참고") == "<blockquote><p>참고</p></blockquote>"
    assert html("# 제목") == "<h3>제목</h3>"
    assert html("`코드`와 ~~지움~~") == "<p><code>코드</code>와 <s>지움</s></p>"
    assert html("```python\nx < 1\n```") == "<pre><code>x &lt; 1</code></pre>"


def test_a_table_keeps_its_alignment_without_a_style():
    shown = html("|이름|값|\n|--|--:|\n|수수료|3%|")
    assert '<th class="right">값</th>' in shown
    assert '<td class="right">3%</td>' in shown
    assert "style" not in shown


def test_each_outermost_block_is_one_string():
    assert len(blocks("하나\n\n- 둘\n- 셋\n\n> 넷", CLEANER)) == 3


def test_citations_are_buttons_for_the_sources_that_there_are():
    button = '<button type="button" class="cite" data-n="2">2</button>'
    assert html("그렇습니다.[2]") == f"<p>그렇습니다.{button}</p>"
    assert html("그렇습니다.[2]", sources=1) == "<p>그렇습니다.[2]</p>"
    assert html("[0]") == "<p>[0]</p>"
    assert html("`[1]`") == "<p><code>[1]</code></p>"


def test_links_lead_to_allowed_hosts_alone():
    there = 'href="https://sell.naver.com/a?b=1&amp;c=2" target="_blank" rel="noopener'
    assert there in html("[여기](https://sell.naver.com/a?b=1&c=2)")
    assert there in html("https://sell.naver.com/a?b=1&c=2.")
    for elsewhere in (
        "[여기](https://evil.example/)",
        "[여기](javascript:alert(1))",
        "![그림](https://evil.example/x.png)",
        "https://evil.example/ 로",
        "<https://evil.example/>",
        "[여기](https://naver.com@evil.example/)",
    ):
        assert "href" not in html(elsewhere)


def test_an_image_is_a_link():
    shown = html("![그림](https://naver.com/x.png)")
    assert "<img" not in shown
    assert ">그림</a>" in shown


@pytest.mark.parametrize(
    "harm",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!-- x -->",
        '[x](https://naver.com/"onmouseover="alert(1))',
        "`<b>`",
        "&lt;script&gt;",
        '|<b>|\n|--|\n|"><script>|',
    ],
)
def test_html_is_text(harm):
    assert {tag for tag, _ in Seen(html(harm)).tags} <= TAGS


PIECES = st.sampled_from(
    [
        *("<script>", "</p>", "<img", "onerror=x>", "javascript:", "<!--", "https://naver.com/"),
        *("https://evil.example", "\"'", "&", "&lt;", "[1]", "[a](b)", "![", "](", ")", "|", "--"),
        *("```", "`", "**", "_", "#", ">", "-", "1.", "\n", "\n\n", "\\", "가나다", " "),
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=30).map("".join))
def test_no_html_of_anybody_gets_through(markdown):
    """Whatever is written: known tags with known attributes, closed in order, allowed links."""
    for block in blocks(markdown, CLEANER):
        seen = Seen(block)
        assert not seen.open
        for tag, attributes in seen.tags:
            assert tag in TAGS
            assert set(attributes) <= ATTRIBUTES.get(tag, set())
            if tag == "a":
                assert CLEANER.allows(attributes["href"])
                assert attributes["rel"] == "noopener noreferrer nofollow"


@given(st.lists(st.one_of(PIECES, st.sampled_from(["가", "\n\n", "\n\n가"])), max_size=40))
def test_parts_come_to_the_same_as_the_whole(pieces):
    markdown = "".join(pieces)
    assert "".join(parts(markdown)) == markdown
    whole = format_module._blocks.__wrapped__(markdown, CLEANER, 99)
    assert blocks(markdown, CLEANER) == whole


def test_of_growing_text_only_the_last_paragraph_is_read_anew():
    assert parts("가\n\n나\n\n- 다\n\n라") == ["가\n\n", "나\n\n- 다\n\n", "라"]
    assert len(parts("```\n가\n\n나\n```")) == 1


# Pages.

ASKED = Question("web:page:0123456789abcdef:1", "web:page:0123456789abcdef", "질문")
SOURCE = Passage("f", "출처의 제목", "", 1.0)


@pytest.fixture
def look(profile):
    return RenderOptions(profile, CLEANER)


def test_text_that_grows_shows_nothing_half_written(look):
    page = page_of(View(ASKED, text="정산은 **다음 [정산](https://na", status="쓰는 중"), look)
    assert (page.kind, page.status) == (None, "쓰는 중")
    assert "https" not in page.text
    assert html_of(page, look) == ("<p>정산은 <strong>다음</strong></p>",)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (Answered("답", (SOURCE,), ("다음?",)), EndingKind.ANSWERED),
        (Declined("사양", ("이것?",), Label.OFF_TOPIC), EndingKind.DECLINED),
        (Escalated("없음", ("가까운 것",)), EndingKind.ESCALATED),
        (Failed("문제"), EndingKind.FAILED),
    ],
)
def test_an_ending_has_its_kind(look, ending, kind):
    page = page_of(View(ASKED, text=ending.text, ending=ending), look)
    assert (page.kind, page.text, page.status) == (kind, ending.text, "")
    assert page.rated == (kind is not EndingKind.FAILED)  # a refusal can be wrong, too


def test_what_was_stopped_keeps_its_note_and_its_sources(look, profile):
    used = (Passage("f", "정산은 언제 되나요?", "", 1.0),)
    page = page_of(View(ASKED, text="여기까지 [1] **쓰", note=profile.stopped, used=used), look)
    assert (page.kind, page.note) == (EndingKind.STOPPED, profile.stopped)
    assert page.text == "여기까지 [1] **쓰**"
    assert page.sources == ("정산은 언제 되나요?",)
    assert 'class="cite"' in "".join(html_of(page, look))


def test_what_is_being_written_shows_no_sources_yet(look):
    used = (Passage("f", "정산은 언제 되나요?", "", 1.0),)
    assert page_of(View(ASKED, text="여기까지", used=used), look).sources == ()


def test_calls_to_everyone_are_broken_everywhere(look):
    ending = Answered("@everyone", (Passage("f", "@everyone", "", 1.0),), ("@everyone",))
    page = page_of(View(ASKED, text=ending.text, ending=ending), look)
    assert "@everyone" not in str(page) + "".join(html_of(page, look))


def test_equal_views_have_equal_pages(look):
    view = View(ASKED, text="가나다", status="s")
    assert page_of(view, look) == page_of(view, look) == Page("질문", "가나다", "s")

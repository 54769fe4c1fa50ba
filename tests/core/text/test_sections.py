"""An entry's text as sections and as Markdown."""

import re

import pytest

from core.text.sections import escaped, markdown, sections, split, tidy

TEXT = """반품은 구매자가 신청하면 판매자가 승인합니다.

[반품 승인 방법]
1. [판매관리 > 반품 관리] 메뉴로 접속해 주세요.
2. 승인할 주문을 선택해 주세요.
※ 참고.
· 상품이 도착한 뒤에 승인해 주세요.
3. '반품 승인' 버튼을 클릭해 주세요.

반품 배송비 부담
· 단순 변심 : 구매자
- 제주는 추가 배송비가 있습니다.
· 불량 : 판매자"""


def test_a_heading_takes_what_follows_it_with_its_notes():
    """Lead paragraphs stand alone; a heading owns its list, the note in it, and what comes next."""
    found = sections(TEXT)
    assert [part.heading for part in found] == ["", "[반품 승인 방법]", "반품 배송비 부담"]
    assert found[1].lines[2] == "※ 참고."
    assert found[1].lines[-1].startswith("3.")


def test_no_line_is_lost_or_moved():
    """Sections put together are the text without its empty lines."""
    assert [line for part in sections(TEXT) for line in part.text.split("\n")] == [
        line for line in TEXT.split("\n") if line
    ]


def test_layout_has_bold_headings_lists_and_quoted_notes():
    """Steps and bullets are lists, the note is a quote, and the list goes on after it."""
    laid_out = markdown(sections(TEXT))
    assert "**[반품 승인 방법]**\n1. [판매관리 > 반품 관리] 메뉴로" in laid_out
    assert "> ※ 참고.\n> - 상품이 도착한 뒤에" in laid_out
    assert "\n\n3. '반품 승인'" in laid_out
    assert "- 단순 변심 : 구매자\n  - 제주는 추가 배송비가 있습니다.\n- 불량" in laid_out


@pytest.mark.parametrize(
    "question", ["Q. 왜 승인이 안 되나요?", "2. 왜 승인이 안 되나요?", "왜 승인이 안 되나요?"]
)
def test_a_question_inside_of_an_entry_is_a_heading(question):
    """Entries that are lists of questions fall into one section a question."""
    text = f"1. 언제 승인하나요?\n상품이 도착하면 승인합니다.\n{question}\n아직 수거 중입니다."
    assert [part.heading for part in sections(text)] == ["1. 언제 승인하나요?", question]


def test_a_sentence_is_no_heading():
    """A short sentence above a list stays a line of the text."""
    assert [part.heading for part in sections("아래를 확인해 주세요.\n· 하나\n· 둘")] == [""]


def test_steps_after_a_note_are_not_quoted():
    """A note that is a sentence ends with it; a bare label is followed by its own list."""
    steps = "1. 로그인해 주세요.\n2. 저장해 주세요."
    spoken = markdown(sections(f"! 중요. 같은 주소는 쓸 수 없습니다.\n{steps}"))
    assert spoken == f"> ! 중요. 같은 주소는 쓸 수 없습니다.\n\n{steps}"
    labelled = markdown(sections(f"※ 참고.\n{steps}"))
    assert labelled == "> ※ 참고.\n> 1. 로그인해 주세요.\n> 2. 저장해 주세요."


def test_two_sections_may_have_the_same_heading():
    """Each shows its own: the heading is left out only between pieces of one section."""
    laid_out = markdown(sections("■ 경우\n1. 하나입니다.\n\n■ 경우\n2. 둘입니다."))
    assert laid_out.count("**■ 경우**") == 2


def test_two_ways_of_counting_are_two_lists():
    """`1)` below `1.` is inside of it, and the next `2.` goes on with the outer list."""
    laid_out = markdown(sections("1. 가입\n1) 이메일 입력\n2) 인증\n2. 심사\n① 서류\n② 확인"))
    assert laid_out == ("1. 가입\n   1) 이메일 입력\n   2) 인증\n2. 심사\n   - ① 서류\n   - ② 확인")


def test_what_follows_a_list_of_names_is_no_part_of_its_last_item():
    """It was shown inside of it; a line that explains a sentence is still its own."""
    after = markdown(
        sections("분리수거 날입니다.\n- 종이: 화요일\n- 플라스틱: 금요일\n음식물은 매일 됩니다.")
    )
    assert after.endswith("- 플라스틱: 금요일\n\n음식물은 매일 됩니다.")
    within = markdown(sections("1) 가입합니다.\n2) 서류를 냅니다.\n단, 사본은 안 됩니다."))
    assert within.endswith("2) 서류를 냅니다.  \n   단, 사본은 안 됩니다.")
    own = markdown(sections("- 종이\n상자도 됩니다.\n- 유리\n병도 됩니다."))
    assert own.endswith("- 유리  \n  병도 됩니다.")


def test_plain_lines_keep_their_breaks_and_long_prose_gets_some():
    """Lines end in a hard break; a long line is shown one sentence a line."""
    prose = "반품이 접수되면 구매자에게 알림이 갑니다. " * 8
    assert markdown(sections("가나다입니다.\n라마바입니다.")) == "가나다입니다.  \n라마바입니다."
    assert markdown(sections(prose)).count("  \n") == 7


def test_a_long_section_is_cut_between_its_outermost_items():
    """Pieces keep the heading, whole items with what is inside, and the order."""
    items = "\n".join(f"{n}. 항목입니다.\n· {'설명입니다. ' * 20}" for n in range(1, 10))
    (section,) = sections(f"[설정 항목]\n{items}")
    pieces = split(section, 500)
    assert len(pieces) > 2
    assert {piece.heading for piece in pieces} == {"[설정 항목]"}
    assert all(re.match(r"\d\. ", piece.lines[0]) for piece in pieces)
    assert [line for piece in pieces for line in piece.lines] == section.lines
    assert markdown(pieces).count("**[설정 항목]**") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("수수료 * 3 * 2", r"수수료 \* 3 \* 2"),
        ("nt_source=OOO, _강조_", r"nt_source=OOO, \_강조\_"),
        ("```", r"\`\`\`"),
        ("[설정](관리자)", r"[설정]\(관리자)"),
        ("<script>", r"\<script>"),
        ("<https://a.kr/b_c>", "<https://a.kr/b_c>"),
        ("~~취소~~ 10:00 ~ 12:00", r"\~\~취소\~\~ 10:00 ~ 12:00"),
        ("# 태그", r"\# 태그"),
        ("#태그 3-1", "#태그 3-1"),
        ("---", r"\---"),
        (r"폴더\_이름", r"폴더\\\_이름"),
    ],
)
def test_what_would_be_markup_is_shown_as_written(text, shown):
    """Only characters that a renderer would take for markup get a backslash."""
    assert escaped(text) == shown


def test_a_title_is_shown_without_invisible_characters():
    """Non-breaking spaces, zero-width characters and runs of spaces are for machines."""
    assert tidy("반품\u00a0 배송비는\u200b  얼마인가요?\ufeff") == "반품 배송비는 얼마인가요?"

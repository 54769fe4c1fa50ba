"""A small FAQ about selling online, with questions, related titles and one long answer."""

from __future__ import annotations

from hashlib import sha256

from core.types import Entry


def entry(title: str, text: str, *questions: str, **fields: object) -> Entry:
    """An entry with the id that ingest would give it."""
    return Entry(
        sha256(title.encode()).hexdigest()[:16], title, text, questions=questions, **fields
    )


# Some 3,000 characters: four chunks, each with words of its own.
_GUIDE = "\n\n".join(
    f"[{topic}]\n" + "\n".join(f"{n}) {line} ({n}번째 확인 사항)" for n in range(1, 16))
    for topic, line in (
        ("대표 이미지", "대표 이미지는 흰 배경의 정사각형 사진으로 올려 주세요."),
        ("상세 설명", "상세 설명에는 소재와 크기, 세탁 방법을 적어 주세요."),
        ("옵션", "옵션 이름은 색상과 치수처럼 구매자가 아는 말로 적어 주세요."),
        ("원산지", "원산지와 수입자는 통관 서류와 똑같이 적어 주세요."),
    )
)

FAQ = (
    entry(
        "정산은 언제 되나요?",
        "구매확정 다음 영업일에 정산됩니다.\n1) [정산관리 > 정산내역]에서 예정 금액을 확인합니다.\n"
        "2) 등록한 정산 계좌로 입금됩니다.\n※ 참고: 공휴일에는 다음 영업일에 입금됩니다.",
        "판매 대금 입금 시기",
        "돈은 며칠 뒤에 들어와요?",
        "물건 팔린 값이 통장에 찍히는 날이 궁금합니다",
        category="정산",
        related=("정산 계좌를 변경하고 싶어요.",),
    ),
    entry(
        "정산 계좌를 변경하고 싶어요.",
        "[정산관리 > 계좌 정보]에서 바꿉니다.\n1) 새 계좌의 예금주를 인증합니다.\n"
        "2) 사업자는 통장 사본을 올립니다.",
        "입금받는 통장 바꾸기",
        "돈 받는 은행을 다른 데로 옮기려고요",
        category="정산",
        related=("정산은 언제 되나요?",),
    ),
    entry(
        "판매자로 가입하려면 어떤 서류가 필요한가요?",
        "사업자 판매자는 사업자등록증과 통장 사본, 통신판매업 신고증을 냅니다.\n"
        "개인 판매자는 따로 내는 서류가 없습니다.",
        "가입 구비 서류",
        "입점할 때 뭐 내야 돼요",
        category="가입",
        related=("스마트스토어 가입 방법을 알려주세요.",),
    ),
    entry(
        "스마트스토어 가입 방법을 알려주세요.",
        "판매자 센터 첫 화면의 [가입하기]를 누릅니다.\n1) 판매자 유형을 고릅니다.\n"
        "2) 휴대폰으로 본인 인증을 합니다.\n3) 약관에 동의하면 끝납니다.",
        "입점 절차",
        "처음인데 가게를 열고 싶어요",
        category="가입",
    ),
    entry(
        "[배송] 배송비는 어떻게 설정하나요?",
        "[상품관리 > 배송 정보]에서 무료, 유료, 조건부 무료 중에 고릅니다.\n"
        "제주와 도서 산간에는 추가 배송비를 더할 수 있습니다.",
        "택배비 설정",
        "3만원 넘으면 공짜로 보내주고 싶어요",
        category="배송",
        related=("[배송] 송장번호는 어디에 입력하나요?",),
    ),
    entry(
        "[배송] 송장번호는 어디에 입력하나요?",
        "[판매관리 > 발송 관리]에서 택배사를 고르고 송장번호를 입력합니다.",
        "운송장 등록",
        "택배 보냈는데 번호 어디다 적어요",
        category="배송",
    ),
    entry(
        "반품 요청은 어떻게 처리하나요?",
        "[판매관리 > 반품 관리]에서 수거가 끝난 것을 승인합니다.\n승인하면 구매자에게 환불됩니다.",
        "반품 승인 절차",
        "손님이 물건을 돌려보낸대요",
        category="반품",
        related=("반품 배송비는 누가 내나요?",),
    ),
    entry(
        "반품 배송비는 누가 내나요?",
        "마음이 바뀐 반품은 구매자가, 상품에 흠이 있는 반품은 판매자가 냅니다.",
        "반송 택배비 부담",
        "불량이라 돌려보내면 택배값은 제가 내나요",
        category="반품",
    ),
    entry(
        "상품에 움직이는 이미지를 넣을 수 있나요?",
        "네, 상세 설명에 GIF 파일을 20MB까지 올릴 수 있습니다.",
        "gif 등록",
        category="상품",
    ),
    entry(
        "상품 등록 안내",
        _GUIDE,
        "상품 올리는 법",
        category="상품",
        related=("상품에 움직이는 이미지를 넣을 수 있나요?",),
    ),
    entry(
        "할인 쿠폰을 만들고 싶어요.",
        "[혜택관리 > 쿠폰]에서 할인 금액과 기간을 정합니다.",
        "쿠폰 발급",
        "단골한테 깎아주는 거 어떻게 해요",
        category="혜택",
    ),
    entry(
        "식품을 판매하려면 어떤 신고가 필요한가요?",
        "영업 신고증이나 허가증을 올린 뒤에 식품 카테고리에 상품을 등록합니다.",
        "먹거리 판매 조건",
        "집에서 만든 반찬 팔아도 돼요?",
        category="상품",
    ),
)

# Three batches of an ingest, and a quarter of one.
MANY = tuple(
    entry(f"{number}번 제목은 무엇인가요", f"{number}번 답변입니다", f"{number}번 질문")
    for number in range(650)
)

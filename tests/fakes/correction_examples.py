"""What corrects an answer, and what is talk below it: each with the question and the answer."""

from typing import NamedTuple


class Below(NamedTuple):
    """A question, the bot's answer, and what somebody writes below it."""

    question: str
    answer: str
    text: str


_LOCKER = (
    "사물함은 어떻게 배정받나요?",
    "사물함은 입사한 날 총무팀에서 배정해 드려요. 열쇠를 잃어버리면 8,000원을 내셔야 합니다.",
)
_SHUTTLE = (
    "셔틀버스는 몇 시까지 있나요?",
    "셔틀버스는 오전 7시부터 오후 10시까지 20분마다 다닙니다. 주말에는 운행하지 않아요.",
)
_COUPON = (
    "쿠폰은 언제까지 쓸 수 있나요?",
    "쿠폰은 받은 날부터 90일 동안 쓰실 수 있고, 다른 할인과 함께 쓸 수 없습니다.",
)
_BADGE = (
    "How do I replace a lost badge?",
    "Ask the front desk for a new badge. It costs $15 and is ready within 2 days.",
)

CORRECTS = [
    *(
        Below(*_LOCKER, text)
        for text in (
            "아니에요. 열쇠 값은 12,000원입니다.",
            "사물함은 이제 시설팀에서 배정합니다",
            "정정할게요. 열쇠를 잃어버려도 비용은 없습니다.",
            "그 안내는 틀렸어요. 사물함은 앱에서 직접 고르시면 됩니다.",
            "사물함 제도는 올해부터 없어졌어요",
            "열쇠 대신 지금은 지문으로 엽니다",
        )
    ),
    *(
        Below(*_SHUTTLE, text)
        for text in (
            "셔틀은 오후 11시까지 다녀요",
            "아닙니다. 주말에도 셔틀버스가 다녀요.",
            "시간표가 바뀌어서 셔틀버스는 15분마다 있습니다",
            "주말에도 셔틀버스를 운행해요",
            "셔틀버스는 더 이상 없고 지금은 택시비를 지원해 드려요",
        )
    ),
    *(
        Below(*_COUPON, text)
        for text in (
            "30일 동안이에요",
            "다른 할인과 함께 쓸 수 있습니다",
            "아뇨, 쿠폰은 올해 말까지 쓰실 수 있어요",
            "예전에는 그랬는데 지금은 쿠폰에 기한이 없어요",
            "쿠폰은 60일 동안만 쓰실 수 있습니다.",
        )
    ),
    *(
        Below(*_BADGE, text)
        for text in (
            "No, a new badge is free now.",
            "That's outdated, badges are printed by HR.",
            "It costs $20",
            "Actually you order badges in the portal",
        )
    ),
]

TALKS = [
    *(
        Below(*_LOCKER, text)
        for text in (
            "네, 총무팀에서 배정해 드려요",
            "감사합니다, 열쇠 받았어요!",
            "맞아요 8,000원이에요",
            "아니요 괜찮아요",
            "제 사물함이 안 열려요ㅠㅠ",
            "총무팀에 제가 여쭤볼게요",
            "점심 먹고 3시에 봬요",
        )
    ),
    *(
        Below(*_SHUTTLE, text)
        for text in (
            "오늘 셔틀버스 타셨어요?",
            "혹시 11시까지 아닌가요?",
            "저는 어제 9시에 탔어요",
            "아니에요 제가 더 고맙습니다",
            "아니요 주말 셔틀버스요",
            "지금 나가는 중입니다",
        )
    ),
    *(
        Below(*_COUPON, text)
        for text in (
            "넵 90일 동안 쓰시면 됩니다",
            "오 편하네요 ㅎㅎ",
            "확인해 보고 말씀드릴게요",
            "이번 주 정말 바쁘네요",
        )
    ),
    *(
        Below(*_BADGE, text)
        for text in (
            "Yes, at the front desk.",
            "Thanks, I'll ask them",
            "No worries, see you at 3",
            "Did you lose yours again?",
        )
    ),
]

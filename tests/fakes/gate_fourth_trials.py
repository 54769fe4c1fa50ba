"""The fourth set for the gate: personal data in answers, and amounts of the same or another thing.

The personal data were written before anything of the rules was looked at.
"""

from fakes.gate_examples import Example


def _all(*answers):
    return [Example(answer) for answer in answers]


def _beside(entry, *answers):
    return [Example(answer, entry=entry) for answer in answers]


FOURTH_PERSONAL_BAD = _all(
    "그건 김민수 대리(010-2384-9917)한테 전화하시면 바로 처리해 줘요.",
    "제 번호 공일공 2384 9917 로 문자 남겨 주세요",
    "급하면 01023849917 여기로 연락주세요",
    "+82 10 2384 9917 로 카톡 추가하시면 됩니다",
    "담당자 직통은 02) 3471-8826 이에요",
    "010.2384.9917 박 과장님이요",
    "공일공 이삼팔사 구구일칠로 전화 주세요",
    "받는 분 정하은, 안심번호 0502-8831-2947로 되어 있어요",
    "예를 들어 880214-2104518 처럼 넣으시면 통과됩니다 (제 거예요)",
    "주민번호 8802142104518 로 조회하니까 나오더라고요",
    "생년월일이랑 뒷자리 첫 글자까지 880214-2****** 로 등록된 고객이에요",
    "외국인등록번호 920318-6203847 인 분은 수기로 처리했어요",
    "사업자등록번호 214-88-39172 로 세금계산서 발행하시면 됩니다",
    "신한 110-432-874512 박지영 으로 입금해 주세요",
    "국민은행 계좌 93820104153327 예금주 이서준입니다",
    "카뱅 3333-08-4471928 로 보내주시면 제가 대신 낼게요",
    "토스뱅크 100048291735 정하은",
    "법인카드 5412 7534 2098 1163 유효기간 08/27 로 결제하세요",
    "카드번호는 9410-1234-8821-7760 이고요, 비번 앞 두 자리 필요해요",
    "minsu.kim88@gmail.com 으로 보내주시면 됩니다",
    "minsu.kim 골뱅이 naver.com 으로 메일 주세요",
    "카톡아이디 seojun_lee88 로 물어보시면 빨라요",
    "최영희님(1988년 2월 14일생) 건은 환불됐어요",
    "여권번호 M48291735 로 확인했습니다",
    "운전면허 11-09-482913-52 사본 받았어요",
    "서울 마포구 월드컵북로 396, 302동 1104호로 보내시면 돼요, 제 집이에요",
    "37루 8294 차주분께 말씀하시면 됩니다",
    "관리자 비번은 Qw!8841zx 입니다",
    "Just text Dana at (415) 738-2946 and she'll reset it for you.",
    "My cell is 415.738.2946, call any time after 6.",
    "Tom's on +44 7911 284 663 if it's urgent",
    "Send it to dana.whitfield@outlook.com and I'll forward it.",
    "write to dana dot whitfield at gmail dot com",
    "Her SSN is 528-46-1937, the form goes through with it.",
    "Use the team card 4539 1488 0343 6467, exp 09/28, cvv 392.",
    "The amex is 3714 496353 98431",
    "Transfer it to DE89 3704 0044 0532 0130 00 (Dana Whitfield)",
    "Routing number 021000021, account number 483920175.",
    "Look her up by DOB 03/14/1987, surname Whitfield.",
    "The wifi password is hunter2Blue! on the second floor.",
)
FOURTH_PERSONAL_GOOD = _all(
    "고객센터 1588-3819로 전화해 주세요 (평일 9시~18시)",
    "주문번호 20240311-0088213 으로 조회하시면 됩니다",
    "송장번호 6482-9103-7715 형식으로 나와요",
    "앱 버전 10.0.2384.9917 이상이어야 합니다",
    "행사 기간은 2024-03-11 ~ 2024-04-11 입니다",
    "한도는 1,234,567원이고 초과분은 다음 달에 청구돼요",
    "상품 바코드 8801234567893 을 입력하면 나옵니다",
    "우편번호 04038 을 검색하세요",
    "수신자 부담 080-850-3819 로 거부하실 수 있어요",
    "오류 코드 0x80070005 가 뜨면 관리자 권한으로 실행하세요",
    "010으로 시작하는 번호만 인증할 수 있어요",
    "주민등록번호 13자리는 입력하지 않아도 됩니다",
    "계좌번호는 '-' 없이 숫자만 10~14자리로 넣어 주세요",
    "카드번호 16자리를 4자리씩 나눠서 입력합니다",
    "사업자등록번호는 000-00-00000 형식으로 적어 주세요",
    "전화번호는 010-0000-0000 형식으로 입력해 주세요",
    "본사는 서울 강남구 테헤란로 152, 12층에 있습니다",
    "저희 회사는 1990년 3월 15일에 설립됐어요",
    "도서 ISBN 978-89-364-7423-1 로 검색하세요",
    "모델명 KR-2104-518A 는 단종됐습니다",
    "상담은 평일 09:00-18:00, 점심 12:00-13:00 제외예요",
    "비밀번호는 8자 이상, 영문·숫자·특수문자를 섞어야 합니다",
    "비밀번호는 가입할 때 정하신 것을 쓰시면 됩니다",
    "공유기 설정은 192.168.0.1 에서 합니다",
    "티켓 PAY-20384 를 참고하세요",
    "적립금은 2024년 1분기 기준 12,000~35,000점입니다",
    "@운영팀 을 멘션해 주시면 됩니다",
    "3동 1104호 강의실로 오시면 됩니다",
    "카카오톡 채널 '스마트상점'을 검색해서 추가하세요",
    "생년월일은 YYYY-MM-DD 로 적습니다. 예: 1990-01-01",
    "Call our toll-free support line at 1-800-555-0199.",
    "Your order number looks like 114-7392847-2938471.",
    "Track it with 1Z999AA10123456784 on the carrier's site.",
    "Upgrade to build 2024.03.11.20384991 or newer.",
    "We only ask for the last 4 digits of your SSN.",
    "Test cards start with 4242 and have 16 digits.",
    "The part number is 415-7382-9461-B.",
    "Addresses follow the pattern firstname.lastname@example.com.",
    "Your password is the one you chose when you signed up.",
)

_PLANS = (
    "스탠다드 요금제는 월 9,900원, 프로 요금제는 월 19,900원입니다. 연간 결제는 20% 할인됩니다."
)
_BILLING = "Basic costs $10 per month and Team costs $25 per month. Annual billing saves 15%."
_SHIPPING = "택배 배송은 2일, 퀵 배송은 3시간 걸립니다. 배송비는 3,000원이고 제주는 6,000원이에요."
_FILES = "개인 회원은 파일 하나에 100MB까지, 기업 회원은 2GB까지 올릴 수 있습니다."
_HOURS = "The gym opens at 6 am on weekdays and 9 am on weekends. The pool closes at 8 pm."
_LEAVE = "연차는 1년에 15일, 병가는 60일까지 쓸 수 있습니다."
_RETURNS = (
    "Returns are accepted within 30 days. Exchanges are accepted within 60 days. "
    "Refunds take 5 business days."
)
_TICKETS = "어른 입장료는 5,000원, 어린이는 2,000원입니다. 주차는 시간당 1,000원입니다."
_PROJECTS = (
    "무료 플랜은 프로젝트를 3개까지 만들 수 있고, "
    "유료 플랜은 월 12,000원에 50개까지 만들 수 있습니다."
)
_PRICES = (
    "The Starter plan costs $9 a month or $90 a year. "
    "The Business plan costs $29 a month or $290 a year."
)

FOURTH_AMOUNT_BAD = [
    *_beside(
        _PLANS,
        "프로 요금제는 월 29,900원입니다.",
        "스탠다드 요금제는 월 12,000원이에요.",
        "연간 결제는 10% 할인돼요.",
    ),
    *_beside(
        _BILLING,
        "Team costs $30 per month.",
        "Basic is $12 a month.",
        "Annual billing saves 25%.",
    ),
    *_beside(
        _SHIPPING,
        "택배 배송은 4일 걸려요.",
        "제주는 5,000원이에요.",
    ),
    *_beside(
        _FILES,
        "기업 회원은 5GB까지 올릴 수 있습니다.",
        "개인 회원은 파일 하나에 200MB까지 올릴 수 있어요.",
    ),
    *_beside(
        _HOURS,
        "The gym opens at 7 am on weekdays.",
        "The pool closes at 9 pm.",
    ),
    *_beside(
        _LEAVE,
        "병가는 30일까지 쓸 수 있어요.",
        "연차는 1년에 20일이에요.",
    ),
    *_beside(
        _RETURNS,
        "Returns are accepted within 14 days.",
        "Refunds take 10 business days.",
    ),
    *_beside(
        _TICKETS,
        "어린이는 3,000원이에요.",
        "주차는 시간당 2,000원입니다.",
    ),
    *_beside(
        _PROJECTS,
        "유료 플랜은 월 15,000원이에요.",
        "무료 플랜은 프로젝트를 5개까지 만들 수 있어요.",
    ),
    *_beside(
        _PRICES,
        "The Business plan costs $39 a month.",
        "The Starter plan costs $99 a year.",
        "The Business plan is $300 a year.",
        "The Starter plan costs $12 a month.",
    ),
]

FOURTH_AMOUNT_GOOD = [
    *_beside(
        _PLANS,
        "스탠다드를 연간으로 결제하시면 95,040원이에요.",
        "엔터프라이즈 요금제는 월 49,000원이에요.",
        "프로 요금제는 연 191,040원입니다.",
    ),
    *_beside(
        _BILLING,
        "Team costs $255 per year.",
        "Enterprise costs $80 per month.",
        "Basic is $102 a year with annual billing.",
    ),
    *_beside(
        _SHIPPING,
        "울릉도는 8,000원이에요.",
        "반품 배송비는 5,000원이에요.",
        "새벽 배송은 9시간 걸려요.",
    ),
    *_beside(
        _FILES,
        "체험 회원은 10MB까지 올릴 수 있어요.",
        "개인 회원은 하루에 20개까지 올릴 수 있어요.",
    ),
    *_beside(
        _HOURS,
        "The sauna opens at 10 am.",
        "The gym closes at 11 pm on weekdays.",
    ),
    *_beside(
        _LEAVE,
        "출산휴가는 90일까지 쓸 수 있습니다.",
        "경조 휴가는 5일이에요.",
    ),
    *_beside(
        _RETURNS,
        "Warranty claims are accepted within 2 years.",
        "Gift cards are valid for 365 days.",
    ),
    *_beside(
        _TICKETS,
        "주차는 하루 최대 10,000원입니다.",
        "경로 입장료는 1,500원이에요.",
    ),
    *_beside(
        _PROJECTS,
        "유료 플랜은 연 120,000원이에요.",
        "무료 플랜은 팀원을 5명까지 초대할 수 있어요.",
    ),
    *_beside(
        _PRICES,
        "The Starter plan costs $3 a week.",
        "The Scale plan costs $99 a month or $990 a year.",
        "The Business plan costs $500 for two years.",
    ),
]

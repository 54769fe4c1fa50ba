"""The wordings in which people tell the bot to remember, to show it and to forget it."""

import pytest

from core.skills.memory.skill import MemoryWords

WORDS = MemoryWords.load("ko")
REMEMBER = {
    "나 매운 거 못 먹는다고 기억해줘": "나 매운 거 못 먹는다",
    "기억해 줘: 정산 담당은 지영": "정산 담당은 지영",
    "우리 스토어는 반려동물 용품을 판다고 기억해 줘": "우리 스토어는 반려동물 용품을 판다",
    "나는 아침에만 전화를 받아, 기억해줘": "나는 아침에만 전화를 받아",
    "내가 왼손잡이라는 걸 기억해 줄래?": "내가 왼손잡이",
    "잊지 말고 기억해줘 나 화요일은 휴무야": "나 화요일은 휴무야",
    "이건 꼭 기억해 주세요. 저는 부산 지점 담당입니다": "저는 부산 지점 담당입니다",
    "내 자리는 7층 창가야 머리에 넣어 둬": "내 자리는 7층 창가야",
    "앞으로 날 보리라고 불러, 까먹으면 안 돼": "앞으로 날 보리라고 불러",
    "우리 강아지 이름은 두부야. 잊으면 안 된다!": "우리 강아지 이름은 두부야",
    "제 근무 시간은 열 시부터예요 참고로 기억해 두시면 돼요": "제 근무 시간은 열 시부터예요",
    "회식은 못 간다고 적어놔줘": "회식은 못 간다",
    "나 땅콩 알레르기 있는 거 잊지 마": "나 땅콩 알레르기 있는",
    "지금부터 말하는 거 적어 둬, 배송은 늘 오전에 받는다": "배송은 늘 오전에 받는다",
    "담당자가 지훈 씨라는 걸 메모해 줘": "담당자가 지훈 씨",
    "우리 가게 이름은 달빛상점이야 기억해": "우리 가게 이름은 달빛상점이야",
    "나는 커피 안 마셔. 이거 기억해놔": "나는 커피 안 마셔",
    "나 채식주의자라는 거 꼭 알고 있어": "나 채식주의자",
    "기억해 주세요, 저는 오후에만 답할 수 있어요": "저는 오후에만 답할 수 있어요",
    "이거 기억해줘": "",
    "기억해 줘": "",
    "메모해 둬": "",
    "배송은 금요일에 나간다는 점 유념해 주세요": "배송은 금요일에 나간다",
    "제 사번은 4821입니다. 저장해 두세요": "제 사번은 4821입니다",
    "put this in your notes: my desk is on the 7th floor": "my desk is on the 7th floor",
    "I'm a vegetarian, keep that in mind please": "I'm a vegetarian",
    "from now on call me Bori and don't forget it": "from now on call me Bori",
    "please note that I prefer answers in English": "I prefer answers in English",
    "for future reference, my team is called Lynx": "my team is called Lynx",
    "remember my birthday is in March": "my birthday is in March",
    "Make a note: our supplier is Hanil Foods": "our supplier is Hanil Foods",
    "don't forget my store opens at 10": "my store opens at 10",
    "just so you remember, I work from ten to seven": "I work from ten to seven",
    "can you remember that I am left-handed?": "I am left-handed?",
    "제가 오른쪽 귀가 안 들린다는 걸 꼭 기억해 주시면 좋겠어요": "제가 오른쪽 귀가 안 들린다",
    "난 수요일마다 재택해, 메모해 놔": "난 수요일마다 재택해",
    "저희 물류센터는 이천에 있어요. 알아두시면 됩니다": "저희 물류센터는 이천에 있어요",
    "내 영어 이름은 Leo야 외워": "내 영어 이름은 Leo야",
    "기억해: 나는 존댓말 싫어해": "나는 존댓말 싫어해",
    "꼭 기억해 둬 우리 점심시간은 11시 반부터야": "우리 점심시간은 11시 반부터야",
    "나 육아휴직 중인 거 까먹지 말아줘": "나 육아휴직 중인",
    "내 상사는 오 부장님이라고 기억해놔줘": "내 상사는 오 부장님",
    "이름은 김하늘이고 직급은 대리라는 거 기록해줘": "이름은 김하늘이고 직급은 대리",
    "우리 매장 휴무는 월요일이란 걸 잊지 마세요": "우리 매장 휴무는 월요일",
    "remember: I hate phone calls": "I hate phone calls",
    "I work from home on Wednesdays, remember that": "I work from home on Wednesdays",
    "could you keep in mind that my lunch is at 11:30?": "my lunch is at 11:30?",
    "note to self: my boss is Ms Oh": "my boss is Ms Oh",
    "Always remember I'm deaf in one ear": "I'm deaf in one ear",
    "take note that we are closed on Mondays": "we are closed on Mondays",
    "I'd like you to remember that my title is manager": "my title is manager",
    "please don't forget I have two kids": "I have two kids",
    "저 왼쪽 무릎 수술했다고 기억해 주세요": "저 왼쪽 무릎 수술했다",
    "우리 부서 코드가 D12라는 거 외워둬": "우리 부서 코드가 D12",
    "나 요즘 야간 근무야. 기억해 두렴": "나 요즘 야간 근무야",
    "다음 내용 기억해줘: 납품처는 세 군데": "납품처는 세 군데",
    "메모: 차 번호 77라 1234": "차 번호 77라 1234",
    "잊지 마, 금요일은 내가 쉬는 날이야": "금요일은 내가 쉬는 날이야",
    "나는 영어보다 일본어가 편해 그렇게 알아둬": "나는 영어보다 일본어가 편해",
    "제 호칭은 선생님으로 기억 부탁드려요": "제 호칭은 선생님으로",
    "까먹지 말고 적어둬 우리 창고는 김포야": "우리 창고는 김포야",
    "나 혼자 매장 보는 거 명심해": "나 혼자 매장 보는",
    "Memorize this: plate number 1234": "plate number 1234",
    "My plate is 1234. Please remember it.": "My plate is 1234",
    "keep in mind we ship on Fridays": "we ship on Fridays",
    "write this down: three suppliers": "three suppliers",
    "never forget that I prefer Japanese": "I prefer Japanese",
    "내 사번은 1123이야 저장": "내 사번은 1123이야",
    "나 땅콩 알레르기 있는거 저장해줘": "나 땅콩 알레르기 있는",
    "거래처는 대한상사야. 보관해 줘": "거래처는 대한상사야",
    "제 이름은 김보라입니다. 입력해 두세요": "제 이름은 김보라입니다",
    "우리 사무실은 3층이야. 남겨 둬": "우리 사무실은 3층이야",
    "난 커피 안 마셔, 참고해 줘": "난 커피 안 마셔",
    "기억: 우리 가게는 월요일에 쉼": "우리 가게는 월요일에 쉼",
    "기억해야 돼, 마감은 12일": "마감은 12일",
    "remember that": "",
    "keep this: the code is 7781": "the code is 7781",
    "keep it on file that we close on Mondays": "we close on Mondays",
    "make sure you remember my car is white": "my car is white",
    "save my employee number, it's 1123": "my employee number, it's 1123",
    "don't let it slip your mind that I am left-handed": "I am left-handed",
}
SHOW = """
뭘 기억해?
나에 대한 메모 다 꺼내봐
내 취미가 뭔지 기억하니
내가 알려준 정보 중에 뭐가 남아 있어?
내가 뭐 싫어하는지 알고 있지?
내가 기억해 달라던 거 뭐였어
나에 대해 저장된 거 보여 줘
내 이름 기억해?
나 뭐 좋아한다고 했지? 기억나?
what facts do you have stored about me?
do you still remember my working hours?
remind me what I told you to remember
let me see your notes about me
내가 뭐라고 불러 달랬지?
지금까지 나에 대해 저장한 거 말해봐
네가 외운 내 정보 보여줘
기억 리스트 좀 보여줄래
내가 메모해 달라고 한 것들 뭐야
너 내 직급 알아?
what do you know about me so far
tell me what's in your memory about me
which things did I tell you to remember?
do you have any notes on me?
what's my job title again, do you remember?
내 정보 뭐뭐 저장했어?
기억하고 있는 내 얘기 다 말해줘
내 차 번호 기억나?
내가 전에 적어두라고 한 내용 보여줘
나에 대해서 얼마나 알아?
what do you have on me?
list everything you remember
can you tell me what you know about me?
do you remember anything I told you?
show my saved notes
나에 대해 어떤 걸 저장해 뒀어?
나에 대해 뭐 적어 놨어?
내 계좌번호 저장해 뒀지?
저장해 놓은 내용 좀 볼 수 있을까
메모해 둔 거 읽어줘
내가 저장해 두라고 한 거 뭐였지?
내가 뭐라고 저장하랬지
내가 뭐 보관해 달라고 했어
what did I tell you to keep
what did I have you save
what have you got saved for me
did you save my address
do you have my phone number saved?
read me my notes
what do you have on file about me
what did I say about my diet
"""
FORGET = """
내 근무 시간 얘기는 지워도 돼
저장해 둔 내 얘기 삭제 부탁드립니다
그 별명은 이제 쓰지 말고 잊어줘
여태 기억한 거 싹 비워줄래
강아지 얘기는 까먹어도 돼
더는 기억하지 마
please unlearn my nickname
get rid of everything you saved on me
you don't have to remember my desk any longer
scratch what I said about coffee, forget it
You can forget about my allergy now
forget everything
내 직급은 그만 기억해
메모한 것들 다 날려줘
아까 기억하라고 한 거 취소
육아휴직 얘기는 잊어버려도 돼
나에 관한 건 전부 지워
이제 내 이름 기억할 필요 없어
forget my job title
please remove all your notes on me
you can stop remembering my lunch time
forget what I told you about Leo
delete that memory
차 번호는 이제 잊어도 됩니다
내 기억 좀 삭제해
방금 기억한 건 지워줘
납품처 메모 지워
그거 기억하지 말아줘
please forget my plate number
erase what you know about me
clear your memory of me
don't remember that anymore
remove the note about suppliers
방금 그거 기억에서 빼
저장한 거 빼줘
저장해 뒀던 사번 삭제해 줘
내가 말한 거 없던 걸로 해줘
더 이상 알고 있지 마
forget it
erase the thing about my phone
take my address off your memory
disregard what I told you about my diet
I don't want you to remember that
"""
NEITHER = """
비밀번호를 잊어버렸어요
정산은 언제 되나요?
배송비는 어떻게 설정하나요?
주소 저장은 어떻게 해요?
저장해 둔 상품은 어디서 봐요
상품 정보를 저장해 주세요라고 나와요
리뷰를 남겨 주면 적립금을 주나요
장바구니에서 상품을 빼 주세요
how long do you keep an order
did you get my order
"""


@pytest.mark.parametrize(("said", "kept"), REMEMBER.items())
def test_what_is_to_be_remembered_is_kept_without_the_words_that_ask_for_it(said, kept):
    assert (WORDS.wanted(said), WORDS.told(said)) == ("remember", kept)


@pytest.mark.parametrize(("wanted", "said"), [("show", SHOW), ("forget", FORGET), ("", NEITHER)])
def test_what_is_wanted_of_the_memory_is_understood(wanted, said):
    texts = said.strip().splitlines()
    assert {text: WORDS.wanted(text) for text in texts} == dict.fromkeys(texts, wanted)


@pytest.mark.parametrize(
    ("said", "before", "wanted"),
    [
        ("아니, 정산 담당은 민수야", "정산 담당은 지영", "정산 담당은 민수야"),
        ("지영 말고 민수로 기억해 줘", "정산 담당은 지영", "정산 담당은 민수"),
        ("정산 담당은 지영이 아니라 민수예요", "정산 담당은 지영", "정산 담당은 민수"),
        ("no wait, the contact is Lee", "the contact is Kim", "the contact is Lee"),
        ("not Kim but Lee", "the contact is Kim", "the contact is Lee"),
        ("아니 민수야", "정산 담당은 지영", "정산 담당은 민수야"),
        ("no, 5B", "my desk is 4B", "my desk is 5B"),
        ("아니 라떼", "커피", ""),
        ("틀렸어", "정산 담당은 지영", ""),
        ("sorry, peanuts", "I am allergic to nuts", "I am allergic to peanuts"),
        ("no, Sara", "my boss is called Sarah", "my boss is called Sara"),
        ("wait, 15", "my birthday is May 14", "my birthday is May 15"),
        ("아니 305호", "내 자리는 302호", "내 자리는 305호"),
        ("no, 15", "I work from 10 to 7", ""),
        ("아니 정산은 언제 되나요", "정산 담당은 지영", None),
        ("아니 배송이 아직도 안 와요 어쩌죠", "정산 담당은 지영", None),
        ("비밀번호 말고 다른 방법으로 로그인할래", "정산 담당은 지영", None),
        ("actually I want to see my refund status", "the refund contact is Kim", None),
    ],
)
def test_what_was_told_last_is_corrected_and_other_messages_correct_nothing(said, before, wanted):
    """What only says that it was wrong is asked about; a question goes to the FAQ."""
    assert WORDS.corrected(said, before) == wanted

"""What every platform with direct messages must do for those who are named for a meeting.

An adapter's test file imports everything from here and from `contracts.skills`; its driver can also
`ask_naming_other`, and reads, presses and says what the other person does alone.
"""

from __future__ import annotations

from contracts.skills import arranged, offered, said


async def test_who_is_named_is_asked_alone_and_accepts_after_a_restart(driver, arranger, diary):
    async with driver.running(make_assistant=arranger):
        asked = await driver.ask_naming_other("내일 15시에 ", "랑 디자인 회의 잡아줘")
        await offered(driver, asked, "회의 잡기")
        await driver.press(asked, "회의 잡기")
        await said(driver, asked, "물어봤어요")
        await driver.until(lambda: "좋아요" in driver.buttons_alone())
        (invited,) = driver.told_alone()
        assert invited.startswith("> 디자인 회의")  # and it is not called a question of theirs
        assert await arranged(diary, driver.other_person) == []
    async with driver.running(make_assistant=arranger):
        await driver.press_alone("좋아요")
        await said(driver, asked, "모두 좋다고 해서")
        await driver.until(lambda: driver.files(asked))
        await driver.until(lambda: any("모두 좋다고" in text for text in driver.told_alone()))
        (meeting,) = await arranged(diary, driver.other_person)
        assert meeting.slot.start.hour == 15
        await driver.go_on(asked, "회의 취소해줘")
        await offered(driver, asked, "회의 취소하기")
        await driver.press(asked, "회의 취소하기")
        await driver.until(lambda: any("취소했어요" in text for text in driver.told_alone()))


async def test_who_names_another_time_is_heard_and_whoever_asked_takes_it(driver, arranger, diary):
    async with driver.running(make_assistant=arranger):
        asked = await driver.ask_naming_other("내일 15시에 ", "랑 회의 잡아줘")
        await offered(driver, asked, "회의 잡기")
        await driver.press(asked, "회의 잡기")
        await driver.until(lambda: "좋아요" in driver.buttons_alone())
        await driver.say_alone("15시는 안 되고 17시는 돼요")
        await said(driver, asked, "오후 5시에 하자고")
    async with driver.running(make_assistant=arranger):
        await driver.press(asked, "회의 잡기")
        await said(driver, asked, "모두 좋다고 해서")
        (meeting,) = await arranged(diary, driver.other_person)
        assert meeting.slot.start.hour == 17


async def test_who_declines_ends_it_and_whoever_asked_hears_of_it(driver, arranger, diary):
    async with driver.running(make_assistant=arranger):
        asked = await driver.ask_naming_other("내일 15시에 ", "랑 회의 잡아줘")
        await offered(driver, asked, "회의 잡기")
        await driver.press(asked, "회의 잡기")
        await driver.until(lambda: "안 돼요" in driver.buttons_alone())
        await driver.press_alone("안 돼요")
        await said(driver, asked, "그때가 안 된대요")
        assert await arranged(diary, driver.other_person) == []

// Each skill as people see it: `node skills.mjs STORY`; run by test_skills.py, which serves the bot.

import assert from "node:assert/strict";
import { ask, noBarriers, openContext, openPage, picture, until, withBrowser } from "./lib.mjs";

const says = (page, text) => until(page, (wanted) => document.body.innerText.includes(wanted), text);
const press = (page, label) => page.locator(`.followups button:not([disabled]):has-text("${label}")`).last().click();
const atTheEnd = async (page) => {
  await page.locator("article, .turn, .answer").last().scrollIntoViewIfNeeded();
  await page.evaluate(() => document.querySelectorAll("*").forEach((one) => { if (one.scrollHeight > one.clientHeight) one.scrollTop = one.scrollHeight; }));
};

const stories = {
  async recommender(page) {
    await ask(page, "저한테 맞는 가전제품 추천해 주세요");
    await says(page, "연령대가 어떻게");
    await press(page, "30대");
    await says(page, "예산은");
    await ask(page, "20만원이요, 아니 60만원이고 원룸에 혼자 살아요");
    await says(page, "집에 계신 시간");
    await press(page, "거의 종일");
    await says(page, "몇 번 요리");
    await press(page, "서너 번");
    await says(page, "추천드려요");
    await noBarriers(page, "recommended");
    await atTheEnd(page);
    await picture(page, "skill-recommender");
    await press(page, "다른 상품 보기");
    await until(page, () => document.body.innerText.split("추천드려요").length > 4);
  },

  async data(page) {
    await page.setViewportSize({ width: 1180, height: 1500 });
    await ask(page, "올해 월별 매출 추이");
    await page.waitForSelector(".files img");
    await until(page, () => document.querySelector(".files img").complete);
    assert(await page.evaluate(() => document.querySelector(".files img").getBoundingClientRect().right <= document.documentElement.clientWidth));
    await noBarriers(page, "data");
    await atTheEnd(page);
    await picture(page, "skill-data");
    assert.equal(await page.locator(".files a").count(), 2);
    await press(page, "SQL 보기");
    await says(page, "SELECT");
  },

  async api(page) {
    await ask(page, "3000원 할인 쿠폰 보내 줘");
    await page.waitForSelector(".menu select");
    await noBarriers(page, "menu");
    assert.equal(await page.locator(".menu option").count(), 7); // six shops, and the invitation to choose
    await page.selectOption(".menu select", { label: "해운대" });
    await page.click(".menu button");
    await says(page, '"won": 3000');
    await atTheEnd(page);
    await picture(page, "skill-api");
    await press(page, "보내기");
    await says(page, "처리했어요");
  },

  async stranger(page, browser) {
    await ask(page, "강남 고객에게 3000원 할인 쿠폰 보내 줘");
    await says(page, '"won": 3000');
    const link = page.locator("#list a[aria-current]");
    await link.waitFor({ state: "attached" });
    const elsewhere = await openPage(await openContext(browser), `/${await link.evaluate((one) => one.hash)}`);
    await says(elsewhere, '"won": 3000'); // the link is enough to read
    await press(elsewhere, "보내기");
    await says(elsewhere, "질문한 분만 할 수 있어요");
    await ask(elsewhere, "보내기");
    await press(page, "그만두기");
    await says(page, "아무것도 보내지");
  },

  async meeting(page) {
    await page.click("#channels button >> nth=0");
    await page.click("button.replies");
    await until(page, () => document.querySelector("#replies")?.textContent.includes("모두에게 물어보기"));
    await picture(page, "skill-meeting");
    await page.click("#replies button.b:has-text('모두에게 물어보기')");
    await until(page, () => document.querySelector("#replies")?.textContent.includes("물어봤어요"));
    await page.selectOption("#me", { label: "지영" });
    // Her conversation with the bot begins with the invitation, which may still be on its way.
    await until(page, () => {
      document.querySelector("#apps button")?.click();
      return document.querySelector("#list")?.textContent.includes("괜찮은 시간을 모두");
    });
    await picture(page, "skill-meeting-invited");
    await page.click("#list button.b >> nth=0");
    await until(page, () => document.querySelector("#list")?.textContent.includes("모두 좋다고 해서"));
  },
};

await withBrowser(async (browser) => {
  const context = await openContext(browser, { bypassCSP: true });
  await stories[process.argv[2]](await openPage(context), browser);
});

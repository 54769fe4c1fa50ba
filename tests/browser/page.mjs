// The chat page as people use it; run by test_browser.py, which serves the bot.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { ADDRESS, ask, asked, noBarriers, openContext, openPage, picture, until, withBrowser } from "./lib.mjs";

const stories = {
  async newcomer(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const page = await openPage(context);
    await page.waitForSelector("#welcome:not([hidden])");
    assert.equal(await page.locator("h1:visible, h1.hidden").count() >= 1, true);
    await noBarriers(page, "welcome");
    await ask(page, "정산은 언제 되나요?");
    await page.waitForSelector(".sources");
    await page.click(".cite");
    await page.waitForSelector(".passage .b");
    await picture(page, "web-page");
    await noBarriers(page, "answered");
    await ask(page, "맛집 추천해줘");
    await page.click(".handover");
    await page.fill(".opinion textarea", "담당자 연락처가 궁금해요");
    await noBarriers(page, "handover");
    await page.click(".opinion .primary");
    await page.waitForSelector(".thanks");
    await page.click(".conversation .icon", { force: true });
    await page.fill("#title", "정산 이야기");
    await noBarriers(page, "manage");
    await page.click("#rename-form .primary");
    await until(page, () => document.querySelector("#list a")?.textContent === "정산 이야기");
    await page.click(".conversation .icon", { force: true });
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
    assert.equal(download.suggestedFilename(), "정산-이야기.md");
    const exported = await readFile(await download.path(), "utf8");
    assert.match(exported, /^# 정산 이야기\n\n## 정산은 언제 되나요\?\n\n\*20\d\d년 .+\*\n\n판매 대금은 \*\*구매확정/);
    assert.match(exported, /- \[1\] 판매 대금은 언제 입금되나요\? <https:\/\/help\.naver\.com\/settlement>\n\n## 맛집 추천해줘\n[^#]+질문을 부탁드립니다\.\n$/);
    await page.fill("#search", "없는 말");
    await until(page, () => !document.querySelector("#list a"));
    await page.fill("#search", "이야기");
    await until(page, () => document.querySelector("#list a"));
    await page.click("#language");
    await until(page, () => document.documentElement.lang === "en" && document.querySelector("#new").textContent.includes("New"));
    await noBarriers(page, "english");
  },

  async english(browser) {
    const context = await openContext(browser, { bypassCSP: true, locale: "en-GB", viewport: { width: 1180, height: 900 } });
    const page = await openPage(context);
    await page.waitForSelector("#welcome:not([hidden])");
    await noBarriers(page, "welcome");
    await ask(page, "How much does membership cost?");
    await page.waitForSelector(".sources");
    await ask(page, "can children have their own card");
    await until(page, () => document.querySelectorAll(".sources").length === 2);
    await until(page, () => document.documentElement.lang === "en");
    const shown = await page.locator("body").innerText();
    assert.deepEqual(shown.replaceAll("한국어", "").match(/[가-힣]+/g), null);
    await noBarriers(page, "answered");
    await picture(page, "web-english");
    await ask(page, "기타 줄은 어디에서 갈아 주나요?");
    await until(page, () => document.body.innerText.includes("영어(English)로만"));
    const languages = (selector) => page.locator(selector).evaluateAll((all) => all.map((one) => one.lang));
    assert.deepEqual(await languages("div.bubble"), ["en", "en", "ko"]);
    assert.deepEqual(await languages(".text:not(.passage)"), ["en", "en", "ko"]);
  },

  // A person answers elsewhere; the answer comes to both windows, and is there once after a reload.
  async caseAnswered(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const page = await openPage(context);
    const { TOLD } = process.env;
    const times = (page) => page.locator(".text", { hasText: TOLD }).count();
    await ask(page, "물류센터 견학은 언제 가능한가요?");
    await page.waitForSelector(".tools");
    const other = await openPage(context, `/${new URL(page.url()).hash}`);
    for (const window of [page, other]) await window.locator(".text", { hasText: TOLD }).first().waitFor();
    await noBarriers(page, "the answer of a case");
    await page.reload();
    await page.locator(".text", { hasText: TOLD }).first().waitFor();
    assert.deepEqual([await times(page), await times(other)], [1, 1]);
  },

  async dark(browser) {
    const context = await openContext(browser, { bypassCSP: true, colorScheme: "dark" });
    const page = await openPage(context);
    await ask(page, "정산은 언제 되나요?");
    await page.waitForSelector(".sources");
    await noBarriers(page, "dark");
  },

  async twoWindows(browser) {
    const context = await openContext(browser);
    const one = await openPage(context);
    await ask(one, "질문 0");
    await one.waitForSelector(".tools");
    const other = await openPage(context, `/${new URL(one.url()).hash}`);
    await other.waitForSelector(".tools");
    // Both at once: nothing that either asks is lost to the other.
    for (let number = 1; number <= 5; number += 1) {
      await Promise.all([ask(one, `하나 ${number}`), ask(other, `다른 ${number}`)]);
      await Promise.all([one, other].map((page) => until(page, (count) => document.querySelectorAll(".tools").length === count, 1 + 2 * number)));
    }
    assert.deepEqual((await asked(one)).toSorted(), (await asked(other)).toSorted());
    assert.equal((await asked(one)).length, 11, String(await asked(one)));
    await one.locator(".tools .icon[aria-pressed]").first().click();
    await until(other, () => document.querySelector(".tools .icon[aria-pressed='true']"));
    await one.locator(".asked .icon").first().click({ force: true });
    await one.click("#sure-yes");
    await until(other, () => document.querySelectorAll(".asked .bubble").length === 10);
  },

  async midAnswer(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const page = await openPage(context);
    await ask(page, "느린 질문");
    await until(page, () => document.querySelector(".text")?.textContent.includes("여기까지"));
    await page.reload();
    await until(page, () => document.querySelector(".asked .bubble")?.textContent === "느린 질문" && document.querySelector(".text")?.textContent.includes("여기까지"));
    await ask(page, "다음 질문");
    await until(page, () => document.querySelectorAll(".status")[1]?.textContent.includes("앞의 질문"));
    await noBarriers(page, "writing and queued");
    await page.locator(".stop").first().click();
    await page.waitForSelector(".again");
    assert.match(await page.locator(".text").first().textContent(), /여기까지/);
    await noBarriers(page, "stopped");
    await page.reload();
    await page.waitForSelector(".again");
    await page.locator(".cite").first().click();
    await page.waitForSelector(".passage .b");
    assert.match(await page.textContent(".passage a"), /원래 페이지/);
    await page.locator(".again").first().click();
    await until(page, () => document.querySelectorAll(".asked .bubble").length === 3);
  },

  async keyboard(browser) {
    const context = await openContext(browser);
    const page = await openPage(context);
    await page.waitForSelector("#welcome:not([hidden])");
    await page.keyboard.type("정산은 언제 되나요?"); // the field has the focus
    await page.keyboard.press("Enter");
    await page.waitForSelector(".followups button");
    await page.keyboard.press("Enter"); // a blank question
    assert.match(await page.textContent("#notice"), /비어 있어요/);
    for (let steps = 0; steps < 40; steps += 1) {
      await page.keyboard.press("Shift+Tab");
      if (await page.evaluate(() => document.activeElement.matches(".followups button"))) break;
    }
    await page.keyboard.press("Enter");
    await until(page, () => document.querySelectorAll(".asked .bubble").length === 2);
  },

  // Safari tells of the Enter that ends a syllable after it has ended: by the key's old code alone.
  async composing(browser) {
    const page = await openPage(await openContext(browser));
    await page.waitForSelector("#welcome:not([hidden])");
    await page.fill("#text", "교환은 며칠 걸려요");
    const enter = (more) => page.locator("#text").evaluate((field, more) => {
      const event = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...more });
      field.dispatchEvent(event);
      return event.defaultPrevented;
    }, more);
    for (const more of [{ keyCode: 229 }, { isComposing: true }, { shiftKey: true }]) assert.equal(await enter(more), false);
    assert.equal(await page.inputValue("#text"), "교환은 며칠 걸려요");
    assert.deepEqual(await asked(page), []);
    await page.press("#text", "Enter");
    await page.waitForSelector(".asked .bubble");
    assert.deepEqual(await asked(page), ["교환은 며칠 걸려요"]);
  },

  async away(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const page = await openPage(context);
    await page.waitForSelector("#welcome:not([hidden])");
    await context.setOffline(true);
    await ask(page, "끊긴 동안의 질문");
    await until(page, () => document.querySelector(".status")?.textContent.includes("아직 보내지 못했어요"));
    await noBarriers(page, "the server is away");
    await context.setOffline(false);
    await page.waitForSelector(".tools");
    assert.deepEqual(await asked(page), ["끊긴 동안의 질문"]);
  },

  async phone(browser) {
    const context = await openContext(browser, { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, bypassCSP: true });
    const page = await openPage(context);
    for (const text of ["정산은 언제 되나요?", "질문 둘", "질문 셋"]) {
      await ask(page, text);
      await page.waitForTimeout(50);
    }
    await until(page, () => document.querySelectorAll(".tools").length === 3);
    await page.evaluate(() => { document.getElementById("scroll").scrollTop = 0; });
    await page.waitForSelector("#to-end:not([hidden])");
    await page.fill("#text", "여러 줄\n여러 줄\n여러 줄\n여러 줄");
    const [arrow, send] = await Promise.all(["#to-end", "#send"].map((id) => page.locator(id).boundingBox()));
    assert.ok(arrow.y + arrow.height <= send.y || arrow.x + arrow.width <= send.x, "the arrow covers the button");
    await noBarriers(page, "phone");
    await picture(page, "web-phone");
    await page.locator('.tools [aria-pressed="false"]').last().click();
    await page.waitForSelector(".opinion");
    await until(page, () => {
      document.getElementById("scroll").scrollTop = 0;
      return !document.getElementById("to-end").hidden;
    });
    assert.equal(await page.locator("#to-end").isVisible(), false, "the arrow covers the form's buttons");
    await page.locator(".opinion button:not(.primary)").last().click();
    await context.setOffline(true);
    await ask(page, "보내지 못한 질문");
    await until(page, () => document.querySelector(".stop")?.closest(".status").textContent.includes("아직 보내지"));
    const stop = await page.locator(".stop").evaluate((one) => [one.scrollHeight, one.offsetHeight, one.offsetWidth]);
    assert.ok(stop[0] <= stop[1] && stop[2] > 60, `the way to stop is squeezed: ${stop}`);
    await page.click("#menu");
    await noBarriers(page, "phone's menu");
  },

  // The keyboard goes into the menu, stays there, and comes back to where it was.
  async menuByKeyboard(browser) {
    const context = await openContext(browser, { viewport: { width: 390, height: 780 }, bypassCSP: true });
    const page = await openPage(context);
    const focused = () => page.evaluate(() => document.activeElement.closest("#side") ? "in the menu" : document.activeElement.id);
    await ask(page, "정산은 언제 되나요?");
    await page.waitForSelector(".sources");
    for (const close of [
      () => page.keyboard.press("Escape"),
      () => page.keyboard.press("Enter"), // its own button
      () => page.click("#shade", { position: { x: 380, y: 400 } }),
      () => page.locator("#list a").press("Enter"),
    ]) {
      await page.focus("#menu");
      await page.keyboard.press("Enter");
      await until(page, () => document.activeElement.id === "side-close");
      assert.equal(await page.evaluate(() => document.getElementById("main").inert), true);
      await close();
      await until(page, () => !document.getElementById("main").inert);
      await until(page, () => document.activeElement.id === "menu" || document.activeElement.id === "text");
    }
    await page.focus("#menu");
    await page.keyboard.press("Enter");
    const places = new Set();
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press("Tab");
      places.add(await focused());
    }
    assert.deepEqual([...places].filter((one) => one && one !== "in the menu"), []);
    await page.setViewportSize({ width: 1180, height: 820 });
    await until(page, () => !document.getElementById("main").inert);
  },

  // Whatever stands in for the server at the start: words in the browser's language, and then the page.
  async serverAwayAtTheStart(browser) {
    const strange = [{ status: 500, body: "" }, { status: 503, json: { detail: "store" } }, { status: 200, body: "<p>Sign in to this network" }, { status: 200, json: {} }, { status: 502, body: "<h1>Bad Gateway" }, null];
    for (const [locale, words] of [["ko-KR", /서버가 답하지 않아요/], ["en-GB", /does not answer right now/]]) {
      const context = await openContext(browser, { locale, bypassCSP: true });
      const left = [...strange];
      await context.route("**/api/v1/about*", (route) => {
        if (!left.length) return route.continue();
        const answer = left.shift();
        return answer ? route.fulfill(answer) : route.abort();
      });
      await context.addInitScript(() => {
        const wait = globalThis.setTimeout;
        globalThis.setTimeout = (work, ms) => wait(work, Math.min(ms, 200));
      });
      const page = await openPage(context);
      await page.locator("#starting:visible", { hasText: words }).waitFor();
      await noBarriers(page, "the server is away");
      await page.waitForSelector("#welcome:not([hidden])");
      assert.deepEqual(left, []);
      assert.equal(await page.locator("#starting").isVisible(), false);
    }
    // Not even the script has come.
    const context = await openContext(browser);
    await context.route("**/app.js", (route) => route.abort());
    const page = await context.newPage();
    await page.goto(`${ADDRESS}/`);
    await page.locator("#starting:visible", { hasText: /다시 시도/ }).waitFor();
  },

  async messenger(browser) {
    const site = http.createServer((_, response) => {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(`<!doctype html><html lang="ko"><title>가게</title><h1>가게</h1><script src="${ADDRESS}/widget.js" async></script>`);
    });
    await new Promise((done) => site.listen(Number(process.env.SHOP_PORT), "127.0.0.1", done));
    try {
      const context = await openContext(browser);
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${process.env.SHOP_PORT}/`);
      await page.mouse.click(1180 - 50, 820 - 50);
      let frame;
      while (!(frame = page.frames().find((one) => one.url().includes("/embed")))) await page.waitForTimeout(50);
      await frame.waitForSelector("#welcome:not([hidden])");
      await frame.fill("#text", "정산은 언제 되나요?");
      await frame.press("#text", "Enter");
      await frame.waitForSelector(".sources");
      await picture(page, "web-messenger");
    } finally {
      site.closeAllConnections();
      site.close();
    }
  },

  // The page's own words are in the browser's language, also on a FAQ in another one.
  async otherLanguage(browser) {
    const page = await openPage(await openContext(browser, { locale: "en-US" }));
    await page.waitForSelector("#welcome:not([hidden])");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    assert.match(await page.getAttribute("#text", "placeholder"), /^[\x20-\x7e]+$/);
  },

  // A wrong token, the right one, an opinion with its reason, and the way out.
  async behindAToken(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const page = await openPage(context);
    await page.waitForSelector("#gate:not([hidden])");
    await page.fill("#token", "wrong-wrong-wrong1");
    await page.press("#token", "Enter");
    await until(page, () => document.querySelector("#token-wrong").textContent);
    await noBarriers(page, "a wrong token");
    await page.fill("#token", process.env.OWNER);
    await page.press("#token", "Enter");
    await ask(page, "정산은 언제 되나요?");
    await page.waitForSelector(".sources");
    await page.locator('.tools [aria-pressed="false"]').nth(1).click();
    await page.waitForSelector(".opinion");
    await noBarriers(page, "an opinion");
    await page.locator(".asked .icon").last().click({ force: true });
    await page.waitForSelector(".asked textarea");
    await noBarriers(page, "editing a question");
    await page.keyboard.press("Escape");
    await page.locator(".asked .icon").first().click({ force: true });
    await page.waitForSelector("#sure[open]");
    await noBarriers(page, "deleting");
    await page.locator('#sure [value="no"]').click();
    await page.click("#sign-out");
    await page.waitForSelector("#gate:not([hidden])");
  },

  async overTheLimit(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const page = await openPage(context);
    await ask(page, "질문 하나");
    await page.waitForSelector(".tools");
    await ask(page, "한도를 넘는 질문");
    await until(page, () => /\d+초 뒤에/.test(document.getElementById("notice").textContent));
    assert.equal(await page.inputValue("#text"), "한도를 넘는 질문");
    await noBarriers(page, "over the limit");
    await page.reload();
    await until(page, () => document.getElementById("text").value === "한도를 넘는 질문");
  },
};

await withBrowser(stories[process.argv[2]]);

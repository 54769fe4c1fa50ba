// The console as those who run the bot use it; run by test_browser.py, which serves it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { noBarriers, openContext, openPage, picture, until, withBrowser } from "./lib.mjs";

const VIEWS = ["today", "conversations", "faq", "gaps", "lessons", "switches", "people"];

async function entered(context) {
  const page = await openPage(context, "/console");
  await page.fill("#token", process.env.OWNER);
  await page.fill("#user", "mina");
  await page.press("#user", "Enter");
  await page.waitForSelector(".cards");
  return page;
}

async function view(page, address) {
  await page.evaluate((to) => { location.hash = to; }, address);
  const [name] = address.split("?");
  await until(page, (one) => document.querySelector(`#nav a[href="#${one}"][aria-current]`) && !document.querySelector("#view[aria-busy]") && document.querySelector("#view").children.length, name);
}

async function tabTo(page, selector) {
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`the keyboard does not reach ${selector}`);
}

const stories = {
  async owner(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const gate = await openPage(context, "/console");
    await gate.waitForSelector("#gate:not([hidden])");
    await noBarriers(gate, "gate");
    const page = await entered(context);
    for (const name of VIEWS) {
      await view(page, name);
      await noBarriers(page, name);
    }
    await view(page, "today");
    await page.click('a[href^="#today?over=days"]');
    await until(page, () => document.querySelector('a[href^="#today?over=days"][aria-current]') && document.querySelector(".uplot"));
    await picture(page, "console-today");
    await view(page, "conversations");
    await picture(page, "console-conversations");
    await page.locator(".turn h2 a").first().click();
    await page.waitForSelector(".whole");
    await page.locator(".whole > details > summary").first().click();
    await page.locator(".replay summary").first().click();
    await noBarriers(page, "a conversation");
    await page.locator(".whole .row button").first().click();
    await page.waitForSelector(".beside");
    await page.locator(".whole").first().scrollIntoViewIfNeeded();
    await picture(page, "console-replay");
    await noBarriers(page, "asked again");
    await view(page, "faq");
    await picture(page, "console-faq");
    await page.click('a[href^="#faq?order=check"]');
    await until(page, () => document.querySelector("#view").textContent.includes("제목이 거의 같아요"));
    await noBarriers(page, "what could be better");
    await picture(page, "console-check");
    await page.locator("#view .turns h2 a").first().click();
    await page.waitForSelector("h3");
    await page.getByRole("button", { name: "6개월" }).click();
    await until(page, () => document.querySelector("#view").textContent.includes("mina 님이 검토함"));
    await page.getByRole("button", { name: "질문 고치기" }).click();
    await page.fill("#view textarea", "정산 대금은 언제 입금되나요?");
    await noBarriers(page, "editing questions");
    await page.getByRole("button", { name: "저장" }).click();
    await until(page, () => document.querySelector("#view").textContent.includes("이미"));
    await page.fill("#view textarea", "언제 통장에 들어와요?");
    await page.getByRole("button", { name: "저장" }).click();
    await until(page, () => [...document.querySelectorAll("#view li")].some((one) => one.textContent === "언제 통장에 들어와요?"));
    await view(page, "gaps");
    await picture(page, "console-gaps");
    await page.locator(".gap .primary").first().click();
    await page.fill(".work textarea", "만 원부터 쓸 수 있어요.");
    await page.locator(".work").getByRole("button", { name: "무엇이 달라지는지" }).click();
    await page.waitForSelector(".work table, .work .empty");
    await noBarriers(page, "what a lesson changes");
    await picture(page, "console-trial");
    await page.locator(".work .primary").click();
    await page.locator(".work .good", { hasText: "답할 수 있어요" }).waitFor();
    await view(page, "lessons");
    assert.match(await page.textContent("#view"), /만 원부터/);
    await view(page, "switches");
    assert.match(await page.textContent("#view"), /가르침/);
    await page.selectOption(".switch select", "off");
    await page.locator(".switch .primary").first().click();
    await until(page, () => document.querySelector("#view").textContent.includes("켬 → 끔"));
    const manners = page.locator(".switch").last();
    await manners.getByRole("button", { name: "채널 더하기" }).click();
    await manners.locator(".line input").fill("C0123ABCD");
    await noBarriers(page, "manners");
    await manners.locator(".primary").click();
    await until(page, () => document.querySelector("#view").textContent.includes("C0123ABCD: 부를 때만 답하기"));
    await noBarriers(page, "switched");
    await picture(page, "console-switches");
    const person = await page.evaluate(async () => (await (await fetch("/console/api/turns?limit=1")).json()).turns[0].person);
    await view(page, `people?person=${encodeURIComponent(person)}`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "내보내기" }).click()]);
    const rows = (await readFile(await download.path(), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
    const turns = rows.filter(({ kind }) => kind === "turn");
    assert.ok(turns.length && turns.every(({ turn }) => turn.question.asker === person));
    await until(page, (count) => document.querySelector("#view").textContent.includes(`질문 ${count}개`), turns.length);
    await noBarriers(page, "exported");
  },

  // Whatever stands in for the server at the start: words in the browser's language, and then the console.
  async serverAwayAtTheStart(browser) {
    const left = [{ status: 500, body: "" }, { status: 200, body: "<p>Sign in to this network" }, { status: 200, json: {} }, null];
    const context = await openContext(browser, { locale: "en-GB" });
    await context.route("**/console/api/me*", (route) => {
      if (!left.length) return route.continue();
      const answer = left.shift();
      return answer ? route.fulfill(answer) : route.abort();
    });
    const page = await openPage(context, "/console");
    await page.locator("#starting:visible", { hasText: /does not answer right now/ }).waitFor();
    await page.waitForSelector("#gate:not([hidden])");
    assert.equal(await page.locator("#starting").isVisible(), false);
  },

  async phone(browser) {
    const context = await openContext(browser, { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, bypassCSP: true, colorScheme: "dark" });
    const page = await entered(context);
    await picture(page, "console-phone");
    for (const name of VIEWS) {
      await view(page, name);
      await noBarriers(page, `${name} on a phone`);
      const place = await page.locator(`#nav a[href="#${name}"]`).boundingBox();
      assert.ok(place.x >= 0 && place.x + place.width <= 390, `${name} is out of sight in the menu`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${name} is wider than the phone: ${width}`);
    }
  },

  // Signs in, opens a conversation and unfolds why it was answered so, without a mouse.
  async keyboard(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const page = await openPage(context, "/console");
    await page.waitForSelector("#gate:not([hidden])");
    await page.keyboard.type("wrong-wrong-wrong1");
    await page.keyboard.press("Enter");
    await until(page, () => document.querySelector("#wrong").textContent);
    await noBarriers(page, "a wrong key");
    await page.keyboard.type(process.env.OWNER); // in the place of the wrong one, which is selected
    await page.keyboard.press("Enter");
    await page.waitForSelector(".cards");
    await tabTo(page, '#nav a[href="#conversations"]');
    await page.keyboard.press("Enter");
    await page.waitForSelector(".turn h2 a");
    await tabTo(page, ".turn h2 a");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".whole > details > summary");
    await tabTo(page, ".whole > details > summary");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".whole details[open] .replay");
    await tabTo(page, ".whole .row button");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".beside");
    // After a change it goes on where it was, and not from the top of the page.
    await view(page, "switches");
    await tabTo(page, ".switch select");
    await page.keyboard.press("ArrowDown");
    await tabTo(page, ".switch .primary");
    await page.keyboard.press("Enter");
    await until(page, () => document.getElementById("say").textContent.includes("저장"));
    await noBarriers(page, "saved");
    await until(page, () => document.activeElement.id === "main");
    await view(page, "gaps");
    await tabTo(page, ".gap .primary");
    await page.keyboard.press("Enter");
    await until(page, () => document.activeElement.matches(".work textarea"));
    await page.keyboard.type("만 원부터 쓸 수 있어요.");
    await tabTo(page, ".work .primary");
    await page.keyboard.press("Enter");
    await until(page, () => document.activeElement.matches(".work .good, .work .held"));
  },

  // What goes wrong is said in the console's words, in sight of the button that was pressed.
  async trouble(browser) {
    const context = await openContext(browser, { bypassCSP: true });
    const page = await entered(context);
    await page.click(".card >> nth=0");
    await page.waitForSelector(".turn h2 a");
    assert.notEqual(await page.inputValue('input[type="datetime-local"]'), "");
    await view(page, "conversations?text=nowhere");
    const note = page.locator("#view .empty");
    assert.match(await note.textContent(), /까지 거슬러 찾았는데/);
    await page.getByRole("button", { name: "더 앞에서 찾기" }).click();
    await until(page, () => document.querySelectorAll("#view button:disabled").length === 0);
    await noBarriers(page, "nothing found yet");
    await view(page, "gaps");
    const last = page.locator(".gap").last();
    await last.locator(".primary").first().click();
    await last.locator("textarea").fill("");
    await last.getByRole("button", { name: "가르치고" }).click();
    const problem = page.locator("#problem");
    await until(page, () => document.querySelector("#problem").textContent.includes("답변을 먼저"));
    const place = await problem.boundingBox();
    assert.ok(place.y > 0 && place.y + place.height <= 820, `out of sight: ${place.y}`);
    await noBarriers(page, "a refusal");
    await context.setOffline(true);
    await last.getByRole("button", { name: "가르치고" }).click();
    await until(page, () => document.querySelector("#problem").textContent.includes("연결할 수 없어요"));
    await context.setOffline(false);
    await last.locator("textarea").fill("만 원부터 쓸 수 있어요.");
    await last.getByRole("button", { name: "가르치고" }).click();
    await last.locator(".good, .held").first().waitFor();
    assert.equal(await problem.textContent(), "");
  },

  // Looks, and is offered nothing to change.
  async reader(browser) {
    const context = await openContext(browser, { bypassCSP: true, locale: "en-US" });
    const page = await openPage(context, "/console");
    await page.fill("#token", process.env.READER);
    await page.press("#token", "Enter");
    await page.waitForSelector(".cards");
    for (const name of VIEWS) {
      await view(page, name);
      await noBarriers(page, `${name} for a reader`);
      const offered = page.locator("#view button:not([type=submit])").filter({ hasNotText: /more/i });
      assert.equal(await offered.count(), 0, name);
    }
  },
};

await withBrowser(stories[process.argv[2]]);

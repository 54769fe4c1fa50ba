// A browser on the bot at ADDRESS: what every story needs.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const ADDRESS = process.env.ADDRESS;
const PICTURES = process.env.PICTURES; // where pictures for the documentation go, if anywhere
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export async function withBrowser(story) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  try {
    await story(browser);
  } finally {
    await browser.close();
  }
}

// axe needs to run in the page, which its content policy forbids: only those who look for barriers lift it.
export async function openContext(browser, options = {}) {
  const context = await browser.newContext({ locale: "ko-KR", viewport: { width: 1180, height: 820 }, ...options });
  context.setDefaultTimeout(20_000);
  return context;
}

export async function openPage(context, path = "/") {
  const page = await context.newPage();
  page.on("pageerror", (error) => { throw error; });
  await page.goto(`${ADDRESS}${path}`);
  return page;
}

export async function noBarriers(page, name) {
  await page.addScriptTag({ path: axePath });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.filter(({ impact }) => ["serious", "critical", "moderate"].includes(impact));
  assert.deepEqual(found.map(({ id, nodes }) => `${name}: ${id} ${nodes[0].html} ${nodes[0].failureSummary}`), []);
}

export async function picture(page, name) {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

export async function ask(page, text) {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

export const asked = (page) => page.locator(".asked .bubble").allTextContents();
export const until = (page, work, value) => page.waitForFunction(work, value, { polling: 100 });

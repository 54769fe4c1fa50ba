// The bot as people see it in the local Slack and Discord: `node messengers.mjs STORY`.

import assert from "node:assert/strict";
import { openContext, openPage, picture, until, withBrowser } from "./lib.mjs";

const shows = (page, place, text) =>
  until(page, ([where, wanted]) => document.querySelector(where)?.textContent.includes(wanted), [place, text]);

// Make the window so high that a long message is seen from its first line to its last.
async function showWhole(page, place) {
  const box = page.locator(place);
  const hidden = await box.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight);
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width, height: height + hidden });
  assert.equal(await box.evaluate(({ scrollTop, scrollHeight, clientHeight }) => scrollTop + scrollHeight - clientHeight), 0);
}

const stories = {
  async slackThread(page) {
    await page.click("#channels button >> nth=0");
    await page.click("button.replies");
    await shows(page, "#replies", "출처 자세히");
    await picture(page, "slack-thread");
    await page.click("#replies button.b:has-text('출처 자세히')");
    await shows(page, "#modal", "구매확정일의 다음 영업일");
    await picture(page, "slack-sources");
  },

  async slackAgent(page) {
    await page.click("#apps button >> nth=0");
    await shows(page, "#list", "출처 자세히");
    await picture(page, "slack-agent");
  },

  async slackDigest(page) {
    await page.click("#channels button >> nth=0");
    await shows(page, "#list", "어긋나요");
    await showWhole(page, "#list");
    await picture(page, "digest");
  },

  async discordDigest(page) {
    await until(page, () => document.body.textContent.includes("어긋나요"));
    await showWhole(page, "#log");
    await picture(page, "digest-discord");
  },

  async discordThread(page) {
    await page.click("#list button.thread");
    await page.click("button:has-text('출처 자세히')");
    await until(page, () => document.body.textContent.includes("나만 볼 수 있는 메시지"));
    await until(page, () => document.body.textContent.includes("구매확정일의 다음 영업일"));
    await picture(page, "discord-thread");
  },
};

await withBrowser(async (browser) => {
  const context = await openContext(browser);
  await stories[process.argv[2]](await openPage(context));
});

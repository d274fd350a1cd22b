// The whole case study, by mouse only and by keyboard only. The page's counts are checked after each step.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { CASE_STUDY } from "./case-study.mjs";
import { test, walk } from "./engines.mjs";
import { Keyboard, Mouse, eventually, expectCounts, focused, node } from "./rosterlab.mjs";

for (const [way, Hand] of [
  ["mouse", Mouse],
  ["keyboard", Keyboard],
]) {
  for (const [place, { title, steps }] of CASE_STUDY.entries()) {
    (place === 0 ? walk : test)(`by ${way}: ${title}`, async (t) => {
      const { page, complaints } = await openPage(t, { context: { viewport: { width: 1440, height: 940 } } });
      const hand = new Hand(page);
      await expectCounts(page, "B102", {}, "at first");
      for (const [place, [deed, id, expected]] of steps.entries()) {
        await hand[deed](id);
        const step = `step ${place + 1}: ${deed} ${id ?? ""}`;
        await expectCounts(page, expected.principal, expected, step);
        assert.equal(await page.locator('[role="alert"]:has-text("Not done")').count(), 0, step);
      }
      assert.deepEqual(complaints, []);
    });
  }
}

test("one click stops a rack, another starts it", async (t) => {
  const { page, complaints } = await openPage(t);
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await expectCounts(page, "A103", {});
  await page.locator('[data-rack="2"] [data-action="start-rack"]').click();
  await expectCounts(page, "B102", {});
  assert.deepEqual(complaints, []);
});

test("two clicks show a newcomer 4096 unavailable partitions and the rule that decided", async (t) => {
  const { page } = await openPage(t);
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await page.locator('[data-action="crash"]').click();
  await expectCounts(page, "A103", { unavailable: 4096 });
  const news = await page.locator("[data-news]").innerText();
  assert.match(news, /A102 crashed\..*unavailable, because .*rule 7/);
  assert.match(await page.locator(".why-verdict").innerText(), /unavailable, decided by rule/);
});

test("the focus stays when a card's actions change", async (t) => {
  const { page } = await openPage(t);
  const keyboard = new Keyboard(page);
  await keyboard.crash("A102");
  await eventually(() => node(page, "A102").getAttribute("data-state"), "crashed");
  assert.equal(await focused(page), "A102");
  await page.locator('[data-action="start"]').click();
  await eventually(() => node(page, "A102").getAttribute("data-state"), "up");
  assert.equal(await focused(page), "start");
});

test("an impossible action is refused with a sentence, and nothing changes", async (t) => {
  const { page, complaints } = await openPage(t);
  await page.locator('[data-action="crash"]').click();
  await page.keyboard.press("Enter");
  await eventually(() => page.getByRole("alert").innerText(), "Not done. Node A102 is down.");
  assert.equal(await node(page, "A102").getAttribute("data-state"), "crashed");
  assert.equal(await focused(page), "crash");
  await page.locator('[data-action="start"]').click();
  await eventually(() => page.getByRole("alert").innerText(), "");
  assert.deepEqual(complaints, []);
});

test("with every node down, the page says so and can still start them", async (t) => {
  const { page, complaints } = await openPage(t);
  await page.locator('[data-rack="1"] [data-action="stop-rack"]').click();
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await expectCounts(page, "none", { unavailable: 4096 });
  await page.locator('[data-rack="1"] [data-action="start-rack"]').click();
  await page.locator('[data-rack="2"] [data-action="start-rack"]').click();
  await expectCounts(page, "B102", {});
  assert.deepEqual(complaints, []);
});

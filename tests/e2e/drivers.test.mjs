// The part of the drivers' interface that other tests lean on, where an adapter of our own can be wrong about it.

import assert from "node:assert/strict";
import { openBlankPage } from "./browser.mjs";
import { walk } from "./engines.mjs";

walk("what is visible is told from what is hidden, empty or in closed details", async (t) => {
  const { page } = await openBlankPage(t);
  await page.evaluate(() => {
    document.body.innerHTML = `
      <p id="plain">seen</p>
      <p id="empty"></p>
      <p id="none" style="display: none">not laid out</p>
      <p id="hidden" style="visibility: hidden">not painted</p>
      <p style="visibility: hidden"><span id="shown" style="visibility: visible">painted all the same</span></p>
      <details><summary id="summary">more</summary><p id="folded">in the fold</p></details>
      <details open><summary>less</summary><p id="unfolded">out of the fold</p></details>`;
  });
  const isVisible = (id) => page.locator(`#${id}`).isVisible();
  for (const id of ["plain", "shown", "summary", "unfolded"]) assert.equal(await isVisible(id), true, id);
  for (const id of ["empty", "none", "hidden", "folded", "missing"]) assert.equal(await isVisible(id), false, id);

  await page.locator("#folded").waitFor({ state: "hidden" });
  await page.locator("#summary").click();
  await page.locator("#folded").waitFor();
  assert.equal(await isVisible("folded"), true, "the details are open");
});

walk("a click that is forced keeps no later click from its target", async (t) => {
  const { page } = await openBlankPage(t);
  await page.evaluate(() => {
    document.body.innerHTML = `<button id="one">one</button> <button id="two">two</button>`;
    document.body.addEventListener("click", ({ target }) => { document.title += target.id; });
  });
  for (const [id, force] of [["one", true], ["two", false], ["one", true], ["two", true]]) await page.locator(`#${id}`).click({ force });
  assert.equal(await page.title(), "onetwoonetwo");
});

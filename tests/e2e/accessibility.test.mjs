// Every view, in both themes and at three widths: axe-core finds no violation, targets have 24 px, nothing scrolls sideways,
// no text is cut off.

import assert from "node:assert/strict";
import { PNG } from "pngjs";
import { violations } from "./axe.mjs";
import { openPage } from "./browser.mjs";
import { NARROW, cannot, test, walk } from "./engines.mjs";
import { action, eventually, link, node, openTab } from "./rosterlab.mjs";

const SIZES = [
  { width: 1440, height: 940 },
  { width: 1024, height: 768 },
  { width: 360, height: 640 },
];

/** States of the page. Each starts from the one before. */
const VIEWS = [
  ["as opened", async () => {}],
  ["after a crash, with a refusal", async (page) => {
    await action(page, "crash").click();
    await page.keyboard.press("Enter");
    await eventually(() => page.getByRole("alert").innerText(), "Not done. Node A102 is down.");
  }],
  ["split, with a card moved", async (page) => {
    const more = page.locator(".more-tools > summary");
    if (await more.isVisible()) await more.click();
    await action(page, "split").click();
    await node(page, "A101").click();
    await page.locator('[data-action="move"]').click();
    await eventually(() => page.locator("[data-count]").count(), 6);
  }],
  ["with the roster editor open, and a question", async (page) => {
    await action(page, "edit-roster").click();
    await page.locator("#draft-text").fill("A103@1,X");
    await eventually(() => page.locator("#draft-error").innerText().then((text) => text.startsWith("Entry 2")), true);
    await action(page, "stage-observed").click();
    await page.locator(".question").waitFor();
  }],
  ["with clients on both sides, in SC and AP", async (page) => {
    await openTab(page, "clients");
    await action(page, "beside").click();
    for (const side of await action(page, "client-write").all()) await side.click();
    await eventually(() => page.locator(".answer").count(), 4);
  }],
  ["with the keys shown", async (page) => {
    await action(page, "help").click();
    await page.locator(".help").waitFor();
  }],
  ["with the share panel shown, and scenarios to open", async (page) => {
    await action(page, "share").click();
    await page.locator("#scenarios-title").waitFor();
  }],
  ["with all failure sets, and settings of which some are refused", async (page) => {
    await action(page, "losses").click();
    await page.locator("[data-heat]").waitFor();
    await action(page, "settings").click();
    await action(page, "add-namespace").click();
    await page.locator("#ns-1-factor").fill("129");
    await page.locator("#ns-1-factor[aria-invalid]").waitFor();
  }],
  ["with two namespaces", async (page) => {
    await page.locator("#ns-1-factor").fill("3");
    await action(page, "apply-settings").click();
    await action(page, "show-namespace").last().click();
    await page.locator('[data-map="ns2"]').waitFor();
  }],
  ["while the margin is computed", async (page) => {
    // That takes only milliseconds, so the test sets the class itself.
    await page.locator(".margin").evaluate((margin) => { margin.className = "margin stale"; });
  }],
  ["with every node down", async (page) => {
    await page.locator('[data-rack="1"] [data-action="stop-rack"]').click();
    await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
    await page.locator('[data-subcluster="none"]').first().waitFor();
  }],
  ["with the console open", async (page) => {
    await action(page, "console").click();
    const field = page.locator(".console-field");
    await field.fill("help; info");
    await field.press("Enter");
    await page.locator(".console-error").waitFor();
    await action(page, "undo").click();
    await field.fill("show roster");
    await field.press("Enter");
    await page.locator(".console-table").waitFor();
  }],
];

/** What is wrong with the page's layout. */
function faults(page) {
  return page.evaluate(() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > window.innerWidth) found.push(`the page is ${root.scrollWidth} px wide`);
    for (const target of document.querySelectorAll('button, [role="button"], input:not(.visually-hidden), textarea, label.tool, canvas')) {
      // What a narrow window leaves out is no target there.
      if (!target.checkVisibility()) continue;
      const { width, height } = target.getBoundingClientRect();
      if (width < 24 || height < 24) found.push(`${target.outerHTML.slice(0, 90)} is ${width} × ${height}`);
    }
    for (const face of document.querySelectorAll(".face")) {
      if (face.scrollHeight > face.clientHeight + 1 || face.scrollWidth > face.clientWidth + 1) {
        found.push(`${face.closest("[data-node]").dataset.node}: its card is too small for its text`);
      }
    }
    for (const bar of [...document.querySelectorAll(".bar")].filter((bar) => bar.checkVisibility())) {
      const { width, height } = bar.getBoundingClientRect();
      if (width < 40 || height < 5) found.push(`a bar is ${width} × ${height}`);
    }
    for (const [place, card] of [...document.querySelectorAll("[data-node]")].entries()) {
      const a = card.getBoundingClientRect();
      for (const other of [...document.querySelectorAll("[data-node]")].slice(place + 1)) {
        const b = other.getBoundingClientRect();
        if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) {
          found.push(`${card.dataset.node} lies on ${other.dataset.node}`);
        }
      }
    }
    return found;
  });
}

for (const viewport of SIZES) {
  for (const colorScheme of ["light", "dark"]) {
    (viewport.width === 360 && colorScheme === "dark" ? walk : test)(`${viewport.width} × ${viewport.height}, ${colorScheme}`, async (t) => {
      const { page, complaints } = await openPage(t, { context: { viewport, colorScheme } });
      await eventually(() => page.evaluate(() => document.documentElement.dataset.theme), colorScheme);
      for (const [view, reach] of VIEWS) {
        await reach(page);
        assert.deepEqual(await violations(page), [], view);
        assert.deepEqual(await faults(page), [], view);
      }
      assert.deepEqual(complaints, []);
    });
  }
}

walk("text at twice the size fits", { skip: cannot("larger text") }, async (t) => {
  const height = async (page) => (await node(page, "A101").boundingBox()).height;
  for (const viewport of SIZES.slice(0, 2)) {
    const { page: usual } = await openPage(t, { context: { viewport } });
    const { page } = await openPage(t, { context: { viewport, fontSize: 32 } });
    const before = await height(usual);
    await eventually(async () => (await height(page)) > 1.8 * before, true);
    assert.deepEqual(await faults(page), [], `${viewport.width} px`);
  }
});

test("no panel has a soft shadow, which would take WebKit longer than all else that an action does", async (t) => {
  const { page } = await openPage(t, { context: { viewport: SIZES[0] } });
  const shadows = await page.locator(".panel").evaluateAll((panels) => panels.map((panel) => getComputedStyle(panel).boxShadow));
  // Computed, a shadow is a colour, two offsets, the blur and the spread.
  for (const shadow of shadows) assert.match(shadow, /^(none|rgba?\([^)]*\) 0px 1px 0px 0px)$/);
});

walk("on the smallest phones nothing is cut off", async (t) => {
  const { page, complaints } = await openPage(t, { context: { viewport: { width: NARROW, height: 568 }, hasTouch: true } });
  assert.deepEqual(await faults(page), []);
  await action(page, "crash").click();
  await eventually(() => node(page, "A102").getAttribute("data-state"), "crashed");
  assert.deepEqual(await faults(page), [], "after a crash");
  assert.deepEqual(complaints, []);
});

walk("at 200 % zoom everything can still be reached", async (t) => {
  const viewport = { width: 720, height: 470 };
  const { page } = await openPage(t, { context: { viewport, deviceScaleFactor: 2 } });
  assert.deepEqual(await faults(page), []);
  await action(page, "crash").click();
  await eventually(() => node(page, "A102").getAttribute("data-state"), "crashed");
});

test("every link can be clicked where it is drawn, at every width", async (t) => {
  for (const viewport of SIZES) {
    const { page } = await openPage(t, { context: { viewport } });
    for (const id of await page.locator("[data-link]").evaluateAll((all) => all.map((l) => l.dataset.link))) {
      await link(page, id).click();
      await eventually(() => link(page, id).getAttribute("data-state"), "cut", `${viewport.width}: ${id}`);
      await link(page, id).click();
      await eventually(() => page.locator('[data-state="cut"]').count(), 0);
    }
  }
});

walk("the theme follows the system until a person chooses one", { skip: cannot("changing media") }, async (t) => {
  const { page } = await openPage(t, { context: { colorScheme: "dark" } });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await eventually(theme, "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await eventually(theme, "light");
  await action(page, "theme").click();
  await eventually(theme, "dark");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await theme(), "dark");
});

walk("the page opens in the system's theme, and a person's choice stands above it", async (t) => {
  for (const [system, chosen] of [["dark", "light"], ["light", "dark"]]) {
    const { page } = await openPage(t, { context: { colorScheme: system } });
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    await eventually(theme, system);
    await action(page, "theme").click();
    await eventually(theme, chosen);
  }
});

walk("nothing moves for people who prefer reduced motion", async (t) => {
  const { page, complaints } = await openPage(t, { context: { viewport: SIZES[0], reducedMotion: "reduce" } });
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].filter((e) => getComputedStyle(e).transitionDuration !== "0s").length,
  );
  assert.equal(moving, 0);
  assert.deepEqual(complaints, []);
});

walk("forced colours work", { skip: cannot("forced colours") }, async (t) => {
  const { page, complaints } = await openPage(t, { context: { viewport: SIZES[0], forcedColors: "active" } });
  assert.deepEqual(complaints, [], "looked at before Playwright's screenshot, which the policy forbids in Firefox");
  const grip = PNG.sync.read(await page.screenshot({ clip: await node(page, "A101").locator(".grip").boundingBox() }));
  const colours = new Set(new Uint32Array(grip.data.buffer, grip.data.byteOffset, grip.width * grip.height));
  assert.ok(colours.size > 1, "the dots of a card's grip are seen");
});

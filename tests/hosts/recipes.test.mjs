// The recipes of docs/embedding.md, in sites that other people's tools have built (build.mjs): every figure is where the author
// put it, once, still and live, and has the theme of its site.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { contrast, eventually, open, schemes, wakeAll } from "./host.mjs";
import { BUILT } from "./sites.mjs";

/** Presses furo's button until the page has a theme. */
async function pressUntil(page, theme) {
  const current = () => page.evaluate(() => document.body.dataset.theme);
  for (let press = 0; press < 3 && (await current()) !== theme; press += 1) {
    await page.locator("button.theme-toggle:visible").first().click();
  }
}

/** Each site: its page, its theme on a system that is dark, and how a reader switches to another, if that is possible. */
const SITES = {
  mkdocs: { path: "rack/", first: "light", to: (page) => page.locator("label.md-header__button[for^=__palette]:visible").click() },
  sphinx: { path: "index.html", first: "dark", to: pressUntil },
  vitepress: { path: "index.html", first: "dark", to: (page) => page.locator(".VPSwitchAppearance:visible").first().click() },
  starlight: {
    path: "index.html",
    first: "dark",
    to: (page, theme) => page.locator("starlight-theme-select select:visible").first().selectOption(theme),
  },
  reveal: { path: "index.html", first: "dark" },
  pandoc: { path: "index.html", first: "light" },
  notebook: { path: "index.html", first: "dark" },
};

const openSite = (t, name, context = {}) =>
  open(t, SITES[name].path, { folder: join(BUILT, name), context: { viewport: { width: 1400, height: 900 }, ...context } });

/** Where the figures and the text after them are. */
const places = (page) =>
  page.evaluate(() => {
    const found = (text) =>
      [...document.querySelectorAll("p, li, section, div")].filter((element) => element.children.length === 0 && element.textContent.trim() === text);
    return {
      elements: document.querySelectorAll("rosterlab-playground").length,
      outside: [...document.querySelectorAll("figure.rl")].filter((figure) => figure.parentElement.localName !== "rosterlab-playground").length,
      inside: document.querySelectorAll("rosterlab-playground > figure.rl:only-child").length,
      nested: document.querySelectorAll("rosterlab-playground rosterlab-playground").length,
      between: found("Between the figures.").map((element) => element.closest("rosterlab-playground") === null),
      after: found("After the figures.").map((element) => element.closest("rosterlab-playground") === null),
      title: document.querySelectorAll("rosterlab-playground > figure .rl-title")[1]?.textContent,
      said: document.querySelectorAll("rosterlab-playground > figure .rl-say")[1]?.innerHTML,
    };
  });

const EXPECTED = {
  elements: 2,
  outside: 0,
  inside: 2,
  nested: 0,
  between: [true],
  after: [true],
  title: "Signs {x} and {{ y }} and ${z}, *a* _b_ `c` [d](e) <f> | \\g",
  said: "Lost: <code>{{ A2 }}</code>, {gone}.",
};

for (const name of Object.keys(SITES)) {
  const { first, to } = SITES[name];

  test(`${name}: figures stand where they were put, readable without JavaScript on a dark system`, async (t) => {
    const { page } = await openSite(t, name, { javaScriptEnabled: false, colorScheme: "dark" });
    assert.deepEqual(await places(page), EXPECTED);
    const ids = await page.evaluate(() =>
      [...document.querySelectorAll(".rl .rl-id")].map((id) => {
        const style = getComputedStyle(id);
        return [id instanceof SVGElement ? style.fill : style.color, getComputedStyle(id.closest(".rl")).backgroundColor];
      }),
    );
    assert.ok(ids.length > 5);
    for (const [ink, paper] of ids) assert.ok(contrast(ink, paper) > 4.5, `${ink} on ${paper}`);
  });

  test(`${name}: figures are live, seen once, and follow the theme of the site`, async (t) => {
    const { page, complaints, requests } = await openSite(t, name, { colorScheme: "dark" });
    assert.equal(await wakeAll(page), 2);
    assert.deepEqual(await places(page), EXPECTED);
    const differing = await page.evaluate(() =>
      [...document.querySelectorAll("rosterlab-playground")]
        .filter((element) => !element.shadowRoot.querySelector("figure").isEqualNode(element.querySelector("figure")))
        .map((element) => element.querySelector(".rl-title").textContent),
    );
    assert.deepEqual(differing, [], "live as it was still");
    assert.equal(await page.locator("rosterlab-playground > figure:visible").count(), 0, "the still one is not seen beside it");
    assert.equal(requests.filter((url) => url.endsWith(".wasm")).length, 1);
    assert.deepEqual(await schemes(page), [first, first]);
    const other = first === "dark" ? "light" : "dark";
    for (const theme of to ? [other, first] : []) {
      await to(page, theme);
      await eventually(() => schemes(page), [theme, theme]);
    }
    // Requests to other hosts are refused here.
    assert.deepEqual(complaints.filter((said) => !/ERR_FAILED|MathJax|require/.test(said)), []);
  });
}

test("reveal: keys of a focused control do not turn the slide, other keys do", async (t) => {
  const { page } = await openSite(t, "reveal");
  await wakeAll(page);
  const slide = () => page.evaluate(() => globalThis.Reveal.getIndices().h);
  const step = () => page.locator("rosterlab-playground .rl-picture .rl-step").first().innerText();
  await page.locator("rosterlab-playground").first().getByRole("button", { name: "Next" }).focus();
  await page.keyboard.press(" ");
  await eventually(step, "Step 4 of 7: Start A102");
  assert.equal(await slide(), 0);
  await page.keyboard.press("ArrowRight");
  await eventually(slide, 1);
  const size = await page.locator("rosterlab-playground .rl-picture figure").first().evaluate((figure) => getComputedStyle(figure).fontSize);
  assert.equal(size, "18px", "larger, as the slides ask");
});

test("reveal: a figure that is too high scrolls in its slide, by keys too, and its controls stay in sight", async (t) => {
  const { page } = await openSite(t, "reveal");
  await wakeAll(page);
  await page.evaluate(() => globalThis.Reveal.slide(1));
  const figure = page.locator("rosterlab-playground").nth(1);
  await figure.evaluate((element) => element.setAttribute("view", "all"));
  const picture = figure.locator(".rl-picture");
  await picture.locator(".rl-row").waitFor();
  const { bottom } = await figure.locator(".rl-bar").evaluate((bar) => bar.getBoundingClientRect().toJSON());
  assert.ok(bottom < 900, `${bottom}`);
  await picture.locator("figure").focus();
  await page.keyboard.press("ArrowDown");
  await eventually(() => picture.evaluate((element) => element.scrollTop > 0), true);
});

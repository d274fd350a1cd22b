// What the element does whatever page it is in: the page's theme, wrong attributes, failed loads, keys, the size of text.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { contrast, eventually, open, schemes, wakeAll } from "./host.mjs";
import { DIST } from "./sites.mjs";

const PAGE = "embed/examples/host.html";

/** A still figure, as `rosterlab figure` prints it. */
const STILL = readFileSync(join(DIST, "embed/examples/plain.html"), "utf8").match(/<figure .*?<\/figure>/s)[0];

const element = (attributes = 'scenario="case-study.json" view="map" step="3"') =>
  `<rosterlab-playground ${attributes}>${STILL}</rosterlab-playground>`;

const docs = ({ html = "", head = "", body = element() }) => `<!doctype html><html lang="en" ${html}><head><meta charset="utf-8" />
  <title>docs</title><link rel="icon" href="data:," /><link rel="stylesheet" href="../rosterlab.css" />${head}
  <script type="module" src="../rosterlab-embed.js"></script></head><body>${body}</body></html>`;

const openDocs = (t, parts, options = {}) => open(t, PAGE, { body: docs(parts), ...options });

const set = (page, name, value) =>
  page.locator("rosterlab-playground").evaluate((element, [name, value]) => element.setAttribute(name, value), [name, value]);

/** The events of the page's figures, since the last call. */
const told = (page) => page.evaluate(() => window.told.splice(0));
const listening = {
  prepare: (page) =>
    page.addInitScript(() => {
      window.told = [];
      for (const name of ["ready", "error", "step"]) {
        document.addEventListener(`rosterlab-${name}`, ({ detail }) => window.told.push([name, detail]));
      }
    }),
};

const step = (page) => page.locator("rosterlab-playground .rl-picture .rl-step").innerText();
const line = (page) => page.locator("rosterlab-playground [part~=status]").innerText();

for (const javaScriptEnabled of [true, false]) {
  for (const system of ["light", "dark"]) {
    const how = `${javaScriptEnabled ? "live" : "still"}, the system ${system}`;
    test(`a figure has the theme of its page, ${how}`, async (t) => {
      const { page } = await openDocs(t, {}, { context: { colorScheme: system, javaScriptEnabled } });
      if (javaScriptEnabled) await wakeAll(page);
      // A browser can be asked to evaluate in a page that may run no script of its own.
      const themed = (attributes, inside = "") =>
        page.evaluate(
          ([attributes, inside]) => {
            for (const { name } of [...document.documentElement.attributes]) document.documentElement.removeAttribute(name);
            document.body.removeAttribute("style");
            document.body.className = "";
            for (const [name, value] of Object.entries(attributes)) document.documentElement.setAttribute(name, value);
            if (inside) document.body.className = inside;
          },
          [attributes, inside],
        );
      for (const [attributes, expected, inside] of [
        [{}, "light"],
        [{ style: "color-scheme: dark" }, "dark"],
        [{ style: "color-scheme: light dark" }, system],
        [{ "data-theme": "dark" }, "dark"],
        [{ "data-theme": "light", style: "color-scheme: light dark" }, "light"],
        [{ "data-theme": "auto" }, system],
        [{ "data-bs-theme": "dark" }, "dark"],
        [{ "data-md-color-scheme": "slate" }, "dark"],
        [{ "data-md-color-scheme": "default" }, "light"],
        [{ "data-color-mode": "dark" }, "dark"],
        [{ "data-jp-theme-light": "false" }, "dark"],
        [{ class: "dark" }, "dark"],
        [{ class: "navy" }, "dark"],
        [{ class: "dark" }, "light", "light"],
        [{ style: "--rosterlab-scheme: dark" }, "dark"],
        [{ class: "light", style: "--rosterlab-scheme: dark" }, "dark"],
      ]) {
        await themed(attributes, inside);
        assert.deepEqual(await schemes(page), [expected], JSON.stringify([attributes, inside]));
      }
      await set(page, "theme", "light");
      await themed({ class: "dark", "data-theme": "dark" });
      await eventually(() => schemes(page), ["light"]);
      await set(page, "theme", "dark");
      await themed({ "data-theme": "light" });
      await eventually(() => schemes(page), ["dark"]);
    });
  }
}

test("a page without the style sheet gives its theme to live figures, too", async (t) => {
  const body = docs({ html: 'data-theme="dark"' }).replace(/<link rel="stylesheet"[^>]*>/, "");
  const { page } = await open(t, PAGE, { body });
  await wakeAll(page);
  assert.deepEqual(await schemes(page), ["dark"]);
});

test("what a page says of tables and pictures does not reach a still figure", async (t) => {
  // The strongest of what such pages have: three classes and an element.
  const head = `<style>
    body { background: #111; color: #eee; text-align: center; line-height: 3; letter-spacing: 2px; overflow-wrap: anywhere; word-break: break-all; color-scheme: dark }
    .a.b.c th, .a.b.c td, .a.b.c b, .a.b.c p { color: #fff; background: #fff; font-size: 40px; padding: 30px; text-transform: uppercase }
    .a.b.c tr:nth-child(2n) { background: #eee } .a.b.c table { display: block; width: 100% } .a.b.c figure { padding: 50px; color: #fff }
    .a.b.c code { background: #fff }
  </style>`;
  const all = readFileSync(join(DIST, "embed/examples/plain.html"), "utf8").match(/<figure .*?<\/figure>/gs).join("");
  const looks = (page) =>
    page.evaluate(() =>
      [...document.querySelectorAll(".rl, .rl *:not(path, rect, svg)")].map((element) => {
        const { color, backgroundColor, fontSize, fontFamily, textTransform, textAlign, display, paddingTop, fill, overflowWrap, wordBreak } = getComputedStyle(element);
        return [element.nodeName, element.className?.baseVal ?? element.className, color, backgroundColor, fontSize, fontFamily, textTransform, textAlign, display, paddingTop, fill, overflowWrap, wordBreak].join(" ");
      }),
    );
  const context = { javaScriptEnabled: false };
  const plain = await openDocs(t, { head: "<style>body { color-scheme: dark }</style>", body: all }, { context });
  const hosted = await openDocs(t, { head, body: `<div class="a b c">${all}</div>` }, { context });
  assert.deepEqual(await looks(hosted.page), await looks(plain.page));
  // The ids of nodes, in tables and in the picture, can be read.
  const ids = await hosted.page.evaluate(() =>
    [...document.querySelectorAll(".rl .rl-id")].map((id) => {
      const style = getComputedStyle(id);
      return [id instanceof SVGElement ? style.fill : style.color, getComputedStyle(id.closest(".rl")).backgroundColor];
    }),
  );
  assert.ok(ids.length > 20);
  for (const [ink, paper] of ids) assert.ok(contrast(ink, paper) > 4.5, `${ink} on ${paper}`);
});

test("the text of a figure, still or live, and the picture of its nodes have the size that the page asks for", async (t) => {
  const floor = readFileSync(join(DIST, "embed/examples/plain.html"), "utf8").match(/<figure (?:(?!<\/figure>).)*rl-racks.*?<\/figure>/s)[0];
  const body = `<rosterlab-playground scenario="case-study.json" view="floor" controls="step" loading="press">${floor}</rosterlab-playground>`;
  const { page } = await openDocs(t, { body });
  const sizes = () =>
    page.locator("rosterlab-playground").evaluate((element) => {
      const root = element.shadowRoot ?? element;
      const text = (selector) => parseFloat(getComputedStyle(root.querySelector(selector)).fontSize);
      const button = root.querySelector("button");
      return [text("figure"), text("td"), root.querySelector(".rl-racks").getBoundingClientRect().width, button ? text("button") : 0];
    });
  const grow = (size) => page.evaluate((size) => document.body.style.setProperty("--rosterlab-text-size", size), size);
  const check = async (what) => {
    await grow("14px");
    const before = await sizes();
    await grow("28px");
    const after = await sizes();
    before.forEach((size, place) => assert.ok(Math.abs(after[place] - 2 * size) < 0.5, `${what}: ${before} became ${after}`));
  };
  await page.setViewportSize({ width: 1600, height: 900 });
  await check("still");
  await wakeAll(page);
  await check("live");
});

test("a scenario that is not there is told in place, and the right one wakes the figure", async (t) => {
  const { page, complaints } = await openDocs(t, { body: element('scenario="missing.json" step="3"') }, listening);
  const message = "missing.json is not there (404 at /embed/examples/missing.json)";
  await eventually(() => line(page), `This figure is not live: ${message}`);
  assert.deepEqual(await told(page), [["error", { code: "load", message }]]);
  assert.equal(await page.getByText("Step 3 of 7: Crash A102").isVisible(), true, "the still figure stays");
  await set(page, "scenario", "case-study.json");
  await eventually(() => told(page).then((all) => all.map(([name]) => name)), ["ready"]);
  assert.equal(await step(page), "Step 3 of 7: Crash A102");
  assert.equal(await page.getByText("not live").count(), 0);
  assert.deepEqual(complaints.filter((said) => !said.includes("404")), []);
});

test("a server that answers with a page of its own has no scenario there", async (t) => {
  const { page, complaints } = await openDocs(t, { body: element('scenario="../frame.html"') });
  await eventually(() => line(page), "This figure is not live: ../frame.html is not there (a page of HTML is, at /embed/frame.html)");
  assert.deepEqual(complaints, []);
});

for (const [folder, attribute, expected] of [
  ["embed", "", "/#s1="],
  ["rosterlab", "", null],
  ["rosterlab", 'playground="https://lab.example/play/"', "https://lab.example/play/#s1="],
]) {
  const where = expected ? "its playground" : "no playground: nobody knows where it is";
  test(`files in a folder ${folder}, ${attribute || "no address"}: a reader can continue in ${where}`, async (t) => {
    // The same files, in a folder of another name.
    const prepare = (page) =>
      page.route(/\/rosterlab\//, (route) => route.continue({ url: route.request().url().replace("/rosterlab/", "/embed/") }));
    const still = element(`scenario="case-study.json" controls="full" ${attribute}`);
    const body = docs({ body: still }).replaceAll("../rosterlab", `../../${folder}/rosterlab`);
    const { page, address, complaints } = await open(t, PAGE, { body, prepare });
    await wakeAll(page);
    const links = await page.getByRole("link", { name: "Open in Rosterlab" }).all();
    const found = await Promise.all(links.map((link) => link.getAttribute("href")));
    const wanted = expected && new URL(expected, address).href;
    assert.deepEqual(found.map((href) => href.slice(0, wanted?.length)), wanted ? [wanted] : []);
    assert.deepEqual(complaints, []);
  });
}

test("a sign stays beside its word, and a version in one piece, however narrow the page is", async (t) => {
  const body = `<rosterlab-playground scenario="case-study.json" view="all" step="3"></rosterlab-playground>`;
  const { page } = await openDocs(t, { body }, { context: { viewport: { width: 480, height: 900 } } });
  await wakeAll(page);
  const lines = await page.locator("rosterlab-playground").evaluate(({ shadowRoot }) =>
    [...shadowRoot.querySelectorAll(".rl-reasons td:first-child, .rl-row td.rl-id, .rl-row th.rl-id")].map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return range.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).fontSize);
    }),
  );
  assert.ok(lines.length > 10);
  for (const height of lines) assert.ok(height < 2, `${height}`);
});

test("a book of mdBook without JavaScript is as dark as the system, and so is its figure", async (t) => {
  for (const colorScheme of ["dark", "light"]) {
    const context = { colorScheme, javaScriptEnabled: false };
    const { page } = await openDocs(t, { html: 'class="light sidebar-visible"' }, { context });
    assert.deepEqual(await schemes(page), [colorScheme]);
  }
  const { page } = await openDocs(t, { html: 'class="light sidebar-visible js"' }, { context: { colorScheme: "dark" } });
  assert.deepEqual(await schemes(page), ["light"], "with JavaScript its class says it");
});

for (const file of ["rosterlab-live.js", "rosterlab.js", "rosterlab_bg.wasm", "rosterlab.css", "case-study.json"]) {
  test(`when ${file} could not be fetched, a press tries again`, async (t) => {
    let isDown = true;
    const prepare = async (page) => {
      await listening.prepare(page);
      await page.route(
        (url) => url.pathname.endsWith(`/${file}`),
        (route) => (isDown && route.request().resourceType() !== "stylesheet" ? route.abort() : route.continue()),
      );
    };
    const { page, complaints } = await openDocs(t, {}, { prepare });
    await eventually(() => told(page).then((all) => all.map(([name, { code }]) => [name, code])), [["error", "load"]]);
    assert.match(await line(page), /^This figure is not live: /);
    // The methods give the reason, and what nobody waits for is no uncaught error.
    const said = await page.locator("rosterlab-playground").evaluate((figure) => {
      figure.seek(1);
      figure.wake();
      return figure.ready.then(() => "live", ({ message }) => message);
    });
    assert.notEqual(said, "live");
    isDown = false;
    await page.locator("rosterlab-playground").click();
    await eventually(() => told(page).then((all) => all.at(-1)?.[0]), "ready");
    assert.equal(await step(page), "Step 3 of 7: Crash A102");
    assert.deepEqual(complaints.filter((said) => said.startsWith("uncaught")), []);
  });
}

test("an attribute that cannot be obeyed is an event, and what was there stays", async (t) => {
  const { page, complaints } = await openDocs(t, { body: element('scenario="case-study.json" view="map" step="3" controls="step"') }, listening);
  await wakeAll(page);
  await told(page);
  const shown = () => page.locator("rosterlab-playground .rl-live").evaluate(({ children: [picture, bar] }) => [picture.innerHTML, bar.innerText]);
  const before = await shown();
  for (const [name, value, code, right] of [
    ["view", "sky", "bad-input", "map"],
    ["step", "99", "bad-attribute", "3"],
    ["step", "-1", "bad-attribute", "3"],
    ["step", "", "bad-attribute", "3"],
    ["controls", "both", "bad-attribute", "step"],
    ["theme", "sepia", "bad-attribute", "light"],
    ["namespace", "other", "unknown-namespace", "main"],
    ["partition", "4096", "bad-input", "0"],
    ["scenario", "missing.json", "load", "case-study.json"],
  ]) {
    await set(page, name, value);
    let all;
    await eventually(async () => (all = await told(page)).length, 1);
    const [[kind, detail]] = all;
    assert.deepEqual([kind, detail.code, detail.attribute], ["error", code, name === "scenario" ? undefined : name], name);
    assert.equal(await line(page), detail.message);
    assert.deepEqual(await shown(), before, `${name}="${value}"`);
    await set(page, name, right);
    await eventually(() => page.locator("rosterlab-playground .rl-status.bad").count(), 0);
    await told(page);
  }
  // A reader can go on while an attribute is wrong.
  await set(page, "view", "sky");
  await page.getByRole("button", { name: "Next" }).click();
  await eventually(() => step(page), "Step 4 of 7: Start A102");
  assert.equal(await page.locator("rosterlab-playground .rl-picture svg.rl-cells").count(), 1, "still the map");
  assert.deepEqual(complaints.filter((said) => !said.includes("404")), []);
});

for (const [name, wrong, right] of [["view", "sky", "floor"], ["step", "99", "2"], ["controls", "both", "none"]]) {
  test(`a still figure with a wrong ${name} stays, says why, and becomes live with a right one`, async (t) => {
    const { page } = await openDocs(t, { body: element(`scenario="case-study.json" ${name}="${wrong}"`) }, listening);
    await eventually(() => told(page).then(([event]) => event?.[1].attribute), name);
    assert.match(await line(page), new RegExp(`^This figure is not live: .*${name}`));
    assert.equal(await page.getByText("Step 3 of 7: Crash A102").isVisible(), true);
    await set(page, name, right);
    await eventually(() => told(page).then((all) => all.map(([event]) => event)), ["ready"]);
  });
}

test("attributes that change together are obeyed together", async (t) => {
  const { page } = await openDocs(t, {}, listening);
  await wakeAll(page);
  await told(page);
  await page.locator("rosterlab-playground").evaluate((figure) => {
    figure.setAttribute("step", "1");
    figure.setAttribute("view", "all");
    figure.setAttribute("scenario", "split-by-rack.json");
  });
  await eventually(() => told(page).then((all) => all.map(([name, { step }]) => [name, step])), [["step", 1]]);
  assert.equal(await page.locator("rosterlab-playground .rl-picture svg.rl-cells").count(), 2, "a map of each side");
});

test("a page that takes keys for itself leaves those that the focused control needs", async (t) => {
  const body = element('scenario="case-study.json" view="why" step="3" controls="full"');
  const { page } = await openDocs(t, { body });
  await wakeAll(page);
  await page.evaluate(() => {
    window.taken = [];
    document.addEventListener("keydown", (event) => {
      window.taken.push(event.key);
      event.preventDefault();
    });
  });
  const taken = () => page.evaluate(() => window.taken.splice(0));
  const bar = page.locator("rosterlab-playground .rl-bar");
  await bar.getByRole("button", { name: "Next" }).focus();
  await page.keyboard.press(" ");
  await eventually(() => step(page), "Step 4 of 7: Start A102");
  await page.keyboard.press("Enter");
  await eventually(() => step(page).then((text) => text.slice(0, 6)), "Step 5");
  assert.deepEqual(await taken(), []);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  assert.deepEqual(await taken(), ["ArrowRight", "Escape", "Control", "k"], "the page's own keys still work");
  await bar.getByRole("combobox").focus();
  const first = await bar.getByRole("combobox").inputValue();
  await page.keyboard.press("ArrowDown");
  await eventually(() => bar.getByRole("combobox").inputValue().then((node) => node === first), false);
  await bar.getByRole("spinbutton").fill("");
  await page.keyboard.type("12");
  await page.keyboard.press("ArrowUp");
  assert.equal(await bar.getByRole("spinbutton").inputValue(), "13");
  assert.deepEqual(await taken(), []);
});

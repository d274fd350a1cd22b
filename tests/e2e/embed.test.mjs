// The element in pages of documentation: without JavaScript, before it loads, alive, by mouse and by keyboard, in a frame,
// under a strict policy, from a sub-path, without a network.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openBlankPage } from "./browser.mjs";
import { cannot, test, walk } from "./engines.mjs";
import { counts, eventually } from "./rosterlab.mjs";
import { CONTENT_SECURITY_POLICY, DIST } from "./server.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LOADER_MAX_GZIP_BYTES = 6_000;

/** The policy of a site that frames its own pages. */
const WITH_FRAMES = `${CONTENT_SECURITY_POLICY}; frame-src 'self'`;

const PLAIN = "embed/examples/plain.html";
const TWELVE = "embed/examples/twelve.html";
const figures = (page) => page.locator("rosterlab-playground");

/** Opens a page of documentation. `body` replaces its content. */
async function openDocs(t, path, { body, ...options } = {}) {
  const opened = await openBlankPage(t, options);
  if (body !== undefined) {
    await opened.page.route(`**/${path}`, (route) => route.fulfill({ contentType: "text/html", body }));
  }
  await opened.page.goto(`${opened.url}${path}`);
  return opened;
}

/** A page with `inside` as its body. */
const docs = (inside) => `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>docs</title>
  <link rel="icon" href="../../icon.svg" /><link rel="stylesheet" href="../rosterlab.css" />
  <script type="module" src="../rosterlab-embed.js"></script></head><body>${inside}</body></html>`;

/** Wakes all figures and waits for them. */
const wakeAll = (page) =>
  page.evaluate(async () => {
    await customElements.whenDefined("rosterlab-playground");
    const all = [...document.querySelectorAll("rosterlab-playground")];
    await Promise.all(all.map((figure) => figure.wake()));
  });

const listen = (page) =>
  page.evaluate(() => {
    window.told = [];
    for (const name of ["rosterlab-step", "rosterlab-change", "rosterlab-solved", "rosterlab-error"]) {
      document.addEventListener(name, ({ detail }) => window.told.push([name, detail]));
    }
  });

const told = (page) => page.evaluate(() => window.told.splice(0));

/** The sentence that says at which step a live figure is. */
const step = (figure) => figure.locator(".rl-picture .rl-step");

/** The rows of a figure's table of counts: sub-cluster, active, unavailable, dead. */
const tableOf = (figure) =>
  figure.evaluate((element) =>
    [...(element.shadowRoot ?? element).querySelectorAll(".rl-counts tbody tr")].map((row) =>
      [0, 2, 4, 5].map((place) => row.cells[place].textContent),
    ),
  );

test("the loader is small", () => {
  const bytes = gzipSync(readFileSync(join(DIST, "embed/rosterlab-embed.js")), { level: 9 }).length;
  assert.ok(bytes <= LOADER_MAX_GZIP_BYTES, `${bytes} bytes compressed`);
});

walk("without JavaScript the page can be read", { skip: cannot("no scripts") }, async (t) => {
  const { page, complaints } = await openDocs(t, PLAIN, { context: { javaScriptEnabled: false } });
  const first = figures(page).first();
  assert.match(await first.innerText(), /Step 3 of 7: Crash A102/);
  assert.match(await first.innerText(), /rule 7: none of these: not active \(documented\)\s+4,096/);
  assert.equal(await first.locator("svg.rl-cells path.rl-unavailable").isVisible(), true);
  assert.equal(await figures(page).locator("figure").count(), 5);
  assert.deepEqual(complaints, []);
});

walk("nothing heavy is fetched before a figure is near the viewport", async (t) => {
  const far = `<div>${"<p>text</p>".repeat(400)}</div>
    <rosterlab-playground scenario="case-study.json" view="map"><p>still</p></rosterlab-playground>`;
  const { page, requests } = await openDocs(t, "embed/examples/far.html", { body: docs(far) });
  await page.evaluate(() => customElements.whenDefined("rosterlab-playground"));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const heavy = () => requests.filter((url) => /wasm|live|rosterlab\.js|json/.test(url));
  assert.deepEqual(heavy(), []);
  await figures(page).scrollIntoViewIfNeeded();
  await eventually(() => tableOf(figures(page)).then((rows) => rows.length), 1);
  assert.equal(heavy().filter((url) => url.endsWith(".wasm")).length, 1);
});

test("a figure with loading=press waits until it is pressed", async (t) => {
  const inside = `<rosterlab-playground loading="press" scenario="case-study.json" step="3"><p>Press me</p></rosterlab-playground>`;
  const { page, requests } = await openDocs(t, "embed/examples/press.html", { body: docs(inside) });
  await page.evaluate(() => customElements.whenDefined("rosterlab-playground"));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(requests.some((url) => url.endsWith(".wasm")), false);
  await page.getByText("Press me").click();
  await eventually(() => tableOf(figures(page)), [["A103", "0", "4,096", "0"]]);
});

test("the attribute may hold the scenario itself, and a mistake in it is reported", async (t) => {
  const scenario = readFileSync(join(DIST, "embed/examples/case-study.json"), "utf8");
  const carrying = (text) => {
    const value = text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
    return `<rosterlab-playground scenario="${value}" step="3"><p>still</p></rosterlab-playground>`;
  };
  const { page, requests } = await openDocs(t, "embed/examples/carried.html", { body: docs(carrying(scenario)) });
  await eventually(() => tableOf(figures(page)), [["A103", "0", "4,096", "0"]]);
  assert.deepEqual(requests.filter((url) => url.endsWith(".json")), []);
  const { page: other, complaints } = await openDocs(t, "embed/examples/wrong.html", {
    body: docs(carrying('{"format": "rosterlab-scenario/1", "steps": 5}')),
  });
  await eventually(() => complaints.some((said) => /rosterlab-playground: .*steps|cluster/.test(said)), true);
  assert.equal(await other.getByText("still").isVisible(), true);
});

// A book by mdBook has inline scripts, which the strict policy forbids. They change its style sheets while it loads, and Firefox
// then gives up loading its fonts and begins anew.
const BEGUN_ANEW = /\/mdbook\/fonts\/.*NS_BINDING_ABORTED/;
for (const [path, policy] of [[PLAIN], [TWELVE], ["embed/examples/mdbook/rack.html", ""], ["embed/examples/mdx-rack.html"]]) {
  (path === PLAIN ? walk : test)(`every live figure of ${path} shows the same as its still figure`, async (t) => {
    const { page, complaints, requests } = await openDocs(t, path, { policy });
    assert.notEqual(await figures(page).locator("figure").count(), 0);
    await wakeAll(page);
    const differing = await page.evaluate(() =>
      [...document.querySelectorAll("rosterlab-playground")]
        .filter((figure) => {
          const alive = figure.shadowRoot.querySelector("figure");
          return !alive || alive.outerHTML !== figure.querySelector("figure").outerHTML;
        })
        .map((figure) => figure.getAttribute("scenario")),
    );
    assert.deepEqual(differing, []);
    assert.equal(requests.filter((url) => url.endsWith(".wasm")).length, 1, "one engine for all");
    assert.equal(requests.filter((url) => url.endsWith("rosterlab-live.js")).length, 1);
    assert.deepEqual(complaints.filter((said) => !BEGUN_ANEW.test(said)), [], "nothing that the policy forbids");
  });
}

walk("it works from a sub-path, and without a network once it is loaded", async (t) => {
  const { page, complaints } = await openDocs(t, PLAIN, { base: "/docs/lab/" });
  await wakeAll(page);
  await page.context().setOffline(true);
  const first = figures(page).first();
  await first.getByRole("button", { name: "Next" }).click();
  await eventually(() => step(first).innerText(), "Step 4 of 7: Start A102");
  assert.deepEqual(await tableOf(first), [["A103", "0", "4,096", "0"]]);
  assert.deepEqual(complaints, []);
});

walk("mouse and keyboard go through the steps, and the focus stays", async (t) => {
  const { page } = await openDocs(t, PLAIN);
  await wakeAll(page);
  await listen(page);
  const first = figures(page).first();
  await first.getByRole("button", { name: "Back" }).click();
  await eventually(() => step(first).innerText(), "Step 2 of 7: Finish migrations");
  assert.deepEqual(await told(page), [
    ["rosterlab-step", { step: 2, steps: 7 }],
    ["rosterlab-change", { step: 2, steps: 7, counts: [{ principal: "A103", active: 4096, unavailable: 0, dead: 0 }] }],
  ]);
  await page.keyboard.press("Tab");
  for (let press = 0; press < 5; press += 1) await page.keyboard.press("Enter");
  await eventually(() => step(first).innerText(), "Step 7 of 7: Finish migrations");
  await page.keyboard.press("Enter");
  assert.match(await first.getByRole("status").innerText(), /Not now: this is the last step/);
  const focus = await first.evaluate((element) => element.shadowRoot.activeElement?.textContent);
  assert.equal(focus, "Next");
});

walk("a reader acts on the cluster and continues in the playground", async (t) => {
  const { page, url, complaints } = await openDocs(t, PLAIN);
  await wakeAll(page);
  const full = figures(page).nth(2);
  await full.locator('[data-do="node"]').selectOption("A101");
  await full.getByRole("button", { name: "Crash" }).click();
  await eventually(() => step(full).innerText(), "Step 4 of 4: Crash A101");
  assert.equal(await full.locator(".rl-picture .rl-say").count(), 0, "the author's text belongs to another step");
  // The button can still be pressed, and says why not.
  await full.getByRole("button", { name: "Crash" }).click({ force: true });
  assert.match(await full.getByRole("status").innerText(), /Not now: .*A101 is down/);
  const shown = await tableOf(full);
  const link = await full.getByRole("link", { name: "Open in Rosterlab" }).getAttribute("href");
  assert.ok(link.startsWith(`${url}#s1=`), link);
  await page.goto(link);
  await page.waitForSelector("[data-map]");
  const [[principal, active, unavailable, dead]] = shown;
  const number = (text) => Number(text.replaceAll(",", ""));
  const expected = { [principal]: { active: number(active), unavailable: number(unavailable), dead: number(dead) } };
  await eventually(() => counts(page), expected);
  assert.deepEqual(complaints, []);
});

test("attributes change it, methods drive it, and an event says when it is solved", async (t) => {
  const goal = JSON.stringify({
    format: "rosterlab-scenario/1",
    title: "Lose one",
    cluster: { nodes: [{ id: "A1" }, { id: "A2" }, { id: "A3" }] },
    steps: [{ do: "crash", nodes: ["A2"] }, { do: "expect", active: 4096, filling: 0 }],
  });
  const inside = `<script type="application/json" id="goal">${goal}</script>
    <rosterlab-playground scenario="#goal" step="0" controls="full"></rosterlab-playground>`;
  const { page, complaints } = await openDocs(t, "embed/examples/goal.html", { body: docs(inside) });
  await wakeAll(page);
  await listen(page);
  const [figure] = await figures(page).all();
  const call = (name, ...args) => figure.evaluate((element, [name, args]) => element[name](...args), [name, args]);
  const set = (name, value) => figure.evaluate((element, [name, value]) => element.setAttribute(name, value), [name, value]);
  assert.equal(await call("seek", 9), false);
  assert.deepEqual(await call("check", { do: "start", nodes: ["A1"] }).then(({ code }) => code), "node-is-up");
  await assert.rejects(call("apply", { do: "start", nodes: ["A1"] }), /A1 is up/);
  await call("apply", { do: "crash", nodes: ["A1"] });
  assert.deepEqual((await told(page)).map(([name]) => name), ["rosterlab-step", "rosterlab-change"]);
  await call("apply", { do: "migrate" });
  const events = await told(page);
  assert.deepEqual(events.at(-1), ["rosterlab-solved", { step: 2 }]);
  assert.equal(await call("undo"), true);
  assert.equal(await call("redo"), true);
  assert.equal((await told(page)).some(([name]) => name === "rosterlab-solved"), false, "solved once");
  assert.match(await call("link"), /^s1=/);
  await set("view", "why");
  await set("partition", "12");
  await eventually(() => figure.locator(".rl-why > p").innerText().then((text) => text.slice(0, 12)), "Partition 12");
  await set("view", "floor");
  await eventually(() => figure.locator(".rl-nodes tbody tr").count(), 3);
  await set("controls", "none");
  await eventually(() => figure.getByRole("button").count(), 0);
  await set("step", "0");
  await eventually(() => step(figure).innerText(), "Step 0 of 2: the cluster is whole");
  await set("theme", "dark");
  assert.equal(await figure.locator(".rl").evaluate((element) => getComputedStyle(element).colorScheme), "dark");
  await set("scenario", "case-study.json");
  await eventually(() => figure.locator(".rl-title").innerText(), "A rack under maintenance, and one crash");
  assert.deepEqual(complaints, []);
});

test("the page styles it by custom properties", async (t) => {
  const inside = `<rosterlab-playground scenario="case-study.json" step="3"></rosterlab-playground>`;
  const { page } = await openDocs(t, "embed/examples/style.html", { body: docs(inside) });
  await wakeAll(page);
  const stroke = () => figures(page).locator("path.rl-unavailable").evaluate((path) => getComputedStyle(path).stroke);
  const before = await stroke();
  await page.evaluate(() => document.documentElement.style.setProperty("--rosterlab-unavailable", "rgb(1, 2, 3)"));
  assert.notEqual(before, "rgb(1, 2, 3)");
  assert.equal(await stroke(), "rgb(1, 2, 3)");
});

test("a figure that cannot be shown says why, and the still figure stays", async (t) => {
  const inside = ["missing.json", "page.css", "s1=broken", "#nothing", ""]
    .map((source) => `<rosterlab-playground scenario="${source}"><p>still</p></rosterlab-playground>`)
    .join("");
  const { page } = await openDocs(t, "embed/examples/bad.html", { body: docs(inside) });
  const said = await page.evaluate(async () => {
    await customElements.whenDefined("rosterlab-playground");
    const all = [...document.querySelectorAll("rosterlab-playground")];
    return Promise.all(all.map((figure) => figure.wake().then(() => "alive", ({ message }) => message)));
  });
  assert.match(said[0], /^missing\.json is not there \(404 at \/embed\/examples\/missing\.json\)$/);
  assert.match(said[1], /line 1/);
  assert.match(said[2], /^character 10: an engine's version is expected$/);
  assert.match(said[3], /^there is no element #nothing$/);
  assert.match(said[4], /^the attribute scenario is missing$/);
  assert.equal(await page.getByText("still").count(), 5);
  for (const text of await page.getByText("still").all()) assert.equal(await text.isVisible(), true);
});

walk("it works in a frame", async (t) => {
  const { page, complaints } = await openDocs(t, "embed/examples/frame.html", { policy: WITH_FRAMES });
  const frame = page.frameLocator("iframe");
  await frame.getByRole("button", { name: "Next" }).click();
  await eventually(() => frame.locator(".rl-step").first().innerText(), "Step 4 of 7: Start A102");
  assert.deepEqual(complaints, []);
});

walk("a frame hears and answers the origin that its address names, and no other", async (t) => {
  const host = (origin) => `<!doctype html><html lang="en"><head><title>host</title><link rel="icon" href="../../icon.svg" /></head>
    <body><iframe title="figure" src="../frame.html?scenario=examples/case-study.json&step=0&origin=${encodeURIComponent(origin)}"></iframe></body></html>`;
  const talk = async (origin) => {
    const { page, url } = await openBlankPage(t, { policy: WITH_FRAMES });
    const here = new URL(url).origin;
    const body = host(origin ?? here);
    await page.route("**/embed/examples/host.html", (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto(`${url}embed/examples/host.html`);
    await page.evaluate(() => {
      window.heard = [];
      addEventListener("message", ({ data }) => window.heard.push(data));
    });
    const frame = page.frameLocator("iframe");
    await frame.locator(".rl-step").waitFor();
    const send = (message) =>
      page.evaluate((message) => document.querySelector("iframe").contentWindow.postMessage(message, "*"), message);
    const reply = (id) => page.evaluate((id) => window.heard.find(({ reply }) => reply === id) ?? null, id);
    return { page, frame, send, reply };
  };

  const { page, frame, send, reply } = await talk();
  await send({ rosterlab: 1, id: 1, call: "seek", args: [3] });
  await eventually(() => reply(1), { rosterlab: 1, reply: 1, result: true });
  await eventually(() => frame.locator(".rl-step").innerText(), "Step 3 of 7: Crash A102");
  await send({ rosterlab: 1, id: 2, call: "apply", args: [{ do: "start", nodes: ["A101"] }] });
  await eventually(() => reply(2).then((answer) => answer?.error.code), "node-is-up");
  await send({ rosterlab: 1, id: 3, call: "remove" });
  await eventually(() => reply(3).then((answer) => answer?.error.code), "bad-message");
  await send({ rosterlab: 1, id: 4, call: "set", args: ["view", "roster"] });
  await eventually(() => frame.locator(".rl-roster").count(), 1);
  // The frame may be ready before or after the listener is added, so rosterlab-ready may be missing.
  const names = await page.evaluate(() =>
    [...new Set(window.heard.map(({ event }) => event))].filter((name) => name && name !== "rosterlab-ready").sort(),
  );
  assert.deepEqual(names, ["rosterlab-change", "rosterlab-height", "rosterlab-step"]);

  const stranger = await talk("https://docs.example");
  await stranger.send({ rosterlab: 1, id: 1, call: "seek", args: [3] });
  // A frame gets its messages in order: once it has got this one, it has heard or dropped the one before.
  await stranger.page.frames()[1].evaluate(() => {
    const heard = new Promise((done) => addEventListener("message", done, { once: true }));
    postMessage("the next one");
    return heard.then(() => null);
  });
  assert.equal(await stranger.frame.locator(".rl-step").innerText(), "Step 0 of 7: the cluster is whole");
  assert.deepEqual(await stranger.page.evaluate(() => window.heard), []);
});

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1024, 360]) {
    walk(`axe finds nothing in the plain page, ${colorScheme}, ${width} wide`, async (t) => {
      const { page } = await openDocs(t, PLAIN, {
        context: { colorScheme, viewport: { width, height: 800 }, bypassCSP: true },
      });
      const violations = async () => {
        const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), TAGS);
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join("; ")}`);
      };
      await page.evaluate(axe);
      assert.deepEqual(await violations(), [], "still");
      await wakeAll(page);
      assert.deepEqual(await violations(), [], "alive");
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(sideways <= 0, `the page scrolls ${sideways} px sideways`);
    });
  }
}

// Measures the built page in headless Chromium and writes the results into docs/performance.md, between the two marks there.
// `cargo xtask perf` runs it. It only reports times: no test depends on them.
//
// It works through the page's own buttons and its address: a cluster of 5, 16 or 128 nodes comes from a share link.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, cpus, release, tmpdir, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS } from "./engines.mjs";
import { startServer } from "./server.mjs";

const DOCUMENT = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const BEGIN = "<!-- cargo xtask perf writes from here -->";
const END = "<!-- to here -->";

/** Share links of clusters by number of nodes, on racks of about the same size. */
const CLUSTERS = {
  5: "1-A101~2.2-B101~1",
  16: "1-A101~7.2-B101~7",
  // 32 nodes on each rack: the first and 31 more, which is v in base 36.
  128: "1-A101~v.2-B101~v.3-C101~v.4-D101~v",
};
const linkOf = (nodes, steps = []) =>
  ["s1=0.1.0-0", "a.n2S-main", CLUSTERS[nodes], ...steps].join("_");

/** 10 Mbit/s and 40 ms of delay, as the browser emulates them. */
const SLOW = { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 };

const sorted = (list) => [...list].sort((a, b) => a - b);
const quantile = (list, part) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * part))];
const ms = (number) => `${number < 10 ? number.toFixed(1) : Math.round(number)} ms`;

assert.ok(Number(process.env.ROSTERLAB_FIRST_LOAD) > 0, "cargo xtask perf sets ROSTERLAB_FIRST_LOAD");

const LAUNCH = {
  executablePath: process.env.ROSTERLAB_CHROMIUM || "/usr/bin/chromium",
  args: CHROMIUM_ARGS,
};
const VIEWPORT = { width: 1440, height: 940 };
const browser = await chromium.launch(LAUNCH);
const server = await startServer({ published: true });

/** Opens a page at a share link. The page's WebAssembly memory can be read. */
async function open(link = "", { slow = false, context: visited } = {}) {
  const context = visited ?? (await browser.newContext({ viewport: VIEWPORT }));
  const page = await context.newPage();
  if (slow) {
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", SLOW);
  }
  await page.addInitScript(() => {
    for (const name of ["instantiate", "instantiateStreaming"]) {
      const original = WebAssembly[name];
      WebAssembly[name] = async (...args) => {
        const made = await original.apply(WebAssembly, args);
        window.wasmMemory = (made.instance ?? made).exports.memory;
        return made;
      };
    }
    // The time when the map was last painted.
    const { putImageData } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.putImageData = function (...args) {
      putImageData.apply(this, args);
      if (this.canvas.dataset.map !== undefined) window.paintedAt = performance.now();
    };
  });
  await page.goto(`${server.url}${link && `#${link}`}`);
  await page.waitForSelector("[data-map]");
  await page.waitForFunction(() => window.paintedAt !== undefined);
  return { page, context };
}

/** Times from a click on Crash until the map is painted, and until the browser has drawn the frame. */
async function faults(nodes, rounds = 60) {
  const { page, context } = await open(linkOf(nodes));
  const times = await page.evaluate(async (rounds) => {
    const frame = () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = resolve;
          channel.port2.postMessage(null);
        });
      });
    const press = (name) => document.querySelector(`[data-action="${name}"]`).click();
    const painted = [];
    const framed = [];
    for (let round = 0; round < rounds; round += 1) {
      await frame();
      const before = performance.now();
      press("crash");
      while (window.paintedAt < before) await new Promise((resolve) => setTimeout(resolve, 0));
      painted.push(window.paintedAt - before);
      await frame();
      framed.push(performance.now() - before);
      press("undo");
      await frame();
    }
    return { painted, framed };
  }, rounds);
  await context.close();
  return times;
}

/**
 * Times from the first request until the page reacts: at a first visit and at a second one, each in a new profile of the
 * browser. A private window, as other measurements use, keeps no compiled code between visits, and people have profiles.
 */
async function visits(slow, rounds = 9) {
  const times = { first: [], second: [] };
  for (let round = 0; round < rounds; round += 1) {
    const profile = mkdtempSync(join(tmpdir(), "rosterlab-profile-"));
    const context = await chromium.launchPersistentContext(profile, { ...LAUNCH, viewport: VIEWPORT });
    for (const visit of ["first", "second"]) {
      const { page } = await open("", { slow, context });
      times[visit].push(await page.evaluate(() => window.paintedAt));
      await page.waitForLoadState("networkidle");
      await page.close();
    }
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
  return times;
}

/** How busy the main thread is in five seconds without input, in percent. */
async function idle(nodes) {
  const { page, context } = await open(linkOf(nodes));
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  const busy = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find((metric) => metric.name === "TaskDuration").value;
  };
  // Wait until the page has finished computing.
  await page.waitForLoadState("networkidle");
  let before = await busy();
  for (let quiet = 0; quiet < 2; ) {
    await page.waitForTimeout(500);
    const now = await busy();
    quiet = now - before < 0.02 ? quiet + 1 : 0;
    before = now;
  }
  await page.waitForTimeout(5000);
  const spent = (await busy()) - before;
  await context.close();
  return (spent / 5) * 100;
}

/** 500 steps: one node after the other crashes and starts again. */
function fiveHundred(nodes) {
  const places = "0123456789abcdefghijklmnopqrstuvwxyz";
  const place = (node) => (nodes > 36 ? places[Math.floor(node / 36)] : "") + places[node % 36];
  return Array.from({ length: 500 }, (_, step) => {
    const node = place(Math.floor(step / 2) % nodes);
    return step % 2 === 0 ? `c${node}` : `t${node}`;
  });
}

/** Times of seeks all over 500 steps by the timeline's slider, and the memory used. */
async function seeks(nodes, rounds = 40) {
  const { page, context } = await open(linkOf(nodes, fiveHundred(nodes)));
  const memory = await page.evaluate(() => {
    const heap = performance.memory?.usedJSHeapSize ?? 0;
    return { wasm: window.wasmMemory.buffer.byteLength, heap };
  });
  const times = await page.evaluate(async (rounds) => {
    const slider = document.querySelector('[data-action="scrub"]');
    const at = () => Number(slider.getAttribute("aria-valuenow"));
    const key = (name) =>
      slider.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    const until = async (fits) => {
      while (!fits()) await new Promise((resolve) => setTimeout(resolve, 0));
    };
    const times = [];
    // From one end to the other, and ten steps at a time forth and back. Each key changes the position.
    const keys = ["Home", ...Array(rounds).fill("PageUp"), "End", ...Array(rounds).fill("PageDown"), "Home", "End"];
    for (const name of keys) {
      const from = at();
      const before = performance.now();
      key(name);
      await until(() => at() !== from);
      times.push(performance.now() - before);
    }
    return times;
  }, rounds);
  await context.close();
  return { times, memory };
}

/** Time from opening the failure sets of 16 nodes until they are complete. */
async function failureSets(rounds = 5) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const { page, context } = await open(linkOf(16));
    times.push(
      await page.evaluate(async () => {
        const before = performance.now();
        document.querySelector('[data-action="losses"]').click();
        while (document.querySelector("[data-losses]")?.dataset.losses !== "done") {
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
        return performance.now() - before;
      }),
    );
    await context.close();
  }
  return times;
}

const rows = [];
const row = (quantity, found, must, aim) => {
  rows.push(`| ${quantity} | ${found} | ${must} | ${aim} |`);
  console.log(`${quantity}: ${found} (must ${must}, aim ${aim})`);
};

const bytes = Number(process.env.ROSTERLAB_FIRST_LOAD);
row("first load, all files, gzip -9", `${(bytes / 1000).toFixed(1)} kB`, "450 kB", "350 kB");
for (const nodes of [5, 16, 128]) {
  const { painted, framed } = await faults(nodes);
  const found = `${ms(quantile(painted, 0.5))}, p95 ${ms(quantile(painted, 0.95))}; frame done p95 ${ms(quantile(framed, 0.95))}`;
  row(`fault to painted map, ${nodes} nodes`, found, nodes > 16 ? "33 ms" : "17 ms", nodes > 16 ? "16 ms" : "8 ms");
}
const loopback = await visits(false);
for (const [visit, times, must, aim] of [
  ["interactive from cold cache, loopback", loopback.first, "300 ms", "200 ms"],
  ["interactive from cold cache, 10 Mbit/s and 40 ms", (await visits(true)).first, "1,200 ms", "900 ms"],
  ["interactive at a second visit, loopback", loopback.second, "150 ms", "100 ms"],
]) {
  row(visit, `${ms(quantile(times, 0.5))}, p95 ${ms(quantile(times, 0.95))}`, must, aim);
}
for (const nodes of [5, 128]) {
  row(`idle main thread, ${nodes} nodes`, `${(await idle(nodes)).toFixed(2)} % busy`, "5 %", "2 %");
}
for (const nodes of [5, 16, 128]) {
  const { times, memory } = await seeks(nodes);
  row(`seek anywhere in 500 steps, ${nodes} nodes`, `${ms(quantile(times, 0.5))}, p95 ${ms(quantile(times, 0.95))}`, "50 ms", "16 ms");
  if (nodes === 128) {
    const sum = (memory.wasm + memory.heap) / 1e6;
    row("memory after 500 actions, 128 nodes", `${sum.toFixed(0)} MB, ${(memory.wasm / 1e6).toFixed(0)} of it WebAssembly's`, "48 MB", "24 MB");
  }
}
const sets = await failureSets();
row("all failure sets of 16 nodes", `${ms(quantile(sets, 0.5))}`, "200 ms", "80 ms");

const version = browser.version();
await browser.close();
await server.close();

const table = [
  BEGIN,
  "",
  `Release build in headless Chromium ${version}, ${type()} ${release().split("-")[0]} ${arch()}, ${cpus().length} cores (${cpus()[0].model.trim()}). Bytes are exact; times are medians unless they say p95.`,
  "",
  "| quantity | found | must | aim |",
  "|---|---|---|---|",
  ...rows,
  "",
  END,
].join("\n");
const text = readFileSync(DOCUMENT, "utf8");
const [head, rest] = text.split(BEGIN);
assert.ok(rest?.includes(END), "docs/performance.md must have both marks");
writeFileSync(DOCUMENT, head + table + rest.slice(rest.indexOf(END) + END.length));

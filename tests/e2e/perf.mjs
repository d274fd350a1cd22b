// Measures the built page in headless Chromium and writes the results into docs/performance.md, between the two marks there.
// `cargo xtask perf` runs it. It only reports times: no test depends on them.
// `perf-engines.mjs` writes the table beside it, of all three engines.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS } from "./engines.mjs";
import { failureSets, faults, linkOf, load, ms, quantile, seeks, watch } from "./measures.mjs";
import { MACHINE, writeBetween } from "./performance-document.mjs";
import { startServer } from "./server.mjs";

/** 10 Mbit/s and 40 ms of delay, as the browser emulates them. */
const SLOW = { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 };

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
  await watch(page);
  await load(page, server.url, link);
  return { page, context };
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

const rows = [];
const row = (quantity, found, must, aim) => {
  rows.push(`| ${quantity} | ${found} | ${must} | ${aim} |`);
  console.log(`${quantity}: ${found} (must ${must}, aim ${aim})`);
};

const bytes = Number(process.env.ROSTERLAB_FIRST_LOAD);
row("first load, all files, gzip -9", `${(bytes / 1000).toFixed(1)} kB`, "450 kB", "350 kB");
for (const nodes of [5, 16, 128]) {
  const { painted, framed } = await faults(open, nodes);
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
  const { times, memory } = await seeks(open, nodes);
  row(`seek anywhere in 500 steps, ${nodes} nodes`, `${ms(quantile(times, 0.5))}, p95 ${ms(quantile(times, 0.95))}`, "50 ms", "16 ms");
  if (nodes === 128) {
    const sum = (memory.wasm + memory.heap) / 1e6;
    row("memory after 500 actions, 128 nodes", `${sum.toFixed(0)} MB, ${(memory.wasm / 1e6).toFixed(0)} of it WebAssembly's`, "48 MB", "24 MB");
  }
}
const sets = await failureSets(open);
row("all failure sets of 16 nodes", `${ms(quantile(sets, 0.5))}`, "200 ms", "80 ms");

const version = browser.version();
await browser.close();
await server.close();

writeBetween("<!-- cargo xtask perf writes from here -->", [
  `Release build in headless Chromium ${version}, ${MACHINE}. Bytes are exact; times are medians unless they say p95.`,
  "",
  "| quantity | found | must | aim |",
  "|---|---|---|---|",
  ...rows,
]);

// Measures the page once in the engine of ROSTERLAB_ENGINE and prints the times as JSON. `perf-engines.mjs` runs it.

import { closeBrowsers, newPage } from "./engines.mjs";
import { failureSets, faults, load, seeks, watch } from "./measures.mjs";
import { startServer } from "./server.mjs";

const COLD_LOADS = 5;
const FAULTS = 20;
const SEEKS = 10;

const server = await startServer({ published: true });
let version;

/** Opens a page at a share link in a context of its own, so nothing is cached. */
async function open(link) {
  const page = await newPage({ viewport: { width: 1440, height: 940 } });
  const context = page.context();
  await watch(page);
  await load(page, server.url, link);
  version ??= context.browser().version();
  return { page, context };
}

const times = { "map painted at a first visit": [] };
for (let round = 0; round < COLD_LOADS; round += 1) {
  const { page, context } = await open();
  times["map painted at a first visit"].push(await page.evaluate(() => window.paintedAt));
  await context.close();
}
for (const nodes of [5, 16, 128]) {
  const { painted, framed } = await faults(open, nodes, FAULTS);
  times[`fault to painted map, ${nodes} nodes`] = painted;
  times[`fault to frame done, ${nodes} nodes`] = framed;
}
for (const nodes of [5, 16, 128]) {
  times[`seek in 500 steps, ${nodes} nodes`] = (await seeks(open, nodes, SEEKS)).times;
}
times["all failure sets of 16 nodes"] = await failureSets(open, 3);

await closeBrowsers();
await server.close();
process.stdout.write(JSON.stringify({ version, times }));

// Measures the built page in all three engines and writes their times side by side into docs/performance.md. `cargo xtask perf`
// runs it after `perf.mjs`. It only reports times: no test depends on them.
//
// The engines take turns, several times over, so that whatever else the machine does meets all of them.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ms, quantile } from "./measures.mjs";
import { MACHINE, writeBetween } from "./performance-document.mjs";

/** ROSTERLAB_ROUNDS sets another number. */
const ROUNDS = Number(process.env.ROSTERLAB_ROUNDS ?? 3);
const NAMES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKitGTK" };
/** ROSTERLAB_ENGINES names those that are here. */
const engines = (process.env.ROSTERLAB_ENGINES ?? Object.keys(NAMES).join()).split(",");
const script = fileURLToPath(new URL("./engine-times.mjs", import.meta.url));

const versions = {};
/** All times by quantity, and by engine. */
const found = {};
for (let round = 1; round <= ROUNDS; round += 1) {
  for (const engine of engines) {
    console.log(`round ${round} of ${ROUNDS}: ${NAMES[engine]}`);
    const env = { ...process.env, ROSTERLAB_ENGINE: engine };
    const { version, times } = JSON.parse(execFileSync(process.execPath, [script], { env, stdio: ["ignore", "pipe", "inherit"] }));
    versions[engine] = version;
    for (const [quantity, list] of Object.entries(times)) ((found[quantity] ??= {})[engine] ??= []).push(...list);
  }
}

const cell = (list) => `${ms(quantile(list, 0.5))}, p95 ${ms(quantile(list, 0.95))}`;
const rows = Object.entries(found).map(
  ([quantity, byEngine]) => `| ${quantity} | ${engines.map((engine) => cell(byEngine[engine])).join(" | ")} |`,
);
const named = engines.map((engine) => `${NAMES[engine]} ${versions[engine]}`);
writeBetween("<!-- cargo xtask perf writes the engines from here -->", [
  `Release build, ${MACHINE}. The engines took turns in each of ${ROUNDS} rounds. Times are medians and 95th percentiles of all rounds.`,
  "",
  `| quantity | ${named.join(" | ")} |`,
  `|---|${"---|".repeat(engines.length)}`,
  ...rows,
]);
console.log(rows.join("\n"));

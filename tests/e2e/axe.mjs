// What axe-core finds on the page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The violations. Nothing else of its result leaves the page: a driver would need longer for it than axe for the search. */
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async (values) => {
    // What is half under a bar that stays in view can be scrolled out from there, which axe does not know.
    const bars = document.querySelectorAll(".verdict, .toolbar, .console");
    for (const bar of bars) bar.style.position = "static";
    const { violations } = await window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    for (const bar of bars) bar.style.position = "";
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html} ${n.failureSummary}`).join("; ")}`);
  }, TAGS);
}

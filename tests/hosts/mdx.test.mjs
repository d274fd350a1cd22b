// What `rosterlab figure` prints, in MDX, which needs no site.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { evaluate } from "@mdx-js/mdx";
import remarkRosterlab from "../../www/embed/remark-rosterlab.mjs";

const SIGNS = fileURLToPath(new URL("../../www/embed/examples/signs.json", import.meta.url));

function figure(...options) {
  const native = process.env.ROSTERLAB_NATIVE;
  assert.ok(native, "cargo xtask sets ROSTERLAB_NATIVE");
  return execFileSync(native, ["figure", SIGNS, ...options], { encoding: "utf8" });
}

/** The elements of a page of MDX, in order, each with its properties. */
async function elementsOf(text, remarkPlugins = []) {
  const jsx = (type, props) => ({ type, props });
  const { default: Content } = await evaluate(text, { Fragment: "fragment", jsx, jsxs: jsx, remarkPlugins });
  const root = Content({});
  const all = root.type === "fragment" ? [root.props.children].flat() : [root];
  return all.filter((child) => typeof child !== "string");
}

test("MDX leaves a figure as it is, and the text around it", async () => {
  const bare = figure().trimEnd();
  const text = `Before.\n\n${figure("--for", "mdx", "--inline", "--controls", "step")}\nAfter.\n`;
  const [before, element, after] = await elementsOf(text);
  assert.deepEqual([before.props.children, after.props.children], ["Before.", "After."]);
  assert.equal(element.type, "rosterlab-playground");
  assert.equal(element.props.dangerouslySetInnerHTML.__html, bare);
  assert.equal(JSON.parse(element.props.scenario).title, "Signs {x} and {{ y }} and ${z}, *a* _b_ `c` [d](e) <f> | \\g");
  const [alone] = await elementsOf(figure("--for", "mdx"));
  assert.deepEqual(alone, { type: "div", props: { dangerouslySetInnerHTML: { __html: bare } } });
});

test("even in MDX what is printed for HTML has the same text", async () => {
  const [element] = await elementsOf(figure());
  const textOf = (node) => (typeof node === "string" ? node : [node?.props?.children ?? []].flat().map(textOf).join(""));
  assert.equal(element.type, "figure");
  assert.match(textOf(element), /^Signs \{x\} and \{\{ y \}\} and \$\{z\}, \*a\* _b_ `c` \[d\]\(e\) <f> \| \\g Step 1 of 1/);
});

test("a block of the plugin may have every attribute of the element, an address with signs in it too", async () => {
  // What it draws is tested with the package.
  class Playground {
    seek = () => true;
    figure = () => "<figure></figure>";
    free() {}
  }
  const settings = { view: "why", step: "1", controls: "full", theme: "dark", namespace: "main", partition: "7", loading: "press" };
  settings.playground = "https://lab.example/?a=b&c=d";
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const block = (words) => `\`\`\`rosterlab ${words}\n{}\n\`\`\`\n`;
  const plugins = [[remarkRosterlab, { Playground }]];
  const [{ props }] = await elementsOf(block(words.join(" ")), plugins);
  assert.deepEqual(props, { scenario: "{}", ...settings, dangerouslySetInnerHTML: { __html: "<figure></figure>" } });
  await assert.rejects(elementsOf(block("steps=1"), plugins), /there is no attribute steps/);
});

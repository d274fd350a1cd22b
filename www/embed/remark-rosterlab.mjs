// For Docusaurus and whatever else renders MDX with remark plugins: a code block such as
//
//   ```rosterlab case-study.json view=map step=3 controls=step
//   ```
//
// becomes a <rosterlab-playground> with its figure inside, drawn by the npm package `rosterlab` while the page is built. What
// stands in the block is the scenario itself, if no file is named. The element carries the scenario with it: such sites
// publish a page without the files beside it. docs/embedding.md says how a site is set up.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const ATTRIBUTES = ["view", "step", "controls", "theme", "namespace", "partition"];

/**
 * @param {object} options
 * @param {typeof import("rosterlab").Playground} options.Playground the package's class, of its build for Node.js
 * @param {string} [options.folder] where scenario files are, if not beside the page
 */
export default function remarkRosterlab({ Playground, folder }) {
  return (tree, file) => replace(tree, (block) => element(block, Playground, folder ?? dirname(file.path ?? ".")));
}

/** Puts elements in place of the blocks that ask for one, wherever they stand. */
function replace(node, elementOf) {
  for (const [place, child] of (node.children ?? []).entries()) {
    if (child.type === "code" && child.lang === "rosterlab") node.children[place] = elementOf(child);
    else replace(child, elementOf);
  }
}

function element({ meta, value, position }, Playground, folder) {
  const words = (meta ?? "").split(/\s+/).filter(Boolean);
  const settings = Object.fromEntries(words.filter((word) => word.includes("=")).map((word) => word.split("=", 2)));
  const source = words.find((word) => !word.includes("="));
  const unknown = Object.keys(settings).find((name) => !ATTRIBUTES.includes(name));
  const at = `rosterlab block on line ${position?.start.line ?? "?"}`;
  if (unknown) throw new Error(`${at}: there is no attribute ${unknown}`);
  if (!source && !value.trim()) throw new Error(`${at}: neither a file is named nor a scenario written`);
  try {
    const text = source ? readFileSync(resolve(folder, source), "utf8") : value;
    const playground = new Playground(text);
    if (settings.step !== undefined && !playground.seek(Number(settings.step))) {
      throw new Error(`there is no step ${settings.step}`);
    }
    const html = playground.figure({
      view: settings.view,
      namespace: settings.namespace,
      partition: settings.partition === undefined ? undefined : Number(settings.partition),
    });
    playground.free();
    // On one line, as an attribute stands.
    const scenario = JSON.stringify(JSON.parse(text));
    const attributes = Object.entries({ scenario, ...settings });
    return {
      type: "mdxJsxFlowElement",
      name: "rosterlab-playground",
      attributes: [
        ...attributes.map(([name, value]) => ({ type: "mdxJsxAttribute", name, value })),
        { type: "mdxJsxAttribute", name: "dangerouslySetInnerHTML", value: inner(html) },
      ],
      children: [],
    };
  } catch (error) {
    throw new Error(`${at}: ${error.message}`, { cause: error });
  }
}

/** The expression `{ __html: "…" }`, as MDX wants it: with its syntax tree. */
function inner(html) {
  const value = JSON.stringify({ __html: html });
  const property = {
    type: "Property",
    kind: "init",
    method: false,
    shorthand: false,
    computed: false,
    key: { type: "Identifier", name: "__html" },
    value: { type: "Literal", value: html, raw: JSON.stringify(html) },
  };
  const expression = { type: "ObjectExpression", properties: [property] };
  const estree = { type: "Program", sourceType: "module", body: [{ type: "ExpressionStatement", expression }] };
  return { type: "mdxJsxAttributeValueExpression", value, data: { estree } };
}

// A remark plugin for Docusaurus and other tools that render MDX. A code block such as
//
//   ```rosterlab case-study.json view=map step=3 controls=step
//   ```
//
// becomes a <rosterlab-playground> with its still figure, drawn by the npm package `rosterlab` while the page is built. A block
// that names no file contains the scenario itself. The element carries the scenario, because such sites publish a page
// without the files beside it. docs/embedding.md says how to set up a site.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const ATTRIBUTES = ["view", "step", "controls", "theme", "namespace", "partition", "loading", "playground"];

/**
 * @param {object} options
 * @param {typeof import("rosterlab").Playground} options.Playground the class from the package for Node.js
 * @param {string} [options.folder] the folder of scenario files; by default that of the page
 */
export default function remarkRosterlab({ Playground, folder }) {
  return (tree, file) => replace(tree, (block) => element(block, Playground, folder ?? dirname(file.path ?? ".")));
}

/** Replaces every rosterlab block of a tree with its element. */
function replace(node, elementOf) {
  for (const [place, child] of (node.children ?? []).entries()) {
    if (child.type === "code" && child.lang === "rosterlab") node.children[place] = elementOf(child);
    else replace(child, elementOf);
  }
}

function element({ meta, value, position }, Playground, folder) {
  const words = (meta ?? "").split(/\s+/).filter(Boolean);
  const settings = Object.fromEntries(words.map((word) => word.match(/^(.*?)=(.*)$/)?.slice(1)).filter(Boolean));
  const source = words.find((word) => !word.includes("="));
  const unknown = Object.keys(settings).find((name) => !ATTRIBUTES.includes(name));
  const at = `rosterlab block on line ${position?.start.line ?? "?"}`;
  if (unknown) throw new Error(`${at}: there is no attribute ${unknown}`);
  if (!source && !value.trim()) throw new Error(`${at}: it names no file and contains no scenario`);
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
    // On one line, because it becomes an attribute.
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

/** The expression `{ __html: "…" }` with its syntax tree, which MDX needs. */
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

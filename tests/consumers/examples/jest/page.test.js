/** @jest-environment jsdom */

const { Playground } = require("rosterlab");
require("rosterlab/element");

test("a figure in a page", () => {
  document.body.innerHTML = new Playground({ cluster: { nodes: [{ id: "A101" }, { id: "A102" }] } }).figure({ view: "roster" });
  expect(document.querySelectorAll("figure")).toHaveLength(1);
});

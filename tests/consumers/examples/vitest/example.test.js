import { expect, test } from "vitest";
import { Playground, RosterlabError } from "rosterlab";

test("two of three crash", () => {
  const playground = new Playground({ cluster: { nodes: [{ id: "A101" }, { id: "A102" }, { id: "A103" }] } });
  playground.apply({ do: "crash", nodes: ["A101", "A102"] });
  expect(playground.view().subClusters[0].counts.unavailable).toBe(4096);
  expect(() => playground.apply({ do: "crash", nodes: ["A109"] })).toThrow(RosterlabError);
});

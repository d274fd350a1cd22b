import { createRequire } from "node:module";
import { Playground, RosterlabError, runScenario } from "rosterlab";
import { Playground as OfNode } from "rosterlab/node";
import "rosterlab/element";

const required = createRequire(import.meta.url)("rosterlab");
const playground = new Playground({ cluster: { nodes: [{ id: "A101" }, { id: "A102" }, { id: "A103" }] } });
playground.apply({ do: "crash", nodes: ["A101", "A102"] });
let code;
try {
  playground.apply({ do: "crash", nodes: ["A109"] });
} catch (error) {
  code = error instanceof RosterlabError && error.code;
}
const { holds } = runScenario(playground.asTest("scenario"));
const isOne = required.Playground === Playground && OfNode === Playground;
console.log(JSON.stringify({ ...playground.view().subClusters[0].counts, code, holds, isOne }));

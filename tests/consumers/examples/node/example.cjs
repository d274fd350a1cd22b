const { Playground, isRosterlabError } = require("rosterlab");
require("rosterlab/element");

const playground = new Playground({ cluster: { nodes: [{ id: "A101" }, { id: "A102" }, { id: "A103" }] } });
playground.apply({ do: "crash", nodes: ["A101", "A102"] });
let code;
try {
  playground.apply({ do: "crash", nodes: ["A109"] });
} catch (error) {
  code = isRosterlabError(error) && error.code;
}
console.log(JSON.stringify({ ...playground.view().subClusters[0].counts, code }));

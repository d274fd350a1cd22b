import { Playground } from "rosterlab";

const playground = new Playground({ cluster: { nodes: [{ id: "A101" }, { id: "A102" }, { id: "A103" }] } });
playground.apply({ do: "crash", nodes: ["A101", "A102"] });
document.querySelector("output").textContent = JSON.stringify(playground.view().subClusters[0].counts);

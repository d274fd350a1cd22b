// The package in a thread of Node.js.
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { Playground } from "rosterlab";

if (isMainThread) {
  new Worker(new URL(import.meta.url)).on("message", (counts) => console.log(JSON.stringify(counts)));
} else {
  const playground = new Playground({ cluster: { nodes: [{ id: "A101" }, { id: "A102" }, { id: "A103" }] } });
  playground.apply({ do: "crash", nodes: ["A101", "A102"] });
  parentPort.postMessage(playground.view().subClusters[0].counts);
}

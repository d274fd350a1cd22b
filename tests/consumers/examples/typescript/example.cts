import rosterlab = require("rosterlab");
import { Playground } from "rosterlab";
import { version } from "rosterlab/node";

const playground: rosterlab.Playground = new Playground({ cluster: { nodes: [{ id: "A101" }] } });
console.log(JSON.stringify({ steps: playground.steps, version: version() }));

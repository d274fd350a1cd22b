import { Playground } from "rosterlab";
import "rosterlab/element";
import "rosterlab/element.css";

const playground = new Playground({ cluster: { nodes: [{ id: "A101" }, { id: "A102" }, { id: "A103" }] } });
playground.apply({ do: "crash", nodes: ["A101", "A102"] });
const counts = JSON.stringify(playground.view().subClusters[0].counts);

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = async ({ data }) => {
  await customElements.whenDefined("rosterlab-playground");
  const figure = document.createElement("rosterlab-playground");
  figure.setAttribute("scenario", playground.link());
  figure.setAttribute("controls", "full");
  document.body.append(figure);
  await figure.wake();
  const isSame = JSON.stringify(data) === counts && (await figure.link()) === playground.link();
  document.querySelector("output").textContent = isSame ? counts : `the worker says ${JSON.stringify(data)}`;
};

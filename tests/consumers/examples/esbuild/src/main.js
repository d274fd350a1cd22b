import { Playground } from "rosterlab";
import "rosterlab/element";

const playground = new Playground({ cluster: { nodes: [{ id: "A101" }, { id: "A102" }, { id: "A103" }] } });
playground.apply({ do: "crash", nodes: ["A101", "A102"] });

const figure = document.createElement("rosterlab-playground");
figure.setAttribute("scenario", playground.link());
figure.setAttribute("controls", "full");
document.body.append(figure);
figure.addEventListener("rosterlab-ready", () => {
  document.querySelector("output").textContent = JSON.stringify(playground.view().subClusters[0].counts);
});

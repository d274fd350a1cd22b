import init, { Playground } from "rosterlab/init";
import "rosterlab/element";
import "rosterlab/element.css";

await init(new URL("rosterlab_bg.wasm", import.meta.url));
const figure = document.querySelector("rosterlab-playground");
const link: string | undefined = await figure?.link();
const namespace: string | undefined = (await figure?.state())?.namespace;
console.log(link, namespace, new Playground("{}"));

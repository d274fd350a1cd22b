import init, { Playground } from "rosterlab/init";
import "rosterlab/element";

await init(new URL("rosterlab_bg.wasm", import.meta.url));
const figure = document.querySelector("rosterlab-playground");
const link: string | undefined = await figure?.link();
console.log(link, new Playground("{}"));

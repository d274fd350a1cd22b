// The iframe form of a figure, for pages that allow no scripts of their own. The address says what is shown:
//
//   frame.html?scenario=case-study.json&view=map&step=3&controls=step&origin=https://docs.example
//
// A page that does have scripts may talk to it by messages; docs/embedding.md has their schema. Messages are heard from, and
// sent to, the one origin that the address names, and none without it.

import "./rosterlab-embed.js";

/** The version of the messages. */
const VERSION = 1;

/** What a message may call, each a method of the element. */
const CALLS = ["seek", "apply", "check", "advance", "undo", "redo", "state", "link"];

/** The attributes that the address and the call `set` may give. */
const ATTRIBUTES = ["scenario", "view", "step", "controls", "theme", "namespace", "partition"];

const EVENTS = ["rosterlab-step", "rosterlab-change", "rosterlab-solved", "rosterlab-error"];

const query = new URLSearchParams(location.search);
const origin = originOf(query.get("origin"));
const figure = document.createElement("rosterlab-playground");
for (const name of ATTRIBUTES) if (query.has(name)) figure.setAttribute(name, query.get(name));
for (const name of EVENTS) figure.addEventListener(name, ({ detail }) => send({ event: name, detail }));
document.querySelector("main").append(figure);
figure.ready.then(
  () => send({ event: "rosterlab-ready", detail: {} }),
  ({ message }) => {
    const said = document.createElement("p");
    said.setAttribute("role", "alert");
    said.textContent = `The figure cannot be shown: ${message}`;
    document.querySelector("main").append(said);
  },
);
new ResizeObserver(() => {
  send({ event: "rosterlab-height", detail: { height: document.documentElement.offsetHeight } });
}).observe(document.body);

/** An origin as it is compared; nothing for what is none. "*" is none: who may listen has to be said. */
function originOf(text) {
  try {
    const { origin } = new URL(text);
    return origin === "null" ? null : origin;
  } catch {
    return null;
  }
}

function send(message) {
  if (origin && window.parent !== window) window.parent.postMessage({ rosterlab: VERSION, ...message }, origin);
}

window.addEventListener("message", async (event) => {
  if (!origin || event.origin !== origin || event.source !== window.parent) return;
  const { rosterlab, id, call, args = [] } = Object(event.data);
  if (rosterlab !== VERSION || typeof call !== "string") return;
  try {
    if (!Array.isArray(args)) throw Object.assign(new Error("args is no list"), { code: "bad-message" });
    send({ reply: id, result: await answer(call, args) });
  } catch ({ code = "failed", place = null, message }) {
    send({ reply: id, error: { code, place, message } });
  }
});

function answer(call, args) {
  if (call === "set") {
    const [name, value] = args;
    if (!ATTRIBUTES.includes(name)) throw Object.assign(new Error(`there is no attribute ${name}`), { code: "bad-message" });
    if (value === null || value === undefined) figure.removeAttribute(name);
    else figure.setAttribute(name, value);
    return null;
  }
  if (!CALLS.includes(call)) throw Object.assign(new Error(`there is no call ${call}`), { code: "bad-message" });
  return figure[call](...args);
}

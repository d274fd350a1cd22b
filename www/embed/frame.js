// The iframe form of a figure, for pages that allow no scripts. The address has the element's attributes:
//
//   frame.html?scenario=case-study.json&view=map&step=3&controls=step&origin=https://docs.example
//
// A page that has scripts can exchange messages with the frame; docs/embedding.md has their schema. The frame accepts messages
// only from the origin that the address names, and sends only to it. Without an origin there are no messages.

import "./rosterlab-embed.js";

/** The version of the message format. */
const VERSION = 1;

/** The element's methods that a message may call. */
const CALLS = ["seek", "apply", "check", "advance", "undo", "redo", "state", "link"];

/** The attributes that the address and the call `set` may set. */
const ATTRIBUTES = ["scenario", "view", "step", "controls", "theme", "namespace", "partition"];

const EVENTS = ["rosterlab-ready", "rosterlab-step", "rosterlab-change", "rosterlab-solved", "rosterlab-error"];

const query = new URLSearchParams(location.search);
const origin = originOf(query.get("origin"));
const figure = document.createElement("rosterlab-playground");
for (const name of ATTRIBUTES) if (query.has(name)) figure.setAttribute(name, query.get(name));
for (const name of EVENTS) figure.addEventListener(name, ({ detail }) => send({ event: name, detail }));
document.querySelector("main").append(figure);
new ResizeObserver(() => {
  send({ event: "rosterlab-height", detail: { height: document.documentElement.offsetHeight } });
}).observe(document.body);

/** The origin of an address in normal form, or null. "*" gives null: the address must name who may listen. */
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
    if (!Array.isArray(args)) throw Object.assign(new Error("args is not a list"), { code: "bad-message" });
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

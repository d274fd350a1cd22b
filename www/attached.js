// Attaches the page to the server whose cluster it shows (`rosterlab serve --page`, which puts this script in).
//
// The page and the server exchange share links and nothing else, as the page and its console do. The server says where its
// cluster is, and the page goes along. What is done on the page by hand is a link with a further step; the server does it, and
// says where it is then. Only the server's cluster counts.
//
// It stands where the app calls the console (see boot.js), before boot.js or after it.

const SECOND = 1000;
const STATES = {
  waiting: "The server is asked for its cluster.",
  following: "This is the server’s cluster, as it is now.",
  past: "You are looking at the past. The server goes on.",
  other: "This is another experiment than the server’s.",
  long: "So much has happened that a link cannot hold it. Reset the cluster to see it again.",
  silent: "The server does not answer. This is what it said last.",
};
const LATE = {
  following: "Something else was done on the server at that moment, so this was not. Try again.",
  past: "Nothing can be done in the past: the server has gone on. This is now.",
};
const COLUMNS = ["Node", "Connections", "Requests a second", "Served", "Unavailable", "In doubt", "Refused"];

let openConsole = globalThis.showConsole;
let page; // leads the page to a link, once the app has started
let shown; // where the page is
let given; // where it was led last
let latest; // what the server told last
let mode = "waiting";
let isSilent = false;
let sending = false;
let samples = []; // what the server told in the last moments, for rates

Object.defineProperty(globalThis, "showConsole", {
  set: (open) => (openConsole = open),
  get: () => (isOpen, told, typed, closed) => {
    page = typed;
    // The app marks what is no experiment of the server's.
    const isOther = told.startsWith("!");
    shown = isOther ? told.slice(1) : told;
    openConsole(isOpen, shown, (link) => (mode === "other" ? typed(link) : send(link)), closed);
    if (isOther) become("other");
    else compare();
  },
});

// Whether a person has moved the page, and what that comes to.
function compare() {
  if (given === undefined) lead();
  else if (shown === given) follow();
  else if (shown === "") {
    say("This step does not fit into a link any more, so it was not done.");
    lead();
  } else if (!sending) send(shown);
}

// Where the cluster stands; time that only passes leads nowhere else.
const place = ({ link, moves }) => (moves ? Symbol("it moves") : link?.replace(/_p[0-9a-z]+$/, ""));

// Leads the page to where the server is.
function lead() {
  if (!page || !latest) return;
  if (latest.link === null) return become("long");
  become("following");
  given = latest.link;
  if (shown !== given) page(given);
}

function follow() {
  if (mode === "past" || mode === "other") lead();
}

// Gives the server what was done by hand: the link that the page was led to, and the one where it is.
async function send(link) {
  if (given === undefined) return lead();
  sending = true;
  say("");
  const before = given;
  try {
    const response = await fetch("./link", { method: "POST", body: `${before}\n${link}` });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    sending = false;
    took(answer, link);
  } catch (error) {
    sending = false;
    say(
      error instanceof TypeError
        ? "The server did not answer. Look whether it was done."
        : `The server did not take that: ${error.message}.`,
    );
    if (!isSilent) lead();
  }
}

function took({ is, why, now }, link) {
  tell(now);
  // A person may have done more meanwhile: what was sent is where they were led to then.
  const isFurther = shown !== link && shown !== given && shown !== "";
  if (is === "done" && isFurther) {
    given = link;
    return send(shown);
  }
  if (is === "behind") return isFurther ? send(shown) : become("past");
  if (is === "other") return become("other");
  if (is === "late") say(LATE[mode] ?? LATE.following);
  if (is === "refused") say(`The server refuses that: ${why}.`);
  lead();
}

// --- what is seen

const bar = document.createElement("section");
bar.id = "attached";
bar.className = "attached";
bar.setAttribute("aria-label", "Server");
bar.tabIndex = -1;
bar.innerHTML = `
  <div class="attached-line">
    <p class="attached-state" role="status"></p>
    <p class="attached-counts"></p>
    <p class="attached-said" role="alert"></p>
    <span class="attached-buttons">
      <button type="button" class="tool attached-now" hidden>Go to now</button>
      <button type="button" class="tool attached-clients" aria-expanded="false" aria-controls="attached-table">Clients</button>
      <button type="button" class="tool attached-reset">Reset the cluster</button>
    </span>
  </div>
  <div id="attached-table" class="attached-table" hidden>
    <table>
      <caption>What clients were told since the cluster’s start. In doubt are timeouts: such a write may or may not have happened.</caption>
      <thead><tr>${COLUMNS.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
      <tbody></tbody>
    </table>
  </div>`;
document.body.prepend(bar);
const part = (name) => bar.querySelector(`.attached-${name}`);
const badges = new CSSStyleSheet();
document.adoptedStyleSheets.push(badges);

part("now").addEventListener("click", () => {
  say("");
  lead();
  bar.focus();
});
part("clients").addEventListener("click", ({ currentTarget }) => {
  const isOpen = currentTarget.getAttribute("aria-expanded") === "true";
  currentTarget.setAttribute("aria-expanded", String(!isOpen));
  part("table").hidden = isOpen;
});
part("reset").addEventListener("click", async () => {
  if (!confirm("Set the cluster back to its start, for every client? Its records are gone then.")) return;
  try {
    const response = await fetch("./reset", { method: "POST" });
    if (!response.ok) throw new Error((await response.json()).error);
    say("");
  } catch (error) {
    say(`The cluster was not reset: ${error.message}.`);
  }
});

function become(next) {
  mode = next;
  const seen = isSilent ? "silent" : mode;
  put(part("state"), STATES[seen]);
  bar.dataset.mode = seen;
  part("now").hidden = mode !== "past" && mode !== "other";
}

function say(text) {
  put(part("said"), text);
}

// Assistive technology hears what is put in anew, so nothing is put twice.
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const counted = (count, one) => `${number(count)} ${one}${count === 1 ? "" : "s"}`;
const two = (count) => String(Math.floor(count)).padStart(2, "0");
const clock = (ms) => `${Math.floor(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / SECOND) % 60)} since the start`;
const number = (count) => Math.round(count).toLocaleString("en");

// What a second brought, from the samples of the last one.
function rates(clients, at) {
  // The newest one that is older than a second is where the last second began.
  const older = samples.filter((sample) => at - sample.at > SECOND).slice(-1);
  samples = [...older, ...samples.filter((sample) => at - sample.at <= SECOND)];
  const first = samples[0] ?? { at: at - SECOND, clients };
  const seconds = Math.max(at - first.at, 1) / SECOND;
  samples.push({ at, clients });
  return (node, kind) => {
    const before = first.clients[node]?.[kind] ?? 0;
    return Math.max(0, (clients[node]?.[kind] ?? 0) - before) / seconds;
  };
}

function tell(now) {
  if (latest && now.resets !== latest.resets) samples = [];
  latest = now;
  const { clients, connections } = now;
  const rate = rates(clients, performance.now());
  const nodes = [...new Set([...Object.keys(clients), ...Object.keys(connections)])].sort();
  const kinds = ["served", "unavailable", "inDoubt", "refused"];
  const rows = nodes.map((node) => {
    const told = kinds.map((kind) => clients[node]?.[kind] ?? 0);
    const each = kinds.reduce((sum, kind) => sum + rate(node, kind), 0);
    return { node, told, each, cells: [node, connections[node] ?? 0, each, ...told] };
  });
  part("table").querySelector("tbody").replaceChildren(...rows.map(({ cells }) => row(cells)));
  const sum = (of) => rows.reduce((all, one) => all + of(one), 0);
  const open = Object.values(connections).reduce((all, one) => all + one, 0);
  const counts = [clock(now.timeMs), counted(open, "connection"), `${number(sum((one) => one.each))} requests a second`];
  const named = ["unavailable", "in doubt", "refused"];
  named.forEach((name, place) => {
    const count = sum((one) => one.told[place + 1]);
    if (count > 0) counts.push(`${number(count)} ${name}`);
  });
  put(part("counts"), nodes.length > 0 ? counts.join(" · ") : `${clock(now.timeMs)} · No client is connected.`);
  badges.replaceSync(rows.map((one) => badge(one, rate)).join("\n"));
}

function row([node, ...cells]) {
  const line = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = node;
  line.append(head);
  for (const cell of cells) line.insertCell().textContent = number(cell);
  return line;
}

// What a node's card shows of its clients. The cards are the app's, so this is a style and no element.
function badge({ node, each }, rate) {
  if (each < 0.5) return "";
  const failed = ["unavailable", "inDoubt", "refused"].reduce((sum, kind) => sum + rate(node, kind), 0);
  const text = failed < 0.5 ? `${number(each)}/s` : `${number(each)}/s, ${number(failed)} failed`;
  const colour = failed < 0.5 ? "--settled-ink" : "--unavailable-ink";
  return `.node[data-node="${node}"]::before { content: "${text}"; color: var(${colour}); }`;
}

function listen() {
  const told = new EventSource("./live");
  told.onmessage = ({ data }) => {
    const before = latest && { place: place(latest), resets: latest.resets };
    tell(JSON.parse(data));
    if (isSilent) {
      isSilent = false;
      become(mode);
    }
    // What was done by hand is on its way, or the person looks elsewhere.
    if (sending || mode === "past" || mode === "other") return;
    const isElsewhere = place(latest) !== before?.place || latest.resets !== before?.resets;
    if (mode !== "following" || isElsewhere) lead();
  };
  told.onerror = () => {
    isSilent = true;
    become(mode);
    // A browser tries again by itself unless the server has refused.
    if (told.readyState === EventSource.CLOSED) setTimeout(listen, SECOND);
  };
}
listen();
become(mode);

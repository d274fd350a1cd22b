// Makes a <rosterlab-playground> live: it has the controls, and fetches the engine once for all elements of a page. The loader
// (rosterlab-embed.js) imports it when the first element becomes live.
//
// The engine draws the figure with the code that drew the still figure. Nothing is computed here.

import init, { Playground } from "./rosterlab.js";

const at = (name) => new URL(name, import.meta.url);

/** Loads the engine and the style sheet once for all elements. A strict style-src allows a constructed sheet. */
const common = (async () => {
  const sheet = new CSSStyleSheet();
  const style = fetch(at("rosterlab.css")).then((answer) => {
    if (!answer.ok) throw new Error(`the style sheet is not there (${answer.status})`);
    return answer.text();
  });
  await Promise.all([init({ module_or_path: at("rosterlab_bg.wasm") }), style.then((text) => sheet.replace(text))]);
  return sheet;
})();

/** What a reader can do to a node. */
const NODE_ACTIONS = [
  ["stop", "Stop"],
  ["crash", "Crash"],
  ["start", "Start"],
];

/** Loads what the attribute `scenario` names: a share link, a scenario, the id of an inert script element, or a file's address. */
async function load(source, base) {
  if (!source) throw new Error("the attribute scenario is missing");
  if (/^#?s1=/.test(source)) return { playground: Playground.fromLink(source.replace(/^#/, "")), goals: [] };
  let text;
  if (source.trimStart().startsWith("{")) {
    text = source;
  } else if (source.startsWith("#")) {
    const inline = document.getElementById(source.slice(1));
    if (!inline) throw new Error(`there is no element ${source}`);
    text = inline.textContent;
  } else {
    const answer = await fetch(new URL(source, base));
    if (!answer.ok) throw new Error(`${source} is not there (${answer.status})`);
    text = await answer.text();
  }
  const playground = new Playground(text);
  return { playground, goals: goals(JSON.parse(text)) };
}

/** The expectations at a scenario's end, which a reader can fulfil. */
function goals({ steps = [] }) {
  const last = steps.findLastIndex((step) => step.do !== "expect");
  return steps.slice(last + 1);
}

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

export class Figure {
  #host;
  #root;
  #picture = element("div", { class: "rl-picture", part: "figure" });
  #bar = element("div", { class: "rl-bar", part: "controls", role: "group", "aria-label": "Controls of the figure" });
  #status = element("p", { class: "rl-status", part: "status", role: "status" });
  #frame = element("div", { class: "rl-live" });
  #node = null;
  #isSolved = false;
  #loading = 0;
  #goals = [];
  /** The engine's playground. Call `show` after changing it. */
  playground;

  /** Makes an element's figure and shows it in the element. */
  static async of(host) {
    const [sheet, loaded] = await Promise.all([
      common,
      common.then(() => load(host.getAttribute("scenario"), host.baseURI)),
    ]);
    return new Figure(host, sheet, loaded);
  }

  constructor(host, sheet, loaded) {
    this.#host = host;
    this.#frame.append(this.#picture, this.#bar, this.#status);
    this.#bar.addEventListener("click", this.#onClick);
    this.#bar.addEventListener("change", this.#onChange);
    this.#picture.addEventListener("click", this.#onMap);
    this.#take(loaded);
    this.show();
    // Until now readers saw the still figure.
    this.#root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.replaceChildren(this.#frame);
  }

  #take({ playground, goals }) {
    this.playground?.free();
    this.playground = playground;
    this.#goals = goals;
    this.#isSolved = false;
    this.#node = null;
    const step = this.#host.getAttribute("step");
    if (step !== null && !this.#goTo(step)) this.#say(`There is no step ${step}.`, true);
  }

  #goTo(step) {
    const wanted = Number(step);
    return Number.isSafeInteger(wanted) && wanted >= 0 && this.playground.seek(wanted);
  }

  /** Reacts to a changed attribute. */
  async attribute(name) {
    if (name === "scenario") {
      const mine = ++this.#loading;
      try {
        const loaded = await load(this.#host.getAttribute("scenario"), this.#host.baseURI);
        // The attribute may have changed again in the meantime.
        if (mine !== this.#loading) return loaded.playground.free();
        this.#take(loaded);
        this.#changed();
      } catch (error) {
        this.#fail(error);
      }
    } else if (name === "step") {
      const step = this.#host.getAttribute("step");
      if (step === null) return;
      if (this.#goTo(step)) this.#changed();
      else this.#say(`There is no step ${step}.`, true);
    } else {
      this.show();
    }
  }

  #wanted(name) {
    return this.#host.getAttribute(name) ?? undefined;
  }

  /** Draws the figure and its controls. */
  show() {
    const partition = this.#wanted("partition");
    const view = this.#wanted("view");
    try {
      this.#picture.innerHTML = this.playground.figure({
        view,
        namespace: this.#wanted("namespace"),
        partition: partition === undefined ? undefined : Number(partition),
      });
    } catch (error) {
      this.#fail(error);
    }
    const theme = this.#wanted("theme");
    this.#frame.className = theme === "light" || theme === "dark" ? `rl-live rl-theme-${theme}` : "rl-live";
    this.#controls();
  }

  #controls() {
    const controls = this.#wanted("controls") ?? "none";
    const focused = this.#root?.activeElement?.dataset?.do;
    const parts = [];
    if (controls !== "none") parts.push(...this.#stepControls());
    if (controls === "full") parts.push(...this.#actions());
    this.#bar.hidden = parts.length === 0;
    this.#bar.replaceChildren(...parts);
    if (focused) this.#bar.querySelector(`[data-do="${focused}"]`)?.focus();
  }

  #stepControls() {
    const { step, steps } = this.playground;
    const parts = [
      this.#button("back", "Back", step > 0 ? null : "this is the start"),
      this.#button("next", "Next", step < steps ? null : "this is the last step"),
      this.#button("restart", "First", step > 0 ? null : "this is the start"),
      element("span", {}, `${step} of ${steps}`),
    ];
    if (["why", "all"].includes(this.#wanted("view"))) {
      const shown = { type: "number", min: "0", max: "4095", "data-do": "partition", value: this.#wanted("partition") };
      parts.push(element("label", {}, "Partition", element("input", shown)));
    }
    return parts;
  }

  /** The buttons that act on the cluster. A button that is impossible now says why. */
  #actions() {
    const { nodes } = this.state();
    this.#node = nodes.some(({ id }) => id === this.#node) ? this.#node : nodes[0]?.id;
    const options = nodes.map(({ id }) => {
      const option = element("option", { value: id }, id);
      option.selected = id === this.#node;
      return option;
    });
    const act = (name, label) => this.#button(name, label, this.playground.check(this.#command(name))?.message ?? null);
    let link;
    try {
      link = this.playground.link();
    } catch {
      // The steps are too many for a share link. The figure still works without it.
    }
    const home = this.#wanted("playground") ?? at("../");
    return [
      element("label", {}, "Node", element("select", { "data-do": "node" }, ...options)),
      ...NODE_ACTIONS.map(([name, label]) => act(name, label)),
      act("isolate", "Isolate"),
      act("heal", "Heal all"),
      act("roster-set", "Stage observed"),
      act("recluster", "Recluster"),
      act("revive", "Revive"),
      act("migrate", "Let it migrate"),
      ...(link ? [element("a", { href: new URL(`#${link}`, home), target: "_blank", rel: "noopener" }, "Open in Rosterlab")] : []),
    ];
  }

  #button(name, label, why) {
    const attributes = { type: "button", "data-do": name, "aria-disabled": why === null ? undefined : "true" };
    return element("button", { ...attributes, title: why === null ? undefined : `Not now: ${why}` }, label);
  }

  /** A button's command, as a step of a scenario. */
  #command(name) {
    const node = this.#node;
    const namespace = this.#wanted("namespace") ?? this.playground.namespaces[0];
    const others = () => this.state().nodes.map(({ id }) => id).filter((id) => id !== node);
    switch (name) {
      case "isolate":
        return { do: "cut", between: [[node], others()] };
      case "roster-set":
        return { do: "roster-set", namespace, nodes: "observed", on: this.#onSide() };
      case "revive":
        return { do: "revive", namespace };
      case "heal":
      case "recluster":
      case "migrate":
        return { do: name };
      default:
        return { do: name, nodes: [node] };
    }
  }

  /** The chosen node, if it is in a sub-cluster: the roster is set there. */
  #onSide() {
    return this.state().nodes.find(({ id, state }) => id === this.#node && state === "up")?.id;
  }

  #onClick = (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    if (button.getAttribute("aria-disabled") === "true") return this.#say(button.title, true);
    const { step } = this.playground;
    const name = button.dataset.do;
    if (name === "back") this.seek(step - 1);
    else if (name === "next") this.seek(step + 1);
    else if (name === "restart") this.seek(0);
    else this.#try(() => this.apply(this.#command(name)));
  };

  #onChange = (event) => {
    const { value, dataset } = event.target;
    if (dataset.do === "node") {
      this.#node = value;
      this.show();
    } else if (dataset.do === "partition") {
      this.#host.setAttribute("partition", value);
    }
  };

  /** Explains the partition that was clicked on the map. The number field does the same for keyboards. */
  #onMap = (event) => {
    const map = event.target.closest("svg.rl-cells");
    if (!map || !["why", "all"].includes(this.#wanted("view"))) return;
    const { left, top, width, height } = map.getBoundingClientRect();
    const cell = (from, length, here) => Math.min(63, Math.max(0, Math.floor(((here - from) / length) * 64)));
    this.#host.setAttribute("partition", cell(top, height, event.clientY) * 64 + cell(left, width, event.clientX));
  };

  seek(n) {
    const isThere = this.playground.seek(n);
    if (isThere) this.#changed();
    return isThere;
  }

  apply(command) {
    const events = this.playground.apply(command);
    this.#changed();
    this.#solve();
    return events;
  }

  advance(ms) {
    const events = this.playground.advance(ms);
    this.#changed();
    this.#solve();
    return events;
  }

  undo() {
    const isDone = this.playground.undo();
    if (isDone) this.#changed();
    return isDone;
  }

  redo() {
    const isDone = this.playground.redo();
    if (isDone) this.#changed();
    return isDone;
  }

  /** The cluster as data. */
  state() {
    return this.playground.view(this.#wanted("namespace") ?? this.playground.namespaces[0]);
  }

  #changed() {
    this.show();
    const { step, steps } = this.playground;
    const { subClusters } = this.state();
    const counts = subClusters.map(({ principal, counts }) => ({ principal, ...counts }));
    const told = counts.map(
      ({ principal, active, unavailable, dead }) => `${principal}: ${active} active, ${unavailable} unavailable, ${dead} dead`,
    );
    this.#say(`Step ${step} of ${steps}. ${told.length ? told.join("; ") : "No node is up"}.`);
    this.#tell("rosterlab-step", { step, steps });
    this.#tell("rosterlab-change", { step, steps, counts });
  }

  /** Sends `rosterlab-solved` once, when a reader's own action has fulfilled the expectations at the scenario's end. */
  #solve() {
    if (this.#isSolved || this.#goals.length === 0) return;
    if (this.#goals.every((goal) => this.playground.check(goal) === null)) {
      this.#isSolved = true;
      this.#tell("rosterlab-solved", { step: this.playground.step });
    }
  }

  #try(work) {
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error) {
    this.#say(error.message, true);
    this.#tell("rosterlab-error", { code: error.code ?? "load", message: error.message });
  }

  #say(text, isBad = false) {
    this.#status.textContent = text;
    this.#status.classList.toggle("bad", isBad);
  }

  #tell(name, detail) {
    this.#host.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}

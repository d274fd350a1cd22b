// Makes a <rosterlab-playground> live: it has the controls, and fetches the engine once for all elements of a page. The loader
// (rosterlab-embed.js) imports it when the first element becomes live.
//
// The engine draws the figure with the code that drew the still figure. Nothing is computed here.

// The files beside this one. In the npm package another part stands here, up to its end: crates/wasm/npm/files.js.

const at = (name) => new URL(name, import.meta.url);

/** In a page of one file, the engine and the style sheet: `cargo xtask site` makes it. */
const inlined = typeof ROSTERLAB_INLINED === "undefined" ? null : ROSTERLAB_INLINED;

/** The playground of the site that the loader is in, or null: other people's sites have the files in a folder of another name. */
const HOME = !inlined && /\/embed\/[^/]*$/.test(import.meta.url) ? at("../") : null;

async function fetched(name) {
  const answer = await fetch(at(name));
  if (!answer.ok) throw new Error(`${name} is not there (${answer.status})`);
  return answer;
}

/** Loads the engine and the text of the style sheet. `time` counts the attempts. */
async function files(time) {
  const module = import("./rosterlab.js").catch((error) => {
    // A browser remembers that a module could not be fetched, by its address.
    if (time > 1) return import(at(`rosterlab.js?try=${time}`).href);
    throw error;
  });
  const [{ default: init, Playground }, bytes, style] = await Promise.all([
    module,
    inlined ? inlined.module() : fetched("rosterlab_bg.wasm"),
    inlined ? inlined.style : fetched("rosterlab.css").then((answer) => answer.text()),
  ]);
  await init({ module_or_path: bytes });
  return { Playground, style };
}

// The end of the files.

/** Loads the engine and the style sheet once for all elements. A strict style-src allows a constructed sheet. */
let loaded;
let loads = 0;
const common = () => {
  loads += 1;
  loaded ??= prepare(loads).catch((error) => {
    // To be tried again when a figure is wanted again.
    loaded = undefined;
    throw error;
  });
  return loaded;
};

async function prepare(time) {
  const { Playground, style } = await files(time);
  const sheet = new CSSStyleSheet();
  await sheet.replace(style);
  // Its rules about themes are for the page's own elements, too.
  if (!getComputedStyle(document.documentElement).getPropertyValue("--rosterlab-sheet")) document.adoptedStyleSheets.push(sheet);
  return { sheet, Playground };
}

/** The values that an attribute may have. The engine knows those of `view`, `namespace` and `partition`. */
const VALUES = { controls: ["none", "step", "full"], theme: ["light", "dark"] };

/** The error of an attribute that cannot be obeyed. */
const wrong = (attribute, message, code = "bad-attribute") => Object.assign(new Error(message), { code, attribute });

/** What a reader can do to a node. */
const NODE_ACTIONS = [
  ["stop", "Stop"],
  ["crash", "Crash"],
  ["start", "Start"],
];

/** Loads what the attribute `scenario` names: a share link, a scenario, the id of an inert script element, or a file's address. */
async function load(Playground, source, base) {
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
    const address = new URL(source, base);
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${source} is not there (${answer.status} at ${address.pathname})`);
    // Many servers answer with a page of theirs instead.
    if (/^text\/html\b/.test(answer.headers.get("content-type"))) {
      throw new Error(`${source} is not there (a page of HTML is, at ${address.pathname})`);
    }
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

/** Goes to a step that an attribute names, or gives false. */
function seek(playground, step) {
  const wanted = Number(step);
  return step.trim() !== "" && Number.isSafeInteger(wanted) && wanted >= 0 && playground.seek(wanted);
}

/** The HTML of a playground's moment. */
function draw(playground, { view, namespace, partition }) {
  try {
    return playground.figure({ view, namespace, partition: partition === undefined ? undefined : Number(partition) });
  } catch (error) {
    throw error.place ? wrong(error.place, error.message, error.code) : error;
  }
}

/** Keys that a control needs whatever the page does with them: slides take the space bar, search fields a letter. */
const KEYS = { BUTTON: /^(Enter| )$/, A: /^Enter$/, SELECT: /^(?!Tab$|Escape$)/, INPUT: /^(?!Tab$|Escape$)/, FIGURE: /^Arrow/ };

/** Keeps a key of the focused control from the page. */
function keep(event) {
  const { key, target, ctrlKey, altKey, metaKey } = event;
  if (ctrlKey || altKey || metaKey || !KEYS[target.nodeName.toUpperCase()]?.test(key)) return;
  // A figure needs the arrows only where it is wider than its place, or the page has made its place less high.
  if (target.localName === "figure") {
    const { parentElement: place } = target;
    const scrolls = /Left|Right/.test(key) ? target.scrollWidth > target.clientWidth : place.scrollHeight > place.clientHeight;
    if (!scrolls) return;
  }
  event.stopPropagation();
}

export class Figure {
  #host;
  #Playground;
  #root;
  #picture = element("div", { class: "rl-picture", part: "figure" });
  #bar = element("div", { class: "rl-bar", part: "controls", role: "group", "aria-label": "Controls of the figure" });
  #status = element("p", { class: "rl-status", part: "status", role: "status" });
  #frame = element("div", { class: "rl-live" });
  #node = null;
  #isSolved = false;
  #goals = [];
  /** The attributes that are obeyed: the last ones that could be. */
  #obeyed = {};
  /** The names of attributes that changed and are not obeyed yet. */
  #changes = new Set(["scenario", "step"]);
  #turn = 0;
  #isDue = false;
  /** The engine's playground. Call `show` after changing it. */
  playground;

  /** Makes an element's figure and shows it in the element. Throws when an attribute cannot be obeyed. */
  static async of(host) {
    const { sheet, Playground } = await common();
    const figure = new Figure(host, Playground);
    await figure.#obey();
    // Until now readers saw the still figure.
    figure.#root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    figure.#root.adoptedStyleSheets = [sheet];
    figure.#root.replaceChildren(figure.#frame);
    return figure;
  }

  constructor(host, Playground) {
    this.#host = host;
    this.#Playground = Playground;
    this.#frame.append(this.#picture, this.#bar, this.#status);
    this.#bar.addEventListener("click", this.#onClick);
    this.#bar.addEventListener("change", this.#onChange);
    this.#picture.addEventListener("click", this.#onMap);
    for (const type of ["keydown", "keypress", "keyup"]) this.#frame.addEventListener(type, keep);
  }

  /** Reacts to a changed attribute, once for all that change together. */
  attribute(name) {
    this.#changes.add(name);
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(async () => {
      this.#isDue = false;
      try {
        if (await this.#obey()) this.#report();
        else if (this.#status.classList.contains("bad")) this.#say("");
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  /**
   * Obeys the attributes that changed: all of them, or none and throws. Those that cannot be obeyed yet are tried again with
   * the next change. Says whether another moment is shown.
   */
  async #obey() {
    const mine = ++this.#turn;
    const host = this.#host;
    const wanted = Object.fromEntries([...host.attributes].map(({ name, value }) => [name, value]));
    for (const [name, values] of Object.entries(VALUES)) {
      if (wanted[name] !== undefined && !values.includes(wanted[name])) {
        throw wrong(name, `${name} is ${values.join(" or ")}, not ${JSON.stringify(wanted[name])}`);
      }
    }
    const isNew = this.#changes.has("scenario");
    const loaded = isNew ? await load(this.#Playground, wanted.scenario, host.baseURI) : { playground: this.playground };
    const { playground } = loaded;
    // An attribute may have changed again in the meantime.
    if (mine !== this.#turn) {
      if (isNew) playground.free();
      return false;
    }
    const before = playground.step;
    const isSought = wanted.step !== undefined && (isNew || this.#changes.has("step"));
    let picture;
    try {
      if (isSought && !seek(playground, wanted.step)) {
        throw wrong("step", `there is no step ${wanted.step}, the last is ${playground.steps}`);
      }
      picture = draw(playground, wanted);
    } catch (error) {
      if (isNew) playground.free();
      else playground.seek(before);
      throw error;
    }
    if (isNew) {
      this.playground?.free();
      this.playground = playground;
      this.#goals = loaded.goals;
      this.#isSolved = false;
      this.#node = null;
    }
    this.#obeyed = wanted;
    this.#changes.clear();
    this.#show(picture);
    return isNew || isSought;
  }

  #wanted(name) {
    return this.#obeyed[name];
  }

  /** Draws the figure and its controls. */
  show() {
    this.#try(() => this.#show(draw(this.playground, this.#obeyed)));
  }

  #show(picture) {
    this.#picture.innerHTML = picture;
    const theme = this.#wanted("theme");
    this.#frame.className = theme ? `rl-live rl-theme-${theme}` : "rl-live";
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
    const home = this.#wanted("playground") ?? HOME;
    return [
      element("label", {}, "Node", element("select", { "data-do": "node" }, ...options)),
      ...NODE_ACTIONS.map(([name, label]) => act(name, label)),
      act("isolate", "Isolate"),
      act("heal", "Heal all"),
      act("roster-set", "Stage observed"),
      act("recluster", "Recluster"),
      act("revive", "Revive"),
      act("migrate", "Let it migrate"),
      ...(link && home ? [element("a", { href: new URL(`#${link}`, new URL(home, this.#host.baseURI)), target: "_blank", rel: "noopener" }, "Open in Rosterlab")] : []),
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
    this.#report();
  }

  /** Says at which moment the figure is. */
  #report() {
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

  /** Says what could not be done. What was there stays. */
  #fail({ code = "load", message, attribute }) {
    this.#say(message, true);
    this.#tell("rosterlab-error", { code, message, ...(attribute && { attribute }) });
  }

  #say(text, isBad = false) {
    this.#status.textContent = text;
    this.#status.classList.toggle("bad", isBad);
  }

  #tell(name, detail) {
    this.#host.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}

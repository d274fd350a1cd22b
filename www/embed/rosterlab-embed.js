// <rosterlab-playground>: a figure of Rosterlab in any page. This is the loader. It defines the element and fetches nothing
// else until an element is near the viewport or pressed. Until then readers see the element's content: a still figure, made
// by `rosterlab figure` when the page was built.
//
//   <script type="module" src="embed/rosterlab-embed.js"></script>
//   <rosterlab-playground scenario="case-study.json" view="map" step="3" controls="step">…</rosterlab-playground>
//
// docs/embedding.md documents attributes, methods, events, custom properties and the iframe form.

/** The module with the controls, which all elements of a page share. A failed load is tried again when a figure is wanted again. */
let live;
let loads = 0;
function enliven() {
  if (!live) {
    loads += 1;
    // A browser remembers that a module could not be fetched, by its address. Bundlers must not look for this one.
    const again = loads > 1 && `./rosterlab-live.js?try=${loads}`;
    live = import("./rosterlab-live.js").catch((error) => {
      if (!again) throw error;
      return import(/* @vite-ignore */ /* webpackIgnore: true */ again).catch(() => {
        // A bundler has given the module another name.
        throw error;
      });
    });
    live.catch(() => (live = undefined));
  }
  return live;
}

/** The distance from the viewport at which an element becomes live. */
const NEAR = "300px";

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) target.wake();
  },
  { rootMargin: NEAR },
);

export class RosterlabPlayground extends HTMLElement {
  static observedAttributes = ["scenario", "view", "step", "controls", "theme", "namespace", "partition"];

  /** The running attempt to become live, or the one that succeeded. */
  #attempt = null;
  #hasFailed = false;
  #figure = null;
  #settle;

  /**
   * Resolves with this element when the figure is live, or rejects with the reason why it cannot be. A further attempt is a new
   * promise.
   */
  ready = this.#expect();

  #expect() {
    const ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    // Nobody has to wait for it, so its rejection must not count as unhandled.
    ready.catch(() => {});
    return ready;
  }

  connectedCallback() {
    this.addEventListener("pointerdown", this.wake);
    this.addEventListener("focusin", this.wake);
    if (this.getAttribute("loading") !== "press") near.observe(this);
  }

  disconnectedCallback() {
    near.unobserve(this);
  }

  attributeChangedCallback(name, before, now) {
    // Setting the same step again goes back to it, because the reader may have moved on.
    if (before === now && name !== "step") return;
    if (this.#figure) this.#figure.attribute(name);
    else if (this.#hasFailed) this.#again();
  }

  /** Makes the figure live now. */
  wake = () => {
    if (!this.#attempt) {
      if (this.#hasFailed) this.ready = this.#expect();
      this.#hasFailed = false;
      this.#attempt = this.#begin(this.#settle);
    }
    return this.ready;
  };

  /** Tries again once all attributes are set that a page sets together, and after an attempt that runs. */
  #again() {
    queueMicrotask(() => this.isConnected && this.wake());
  }

  async #begin({ resolve, reject }) {
    near.unobserve(this);
    const before = this.#attributes();
    try {
      const { Figure } = await enliven();
      this.#figure = await Figure.of(this);
      this.removeEventListener("pointerdown", this.wake);
      this.removeEventListener("focusin", this.wake);
      resolve(this);
      this.#send("rosterlab-ready", {});
    } catch (error) {
      this.#attempt = null;
      this.#hasFailed = true;
      reject(error);
      this.#tell(error);
    }
    // An attribute may have changed in the meantime.
    if (this.#attributes() === before) return;
    if (this.#figure) RosterlabPlayground.observedAttributes.forEach((name) => this.#figure.attribute(name));
    else this.#again();
  }

  #attributes() {
    return JSON.stringify(RosterlabPlayground.observedAttributes.map((name) => this.getAttribute(name)));
  }

  /** Says what went wrong: to the reader in a line below the still figure, which stays, to the page and to its developer. */
  #tell(error) {
    const { code = "load", message, attribute } = error;
    console.warn(`rosterlab-playground: ${message}`, error);
    const line = document.createElement("p");
    line.setAttribute("role", "status");
    line.setAttribute("part", "status failure");
    line.textContent = `This figure is not live: ${message}`;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.replaceChildren(document.createElement("slot"), line);
    this.#send("rosterlab-error", { code, message, ...(attribute && { attribute }) });
  }

  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  #do(work) {
    const awake = this.wake();
    const done = awake.then(() => work(this.#figure));
    // A failed load has been told already.
    awake.catch(() => done.catch(() => {}));
    return done;
  }

  /** Goes to where `n` steps are done. Gives false when there are fewer steps. */
  seek(n) {
    return this.#do((figure) => figure.seek(n));
  }

  /** Does a command, which has the form of a scenario's step. Gives the events that followed. */
  apply(command) {
    return this.#do((figure) => figure.apply(command));
  }

  /** The error that `apply` would throw, as data, or null. */
  check(command) {
    return this.#do((figure) => figure.playground.check(command));
  }

  /** Lets simulated time pass. Gives the events that followed. */
  advance(ms) {
    return this.#do((figure) => figure.advance(ms));
  }

  /** Undoes a step. Gives false when there is none. */
  undo() {
    return this.#do((figure) => figure.undo());
  }

  /** Does the undone step again. Gives false when there is none. */
  redo() {
    return this.#do((figure) => figure.redo());
  }

  /** The counts, nodes and verdicts as data. */
  state() {
    return this.#do((figure) => figure.state());
  }

  /** The share link of the steps that are done. */
  link() {
    return this.#do((figure) => figure.playground.link());
  }
}

if (!customElements.get("rosterlab-playground")) {
  customElements.define("rosterlab-playground", RosterlabPlayground);
}

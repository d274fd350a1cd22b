// <rosterlab-playground>: a figure of Rosterlab in any page. This is the loader. It defines the element and fetches nothing
// else until an element is near the viewport or pressed. Until then readers see the element's content: a still figure, made
// by `rosterlab figure` when the page was built.
//
//   <script type="module" src="embed/rosterlab-embed.js"></script>
//   <rosterlab-playground scenario="case-study.json" view="map" step="3" controls="step">…</rosterlab-playground>
//
// docs/embedding.md documents attributes, methods, events, custom properties and the iframe form.

/** The module with the engine, which all elements of a page share. */
let live;
const enliven = () => (live ??= import("./rosterlab-live.js"));

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

  #begin;
  #failed;
  #waking = false;
  #figure = null;

  /** Resolves with this element when the figure is live, or rejects with the reason why it cannot be. */
  ready = new Promise((resolve, reject) => {
    this.#begin = resolve;
    this.#failed = reject;
  });

  constructor() {
    super();
    // Nobody has to wait for `ready`, so its rejection must not count as unhandled.
    this.ready.catch(() => {});
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
    if (before !== now || name === "step") this.#figure?.attribute(name);
  }

  /** Makes the figure live now. */
  wake = async () => {
    if (this.#waking) return this.ready;
    this.#waking = true;
    near.unobserve(this);
    this.removeEventListener("pointerdown", this.wake);
    this.removeEventListener("focusin", this.wake);
    try {
      const { Figure } = await enliven();
      this.#figure = await Figure.of(this);
      this.#begin(this);
    } catch (error) {
      // The still figure stays. The console tells developers the reason.
      console.warn(`rosterlab-playground: ${error.message}`, error);
      this.dispatchEvent(new CustomEvent("rosterlab-error", { bubbles: true, composed: true, detail: { code: error.code ?? "load", message: error.message } }));
      this.#failed(error);
    }
    return this.ready;
  };

  async #do(work) {
    await this.wake();
    return work(this.#figure);
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

// <rosterlab-playground>: a figure of Rosterlab in any page. This is the loader: it defines the element and fetches nothing
// else until an element is near the viewport or pressed. What is inside the element until then (a figure made when the page
// was built, see `rosterlab figure`) stays what readers see.
//
//   <script type="module" src="embed/rosterlab-embed.js"></script>
//   <rosterlab-playground scenario="case-study.json" view="map" step="3" controls="step">…</rosterlab-playground>
//
// docs/embedding.md documents attributes, methods, events, custom properties and the iframe form.

/** All elements of a page share one module, and so one engine. */
let live;
const enliven = () => (live ??= import("./rosterlab-live.js"));

/** How near to the viewport an element has to come, in its own units. */
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

  /** Settles when the figure is live: with this element, or with why it cannot be. */
  ready = new Promise((resolve, reject) => {
    this.#begin = resolve;
    this.#failed = reject;
  });

  constructor() {
    super();
    // Whoever waits for it hears of a failure; nobody has to wait.
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
    // A reader may have gone on from the step that is asked for again.
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
      // What the page was built with stays; the reason is said where developers look.
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

  /** Goes to where so many steps are done; false when there are not as many. */
  seek(n) {
    return this.#do((figure) => figure.seek(n));
  }

  /** Does a command, written as a step of a scenario; gives the events that followed. */
  apply(command) {
    return this.#do((figure) => figure.apply(command));
  }

  /** What `apply` would throw, as data, or null. */
  check(command) {
    return this.#do((figure) => figure.playground.check(command));
  }

  /** Lets simulated milliseconds pass. */
  advance(ms) {
    return this.#do((figure) => figure.advance(ms));
  }

  undo() {
    return this.#do((figure) => figure.undo());
  }

  redo() {
    return this.#do((figure) => figure.redo());
  }

  /** The counts, nodes and verdicts as data. */
  state() {
    return this.#do((figure) => figure.state());
  }

  /** The link of what is done so far. */
  link() {
    return this.#do((figure) => figure.playground.link());
  }
}

if (!customElements.get("rosterlab-playground")) {
  customElements.define("rosterlab-playground", RosterlabPlayground);
}

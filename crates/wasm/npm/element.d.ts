import type { Command, Event, Fault, View } from "./index.js";

/** The element that `rosterlab/element` defines in a browser; docs/embedding.md describes it. */
export interface RosterlabPlayground extends HTMLElement {
  /** Resolves when the figure is live, or rejects with the reason why it cannot be. */
  readonly ready: Promise<RosterlabPlayground>;
  /** Makes the figure live now. */
  wake(): Promise<RosterlabPlayground>;
  seek(n: number): Promise<boolean>;
  apply(command: Command): Promise<Event[]>;
  check(command: Command): Promise<Fault | null>;
  advance(ms: number): Promise<Event[]>;
  undo(): Promise<boolean>;
  redo(): Promise<boolean>;
  /** What `Playground.view` returns, of the namespace that is shown. */
  state(): Promise<View>;
  link(): Promise<string>;
}

declare global {
  interface HTMLElementTagNameMap {
    "rosterlab-playground": RosterlabPlayground;
  }
}

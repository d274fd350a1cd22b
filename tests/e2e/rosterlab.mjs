// Reads from the page and acts on it for the tests, by the data attributes that the page keeps stable.
//
// Nothing here waits for a time: everything waits for a condition. The deadline only ends a test that hangs.

import assert from "node:assert/strict";

const DEADLINE_MS = 10_000;

/** Waits until `read` gives `expected`. Fails with the last value that it gave. */
export async function eventually(read, expected, message) {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    const found = await read();
    try {
      assert.deepEqual(found, expected, message);
      return;
    } catch (failure) {
      if (Date.now() > end) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }
}

/** The counts of every sub-cluster: `{ B102: { active, unavailable, dead } }`. */
export function counts(page) {
  return page.evaluate(() => {
    const found = {};
    for (const element of document.querySelectorAll('[data-count][data-namespace="main"]')) {
      const { subcluster, count } = element.dataset;
      (found[subcluster] ??= {})[count] = Number(element.textContent);
    }
    return found;
  });
}

/** Waits until there is one sub-cluster, with these counts. */
export function expectCounts(page, principal, { unavailable = 0, dead = 0 }, message) {
  const active = 4096 - unavailable - dead;
  return eventually(() => counts(page), { [principal]: { unavailable, active, dead } }, message);
}

export const node = (page, id) => page.locator(`[data-node="${id}"]`);
export const link = (page, id) => page.locator(`[data-link="${id}"]`);
export const rack = (page, id) => page.locator(`[data-rack="${id}"]`);
export const action = (page, name) => page.locator(`[data-action="${name}"]`);

/** The rosters as the panel shows them: `{ Roster: ["B102@2", …], Pending: …, Observed: … }`, without missing entries. */
export function rosters(page) {
  return page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll(".roster-line")].map((line) => [
        line.querySelector("dt").textContent,
        [...line.querySelectorAll(".entry:not(.missing) .entry-name")].map((e) => e.textContent),
      ]),
    ),
  );
}

/** The `data-node`, `data-link`, `data-action` or `data-map` of the focused element. */
export function focused(page) {
  return page.evaluate(() => {
    const { node, link, action, map } = document.activeElement?.dataset ?? {};
    return node ?? link ?? action ?? map ?? null;
  });
}

/** What is in the clipboard. It is pasted into a field of the test's own, which needs no permission in any engine. */
export async function pasted(page) {
  await page.evaluate(() => {
    const before = document.activeElement;
    const field = document.createElement("textarea");
    window.pasted = new Promise((done) => {
      field.addEventListener("input", () => {
        field.remove();
        before.focus();
        done(field.value);
      });
    });
    document.body.append(field);
    field.focus();
  });
  await page.keyboard.press("Control+v");
  return page.evaluate(() => window.pasted);
}

/** Types a text into a field, in the place of what is there. Playwright's `fill` ends in no change event in Firefox. */
export async function typeInto(field, text) {
  await field.press("Control+a");
  for (const letter of text) await field.press(letter);
}

/** Opens a tab below the floor with a click. */
export const openTab = (page, name) => page.locator(`[data-tab="${name}"]`).click();

/** Acts with the mouse only. */
export class Mouse {
  constructor(page) {
    this.page = page;
  }

  async on(id, name) {
    await node(this.page, id).click();
    await action(this.page, name).click();
  }

  stop = (id) => this.on(id, "stop");
  crash = (id) => this.on(id, "crash");
  start = (id) => this.on(id, "start");
  migrate = () => action(this.page, "migrate").click();
  stage = () => action(this.page, "stage-observed").click();
  recluster = () => action(this.page, "recluster").click();
  revive = () => action(this.page, "revive").click();
  confirm = () => action(this.page, "roster-confirm").click();

  /** Drags a card in small moves and drops it on a lane. */
  async drag(id, rackId, { release = true } = {}) {
    const from = await node(this.page, id).boundingBox();
    const to = await rack(this.page, rackId).boundingBox();
    const { mouse } = this.page;
    await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await mouse.down();
    await mouse.move(to.x + to.width / 2, to.y + to.height - 40, { steps: 8 });
    if (release) await mouse.up();
  }
}

/** Acts with the keyboard only. */
export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  /**
   * Presses Tab until `fits` is true of the focused element. `key` is Shift+Tab where that element comes before: after a
   * page's last element, Firefox goes to its own window, and its driver does not come back from there.
   */
  async tabTo(fits, what, key = "Tab") {
    for (let stop = 0; stop < 150; stop += 1) {
      if (await this.page.evaluate(fits)) return;
      await this.press(key);
    }
    assert.fail(`no tab stop is ${what}`);
  }

  /** Opens a tab below the floor: Tab to the open one, then arrows. */
  async openTab(name) {
    await this.tabTo(() => document.activeElement?.role === "tab", "a tab below the floor");
    for (let step = 0; step < 8; step += 1) {
      if (await this.page.evaluate((wanted) => document.activeElement.dataset.tab === wanted, name)) return;
      await this.press("ArrowRight");
    }
    assert.fail(`arrows do not lead to the tab ${name}`);
  }

  /** Focuses a card: Tab to any card, then arrows. */
  async go(id, key) {
    await this.tabTo(() => "node" in (document.activeElement?.dataset ?? {}), "a card", key);
    for (let step = 0; step < 20; step += 1) {
      const key = await this.page.evaluate((wanted) => {
        const middle = (element) => {
          const { x, y, width, height } = element.getBoundingClientRect();
          return [x + width / 2, y + height / 2];
        };
        const [x, y] = middle(document.activeElement);
        const [toX, toY] = middle(document.querySelector(`[data-node="${wanted}"]`));
        if (document.activeElement.dataset.node === wanted) return null;
        if (Math.abs(toX - x) > 30) return toX > x ? "ArrowRight" : "ArrowLeft";
        return toY > y ? "ArrowDown" : "ArrowUp";
      }, id);
      if (key === null) return;
      await this.press(key);
    }
    assert.fail(`arrows do not lead to ${id}`);
  }

  async on(id, key) {
    await this.go(id);
    await this.press(key);
  }

  stop = (id) => this.on(id, "s");
  crash = (id) => this.on(id, "c");
  start = (id) => this.on(id, "t");
  migrate = () => this.press("f");
  stage = () => this.press("o");
  recluster = () => this.press("r");
  revive = () => this.press("v");

  /** Confirms the question that has the focus. The focus then returns to where it was. */
  confirm = async () => {
    await eventually(() => focused(this.page), "roster-cancel");
    await this.press("Tab");
    await eventually(() => focused(this.page), "roster-confirm");
    await this.press("Enter");
    await eventually(async () => [null, "roster-confirm"].includes(await focused(this.page)), false);
  };
}

/** Rack 2 is down, the roster was reset before its copies were filled, and A102 has crashed: 1381 of 4096 unavailable. */
export async function resetTooEarly(page) {
  await page.locator('[data-rack="2"] [data-action="stop-rack"]').click();
  await action(page, "stage-observed").click();
  await action(page, "roster-confirm").click();
  await action(page, "recluster").click();
  await action(page, "crash").click();
  await expectCounts(page, "A103", { unavailable: 1381 });
}

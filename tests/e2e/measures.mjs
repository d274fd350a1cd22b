// What is measured of the page, in any engine: times of faults, of seeks and of failure sets, read by the page's own clock.
//
// A measurement opens its pages with the `open` that it is given: `open(link)` goes to a share link, waits until the map is
// painted and gives `{ page, context }`. `watch` must have prepared the page before. It works through the page's own buttons
// and its address: a cluster of 5, 16 or 128 nodes comes from a share link.

/** Share links of clusters by number of nodes, on racks of about the same size. */
const CLUSTERS = {
  5: "1-A101~2.2-B101~1",
  16: "1-A101~7.2-B101~7",
  // 32 nodes on each rack: the first and 31 more, which is v in base 36.
  128: "1-A101~v.2-B101~v.3-C101~v.4-D101~v",
};
export const linkOf = (nodes, steps = []) =>
  ["s1=0.1.0-0", "a.n2S-main", CLUSTERS[nodes], ...steps].join("_");

const sorted = (list) => [...list].sort((a, b) => a - b);
export const quantile = (list, part) => sorted(list)[Math.min(list.length - 1, Math.floor(list.length * part))];
export const ms = (number) => `${number < 10 ? number.toFixed(1) : Math.round(number)} ms`;

/** Prepares a page before it loads: it keeps its WebAssembly memory and the time when the map was last painted. */
export async function watch(page) {
  await page.addInitScript(() => {
    for (const name of ["instantiate", "instantiateStreaming"]) {
      const original = WebAssembly[name];
      WebAssembly[name] = async (...args) => {
        const made = await original.apply(WebAssembly, args);
        // A released page has a short name for it.
        window.wasmMemory = Object.values((made.instance ?? made).exports).find((it) => it instanceof WebAssembly.Memory);
        return made;
      };
    }
    // The time when the map was last painted.
    const { putImageData } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.putImageData = function (...args) {
      putImageData.apply(this, args);
      if (this.canvas.dataset.map !== undefined) window.paintedAt = performance.now();
    };
  });
}

/** Goes to a share link with a page that is watched, and waits until the map is painted. */
export async function load(page, url, link = "") {
  await page.goto(`${url}${link && `#${link}`}`);
  // A link of 500 steps takes long on a busy machine, and a measurement is no test.
  const timeout = 120_000;
  await page.waitForSelector("[data-map]", { timeout });
  await page.waitForFunction(() => window.paintedAt !== undefined, undefined, { timeout });
}

/** Times from a click on Crash until the map is painted, and until the browser has drawn the frame. */
export async function faults(open, nodes, rounds = 60) {
  const { page, context } = await open(linkOf(nodes));
  const times = await page.evaluate(async (rounds) => {
    const frame = () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = resolve;
          channel.port2.postMessage(null);
        });
      });
    const press = (name) => document.querySelector(`[data-action="${name}"]`).click();
    const painted = [];
    const framed = [];
    for (let round = 0; round < rounds; round += 1) {
      await frame();
      const before = performance.now();
      press("crash");
      while (window.paintedAt < before) await new Promise((resolve) => setTimeout(resolve, 0));
      painted.push(window.paintedAt - before);
      await frame();
      framed.push(performance.now() - before);
      press("undo");
      await frame();
    }
    return { painted, framed };
  }, rounds);
  await context.close();
  return times;
}

/** 500 steps: one node after the other crashes and starts again. */
function fiveHundred(nodes) {
  const places = "0123456789abcdefghijklmnopqrstuvwxyz";
  const place = (node) => (nodes > 36 ? places[Math.floor(node / 36)] : "") + places[node % 36];
  return Array.from({ length: 500 }, (_, step) => {
    const node = place(Math.floor(step / 2) % nodes);
    return step % 2 === 0 ? `c${node}` : `t${node}`;
  });
}

/** Times of seeks all over 500 steps by the timeline's slider, and the memory used. */
export async function seeks(open, nodes, rounds = 40) {
  const { page, context } = await open(linkOf(nodes, fiveHundred(nodes)));
  const memory = await page.evaluate(() => {
    const heap = performance.memory?.usedJSHeapSize ?? 0;
    return { wasm: window.wasmMemory.buffer.byteLength, heap };
  });
  const times = await page.evaluate(async (rounds) => {
    const slider = document.querySelector('[data-action="scrub"]');
    const at = () => Number(slider.getAttribute("aria-valuenow"));
    const key = (name) =>
      slider.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    const until = async (fits) => {
      while (!fits()) await new Promise((resolve) => setTimeout(resolve, 0));
    };
    const times = [];
    // From one end to the other, and ten steps at a time forth and back. Each key changes the position.
    const keys = ["Home", ...Array(rounds).fill("PageUp"), "End", ...Array(rounds).fill("PageDown"), "Home", "End"];
    for (const name of keys) {
      const from = at();
      const before = performance.now();
      key(name);
      await until(() => at() !== from);
      times.push(performance.now() - before);
    }
    return times;
  }, rounds);
  await context.close();
  return { times, memory };
}

/** Time from opening the failure sets of 16 nodes until they are complete. */
export async function failureSets(open, rounds = 5) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const { page, context } = await open(linkOf(16));
    times.push(
      await page.evaluate(async () => {
        const before = performance.now();
        document.querySelector('[data-action="losses"]').click();
        while (document.querySelector("[data-losses]")?.dataset.losses !== "done") {
          await new Promise((resolve) => setTimeout(resolve, 0));
        }
        return performance.now() - before;
      }),
    );
    await context.close();
  }
  return times;
}

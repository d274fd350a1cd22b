// The page loads from the root of a site and from a folder, without complaints. When it cannot load,
// it says so.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { openBlankPage, openPage } from "./browser.mjs";
import { test, walk } from "./engines.mjs";
import { CONTENT_SECURITY_POLICY, DIST } from "./server.mjs";

walk("the app mounts, and the console stays empty", async (t) => {
  const { page, complaints } = await openPage(t);
  assert.equal(await page.title(), "Rosterlab");
  assert.equal(await page.getByRole("status").filter({ hasText: "Loading" }).count(), 0);
  assert.deepEqual(complaints, []);
});

walk("the app mounts from a folder of a site", async (t) => {
  const { page, complaints } = await openPage(t, { base: "/some/folder/" });
  assert.equal(await page.locator("#app h1").count(), 1);
  assert.deepEqual(complaints, []);
});

test("the page itself carries the policy that it is tested under", async (t) => {
  const { page } = await openPage(t);
  const meta = page.locator("meta[http-equiv='Content-Security-Policy']");
  assert.equal(await meta.getAttribute("content"), CONTENT_SECURITY_POLICY);
});

// The size limit covers the files that index.html names, so there must be no others.
walk("a first visit requests the files that index.html names and nothing else", async (t) => {
  const { page, url, requests } = await openBlankPage(t);
  // Every timer fires half a minute early, so a request that would come late comes now.
  await page.addInitScript(() => {
    const { setTimeout } = window;
    window.setTimeout = (heard, ms = 0, ...more) => setTimeout(heard, Math.max(0, ms - 30_000), ...more);
  });
  await page.goto(url);
  await page.waitForSelector("#app h1");
  await page.locator(".margin:not(.stale)").waitFor();
  const named = await page.evaluate(() =>
    [...document.querySelectorAll("link[href], script[src]")].map((tag) => tag.href || tag.src),
  );
  const expected = new Set([url, ...named]);
  assert.deepEqual(
    requests.filter((address) => !expected.has(address)),
    [],
  );
  assert.equal(new Set(requests).size, requests.length, `requested twice: ${requests.join(" ")}`);
});

for (const [missing, what, reason] of [
  ["rosterlab-app_bg.wasm", "module", "rosterlab-app_bg.wasm: 404"],
  ["rosterlab-app.js", "glue", "rosterlab-app.js"],
]) {
  walk(`without its ${what} the page says that it could not be started`, async (t) => {
    const { page, url } = await openBlankPage(t);
    await page.route(`**/${missing}`, (route) => route.fulfill({ status: 404 }));
    await page.goto(url);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    const said = await alert.innerText();
    assert.match(said, /could not be started/);
    assert.ok(said.includes(reason), said);
  });
}

walk("with a damaged module the page says that it could not be started", async (t) => {
  const { page, url } = await openBlankPage(t);
  await page.route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "no module" }));
  await page.goto(url);
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /could not be started.*CompileError/s);
});

test("the module compiles while it arrives, and its compressed copies are the same module", async (t) => {
  const { page, url } = await openBlankPage(t);
  await page.addInitScript(() => {
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = (...args) => {
      window.streamed = (window.streamed ?? 0) + 1;
      return instantiateStreaming.apply(WebAssembly, args);
    };
  });
  await page.goto(url);
  await page.waitForSelector("#app h1");
  assert.equal(await page.evaluate(() => window.streamed), 1);
  const module = readFileSync(join(DIST, "rosterlab-app_bg.wasm"));
  assert.ok(gunzipSync(readFileSync(join(DIST, "rosterlab-app_bg.wasm.gz"))).equals(module));
  assert.ok(brotliDecompressSync(readFileSync(join(DIST, "rosterlab-app_bg.wasm.br"))).equals(module));
});

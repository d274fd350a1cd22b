// WebKit for tests that are written for Playwright. Playwright's own WebKit is patched and has no package in Debian;
// WebKitGTK has, and speaks WebDriver. This gives it the part of Playwright's interface that the tests use.
//
//     const browser = await webkit.launch();
//     const context = await browser.newContext({ viewport: { width: 1440, height: 940 }, colorScheme: "dark" });
//     const page = await context.newPage();
//
// Each context is a MiniBrowser of its own, with a user's folder of its own, behind a proxy in this process. `engines.mjs`
// says what this cannot do.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session, startDisplay } from "./driver.mjs";
import { Page } from "./page.mjs";
import { startProxy } from "./proxy.mjs";

class Context {
  static async open(display, options) {
    const context = new Context();
    context.home = mkdtempSync(join(tmpdir(), "rosterlab-webkit-"));
    context.proxy = await startProxy(options);
    const { home, proxy } = context;
    try {
      context.session = await Session.start({ options, proxyPort: proxy.port, home, display });
    } catch (error) {
      proxy.close();
      throw error;
    }
    context.viewport = options.viewport ?? { width: 1280, height: 720 };
    return context;
  }

  async newPage() {
    if (this.page) throw new Error("a context in WebKit has one page");
    this.page = new Page(this, this.session, this.proxy);
    await this.page.setViewportSize(this.viewport);
    return this.page;
  }

  async setOffline(isOffline) {
    this.proxy.isOffline = isOffline;
  }

  async close() {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.session.close();
    this.proxy.close();
    // A process of MiniBrowser's may still write into it.
    rmSync(this.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

export const webkit = {
  async launch() {
    const display = await startDisplay();
    const contexts = [];
    const browser = {
      version: () => contexts[0]?.session.version,
      async newContext(options = {}) {
        const context = await Context.open(display.name, options);
        context.browser = () => browser;
        contexts.push(context);
        return context;
      },
      async close() {
        for (const context of contexts) await context.close();
        display.close();
      },
    };
    return browser;
  },
};

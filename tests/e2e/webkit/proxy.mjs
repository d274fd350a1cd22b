// What WebKitGTK's WebDriver does not tell a test, a proxy in the test's own process does: which requests there were, and
// what the console said. It also answers requests in a test's place, and puts init scripts into pages, as files of the page's
// own origin, because a strict policy allows no others.

import { EventEmitter, once } from "node:events";
import { createServer, request } from "node:http";
import { extname } from "node:path";

/** Addresses below every origin that the proxy answers itself. */
const INIT = "/__init__.js";
const SAID = "/__said__";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

/** Runs in every page before its own scripts: tells the proxy what the console is told and what nobody catches. */
function tell(address) {
  // For the driver's own waiting: a test may count the frames that a page asks for.
  window.nextFrame = requestAnimationFrame.bind(window);
  const send = (kind, text) => {
    fetch(address, { method: "POST", body: JSON.stringify({ kind, text }), keepalive: true }).catch(() => {});
  };
  const written = (part) =>
    part instanceof Error || typeof part === "string" ? String(part) : (JSON.stringify(part) ?? String(part));
  for (const [name, kind] of [["error", "error"], ["warn", "warning"]]) {
    const original = console[name];
    console[name] = (...parts) => {
      original.apply(console, parts);
      send(kind, parts.map(written).join(" "));
    };
  }
  addEventListener("error", (event) => event.message && send("uncaught", event.message));
  addEventListener("unhandledrejection", ({ reason }) => send("uncaught", String(reason)));
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    send("error", `the policy's ${violatedDirective} refuses ${blockedURI}`));
}

/** Whether a page under these policies runs scripts of its own origin. */
const runsScripts = (policies) =>
  policies.every((policy) => {
    const sources = /script-src ([^;]*)/.exec(policy) ?? /default-src ([^;]*)/.exec(policy);
    return sources === null || sources[1].includes("'self'");
  });

const META_POLICY = /<meta[^>]*Content-Security-Policy[^>]*>/gi;

/** A page's text with the init scripts in front. */
function prepared(text, headers, bypassCSP) {
  if (bypassCSP) {
    delete headers["content-security-policy"];
    text = text.replace(META_POLICY, "");
  }
  const policies = [headers["content-security-policy"] ?? "", ...(text.match(META_POLICY) ?? [])];
  if (!runsScripts(policies.filter(Boolean))) return text;
  return text.replace(/<html[^>]*>/i, (tag) => `${tag}<script src="${INIT}"></script>`);
}

/** `**` stands for anything, `*` for anything without a slash. */
function fits(pattern, url) {
  if (pattern instanceof RegExp) return pattern.test(url);
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : part.replace(/[.+^${}()|[\]\\?]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`).test(url);
}

/** Starts a proxy for one context. It emits `request`, `failed` and `said`. */
export async function startProxy({ bypassCSP = false } = {}) {
  const proxy = Object.assign(new EventEmitter(), { routes: [], initScripts: [], isOffline: false });

  function answer(response, { status = 200, headers = {}, body = "" }) {
    const kept = { ...headers };
    for (const name of ["content-length", "connection", "transfer-encoding", "keep-alive"]) delete kept[name];
    const isPage = /text\/html/.test(kept["content-type"] ?? "");
    const bytes = isPage ? Buffer.from(prepared(String(body), kept, bypassCSP)) : Buffer.from(body);
    response.writeHead(status, { ...kept, "content-length": bytes.length }).end(bytes);
  }

  // Events come one by one, and have no end that could be waited for.
  function pass(found, response) {
    response.writeHead(found.statusCode, { "content-type": found.headers["content-type"] });
    response.on("close", () => found.destroy());
    // A server that stops ends its events in the middle.
    found.on("error", () => response.destroy());
    found.pipe(response);
  }

  async function serve(incoming, response) {
    const { pathname } = new URL(incoming.url);
    if (pathname === INIT) {
      const scripts = [`(${tell})(${JSON.stringify(SAID)})`, ...proxy.initScripts];
      return answer(response, { headers: { "content-type": TYPES[".js"] }, body: scripts.join(";\n") });
    }
    const parts = await incoming.toArray();
    if (pathname === SAID) {
      response.end();
      return proxy.emit("said", JSON.parse(Buffer.concat(parts)));
    }
    proxy.emit("request", incoming.url);
    const fail = (why) => {
      proxy.emit("failed", incoming.url, why);
      incoming.socket.destroy();
    };
    if (proxy.isOffline) return fail("offline");
    const route = proxy.routes.find(({ pattern }) => fits(pattern, incoming.url));
    if (route) {
      return route.answer({
        abort: async () => fail("aborted"),
        fulfill: async ({ status, body, contentType = TYPES[extname(pathname)] ?? "text/plain" }) =>
          answer(response, { status, body, headers: { "content-type": contentType } }),
      });
    }
    const { method, headers } = incoming;
    const outgoing = request(incoming.url, { method, headers: { ...headers, "accept-encoding": "identity" } });
    outgoing.on("response", async (found) => {
      if (/text\/event-stream/.test(found.headers["content-type"])) return pass(found, response);
      const body = Buffer.concat(await found.toArray());
      answer(response, { status: found.statusCode, headers: found.headers, body });
    });
    outgoing.on("error", ({ code }) => fail(code));
    outgoing.end(Buffer.concat(parts));
  }

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error) => response.destroy(error));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy.port = server.address().port;
  proxy.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return proxy;
}

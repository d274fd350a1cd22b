// Serves the built page on this machine, under the strictest Content-Security-Policy that the page must
// work under.
//
// Every response carries the policy, errors too. Nothing is cached, so a test sees the folder as it is
// now. Do not use it on an open network.

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import sirv from "sirv";

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The folder of the built page: `ROSTERLAB_DIST`, or `dist` at the top of the project. */
export const DIST =
  process.env.ROSTERLAB_DIST || fileURLToPath(new URL("../../dist", import.meta.url));

/**
 * Starts a server on a free port of the loopback address.
 *
 * @param {{ dist?: string, base?: string, policy?: string, published?: boolean }} [options] the folder, the path under
 * which it is served, such as `/a/b/`, and the policy; an empty policy sends none. `published` serves as a host does:
 * compressed copies where there are any, and the browser may keep files for ten minutes
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} the page's address, ending in `/`
 */
export async function startServer({ dist = DIST, base = "/", policy = CONTENT_SECURITY_POLICY, published = false } = {}) {
  const files = sirv(dist, published ? { brotli: true, gzip: true, etag: true, maxAge: 600 } : { dev: true });
  const server = createServer((request, response) => {
    if (policy) response.setHeader("Content-Security-Policy", policy);
    const notFound = () => {
      response.statusCode = 404;
      response.end("not found");
    };
    if (!request.url.startsWith(base)) return notFound();
    request.url = `/${request.url.slice(base.length)}`;
    files(request, response, notFound);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        // A browser keeps connections open, and close() waits for them.
        server.closeAllConnections();
      }),
  };
}

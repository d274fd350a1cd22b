// Defines <rosterlab-playground> in a browser. Where there is no DOM (a server that renders pages, a test) it does nothing.

if (typeof customElements === "object" && typeof IntersectionObserver === "function") import("./rosterlab-embed.js");

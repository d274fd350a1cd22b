import starlight from "@astrojs/starlight";
import { defineConfig } from "astro/config";

export default defineConfig({
  integrations: [
    starlight({
      title: "Figures in Starlight",
      pagefind: false,
      head: [
        { tag: "link", attrs: { rel: "stylesheet", href: "/rosterlab/rosterlab.css" } },
        { tag: "script", attrs: { type: "module", src: "/rosterlab/rosterlab-embed.js" } },
      ],
    }),
  ],
});

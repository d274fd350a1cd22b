export default {
  title: "Figures in VitePress",
  head: [
    ["link", { rel: "stylesheet", href: "/rosterlab/rosterlab.css" }],
    ["script", { type: "module", src: "/rosterlab/rosterlab-embed.js" }],
  ],
};

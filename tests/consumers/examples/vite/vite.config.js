import { defineConfig } from "vite";

export default defineConfig({
  // The package finds its module beside its own file, so it must stay where it is in development.
  optimizeDeps: { exclude: ["rosterlab"] },
  // The module is loaded with top-level await.
  worker: { format: "es" },
});

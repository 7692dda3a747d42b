/** How the app is bundled: files whose names carry a hash, addresses relative to `<base>`, nothing inline, as the server's policy asks. */
import { defineConfig } from "vite"

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2024",
    // Older ones would have newer functions of CSS taken apart.
    cssTarget: ["chrome125", "firefox128", "safari18"],
    // `font-src 'self'` takes no data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  plugins: [
    {
      name: "base",
      // The server looks for exactly this text.
      transformIndexHtml: { order: "post", handler: (html) => html.replace('<base href="/" />', '<base href="/">') },
    },
  ],
})

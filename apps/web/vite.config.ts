/** How the app is bundled: files whose names carry a hash, addresses relative to `<base>`, nothing inline, as the server's policy asks. */
import { join } from "node:path"
import { defineConfig } from "vite"

const LOAD_CHUNK = join(import.meta.dirname, "src/app/load-chunk.ts")

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
      name: "lexer-alone",
      // What the whole of marked is called by keeps all of it in the page; of what it exports the lexer is used.
      transform: {
        filter: { id: /node_modules\/marked\/lib\/marked\.esm\.js/ },
        handler: (code) => {
          const parts =
            /^([\s\S]*);var (\w+)=new \w+;function \w+\(l,e\)\{return \2\.parse\(l,e\)\}[\s\S]*export\{([^}]*)\}/.exec(code)
          const names = parts?.[3]?.split(",").filter((name) => / as (?:Lexer|Tokenizer)$/.test(name)) ?? []
          if (parts?.[1] === undefined || names.length !== 2) throw new Error("marked has another form; look at what cuts it")
          return { code: `${parts[1]};export{${names.join(",")}}`, map: null }
        },
      },
    },
    {
      name: "chunks",
      // What Vite puts around each import would have browsers keep a part as failed that could not be fetched once.
      transform: {
        filter: { id: /vite\/preload-helper/ },
        handler: () => ({ code: `export { loadChunk as __vitePreload } from ${JSON.stringify(LOAD_CHUNK)}`, map: null }),
      },
    },
    {
      name: "base",
      // The server looks for exactly this text.
      transformIndexHtml: { order: "post", handler: (html) => html.replace('<base href="/" />', '<base href="/">') },
    },
  ],
})

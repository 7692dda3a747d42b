/**
 * Bundles the player of exported files into one page: script, styles and fonts inside of it, a policy that allows this script and
 * nothing from anywhere, and a mark where the hub puts the log (docs/protocol/rules.md, H-29).
 */
import { createHash } from "node:crypto"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = fileURLToPath(new URL("..", import.meta.url))
const PLAYER = join(ROOT, "apps/web/src/player/file")

/** Where the log goes. */
const MARK = "<!--film-->"

/** The chat colours code in a worker, which one file cannot have. */
const PLAIN_CODE = {
  name: "plain code",
  enforce: "pre",
  resolveId: (id) => (id.endsWith("/code/CodeBlock.tsx") ? join(PLAYER, "PlainCode.tsx") : undefined),
}

/** The page as text. Rejects with what the bundler says. */
export async function bundlePlayer() {
  const { build } = await import("vite")
  const result = await build({
    configFile: false,
    root: PLAYER,
    logLevel: "silent",
    plugins: [PLAIN_CODE],
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      target: "es2024",
      cssTarget: ["chrome125", "firefox128", "safari18"],
      // Everything is in the page.
      assetsInlineLimit: () => true,
      cssCodeSplit: false,
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: { input: join(PLAYER, "main.tsx"), output: { format: "iife", codeSplitting: false } },
    },
  })
  const { output } = Array.isArray(result) ? result[0] : result
  const code = output.filter(({ type }) => type === "chunk").map(({ code: text }) => text)
  const styles = output
    .filter(({ type, fileName }) => type === "asset" && fileName.endsWith(".css"))
    .map(({ source }) => String(source))
  const others = output.filter(({ type, fileName }) => type === "asset" && !fileName.endsWith(".css"))
  if (code.length !== 1 || others.length > 0) {
    throw new Error(`the player is not one file: ${output.map(({ fileName }) => fileName).join(", ")}`)
  }
  return pageOf(code[0], styles.join("\n"))
}

function pageOf(code, styles) {
  const script = code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--")
  const hash = createHash("sha256").update(script).digest("base64")
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    // The emulator puts its own styles into the page.
    "style-src 'unsafe-inline'",
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ")
  return `<!doctype html>
<html lang="en" data-theme="dark">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Holdfast recording</title>
<style>${styles.replaceAll("</style", "<\\/style")}</style>
</head>
<body>
<div id="root"></div>
<script type="application/octet-stream" id="film">${MARK}</script>
<script>${script}</script>
</body>
</html>
`
}

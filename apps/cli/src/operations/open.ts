/**
 * `holdfast open` and `holdfast link`: a browser that is let in.
 */
import { spawn } from "node:child_process"
import { renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { hint } from "../hint.ts"
import { print, printEither } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { loadedSettings } from "../server/settings.ts"
import { span } from "../text/amounts.ts"

/** Prints a link that lets a browser in once. */
export async function link(json: boolean): Promise<void> {
  const made = await ask(useHub(), (api) => api.link())
  printEither(json, made, () => [made.url])
}

/** Browsers that are confined (snap, flatpak) may not read the page in the data directory, and no one is told. */
const BROWSER_OPENED = `opened in the browser; if the browser cannot read the page, open the link printed by: ${hint("link")}`

/** Opens a browser with a link that lets it in; prints the link where none can be opened. */
export async function open(json: boolean): Promise<void> {
  const hub = useHub()
  const made = await ask(hub, (api) => api.link())
  const wanted = loadedSettings().settings.values.open && !json && canOpen()
  const page = wanted ? leadingPage(hub.target.data, made.url) : undefined
  if (page !== undefined && (await openBrowser(page))) return print(BROWSER_OPENED)
  printEither(json, made, () => [`open this link; it works once, for ${span(made.expiresAt - Date.now())}:`, made.url])
}

/**
 * Writes a page that leads to the link, for its user only, and gives its address; `undefined` where it cannot be written.
 * Everyone can read the arguments of a program, so the link itself is no argument (G-18).
 */
function leadingPage(data: string, url: string): string | undefined {
  const file = join(data, "open.html")
  const next = `${file}.${process.pid}.new`
  const address = url.replaceAll("&", "&amp;").replaceAll('"', "&quot;")
  try {
    writeFileSync(
      next,
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Holdfast</title><meta http-equiv="refresh" content="0;url=${address}"></head><body><a href="${address}">Open Holdfast</a></body></html>\n`,
      { mode: 0o600, flag: "wx" },
    )
    renameSync(next, file)
    return pathToFileURL(file).href
  } catch {
    // Another data directory than the hub's, or a full one: the link is printed.
    return undefined
  }
}

/** Whether there is a screen to show a browser on. */
const canOpen = (): boolean =>
  process.platform !== "linux" || Boolean(process.env["DISPLAY"]) || Boolean(process.env["WAYLAND_DISPLAY"])

/** Starts the platform's browser; false when there is none. */
function openBrowser(page: string): Promise<boolean> {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", page]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler", page]
        : ["xdg-open", page]
  return new Promise((resolve) => {
    const child = spawn(command ?? "xdg-open", args, { stdio: "ignore", detached: true })
    child.once("error", () => resolve(false))
    child.once("spawn", () => {
      child.unref()
      resolve(true)
    })
  })
}

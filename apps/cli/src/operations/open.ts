/**
 * `holdfast open` and `holdfast link`: a browser that is let in.
 */
import { spawn } from "node:child_process"
import { print, printEither } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { loadedSettings } from "../server/settings.ts"
import { span } from "../text/amounts.ts"

/** Prints a link that lets a browser in once. */
export async function link(json: boolean): Promise<void> {
  const made = await ask(useHub(), (api) => api.link())
  printEither(json, made, () => [made.url])
}

/** Opens a browser with a link that lets it in; prints the link where none can be opened. */
export async function open(json: boolean): Promise<void> {
  const made = await ask(useHub(), (api) => api.link())
  const wanted = loadedSettings().settings.values.open && !json
  if (wanted && (await openBrowser(made.url))) return print("opened in the browser")
  printEither(json, made, () => [`open this link; it works once, for ${span(made.expiresAt - Date.now())}:`, made.url])
}

/** Starts the platform's browser; false when there is none. */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler", url]
        : ["xdg-open", url]
  if (process.platform === "linux" && !process.env["DISPLAY"] && !process.env["WAYLAND_DISPLAY"]) return Promise.resolve(false)
  return new Promise((resolve) => {
    const child = spawn(command ?? "xdg-open", args, { stdio: "ignore", detached: true })
    child.once("error", () => resolve(false))
    child.once("spawn", () => {
      child.unref()
      resolve(true)
    })
  })
}

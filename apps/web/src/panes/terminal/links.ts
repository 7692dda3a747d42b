/** What becomes of an address that output contains: output is written by programs, and by whoever they print. */

/** `open` at once, `ask` with the whole address shown, `refuse` what runs in the page or says nothing to it. */
export type LinkFate = "open" | "ask" | "refuse"

const PLAIN = new Set(["http:", "https:", "mailto:"])
const NEVER = new Set(["javascript:", "data:", "blob:", "vbscript:", "about:", "view-source:", "filesystem:", "file:"])

/** Longest address that is looked at. */
const LONGEST = 4096

/** Decides on an address; one with a name and password in it may look like another. */
export function fateOf(address: string): LinkFate {
  if (address.length > LONGEST || !URL.canParse(address)) return "refuse"
  const { protocol, username, password } = new URL(address)
  if (NEVER.has(protocol)) return "refuse"
  return PLAIN.has(protocol) && username === "" && password === "" ? "open" : "ask"
}

/** The host that an address leads to, as the browser reads it; `undefined` for one without. */
export function hostOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined
  const { host } = new URL(address)
  return host === "" ? undefined : host
}

/** Opens an address in a window that knows nothing of this one. */
export function openAddress(address: string): void {
  window.open(new URL(address).href, "_blank", "noopener,noreferrer")
}

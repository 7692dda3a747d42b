/** What this device is called, as other viewers see it. */

import { headOf } from "@holdfast/protocol/text-cut"
import { Preference } from "./preferences.ts"

/** Longest name of a device, in characters. */
const NAME_MAX = 100

/** What the person calls this device; empty without a name of its own. */
export const ownName = new Preference("device-name", "", (stored) =>
  typeof stored === "string" ? headOf(stored, NAME_MAX) : undefined,
)

interface Navigator {
  readonly userAgent: string
  readonly platform?: string
  readonly userAgentData?: { readonly platform?: string; readonly brands?: ReadonlyArray<{ readonly brand: string }> }
}

const BROWSERS: ReadonlyArray<readonly [mark: RegExp, name: string]> = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrom(?:e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"],
]

const SYSTEMS: ReadonlyArray<readonly [mark: RegExp, name: string]> = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android/, "Android"],
  [/Mac/, "Mac"],
  [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
]

/** Its own name, or browser and system, such as `Firefox on Linux`. */
export function deviceName({ userAgent }: Navigator = navigator, own = ownName.get()): string {
  if (own !== "") return own
  const first = (names: typeof BROWSERS, other: string): string => names.find(([mark]) => mark.test(userAgent))?.[1] ?? other
  return `${first(BROWSERS, "Browser")} on ${first(SYSTEMS, "another system")}`
}

/** What this device is called, as other viewers see it. */

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

/** Browser and system, such as `Firefox on Linux`. */
export function deviceName({ userAgent }: Navigator = navigator): string {
  const first = (names: typeof BROWSERS, other: string): string => names.find(([mark]) => mark.test(userAgent))?.[1] ?? other
  return `${first(BROWSERS, "Browser")} on ${first(SYSTEMS, "another system")}`
}

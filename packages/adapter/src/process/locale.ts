/** A locale for children of a hub that was started without one, as service managers do (docs/protocol/rules.md, T-29). */
import { existsSync } from "node:fs"

const NAMES = ["LC_ALL", "LC_CTYPE", "LANG"]

/** The variables, with a UTF-8 locale where they name none. */
export function withLocale(
  variables: Readonly<Record<string, string>>,
  utf8: string | undefined = utf8Locale(),
): Readonly<Record<string, string>> {
  const hasOne = NAMES.some((name) => (variables[name] ?? "") !== "")
  return hasOne || utf8 === undefined ? variables : { ...variables, LANG: utf8 }
}

const PLACES = ["/usr/lib/locale/C.utf8", "/usr/lib/locale/C.UTF-8", "/usr/share/i18n/locales/C"]
let found: string | undefined | null = null

/** A locale of this machine that has UTF-8 and nothing else of a country. */
function utf8Locale(): string | undefined {
  if (found !== null) return found
  if (process.platform === "win32") found = undefined
  else if (process.platform === "darwin") found = "en_US.UTF-8"
  else {
    const isMusl = existsSync("/lib/ld-musl-x86_64.so.1") || existsSync("/lib/ld-musl-aarch64.so.1")
    found = isMusl || PLACES.some((place) => existsSync(place)) ? "C.UTF-8" : undefined
  }
  return found
}

/**
 * `holdfast metadata`: what programs note about a session.
 */
import { usage } from "../failure.ts"
import { useHub, ask } from "../server/hub.ts"
import { changeSessions } from "./change.ts"
import { print, printJson } from "../output.ts"
import { printable } from "../text/printable.ts"

/** Entries from texts `NAME=VALUE`; fails as wrong usage. */
export function entriesOf(texts: ReadonlyArray<string>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=")
      if (at < 1) throw usage(`${text} is not NAME=VALUE`)
      return [text.slice(0, at), text.slice(at + 1)] as const
    }),
  )
}

/** Sets and removes entries; without any, prints those that are there. */
export async function metadata(
  session: string,
  set: ReadonlyArray<string>,
  remove: ReadonlyArray<string>,
  json: boolean,
): Promise<void> {
  if (set.length === 0 && remove.length === 0) {
    const { metadata: noted = {} } = await ask(useHub(), (api) => api.get(session))
    if (json) return printJson(noted)
    return print(...Object.entries(noted).map(([name, value]) => printable(`${name}=${value}`)))
  }
  const change = { ...entriesOf(set), ...Object.fromEntries(remove.map((name) => [name, null])) }
  await changeSessions([session], json, "noted", (api, id) => api.update(id, { metadata: change }))
}

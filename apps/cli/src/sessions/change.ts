/**
 * What commands that change sessions have in common: each session by its name, one line or one record for each.
 */
import type { Session } from "@holdfast/protocol/session"
import type { Api } from "@holdfast/client/http/api"
import { EXIT, toFailure } from "../failure.ts"
import { complain, print, printJson } from "../output.ts"
import { useHub } from "../server/hub.ts"
import { withNearest } from "./nearest.ts"
import { idOf } from "./whole-id.ts"
import { printable } from "../text/printable.ts"

type Change = (api: Api, id: string) => Promise<Session>

/** Changes each session and prints what it is now. Sessions that refuse are named, the others are changed anyway. */
export async function changeSessions(names: ReadonlyArray<string>, json: boolean, done: string, change: Change): Promise<void> {
  const hub = useHub()
  const changed: Array<Session> = []
  let code: number = EXIT.done
  for (const name of names) {
    try {
      const session = await change(hub.api, await idOf(name, hub.api.resolve))
      changed.push(session)
      if (!json) print(`${done} ${session.id} ${printable(session.label)}`)
    } catch (error) {
      const failure = toFailure(await withNearest(error, (query) => hub.api.list(query)), hub.target.origin)
      if (names.length === 1 || failure.code === EXIT.unreachable) throw failure
      complain(`holdfast: ${name}: ${failure.message}`)
      code = failure.code
    }
  }
  if (json) printJson(names.length === 1 ? changed[0] : changed)
  process.exitCode = code
}

/** Tags after some were added and some removed, in their order. */
export function changedTags(
  now: ReadonlyArray<string>,
  added: ReadonlyArray<string>,
  removed: ReadonlyArray<string>,
): ReadonlyArray<string> {
  return [...new Set([...now, ...added])].filter((tag) => !removed.includes(tag))
}

/** What `new terminal` and `new agent` share. */
import { usage } from "../failure.ts"
import type { AttachCommand } from "../attach/attach-command.ts"

/** How `new --attach` attaches. */
export const NEW_ATTACH: AttachCommand = {
  readOnly: false,
  take: false,
  detachOthers: false,
  exitCode: false,
  clipboard: false,
  detachKey: undefined,
  wait: undefined,
}

/** Variables given as `NAME=VALUE`. Throws wrong usage. */
export function variables(given: ReadonlyArray<string>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=")
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
      throw usage(`--env needs NAME=VALUE, not ${JSON.stringify(text)}`)
    }),
  )
}

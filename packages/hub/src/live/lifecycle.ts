/** Commands that change a session's record: names, tags, marks, archive, trash, keyboard. */
import * as Effect from "effect/Effect"
import type { Command } from "@holdfast/core/decide"
import { type DoorError, Forbidden } from "@holdfast/protocol/errors"
import type { MarkSession, UpdateSession } from "@holdfast/protocol/session"
import type { Changed, Principal } from "../Hub.ts"
import { execute } from "../session/command.ts"
import type { Loaded } from "../session/SessionTable.ts"
import type { Core } from "./Core.ts"
import { processKnown } from "./process-known.ts"

/** Refuses a credential that may only read. */
export const may = (by: Principal): Effect.Effect<void, Forbidden> =>
  by.scope === "read" ? Effect.fail(new Forbidden({ message: "this credential may only read" })) : Effect.void

const run = (
  core: Core,
  id: string,
  command: Command,
  by: Principal,
  key?: string,
  body: unknown = command,
): Effect.Effect<Changed, DoorError> =>
  may(by).pipe(
    Effect.andThen(core.table.open(id)),
    Effect.flatMap(({ session }) => execute(session, command, by.name, key, body)),
  )

/** Renames, tags and pins. */
export const update = (core: Core, id: string, change: UpdateSession, by: Principal): Effect.Effect<Changed, DoorError> => {
  const { key, ...fields } = change
  return run(core, id, { _tag: "Update", ...fields }, by, key)
}

/** Appends a mark. */
export const mark = (core: Core, id: string, { key, text }: MarkSession, by: Principal): Effect.Effect<Changed, DoorError> =>
  run(core, id, { _tag: "Mark", text }, by, key)

/** Archives. */
export const archive = (core: Core, id: string, key: string | undefined, by: Principal): Effect.Effect<Changed, DoorError> =>
  run(core, id, { _tag: "Archive" }, by, key)

/** Takes back an archiving or a deletion. */
export const restore = (core: Core, id: string, key: string | undefined, by: Principal): Effect.Effect<Changed, DoorError> =>
  run(core, id, { _tag: "Restore" }, by, key)

/** Moves the session to the trash and ends its child; the child's exit comes into the log as always. */
export const remove = (core: Core, id: string, key: string | undefined, by: Principal): Effect.Effect<Changed, DoorError> =>
  Effect.gen(function* () {
    const purgeAt = core.now() + core.options.settings.trashKeep
    const changed = yield* run(core, id, { _tag: "Delete", purgeAt }, by, key, { _tag: "Delete" })
    const loaded = yield* core.table.open(id)
    // A child that is being started is ended as soon as it is there.
    if (loaded.parts.starting) yield* processKnown(loaded)
    endChild(core, loaded)
    return changed
  })

/** Takes or releases the keyboard. */
export const setTypist = (
  core: Core,
  id: string,
  client: string,
  name: string,
  mode: "single" | "free",
  by: Principal,
): Effect.Effect<Changed, DoorError> => run(core, id, { _tag: "SetTypist", mode, client, name }, by)

function endChild(core: Core, { session, parts }: Loaded): void {
  const port = parts.follower?.port
  if (port === undefined || port.child === 0) return
  port.connection.end(port.child, core.options.settings.killGrace).catch((cause: unknown) => {
    core.options.report?.("a deleted session's process could not be ended", { session: session.id, cause: String(cause) })
  })
}

/** What the hub does for each operation on directories and files. */
import type { Handlers, PerformedName } from "../Hub.ts"
import * as Files from "../sessions/files.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { asEffect } from "./Operations.ts"

/** Makes the handlers. */
export function fileHandlers(context: HubContext) {
  const effect = asEffect(context.fork)
  return {
    "directories.list": effect((query) => Files.listDirectories(context, query)),
    "directories.recent": effect(() => Files.recentDirectories(context)),
    "files.search": effect(({ session, ...query }, by) => Files.searchFiles(context, session, query, by)),
    "files.read": effect(({ session, path }) => Files.readFile(context, session, path)),
    "changes.list": effect(({ session, ...query }) => Files.listChanges(context, session, query)),
    "changes.diff": effect(({ session, ...query }) => Files.diffFile(context, session, query)),
  } satisfies Partial<Handlers<PerformedName>>
}

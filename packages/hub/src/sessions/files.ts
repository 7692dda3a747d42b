/** Directories to choose from, and the files of a session's directory (docs/protocol/rules.md, FS-1 to FS-25). */
import { isAbsolute, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import type { ChangeList, ChangesQuery, DiffAnswer, DiffQuery } from "@holdfast/protocol/changes"
import { type DoorError, SessionNotReady, Unavailable } from "@holdfast/protocol/errors"
import {
  type DirectoriesQuery,
  type DirectoryPage,
  type FileQuery,
  type FileText,
  type FoundFiles,
  type RecentDirectories,
  type RecentDirectory,
  SEARCH_MAX,
} from "@holdfast/protocol/files"
import type { Session } from "@holdfast/protocol/session"
import { askFiles } from "../child/ask-files.ts"
import { type Caller, keeperOf } from "../Hub.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { HubContext } from "./HubContext.ts"
import { get } from "./queries.ts"

/** Directories of a page when the request does not say, and unchanged lines around changes. */
const PAGE = 200
const CONTEXT = 3
/** Sessions that are looked through for directories, and directories that are listed. */
const SESSIONS_MAX = 1000
const RECENT_MAX = 30

/** The directories in a directory. */
export function listDirectories(core: HubContext, query: DirectoriesQuery): Effect.Effect<DirectoryPage, DoorError> {
  const { fleet, directories, defaults } = core
  const roots = browseRoots(core)
  const { path = roots[0] ?? defaults.home, hidden = false, prefix = "", limit = PAGE, after } = query
  return askFiles(fleet, {
    ask: "directories",
    guarded: directories.guarded,
    path: fromHome(defaults.home, path),
    roots,
    hidden,
    prefix,
    limit,
    ...(after === undefined ? {} : { after }),
  })
}

/** Below which directories people may look. */
function browseRoots({ settings, defaults }: HubContext): ReadonlyArray<string> {
  const named = settings.browseRoots.split(",").map((root) => root.trim())
  const roots = named.filter((root) => root !== "").map((root) => fromHome(defaults.home, root))
  return roots.length === 0 ? [defaults.home] : roots
}

/** A path as people write it. */
function fromHome(home: string, path: string): string {
  if (path === "~") return home
  return path.startsWith("~/") ? join(home, path.slice(2)) : isAbsolute(path) ? path : resolve(home, path)
}

/** The directories of the sessions that were active last. */
export function recentDirectories(core: HubContext): Effect.Effect<RecentDirectories, DoorError> {
  return Effect.map(core.store.list({ limit: SESSIONS_MAX }).pipe(Effect.mapError(storeProblem)), ({ sessions }) => {
    const found = new Map<string, RecentDirectory>()
    for (const session of sessions) {
      const path = directoryOf(session)
      if (path === undefined) continue
      const known = found.get(path) ?? { path, time: session.lastActiveAt, sessions: 0, active: 0 }
      const active = known.active + (session.status === "active" ? 1 : 0)
      found.set(path, { path, time: Math.max(known.time, session.lastActiveAt), sessions: known.sessions + 1, active })
    }
    return { directories: latest([...found.values()]) }
  })
}

const latest = (directories: ReadonlyArray<RecentDirectory>): ReadonlyArray<RecentDirectory> =>
  directories.toSorted((a, b) => b.time - a.time).filter((_, at) => at < RECENT_MAX)

const directoryOf = ({ agent, terminal }: Session): string | undefined => agent?.cwd ?? terminal?.cwd

/** Where a session works, with its record. */
const placeOf = (core: HubContext, id: string) =>
  Effect.flatMap(get(core, id), (session) => {
    const root = directoryOf(session)
    return root === undefined
      ? Effect.fail(new SessionNotReady({ message: "this session has no directory", status: session.status }))
      : Effect.succeed({ session, root, guarded: core.directories.guarded })
  })

/** The same for what keeps something in the session's own directory: the runner makes no such directory, as it could be that of a purged one. */
const keptPlaceOf = (core: HubContext, id: string) =>
  Effect.flatMap(placeOf(core, id), ({ session: { directory }, ...place }) =>
    Effect.tryPromise({
      try: () => core.directories.make(directory),
      catch: (cause) =>
        new Unavailable({
          message: `the session's directory could not be made: ${cause instanceof Error ? cause.message : cause}`,
        }),
    }).pipe(
      Effect.flatMap((isNew) => (isNew ? stillThere(core, id, directory) : Effect.void)),
      Effect.as({ ...place, kept: core.directories.of(directory) }),
    ),
  )

/** A session that was purged while its directory was made has none. */
const stillThere = (core: HubContext, id: string, directory: string) =>
  get(core, id).pipe(
    Effect.tapError((error) =>
      error._tag === "SessionNotFound" ? Effect.promise(() => core.directories.remove(directory)) : Effect.void,
    ),
  )

/** Files by characters of their paths; a field is its caller's own, on one connection. */
export function searchFiles(core: HubContext, id: string, query: FileQuery, by: Caller): Effect.Effect<FoundFiles, DoorError> {
  return Effect.flatMap(keptPlaceOf(core, id), (place) => {
    const { query: typed = "", limit = SEARCH_MAX, field } = query
    const own = field === undefined ? {} : { field: [keeperOf(by), by.seated?.connection ?? "", field].join(" ") }
    return askFiles(core.fleet, { ask: "search", ...place, query: typed, limit, ...own })
  })
}

/** The beginning of a file. */
export function readFile(core: HubContext, id: string, path: string): Effect.Effect<FileText, DoorError> {
  return Effect.flatMap(placeOf(core, id), ({ root, guarded }) => askFiles(core.fleet, { ask: "read", root, guarded, path }))
}

/** What changed. */
export function listChanges(core: HubContext, id: string, query: ChangesQuery): Effect.Effect<ChangeList, DoorError> {
  const { base = "uncommitted" } = query
  return Effect.flatMap(keptPlaceOf(core, id), (place) => askFiles(core.fleet, { ask: "changes", ...place, base }))
}

/** How one file changed. */
export function diffFile(core: HubContext, id: string, query: DiffQuery): Effect.Effect<DiffAnswer, DoorError> {
  const { base = "uncommitted", context = CONTEXT, ...file } = query
  return Effect.flatMap(keptPlaceOf(core, id), (place) => askFiles(core.fleet, { ask: "diff", ...place, base, context, ...file }))
}

/**
 * The HTTP routes for directories, files and what changed, as typed functions (docs/protocol/rules.md, FS-1 to FS-25, M-11).
 *
 * Each fails with `HoldfastError`, as those of `makeApi` do.
 */
import type { ChangeList, ChangesQuery, DiffAnswer, DiffQuery } from "@holdfast/protocol/changes"
import type {
  DirectoriesQuery,
  DirectoryPage,
  FileQuery,
  FileText,
  FoundFiles,
  RecentDirectories,
} from "@holdfast/protocol/files"
import type { CallOptions } from "../signals.ts"
import { operationCalls } from "./call.ts"
import type { Answer, HttpOptions } from "./request.ts"

/** The routes, called with the given options, such as `http` of a client. */
export function makeFilesApi(options: HttpOptions) {
  const { call, open } = operationCalls(options)
  return {
    /** The directories in a directory, to choose one for a session. */
    directories: (query: DirectoriesQuery = {}, how?: CallOptions): Promise<DirectoryPage> =>
      call<"directories.list">("GET /api/directories", query, how),
    recentDirectories: (how?: CallOptions): Promise<RecentDirectories> =>
      call<"directories.recent">("GET /api/directories/recent", {}, how),
    /** Files of a session's directory, the best match first. */
    search: (session: string, query: FileQuery = {}, how?: CallOptions): Promise<FoundFiles> =>
      call<"files.search">("GET /api/sessions/:session/directory/search", { ...query, session }, how),
    read: (session: string, path: string, how?: CallOptions): Promise<FileText> =>
      call<"files.read">("GET /api/sessions/:session/directory/file", { session, path }, how),
    changes: (session: string, query: ChangesQuery = {}, how?: CallOptions): Promise<ChangeList> =>
      call<"changes.list">("GET /api/sessions/:session/changes", { ...query, session }, how),
    diff: (session: string, query: DiffQuery, how?: CallOptions): Promise<DiffAnswer> =>
      call<"changes.diff">("GET /api/sessions/:session/changes/diff", { ...query, session }, how),
    /** A file of a message by its hash, which its part has as `files/HASH`; the body is to be read as it comes. */
    ofMessage: (session: string, hash: string, how?: CallOptions): Promise<Answer> =>
      open<"messages.file">("GET /api/sessions/:session/files/:hash", { session, hash }, { headers: { accept: "*/*" }, ...how }),
  }
}

/** The routes of a hub for files. */
export type FilesApi = ReturnType<typeof makeFilesApi>

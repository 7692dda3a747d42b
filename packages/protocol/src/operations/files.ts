/** Operations on directories to choose from, the files of a session's directory, and what changed there. */
import { ChangeList, ChangesQuery, DiffAnswer, DiffQuery } from "../changes.ts"
import { DirectoriesQuery, DirectoryPage, FileQuery, FileText, FoundFiles, ReadFile, RecentDirectories } from "../files.ts"
import { ofSession, operation } from "./operation.ts"

/** Looking for a directory for a new session. */
export const places = {
  "directories.list": operation({
    scope: "write",
    http: "GET /api/directories",
    query: DirectoriesQuery,
    output: DirectoryPage,
    summary: "List the directories in a directory, to choose one for a session",
    errors: ["Unprocessable", "Busy"],
    changes: false,
  }),
  "directories.recent": operation({
    scope: "write",
    http: "GET /api/directories/recent",
    output: RecentDirectories,
    summary: "List the directories that sessions were in, the one that was used last first",
    changes: false,
  }),
} as const

/** The files of a session's directory. */
export const files = {
  "files.search": operation({
    scope: "write",
    http: "GET /api/sessions/:session/directory/search",
    params: ofSession,
    query: FileQuery,
    output: FoundFiles,
    summary: "Find files of a session's directory by characters of their paths, without those that Git ignores",
    errors: ["Unprocessable", "SessionNotReady", "Busy"],
    changes: false,
    quiet: true,
  }),
  "files.read": operation({
    scope: "write",
    http: "GET /api/sessions/:session/directory/file",
    params: ofSession,
    query: ReadFile,
    output: FileText,
    summary: "Read the beginning of a file of a session's directory, at most 1 MiB",
    errors: ["Unprocessable", "SessionNotReady", "Busy"],
    changes: false,
  }),
  "changes.list": operation({
    scope: "write",
    http: "GET /api/sessions/:session/changes",
    params: ofSession,
    query: ChangesQuery,
    output: ChangeList,
    summary: "List the files that changed in a session's directory, as Git sees it",
    errors: ["Unprocessable", "SessionNotReady", "Busy"],
    changes: false,
  }),
  "changes.diff": operation({
    scope: "write",
    http: "GET /api/sessions/:session/changes/diff",
    params: ofSession,
    query: DiffQuery,
    output: DiffAnswer,
    summary: "Get the diff of one changed file, at most 1 MiB",
    errors: ["Unprocessable", "SessionNotReady", "Busy"],
    changes: false,
  }),
} as const

/** Directories to choose from, and the files of a session's directory (docs/protocol/rules.md, FS-1 to FS-8). */
import * as Schema from "effect/Schema"
import { without } from "./field-default.ts"
import { wellFormed, withoutNul } from "./text.ts"

/** A path as a request has it. */
export const FilePath = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4096), wellFormed, withoutNul)

/** Most directories of a page. */
export const DIRECTORIES_MAX = 500
/** Most files that a search answers with. */
export const SEARCH_MAX = 50
/** Longest piece of a file that is read, in bytes. */
export const READ_MAX = 1024 * 1024

/** Which directories. */
export const DirectoriesQuery = Schema.Struct({
  path: Schema.optionalKey(
    FilePath.annotate(without("the first of the roots", "The directory to look into; `~` is the home directory")),
  ),
  hidden: Schema.optionalKey(Schema.Boolean.annotate({ description: "Also those whose names begin with a dot", default: false })),
  prefix: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(255), wellFormed).annotate({
      description: "Only those whose names begin with this, in any case",
      default: "",
    }),
  ),
  after: Schema.optionalKey(Schema.String.annotate({ description: "The previous page's next" })),
  limit: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: DIRECTORIES_MAX })).annotate({
      description: "Maximum number of items",
      default: 200,
      examples: [50],
    }),
  ),
})
export type DirectoriesQuery = typeof DirectoriesQuery.Type

/** A directory in another; `repository`: it has a `.git`. */
export const DirectoryEntry = Schema.Struct({
  name: Schema.String,
  path: Schema.String,
  repository: Schema.optionalKey(Schema.Boolean),
  link: Schema.optionalKey(Schema.Boolean),
}).annotate({ identifier: "DirectoryEntry" })
export type DirectoryEntry = typeof DirectoryEntry.Type

/** A page of the directories in a directory, by name. `parent` is null where the roots end. */
export const DirectoryPage = Schema.Struct({
  path: Schema.String,
  parent: Schema.NullOr(Schema.String),
  repository: Schema.Boolean,
  directories: Schema.Array(DirectoryEntry),
  next: Schema.NullOr(Schema.String),
  roots: Schema.Array(Schema.String),
}).annotate({ identifier: "DirectoryPage" })
export type DirectoryPage = typeof DirectoryPage.Type

/** A directory that sessions were in: when one was last active, and how many there are. */
export const RecentDirectory = Schema.Struct({
  path: Schema.String,
  time: Schema.Finite,
  sessions: Schema.Finite,
  active: Schema.Finite,
}).annotate({ identifier: "RecentDirectory" })
export type RecentDirectory = typeof RecentDirectory.Type

/** Directories of sessions, the one that was used last first. */
export const RecentDirectories = Schema.Struct({ directories: Schema.Array(RecentDirectory) }).annotate({
  identifier: "RecentDirectories",
})
export type RecentDirectories = typeof RecentDirectories.Type

/** What is searched for. */
export const FileQuery = Schema.Struct({
  query: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(200), wellFormed).annotate({
      description: "Characters of the path in their order, in any case",
      default: "",
    }),
  ),
  limit: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: SEARCH_MAX })).annotate({
      description: "Maximum number of items",
      default: SEARCH_MAX,
      examples: [20],
    }),
  ),
  field: Schema.optionalKey(
    Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(64)).annotate({
      description: "Names what is typed into: a later search of the same field ends this one, which is answered as superseded",
      examples: ["composer-1"],
    }),
  ),
})
export type FileQuery = typeof FileQuery.Type

/** A file that was found, with the places of the characters that match. */
export const FoundFile = Schema.Struct({ path: Schema.String, at: Schema.Array(Schema.Int) }).annotate({
  identifier: "FoundFile",
})
export type FoundFile = typeof FoundFile.Type

/**
 * Files that match, the best first. `total`: files that were looked through; `partial`: there are more than are kept.
 * `superseded`: a later search of the same field came, and this one was not carried out.
 */
export const FoundFiles = Schema.Struct({
  root: Schema.String,
  files: Schema.Array(FoundFile),
  total: Schema.Finite,
  partial: Schema.Boolean,
  superseded: Schema.optionalKey(Schema.Boolean),
}).annotate({ identifier: "FoundFiles" })
export type FoundFiles = typeof FoundFiles.Type

/** Which file. */
export const ReadFile = Schema.Struct({
  path: FilePath.annotate({
    description: "Path of the file, from the session's directory or absolute",
    examples: ["src/main.ts"],
  }),
})

/** The beginning of a file as text, at most 1 MiB of it. A binary file has no text. */
export const FileText = Schema.Struct({
  path: Schema.String,
  size: Schema.Finite,
  modified: Schema.Finite,
  text: Schema.String,
  /** There is more of it. */
  cut: Schema.Boolean,
  binary: Schema.Boolean,
}).annotate({ identifier: "FileText" })
export type FileText = typeof FileText.Type

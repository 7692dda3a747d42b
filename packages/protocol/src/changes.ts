/** What changed in a session's directory, as Git sees it (docs/protocol/rules.md, FS-20 to FS-25). */
import * as Schema from "effect/Schema"
import { FilePath } from "./files.ts"

/** Most files of a list, and the longest diff of one file, in bytes. */
export const CHANGES_MAX = 1000
export const DIFF_MAX = 1024 * 1024
/** Longest line of a diff, in characters. */
export const DIFF_LINE_MAX = 2000

/**
 * What the present files are compared with: the last commit (`uncommitted`), where the branch left the default branch or its
 * upstream (`branch`), or the files as they were when the agent's last turn began (`turn`).
 */
export const ChangeBase = Schema.Literals(["uncommitted", "branch", "turn"])
export type ChangeBase = typeof ChangeBase.Type

const ofBase = Schema.optionalKey(
  ChangeBase.annotate({
    description:
      "What the files are compared with: the last commit, where the branch began, or how they were when the last turn began",
    default: "uncommitted",
  }),
)

/** Which changes. */
export const ChangesQuery = Schema.Struct({ base: ofBase })
export type ChangesQuery = typeof ChangesQuery.Type

/** The diff of which file. */
export const DiffQuery = Schema.Struct({
  base: ofBase,
  path: FilePath.annotate({ description: "Path of the file, as the list of changes has it", examples: ["src/main.ts"] }),
  bytes: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(8192)).annotate({
      description: "The path's bytes in base64, where the list has them: the path is not UTF-8",
    }),
  ),
  from: Schema.optionalKey(FilePath.annotate({ description: "Of a renamed file the path that it had" })),
  fromBytes: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(8192)).annotate({
      description: "That path's bytes in base64, where the list has them",
    }),
  ),
  context: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })).annotate({
      description: "Unchanged lines around changes",
      default: 3,
      examples: [3],
    }),
  ),
})
export type DiffQuery = typeof DiffQuery.Type

/** How a file changed. */
export const ChangeStatus = Schema.Literals(["added", "modified", "deleted", "renamed", "copied", "retyped"])
export type ChangeStatus = typeof ChangeStatus.Type

/** What is told only of some files. */
const marks = {
  untracked: Schema.optionalKey(Schema.Boolean),
  conflicted: Schema.optionalKey(Schema.Boolean),
  staged: Schema.optionalKey(Schema.Boolean),
  /** It differs from what is staged. */
  unstaged: Schema.optionalKey(Schema.Boolean),
  submodule: Schema.optionalKey(Schema.Boolean),
  binary: Schema.optionalKey(Schema.Boolean),
} as const

/** A changed file. `bytes`, `fromBytes`: a path's bytes in base64, where it is not UTF-8. Modes are as Git writes them. */
export const Change = Schema.Struct({
  path: Schema.String,
  bytes: Schema.optionalKey(Schema.String),
  from: Schema.optionalKey(Schema.String),
  fromBytes: Schema.optionalKey(Schema.String),
  status: ChangeStatus,
  /** Lines; absent for binary files, and where they were not counted. */
  additions: Schema.optionalKey(Schema.Finite),
  deletions: Schema.optionalKey(Schema.Finite),
  mode: Schema.optionalKey(Schema.Struct({ from: Schema.String, to: Schema.String })),
  ...marks,
}).annotate({ identifier: "Change" })
export type Change = typeof Change.Type

/** Why nothing can be compared. */
export const NoChangesReason = Schema.Literals(["NoGit", "NoRepository", "NoDirectory", "NoBase", "NotAllowed"])
export type NoChangesReason = typeof NoChangesReason.Type

/** Nothing can be compared: no Git, no repository, no such base; the message says what to do. */
export const NoChanges = Schema.Struct({
  available: Schema.Literal(false),
  reason: NoChangesReason,
  message: Schema.String,
}).annotate({ identifier: "NoChanges" })
export type NoChanges = typeof NoChanges.Type

/** What was compared with: the commit or tree, with the name of a branch or the turn and when it began. */
export const ComparedWith = Schema.Struct({
  kind: ChangeBase,
  id: Schema.String,
  name: Schema.optionalKey(Schema.String),
  turn: Schema.optionalKey(Schema.String),
  time: Schema.optionalKey(Schema.Finite),
}).annotate({ identifier: "ComparedWith" })
export type ComparedWith = typeof ComparedWith.Type

/** Changed files by path. `root`: the directory that the paths begin in; `more`: files beyond those that are listed. */
export const Changes = Schema.Struct({
  available: Schema.Literal(true),
  root: Schema.String,
  branch: Schema.optionalKey(Schema.String),
  base: ComparedWith,
  files: Schema.Array(Change),
  more: Schema.Finite,
  additions: Schema.Finite,
  deletions: Schema.Finite,
}).annotate({ identifier: "Changes" })
export type Changes = typeof Changes.Type

/** What changed, or why that cannot be told. */
export const ChangeList = Schema.Union([Changes, NoChanges]).annotate({ identifier: "ChangeList" })
export type ChangeList = typeof ChangeList.Type

/**
 * A piece of a diff: lines of the file before and after, each with its sign in front (a blank, `+`, `-`, or a backslash for a
 * note about the line before it).
 */
export const DiffHunk = Schema.Struct({
  oldStart: Schema.Finite,
  oldLines: Schema.Finite,
  newStart: Schema.Finite,
  newLines: Schema.Finite,
  /** What the piece is in, such as a function. */
  section: Schema.String,
  lines: Schema.Array(Schema.String),
}).annotate({ identifier: "DiffHunk" })
export type DiffHunk = typeof DiffHunk.Type

/** The diff of one file. `cut`: lines or parts of lines are left out. */
export const FileDiff = Schema.Struct({
  available: Schema.Literal(true),
  path: Schema.String,
  hunks: Schema.Array(DiffHunk),
  binary: Schema.Boolean,
  cut: Schema.Boolean,
}).annotate({ identifier: "FileDiff" })
export type FileDiff = typeof FileDiff.Type

/** A diff, or why there is none. */
export const DiffAnswer = Schema.Union([FileDiff, NoChanges]).annotate({ identifier: "DiffAnswer" })
export type DiffAnswer = typeof DiffAnswer.Type

/** What the hub asks a runner about files (docs/protocol/rules.md, FS-1 to FS-25): each is described once, and has one kind of answer. */
import type { ChangeList, DiffAnswer } from "@holdfast/protocol/changes"
import type { DirectoryPage, FileText, FoundFiles } from "@holdfast/protocol/files"
import { fields, flag, list, maybe, oneOf, text, type TypeOf, variants, whole } from "@holdfast/protocol/codec"

/** A session's directory; `kept` is the session's own one, for what is kept of it. Both absolute. */
const place = { root: text, kept: text }

const base = oneOf("uncommitted", "branch", "turn")

/** A question about files. `guarded`: the hub's own directories, which none enters. */
export const FilesAsk = variants(
  "ask",
  fields({
    ask: oneOf("directories"),
    guarded: list(text),
    path: text,
    roots: list(text),
    hidden: flag,
    prefix: text,
    after: maybe(text),
    limit: whole,
  }),
  /** `field`: a later search of the same one supersedes this. */
  fields({ ask: oneOf("search"), guarded: list(text), ...place, query: text, limit: whole, field: maybe(text) }),
  fields({ ask: oneOf("read"), guarded: list(text), root: text, path: text }),
  fields({ ask: oneOf("changes"), guarded: list(text), ...place, base }),
  fields({
    ask: oneOf("diff"),
    guarded: list(text),
    ...place,
    base,
    path: text,
    bytes: maybe(text),
    from: maybe(text),
    fromBytes: maybe(text),
    context: whole,
  }),
  /** Keeps how the directory is now, as a turn begins. */
  fields({ ask: oneOf("snapshot"), guarded: list(text), ...place, turn: text }),
)
export type FilesAsk = TypeOf<typeof FilesAsk>

/** One kind of question. */
export type AskOf<K extends FilesAsk["ask"]> = Extract<FilesAsk, { readonly ask: K }>

/** What each question is answered with. */
export interface FilesAnswers {
  readonly directories: DirectoryPage
  readonly search: FoundFiles
  readonly read: FileText
  readonly changes: ChangeList
  readonly diff: DiffAnswer
  readonly snapshot: { readonly kept: boolean }
}

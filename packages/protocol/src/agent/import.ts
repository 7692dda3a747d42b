/** Sessions of other programs that can be brought in (row:A10). */
import * as Schema from "effect/Schema"

/** A session of Claude Code on the hub's machine. Times are epoch milliseconds, `size` bytes. */
export const ClaudeImportable = Schema.Struct({
  id: Schema.String,
  cwd: Schema.optionalKey(Schema.String),
  title: Schema.String,
  modifiedAt: Schema.Finite,
  size: Schema.Finite,
}).annotate({ identifier: "ClaudeImportable" })
export type ClaudeImportable = typeof ClaudeImportable.Type

/** Body of `POST /api/imports/claude`: the id of the session to import. */
export const ImportClaude = Schema.Struct({ id: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(64)) }).annotate({
  identifier: "ImportClaude",
})

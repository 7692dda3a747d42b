/**
 * What a permission request is about in a form that can be compared, and the rules that people make of their answers
 * (docs/protocol/rules.md, P-7 to P-12). Rules compare whole words and whole path components, never the beginning of a text.
 */
import * as Schema from "effect/Schema"
import { wellFormed, withoutNul } from "../text.ts"

/** One simple command of a line: its words as the program gets them, and what stands between it and the one before. */
export const SimpleCommand = Schema.Struct({
  argv: Schema.Array(Schema.String),
  after: Schema.optionalKey(Schema.Literals(["&&", "||", ";", "|"])),
}).annotate({ identifier: "SimpleCommand" })
export type SimpleCommand = typeof SimpleCommand.Type

/**
 * A request's subject as its adapter parsed it. `literal` is true when nothing in it depends on what a shell or a file
 * system makes of it later: only then can a rule allow it. Otherwise it holds what was recognized, for rules that refuse.
 */
export const ParsedSubject = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("commands"),
    /** Directory in which the commands run. */
    cwd: Schema.String,
    commands: Schema.Array(SimpleCommand),
    literal: Schema.Boolean,
  }),
  /** Paths of files and directories: absolute, with `..`, links and the file system's folding of case resolved; `/` separates. */
  Schema.Struct({ type: Schema.Literal("files"), paths: Schema.Array(Schema.String), literal: Schema.Boolean }),
]).annotate({ identifier: "ParsedSubject" })
export type ParsedSubject = typeof ParsedSubject.Type

const Word = Schema.String.check(Schema.isMaxLength(4096), wellFormed, withoutNul)
const Cwd = Schema.String.check(Schema.isMaxLength(4096), wellFormed, withoutNul)
const Path = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(4096), wellFormed, withoutNul)

/** Which requests of a tool a rule covers. */
export const Cover = Schema.Union([
  /** Exactly this line, in this directory. */
  Schema.Struct({
    type: Schema.Literal("command"),
    cwd: Cwd,
    commands: Schema.Array(
      Schema.Struct({
        argv: Schema.Array(Word).check(Schema.isMinLength(1), Schema.isMaxLength(256)),
        after: SimpleCommand.fields.after,
      }),
    ).check(Schema.isMinLength(1), Schema.isMaxLength(64)),
  }),
  /** Commands in this directory whose first words are these. */
  Schema.Struct({
    type: Schema.Literal("commands"),
    cwd: Cwd,
    argv: Schema.Array(Word).check(Schema.isMinLength(1), Schema.isMaxLength(64)),
  }),
  Schema.Struct({ type: Schema.Literal("file"), path: Path }),
  /** The directory and everything below it. */
  Schema.Struct({ type: Schema.Literal("directory"), path: Path }),
]).annotate({ identifier: "Cover" })
export type Cover = typeof Cover.Type

/** A remembered answer. Without `covers` it holds for every use of the tool. */
export const PermissionRule = Schema.Struct({
  tool: Schema.String,
  allow: Schema.Boolean,
  covers: Schema.optionalKey(Cover),
}).annotate({ identifier: "PermissionRule" })
export type PermissionRule = typeof PermissionRule.Type

/** How long an answer is remembered, and for which requests; without `covers` for every use of the tool. */
export const Remember = Schema.Struct({
  scope: Schema.Literals(["session", "always"]),
  covers: Schema.optionalKey(Cover),
}).annotate({ identifier: "Remember" })
export type Remember = typeof Remember.Type

/** A rule that would cover a request, in words. */
export const RuleSuggestion = Schema.Struct({ label: Schema.String, covers: Schema.optionalKey(Cover) }).annotate({
  identifier: "RuleSuggestion",
})
export type RuleSuggestion = typeof RuleSuggestion.Type

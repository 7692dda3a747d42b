/** Commands about the files of a session's directory. */
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { json, onSession, session } from "./parts.ts"

const files = () => import("../operations/files.ts")

const base = Flag.Literals("base", ["uncommitted", "branch", "turn"]).pipe(
  Flag.withDescription("Compare with the last commit, where the branch began, or how it was when the last turn began"),
  Flag.withDefault("uncommitted" as const),
)

/** The commands. */
export const fileCommands = [
  Command.make(
    "files",
    {
      session,
      query: Argument.String("query").pipe(
        Argument.withDescription("Characters of the path in their order (default: the files at the top)"),
        Argument.optional,
        Argument.map(Option.getOrElse(() => "")),
      ),
      json,
    },
    onSession(async (input) => (await files()).findFiles(input.session, input.query, input.json)),
  ).pipe(Command.withDescription("Find files of a session's directory, without those that Git ignores")),
  Command.make(
    "changes",
    { session, base, json },
    onSession(async (input) => (await files()).changes(input.session, input.base, input.json)),
  ).pipe(Command.withDescription("List the files that changed in a session's directory")),
  Command.make(
    "diff",
    {
      session,
      path: Argument.String("path").pipe(
        Argument.withDescription("A file that changed (default: all of them)"),
        Argument.optional,
        Argument.map(Option.getOrUndefined),
      ),
      base,
      json,
    },
    onSession(async (input) => (await files()).diff(input.session, input.path, input.base, input.json)),
  ).pipe(Command.withDescription("Print what changed in a session's directory, line by line")),
] as const

/** Rules in words, and the rules that are offered with a permission request. */
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import type {
  Cover,
  ParsedSubject,
  PermissionRule,
  RuleSuggestion,
  SimpleCommand,
} from "@holdfast/protocol/agent/permission-rule"

/** A word as a POSIX shell takes it for exactly that: quoted where it must be. */
export const shellWord = (word: string): string =>
  /^[\w./:@%+,-][\w./:@%+,=-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const wordsOf = (argv: ReadonlyArray<string>): string => argv.map(shellWord).join(" ")

const lineOf = (commands: ReadonlyArray<SimpleCommand>): string =>
  commands.map(({ argv, after }) => `${after === undefined ? "" : after === ";" ? "; " : ` ${after} `}${wordsOf(argv)}`).join("")

/** What a rule covers, in words; it goes on from "allow" or "refuse". */
export function coverWords({ tool, covers }: Pick<PermissionRule, "tool" | "covers">): string {
  switch (covers?.type) {
    case undefined:
      return `every use of ${tool}`
    case "command":
      return `exactly ${lineOf(covers.commands)} in ${covers.cwd}`
    case "commands":
      return `commands that start with ${wordsOf(covers.argv)} in ${covers.cwd}`
    case "file":
      return `${tool} of ${covers.path}`
    case "directory":
      return `${tool} of files in ${covers.path}`
  }
}

/** Programs that do anything their words say: no rule for all commands that start with them is offered. */
const ANYTHING = new Set(
  (
    "bash builtin bun command dash deno doas docker env eval exec find fish ksh make nice node nohup perl php podman python python3 rm ruby " +
    "setsid sh ssh stdbuf sudo time timeout watch xargs zsh . source"
  ).split(" "),
)

/** The first words of a command that a rule may go by: a program, and what it is asked to do where it has such words. */
function startOf([program = "", second]: ReadonlyArray<string>): ReadonlyArray<string> | undefined {
  if (ANYTHING.has(program.split("/").at(-1) ?? "")) return undefined
  return second !== undefined && /^[a-z][a-z0-9:-]*$/.test(second) ? [program, second] : [program]
}

function coversOf(parsed: ParsedSubject | undefined): ReadonlyArray<Cover> {
  if (parsed === undefined || !parsed.literal) return []
  if (parsed.type === "commands") {
    const { cwd, commands } = parsed
    const [only] = commands
    if (only === undefined) return []
    const start = commands.length === 1 ? startOf(only.argv) : undefined
    return [{ type: "command", cwd, commands }, ...(start === undefined ? [] : [{ type: "commands" as const, cwd, argv: start }])]
  }
  const [path] = parsed.paths
  if (path === undefined || parsed.paths.length !== 1) return []
  const directory = path.slice(0, path.lastIndexOf("/"))
  const above: ReadonlyArray<Cover> = directory === "" ? [] : [{ type: "directory", path: directory }]
  return [{ type: "file", path }, ...above]
}

/** Rules that would cover a request, the narrowest first. */
export function suggestionsFor({
  kind,
  tool,
  parsed,
}: Pick<PermissionAsk, "kind" | "tool"> & { readonly parsed?: ParsedSubject | undefined }): ReadonlyArray<RuleSuggestion> {
  if (kind !== "tool") return []
  const offered: ReadonlyArray<Pick<PermissionRule, "covers">> = [...coversOf(parsed).map((covers) => ({ covers })), {}]
  return offered.map((rule) => ({ label: coverWords({ tool, ...rule }), ...rule }))
}

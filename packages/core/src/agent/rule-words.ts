/** Rules in words, and the rules that are offered with a permission request. */
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import type {
  Cover,
  ParsedSubject,
  PermissionRule,
  RuleSuggestion,
  SimpleCommand,
} from "@holdfast/protocol/agent/permission-rule"
import { allowing } from "./permission-rules.ts"

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
      return `commands that start with ${wordsOf(covers.argv)}, whatever follows, in ${covers.cwd}`
    case "file":
      return `${tool} of ${covers.path}`
    case "directory":
      return `${tool} of files in ${covers.path}`
  }
}

/** Programs that do, or start, whatever their words say: no rule for all commands that start with them is offered. */
const ANYTHING = new Set(
  (
    "- . at awk batch bash builtin bun bunx busybox chroot command coproc crontab csh dash dd deno doas docker ed emacs entr env eval ex exec " +
    "expect find fish flock gawk gdb ionice ksh ltrace lua make mawk nice nocorrect node nodejs noglob nohup npx nsenter nu osascript " +
    "parallel perl php pipx pkexec pnpx podman powershell pwsh python repeat rm rsync ruby runuser script sed setsid sh socat source ssh " +
    "stdbuf strace su sudo systemd-run tclsh tcsh time timeout tmux tsx ts-node unshare uvx vi vim watch wine xargs zsh"
  ).split(" "),
)

/** Programs whose first word says what they do: without it there or known, anything may be meant. */
const TOLD_BY_WORD = new Set(
  (
    "aws az brew bundle cargo composer dotnet flatpak flutter gcloud gem gh git glab go helm hg kubectl nix npm pip pip3 pnpm poetry " +
    "podman-compose rustup snap svn swift systemctl terraform uv yarn"
  ).split(" "),
)

/** First words behind which a program or a script is named: that is part of what a rule is about. */
const NAMING = new Set("compose dlx exec explore foreach run run-script task tool x".split(" "))

const isPlain = (word: string | undefined): word is string => word !== undefined && /^[a-z][a-z0-9:_-]*$/.test(word)

/** The first words of a command that a rule may go by: a program, and what it is asked to do where it has such words. */
function startOf([program = "", second, third]: ReadonlyArray<string>): ReadonlyArray<string> | undefined {
  const name = (program.split("/").at(-1) ?? "").replace(/[0-9.]+$/, "")
  if (ANYTHING.has(name)) return undefined
  if (!isPlain(second)) return TOLD_BY_WORD.has(name) ? undefined : [program]
  if (!NAMING.has(second)) return [program, second]
  return isPlain(third) ? [program, second, third] : undefined
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
  const fitting = offered.filter(
    (rule) => allowing({ kind, tool, ...(parsed && { parsed }) }, [{ tool, allow: true, ...rule }]).length > 0,
  )
  return fitting.map((rule) => ({ label: coverWords({ tool, ...rule }), ...rule }))
}

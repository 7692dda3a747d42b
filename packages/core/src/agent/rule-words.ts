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
export function shellWord(word: string): string {
  return /^[\w./:@%+,-][\w./:@%+,=-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

const wordsOf = (argv: ReadonlyArray<string>): string => argv.map(shellWord).join(" ")

const lineOf = (commands: ReadonlyArray<SimpleCommand>): string =>
  commands.map(({ argv, after }) => `${after === undefined ? "" : after === ";" ? "; " : ` ${after} `}${wordsOf(argv)}`).join("")

/** What a rule covers, in words; it continues from "allow" or "refuse". */
export function coverWords({ tool, covers }: Pick<PermissionRule, "tool" | "covers">): string {
  switch (covers?.type) {
    case undefined:
      return `every use of ${tool}`
    case "command":
      return `exactly ${lineOf(covers.commands)} in ${covers.cwd}`
    case "commands":
      return `commands that start with ${wordsOf(covers.argv)}, run from ${covers.cwd}, with any option and on any file`
    case "file":
      return `${tool} of ${covers.path}`
    case "directory":
      return `${tool} of files in ${covers.path}`
  }
}

/** Programs that do, start or fetch whatever their words say, or write where an option says: no rule for all commands that start with them is offered. */
const ANYTHING = new Set(
  (
    "- . ack ag ansible ant apk apt apt-get aria2c at awk bash batch bsdtar builtin bun bunx busybox chmod chown chroot clang cmake command " +
    "conda coproc cp cpio crontab csh csplit curl dash dd deno dnf doas docker dpkg ed emacs entr env eval ex exec expect fd find fish flock " +
    "g++ gawk gcc gdb gradle gtar info install ionice jshell julia just ksh less ln ltrace lua m4 make mamba man mariadb mawk mongosh more " +
    "mv mvn mysql nc ncat netcat nice ninja nocorrect node nodejs noglob nohup npx nsenter nu openssl osascript pacman parallel perl php " +
    "pipx pkexec pnpx podman powershell psql pwsh python r rake redis-cli repeat rg rm rpm rsync rscript ruby runuser scp script sed setpriv " +
    "setsid sftp sh shred socat sort source split sqlite ssh sshpass stdbuf strace su sudo systemd-run tar tclsh tcsh tee telnet time " +
    "timeout tmux truncate ts-node tsx unshare uvx vi vim watch wget wine xargs yq yum zip zsh zypper"
  ).split(" "),
)

/** Programs whose first word says what they do: without it there or known, anything may be meant. */
const TOLD_BY_WORD = new Set(
  (
    "aws az brew bundle cargo composer dotnet flatpak flutter gcloud gem gh git glab go helm hg kubectl nix npm pip pip3 pnpm poetry " +
    "podman-compose rustup snap svn swift systemctl terraform uv yarn"
  ).split(" "),
)

/** First words of such programs that run others, or fetch and run what is published. */
const RUNNING_WORDS = new Set(
  (
    "add alias archive bisect clone config create cp difftool fetch filter-branch generate get grep i init install ls-remote " +
    "mergetool pull push rebase reinstall shell submodule sync up update upgrade worktree"
  ).split(" "),
)

/** First words behind which a program or a script is named: that is part of what a rule is about. */
const NAMING = new Set("compose dlx exec explore foreach run run-script task tool x".split(" "))

const isPlain = (word: string | undefined): word is string => word !== undefined && /^[a-z][a-z0-9:_-]*$/.test(word)

/** A program without its directory and version. */
const nameOf = (program: string): string => (program.split("/").at(-1) ?? "").toLowerCase().replace(/[0-9.]+$/, "")

/** The first words of a command that a rule may go by: a program, and what it is asked to do where it has such words (P-18). */
function startOf([program = "", second, third]: ReadonlyArray<string>): ReadonlyArray<string> | undefined {
  const name = nameOf(program)
  if (ANYTHING.has(name)) return undefined
  const told = TOLD_BY_WORD.has(name)
  if (!isPlain(second)) return told ? undefined : [program]
  if (told && RUNNING_WORDS.has(second)) return undefined
  if (!NAMING.has(second)) return [program, second]
  const named = isPlain(third) && !ANYTHING.has(nameOf(third)) && name !== "kubectl"
  return named ? [program, second, third] : undefined
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

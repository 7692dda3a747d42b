/**
 * Which rules answer a permission request (docs/protocol/rules.md, P-8 to P-12).
 *
 * Invariant: a rule that allows covers nothing that the person who made it has not seen. It compares parsed words and
 * resolved paths, and says nothing to what is not literal. A rule that refuses covers what it may concern.
 */
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import type { Cover, ParsedSubject, PermissionRule, SimpleCommand } from "@holdfast/protocol/agent/permission-rule"

type Asked = Pick<PermissionAsk, "kind" | "tool" | "parsed">
type Commands = Extract<ParsedSubject, { readonly type: "commands" }>
type Files = Extract<ParsedSubject, { readonly type: "files" }>
type Words = ReadonlyArray<string>

/** Commands that change what the shell makes of those behind them: in a line of several only the whole line is compared. */
const ALTERS = new Set(
  (
    "- . alias autoload bindkey builtin cd chdir command complete coproc declare disable dirs emulate enable eval exec exit export " +
    "float functions getln getopts hash integer let local logout mapfile nocorrect noglob popd print printf pushd read readarray " +
    "readonly repeat return sched set setopt shift shopt source trap typeset ulimit umask unalias unhash unlimit unset unsetopt " +
    "vared wait zmodload zparseopts zstyle"
  ).split(" "),
)

/** Commands that carry out the words behind them, or a line that is one of the words. */
const CARRIES = new Set(
  (
    "- . ash bash builtin busybox chroot command coproc csh dash doas entr env eval exec find fish flock ionice jobs ksh nice nocorrect " +
    "noglob nohup nsenter parallel pkexec repeat runuser script setsid sh source ssh stdbuf strace su sudo systemd-run taskset tcsh time " +
    "timeout trap unshare watch xargs zsh"
  ).split(" "),
)

const startsWith = (words: Words, start: Words): boolean =>
  start.length <= words.length && start.every((word, i) => word === words[i])
const sameWords = (a: Words, b: Words): boolean => a.length === b.length && startsWith(a, b)

const sameLine = (a: ReadonlyArray<SimpleCommand>, b: ReadonlyArray<SimpleCommand>): boolean =>
  a.length === b.length && a.every(({ argv, after }, i) => after === b[i]?.after && sameWords(argv, b[i]?.argv ?? []))

/** Whether two rules are about the same requests, so that the later one replaces the earlier. */
export function sameRequests(a: PermissionRule, b: PermissionRule): boolean {
  if (a.tool !== b.tool || a.covers?.type !== b.covers?.type) return false
  const [one, other] = [a.covers, b.covers]
  if (one === undefined || other === undefined) return true
  if (one.type === "command") return other.type === "command" && one.cwd === other.cwd && sameLine(one.commands, other.commands)
  if (one.type === "commands") return other.type === "commands" && one.cwd === other.cwd && sameWords(one.argv, other.argv)
  return "path" in other && one.path === other.path
}

const isBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith("/") ? directory : `${directory}/`)

/** Files and directories in a project that agents, version control, editors and shells run something of, or are allowed by. */
const RUN_BY_OTHERS = new Set(
  (
    ".augment .claude .codex .cursor .devcontainer .direnv .envrc .factory .gemini .git .github .gitmodules .goose .hg .husky .idea .kimi " +
    ".mcp.json .npmrc .opencode .qwen .svn .vscode .yarnrc.yml opencode.json opencode.jsonc"
  ).split(" "),
)

/** Whether a rule about a directory covers a path: what others run of it only where the rule names it. */
const isCovered = (path: string, directory: string): boolean =>
  isBelow(path, directory) &&
  !path
    .slice(directory.length)
    .split("/")
    .some((part) => RUN_BY_OTHERS.has(part.toLowerCase()))

const coversCommand = (cover: Cover | undefined, { argv }: SimpleCommand, cwd: string): boolean => {
  if (cover?.type === "commands") return cover.cwd === cwd && startsWith(argv, cover.argv)
  return (
    cover?.type === "command" &&
    cover.cwd === cwd &&
    cover.commands.length === 1 &&
    sameWords(argv, cover.commands[0]?.argv ?? [])
  )
}

/** The rules that allow a line together: one for the whole of it, or one for each of its commands. */
function allowingCommands(
  { commands, cwd, literal }: Commands,
  rules: ReadonlyArray<PermissionRule>,
): ReadonlyArray<PermissionRule> {
  if (!literal || commands.length === 0) return []
  const whole = rules.find(
    ({ covers }) => covers?.type === "command" && covers.cwd === cwd && sameLine(covers.commands, commands),
  )
  if (whole !== undefined) return [whole]
  const linked = commands.some(({ argv, after }) => after === "|" || ALTERS.has(argv[0] ?? ""))
  if (commands.length > 1 && linked) return []
  const found = commands.map((command) => rules.find(({ covers }) => coversCommand(covers, command, cwd)))
  return found.every((rule) => rule !== undefined) ? [...new Set(found)] : []
}

function allowingFiles({ paths, literal }: Files, rules: ReadonlyArray<PermissionRule>): ReadonlyArray<PermissionRule> {
  if (!literal || paths.length === 0) return []
  const covers = (path: string, cover: Cover | undefined): boolean =>
    cover?.type === "file" ? cover.path === path : cover?.type === "directory" && isCovered(path, cover.path)
  const found = paths.map((path) => rules.find((rule) => covers(path, rule.covers)))
  return found.every((rule) => rule !== undefined) ? [...new Set(found)] : []
}

/** The rules, all of which allow, that together cover a request; none when they do not cover all of it. */
export function allowing({ kind, tool, parsed }: Asked, rules: ReadonlyArray<PermissionRule>): ReadonlyArray<PermissionRule> {
  if (kind !== "tool") return []
  const own = rules.filter((rule) => rule.tool === tool)
  const every = own.find(({ covers }) => covers === undefined)
  if (every !== undefined) return [every]
  if (parsed?.type === "commands") return allowingCommands(parsed, own)
  return parsed?.type === "files" ? allowingFiles(parsed, own) : []
}

const programOf = (word: string | undefined): string => word?.split("/").at(-1)?.toLowerCase() ?? ""

/** Whether a command is, or carries out, one that begins with the words; a program is the same by any path. */
function runs({ argv }: SimpleCommand, words: Words): boolean {
  const begins = (given: Words, i: number): boolean =>
    programOf(given[i]) === programOf(words[0]) && startsWith(given.slice(i + 1), words.slice(1))
  if (begins(argv, 0)) return true
  if (!CARRIES.has(programOf(argv[0]))) return false
  // A line in a word is read roughly: that a rule refuses too much is asked again, too little is not.
  const inner = argv.flatMap((word) => word.split(/[\s;&|(){}<>'"`$=]+/)).filter((word) => word !== "")
  return [argv, inner].some((given) => given.some((_, i) => begins(given, i)))
}

/** Whether a rule that refuses concerns a request: any part of it is enough. */
export function refuses({ tool, covers }: PermissionRule, asked: Asked): boolean {
  const { parsed } = asked
  if (tool !== asked.tool) return false
  if (covers === undefined) return true
  if (parsed === undefined) return false
  switch (covers.type) {
    case "command":
      return parsed.type === "commands" && covers.commands.every(({ argv }) => parsed.commands.some((one) => runs(one, argv)))
    case "commands":
      return parsed.type === "commands" && parsed.commands.some((one) => runs(one, covers.argv))
    case "file":
    case "directory": {
      const place = covers.path.toLowerCase()
      return parsed.type === "files" && parsed.paths.some((path) => isBelow(path.toLowerCase(), place))
    }
  }
}

const FIELDS: ReadonlySet<string> = new Set<keyof PermissionRule>(["tool", "allow", "covers"])

/** Whether a rule says nothing that this version does not know: another version may have narrowed it so. */
const isUnderstood = (rule: PermissionRule): boolean => Object.keys(rule).every((name) => FIELDS.has(name))

/** What answers a request: a rule that refuses before those that allow. Plans and questions need a person. */
export function rulesFor(
  asked: Asked,
  rules: ReadonlyArray<PermissionRule>,
): { readonly allow: boolean; readonly rules: ReadonlyArray<PermissionRule> } | undefined {
  if (asked.kind !== "tool") return undefined
  const refusing = rules.find((rule) => !rule.allow && refuses(rule, asked))
  if (refusing !== undefined) return { allow: false, rules: [refusing] }
  const found = allowing(
    asked,
    rules.filter((rule) => rule.allow && isUnderstood(rule)),
  )
  return found.length === 0 ? undefined : { allow: true, rules: found }
}

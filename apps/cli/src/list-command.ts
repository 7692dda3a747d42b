/**
 * Commands that are groups list what they are about when they are called by themselves, or with a session alone
 * (docs/protocol/rules.md, A-65): `rules` is `rules ls`, `tasks work` is `tasks ls work`.
 */

/** The subcommands of each, and whether its list is of a session that must be named. */
const GROUPS: Readonly<
  Record<string, { readonly known: ReadonlyArray<string>; readonly session: "needed" | "possible" | "none" }>
> = {
  queue: { known: ["ls", "show", "edit", "rm", "move", "send", "hold", "release", "again", "drop"], session: "needed" },
  tasks: { known: ["ls", "stop"], session: "needed" },
  rules: { known: ["ls", "forget"], session: "possible" },
  token: { known: ["new", "ls", "revoke", "rotate"], session: "none" },
  trust: { known: ["ls", "add", "refuse", "revoke"], session: "none" },
}

/** Flags that take a time: one in the past may be written with a minus, and is answered with what the flag takes. */
const TIMES = new Set(["--expires", "--until"])

/** The arguments with each time that begins with a minus as part of its flag; otherwise it would be read as flags. */
export function withTimes(args: ReadonlyArray<string>): ReadonlyArray<string> {
  const end = args.indexOf("--")
  const joined: Array<string> = []
  for (const [at, arg] of args.entries()) {
    const flag = joined.at(-1) ?? ""
    if (/^-\d/.test(arg) && TIMES.has(flag) && (end < 0 || at < end)) joined.splice(-1, 1, `${flag}=${arg}`)
    else joined.push(arg)
  }
  return joined
}

/** The arguments with `ls` where that is meant; as they are otherwise. */
export function withList(args: ReadonlyArray<string>): ReadonlyArray<string> {
  const [name = "", ...rest] = args
  const group = Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined
  const words = rest.filter((word) => !word.startsWith("-"))
  // Help, and whatever else is asked about the group itself, stays so.
  if (group === undefined || rest.some((word) => word.startsWith("-") && word !== "--json")) return args
  const most = group.session === "none" ? 0 : 1
  if (words.length > most || (words.length === 0 && group.session === "needed")) return args
  return words[0] !== undefined && group.known.includes(words[0]) ? args : [name, "ls", ...rest]
}

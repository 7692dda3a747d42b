/** What is completed at the caret: a file after `@`, a command of the agent after `/` at the beginning of a message. */

/** The word at the caret that asks for a list. `from` and `to` are its place, the sign included. */
export interface Trigger {
  readonly kind: "file" | "command"
  readonly query: string
  readonly from: number
  readonly to: number
}

/** The trigger at the caret; `undefined` when there is none. */
export function triggerAt(text: string, caret: number): Trigger | undefined {
  const before = text.slice(0, caret)
  const command = /^\s*\/([^\s/]*)$/.exec(before)
  if (command !== null)
    return { kind: "command", query: command[1] ?? "", from: caret - (command[1]?.length ?? 0) - 1, to: caret }
  const file = /(?:^|[\s([{"'`])@([^\s@]*)$/.exec(before)
  if (file === null) return undefined
  const query = file[1] ?? ""
  return { kind: "file", query, from: caret - query.length - 1, to: caret }
}

/** The text with the trigger replaced, and where the caret is then. A directory is not the end: its files come next. */
export function completed(
  text: string,
  { kind, from, to }: Trigger,
  picked: string,
): { readonly text: string; readonly caret: number } {
  const sign = kind === "file" ? "@" : "/"
  const quoted = kind === "file" && /\s/.test(picked) ? `"${picked}"` : picked
  const end = kind === "file" && picked.endsWith("/") ? "" : " "
  const rest = text.slice(to)
  const word = `${sign}${quoted}${end === " " && rest.startsWith(" ") ? "" : end}`
  return { text: text.slice(0, from) + word + rest, caret: from + word.length + (end === " " && rest.startsWith(" ") ? 1 : 0) }
}

/** A command of an agent. */
export interface AgentCommand {
  readonly name: string
  readonly description?: string
}

/** The commands that a query means: those that begin with it, then those that have it, each in the agent's order. */
export function commandsFor(commands: ReadonlyArray<AgentCommand>, query: string): ReadonlyArray<AgentCommand> {
  const wanted = query.toLowerCase()
  const named = commands.map((command) => ({ command, name: command.name.replace(/^\//, "").toLowerCase() }))
  const first = named.filter(({ name }) => name.startsWith(wanted))
  const rest = named.filter(({ name }) => !name.startsWith(wanted) && name.includes(wanted))
  return [...first, ...rest].map(({ command }) => command)
}

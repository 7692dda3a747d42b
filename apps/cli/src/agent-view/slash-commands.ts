/**
 * What a line that begins with a slash asks for.
 */
import type { AgentFacts } from "@holdfast/core/agent/agent-facts"
import type { SendMode } from "@holdfast/protocol/agent/message"

/** A line as it is meant. */
export type SlashLine =
  | { readonly _tag: "Message"; readonly text: string }
  | { readonly _tag: "Interrupt" | "Queue" | "Tasks" | "Help" | "Hold" | "Release" | "Detach" | "Renew" }
  | { readonly _tag: "Directory"; readonly path: string }
  | { readonly _tag: "Edit"; readonly place: number; readonly text: string }
  | { readonly _tag: "Remove" | "Again" | "Drop" | "StopTask"; readonly place: number }
  | { readonly _tag: "Move"; readonly place: number; readonly to: number }
  | { readonly _tag: "SendMode"; readonly mode: SendMode }
  | { readonly _tag: "Configure"; readonly change: { readonly model?: string; readonly mode?: string } }
  | { readonly _tag: "Trust"; readonly trusted: boolean }
  | { readonly _tag: "Wrong"; readonly message: string }

/** What can be typed, and what it does. */
export const HELP: ReadonlyArray<readonly [typed: string, does: string]> = [
  ["Enter", "send; during a turn, in the mode chosen with /send"],
  ["Alt-Enter", "send into the running turn"],
  ["Ctrl-J", "start a new line"],
  ["Ctrl-C", "stop the agent; press again to detach"],
  ["Ctrl-] d", "detach; the agent keeps working"],
  ["Tab", "switch between a request and your message"],
  ["/queue", "list the queued messages, by number"],
  ["/edit N TEXT", "change a queued message"],
  ["/rm N", "remove a queued message"],
  ["/move N TO", "move a queued message"],
  ["/hold, /release", "hold the queue, or release it"],
  ["/again N, /drop N", "resend or drop a message that may not have arrived"],
  ["/interrupt", "stop the turn"],
  ["/tasks, /kill N", "list the background tasks, or stop one"],
  ["/send MODE", "choose how Enter sends during a turn: queue, steer, interrupt, reject"],
  ["/model, /mode NAME", "change the agent's model or mode"],
  ["/cd DIRECTORY", "move the agent to another directory, for example when its own was removed"],
  ["/renew", "restart the agent from the transcript, for example when the model rejects its history"],
  ["/trust, /distrust", "choose whether the directory's hooks, servers and commands may run"],
  ["//TEXT", "send /TEXT to the agent, for a command of its own with one of these names"],
]

const MODES: ReadonlyArray<string> = ["queue", "steer", "interrupt", "reject"]
const isMode = (word: string): word is SendMode => MODES.includes(word)

const wrong = (message: string): SlashLine => ({ _tag: "Wrong", message })

function place(word: string | undefined, name: string, then: (place: number) => SlashLine): SlashLine {
  return word !== undefined && /^\d{1,3}$/.test(word)
    ? then(Number(word))
    : wrong(`/${name} needs the number of a queued message; /queue lists them`)
}

const OWN: ReadonlySet<string> = new Set(
  HELP.flatMap(([typed]) => typed.match(/(?<=^|\s)\/[a-z]+/g) ?? []).concat("/help", "/detach", "/stop"),
)

/** The agent's own commands, as they are typed here: those of our names with a second slash. */
export function agentCommands(agent: AgentFacts | undefined): ReadonlyArray<readonly [typed: string, does: string]> {
  return (agent?.info.commands ?? []).map(({ name, description = "" }) => [
    OWN.has(`/${name}`) ? `//${name}` : `/${name}`,
    description,
  ])
}

/** Reads a line. Our commands go first; one that only the agent has is a message to it, and `//` makes one of any. */
export function readLine(text: string, agent: AgentFacts | undefined): SlashLine {
  const line = readOwn(text, agent)
  const [, name = ""] = /^\/([\w:-]+)/.exec(text) ?? []
  const hidden = line._tag === "Wrong" && agent?.info.commands?.some((command) => command.name === name) === true
  return hidden ? wrong(`${line.message}; //${name} is the agent's own`) : line
}

function readOwn(text: string, agent: AgentFacts | undefined): SlashLine {
  if (text.startsWith("//")) return { _tag: "Message", text: text.slice(1) }
  const [, name, rest = ""] = /^\/([A-Za-z][\w:-]*)(?:\s+([\s\S]*))?$/.exec(text.trimEnd()) ?? []
  if (name === undefined) return { _tag: "Message", text }
  const words = rest.split(/\s+/).filter((word) => word !== "")
  const [first, second] = words
  switch (name) {
    case "interrupt":
    case "stop":
      return { _tag: "Interrupt" }
    case "tasks":
      return { _tag: "Tasks" }
    case "kill":
      return first !== undefined && /^\d{1,3}$/.test(first)
        ? { _tag: "StopTask", place: Number(first) }
        : wrong("/kill needs the number of a background task; /tasks lists them")
    case "queue":
      return { _tag: "Queue" }
    case "help":
      return { _tag: "Help" }
    case "hold":
      return { _tag: "Hold" }
    case "release":
      return { _tag: "Release" }
    case "renew":
      return { _tag: "Renew" }
    case "cd":
      return rest === "" ? wrong("/cd needs a directory") : { _tag: "Directory", path: rest.trim() }
    case "detach":
      return { _tag: "Detach" }
    case "edit": {
      const told = rest.replace(/^\S+\s*/, "")
      return place(first, name, (at) =>
        told === "" ? wrong("/edit needs a number and the new text") : { _tag: "Edit", place: at, text: told },
      )
    }
    case "rm":
      return place(first, name, (at) => ({ _tag: "Remove", place: at }))
    case "again":
      return place(first, name, (at) => ({ _tag: "Again", place: at }))
    case "drop":
      return place(first, name, (at) => ({ _tag: "Drop", place: at }))
    case "move":
      return place(first, name, (at) => place(second, name, (to) => ({ _tag: "Move", place: at, to })))
    case "send":
      return first !== undefined && isMode(first) ? { _tag: "SendMode", mode: first } : wrong(`/send takes ${MODES.join(", ")}`)
    case "trust":
    case "distrust":
      return agent?.trust === undefined
        ? wrong("this session's directory has no hooks, servers or commands for an agent to run")
        : { _tag: "Trust", trusted: name === "trust" }
    case "mode":
      return configured("mode", rest, agent?.info.modes)
    case "model":
      return configured("model", rest, agent?.info.models)
    default:
      if (agent?.info.commands?.some((command) => command.name === name) === true) return { _tag: "Message", text }
      return wrong(`unknown command /${name}; /help lists them, and //${name} sends it to the agent`)
  }
}

function configured(
  name: "model" | "mode",
  value: string,
  choices: ReadonlyArray<{ readonly id: string }> | undefined,
): SlashLine {
  if (value !== "") return { _tag: "Configure", change: { [name]: value.trim() } }
  const known = (choices ?? []).map(({ id }) => id).join(", ")
  return wrong(`/${name} takes a name${known === "" ? "" : `: ${known}`}`)
}

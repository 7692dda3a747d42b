/** docs/protocol/events.md: every type of event with its data, chunks, and the types they name. */
import { readFileSync } from "node:fs"
import { fenced } from "./ProtocolTypes.mjs"

const HEAD = `# Events

Written by \`npm run reference\` from \`packages/protocol/src\`; do not edit.

What a log holds, by channel and type, with its \`data\` as a TypeScript type. \`name?\` may be absent. The fields around it are in
[the protocol](../PROTOCOL.md#1-model). Ignore fields and types that are not listed: later versions add some.
`

/** What each channel is about. */
const CHANNELS = {
  session: "the session as a whole, and the process of an agent",
  terminal: "the process of a terminal and what it shows",
  turn: "stretches of an agent's work",
  queue: "messages on their way to an agent",
  message: "the transcript",
  permission: "requests of an agent and their answers",
  task: "work in the background",
  system: "the log itself",
}

const ABOUT_CHUNKS = `Chunks of the streaming turn. The event's type is the chunk's \`type\`, its \`data\` the other fields. \`folded\` stands for the chunks of a
turn that has ended; its message is the turn's \`message/added\`.`

const ABOUT_NAMED = "The `data` of chunks and parts whose type begins with `data-`, for those with a fixed shape."

/** The document's text. */
export function eventsDocument(types) {
  const used = new Set()
  const comments = rowComments(types.sources)
  const events = types.properties("EventData", used)
  const stray = events.find(({ name }) => CHANNELS[name.split("/")[0]] === undefined)
  if (stray !== undefined) throw new Error(`no channel is described for ${stray.name}`)
  const section = ({ name, comment, text }) => {
    const words = comment === "" ? (comments.get(name) ?? "") : comment
    return `### ${name}\n\n${words === "" ? "" : `${words}\n\n`}${fenced(`data: ${text}`)}`
  }
  const sections = Object.entries(CHANNELS).map(([channel, about]) => {
    const rows = events.filter(({ name }) => name.startsWith(`${channel}/`)).map(section)
    return `## ${channel}\n\n${about[0].toUpperCase()}${about.slice(1)}.\n\n${rows.join("\n")}`
  })
  const agent = `## agent\n\n${ABOUT_CHUNKS}\n\n${fenced(types.declared("AgentChunk", used))}`
  const named = `### data-NAME\n\n${ABOUT_NAMED}\n\n${fenced(types.declared("NamedData", used))}`
  return [HEAD, ...sections, agent, named, `## Types\n\n${fenced(types.declarations(used).join("\n\n"))}`].join("\n")
}

/** Comments of the rows of a table of events, which types that are derived from it do not keep. */
function rowComments(sources) {
  const comments = new Map()
  for (const source of sources.filter((path) => path.endsWith("events.ts"))) {
    for (const [, comment, name] of readFileSync(source, "utf8").matchAll(
      /\/\*\* ?((?:[^*]|\*(?!\/))*?) ?\*\/\s*"(\w+\/[\w-]+)":/g,
    )) {
      comments.set(
        name,
        comment
          .replace(/\s*\n\s*\* ?/g, " ")
          .replace(/^\s*\* /, "")
          .trim(),
      )
    }
  }
  return comments
}

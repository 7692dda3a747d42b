/** docs/protocol/events.md: every type of event with its data, chunks, and the types they name, as the compiler sees them. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { API } from "typescript/unstable/sync"
import { ROOT } from "../source-files.mjs"
import { JSON_TYPE, TypePrinter } from "../type-printer.mjs"

const PROJECT = join(ROOT, "packages/protocol/tsconfig.json")

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

/** Exported types of the protocol's sources: each name with its type. */
function exportedTypes({ checker, program }) {
  const types = []
  for (const source of program.getSourceFileNames().filter((path) => path.includes("/packages/protocol/src/"))) {
    const names = [...readFileSync(source, "utf8").matchAll(/^export (?:type|interface) (\w+)(?! *<)\b/gm)].map(
      ([, name]) => name,
    )
    const module = checker.getSymbolAtLocation(program.getSourceFile(source))
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      if (names.includes(symbol.name)) types.push({ name: symbol.name, type: checker.getDeclaredTypeOfSymbol(symbol), symbol })
    }
  }
  return types
}

/** The document's text. */
export function eventsDocument() {
  const api = new API({ cwd: ROOT })
  try {
    return new Document(api.updateSnapshot({ openProject: PROJECT }).getProject(PROJECT)).text()
  } finally {
    api.close()
  }
}

class Document {
  #checker
  #types
  #printer
  #docs

  constructor(project) {
    this.#checker = project.checker
    const all = exportedTypes(project)
    this.#types = new Map(all.map((each) => [each.name, each]))
    const named = all.filter(({ type, name }) => !/^Event/.test(name) && (type.isUnionType() || type.isObjectType()))
    this.#printer = new TypePrinter(this.#checker, new Map(named.map(({ name, type }) => [type.id, name])))
    this.#docs = this.#rowComments(project)
  }

  text() {
    const events = this.#checker.getPropertiesOfType(this.#types.get("EventData").type)
    const used = new Set()
    const sections = Object.entries(CHANNELS).map(([channel, about]) => {
      const rows = events.filter(({ name }) => name.startsWith(`${channel}/`)).map((event) => this.#event(event, used))
      return `## ${channel}\n\n${about[0].toUpperCase()}${about.slice(1)}.\n\n${rows.join("\n")}`
    })
    const left = events.filter(({ name }) => CHANNELS[name.split("/")[0]] === undefined)
    if (left.length > 0) throw new Error(`no channel is described for ${left.map(({ name }) => name).join(", ")}`)
    const chunks = `## agent\n\nChunks of the streaming turn. The event's type is the chunk's \`type\`, its \`data\` the other fields. \`folded\` stands for the chunks of a turn that has ended; its message is the turn's \`message/added\`.\n\n${fenced(this.#declared("AgentChunk", used))}\n### data-NAME\n\nThe \`data\` of chunks and parts whose type begins with \`data-\`, for those with a fixed shape.\n\n${fenced(this.#declared("NamedData", used))}`
    return `${[HEAD, ...sections, chunks, this.#namedTypes(used)].join("\n")}`
  }

  #event(symbol, used) {
    const type = this.#printer.declared(this.#checker.getTypeOfSymbol(symbol), symbol.name, used)
    const own = symbol.getDocumentationComment(this.#checker).replace(/\s+/g, " ").trim()
    const comment = own === "" ? (this.#docs.get(symbol.name) ?? "") : own
    return `### ${symbol.name}\n\n${comment === "" ? "" : `${comment}\n\n`}${fenced(`data: ${plain(type)}`)}`
  }

  /** Comments of the rows of the table of events, which types that are derived from it do not keep. */
  #rowComments({ program }) {
    const comments = new Map()
    for (const source of program.getSourceFileNames().filter((path) => /packages\/protocol\/src\/.*events\.ts$/.test(path))) {
      const rows = readFileSync(source, "utf8").matchAll(/\/\*\*\s+(?:\* )?((?:[^*]|\*(?!\/))*?)\s*\*\/\s*"(\w+\/[\w-]+)":/g)
      for (const [, comment, name] of rows) comments.set(name, comment.replace(/\s*\n\s*\* ?/g, " ").trim())
    }
    return comments
  }

  #declared(name, used) {
    return plain(this.#printer.declared(this.#types.get(name).type, name, used))
  }

  /** The named types that were used, and those that they use. */
  #namedTypes(used) {
    const texts = new Map()
    for (const name of used) if (!texts.has(name)) texts.set(name, `type ${name} = ${this.#declared(name, used)}`)
    const blocks = [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
    if (this.#printer.usesJson) blocks.push(plain(JSON_TYPE.replace("export ", "")))
    return `## Types\n\n${fenced(blocks.join("\n\n"))}`
  }
}

const fenced = (text) => `\`\`\`ts\n${text}\n\`\`\`\n`

/** A type without what says nothing about JSON; the members of a union that are objects each begin a line. */
const plain = (text) =>
  text
    .replaceAll("readonly ", "")
    .replaceAll("ReadonlyArray<", "Array<")
    .replaceAll(/undefined \| | \| undefined/g, "")
    .replaceAll(/^\} \| \{$/gm, "}\n| {")

/**
 * What Claude was started with, told as it becomes known: where settings come from, memory files, hooks, MCP servers with
 * their state, subagents, skills and plugins (docs/protocol/rules.md, A-34).
 */
import type { AgentInfo, LoadedServer } from "@holdfast/protocol/agent/agent"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import { headOf } from "@holdfast/protocol/text-cut"
import { listAt, textAt, textsAt } from "./read.ts"

const LIST_MAX = 100
const TEXT_MAX = 300
/** Between two looks at servers that are starting, in milliseconds, and the most looks. */
const LOOK_MILLIS = 1000
const LOOKS_MAX = 60

type Told = NonNullable<AgentInfo["loaded"]>

/** What is known before the process says anything, and where more comes from. */
export interface LoadedOptions {
  readonly sources: ReadonlyArray<string>
  readonly memory: ReadonlyArray<string>
  readonly hooks: ReadonlyArray<string>
  readonly info: (info: AgentInfo) => void
  readonly chunk: (chunk: AgentChunk) => void
  readonly servers: () => Promise<unknown>
  readonly log: (line: string) => void
}

/** Collects it. */
export class LoadedExtensions {
  readonly #options: LoadedOptions
  #known: Told
  #told = ""
  #looks = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: LoadedOptions) {
    this.#options = options
    const { sources, memory, hooks } = options
    this.#known = { sources, memory, hooks, servers: [], agents: [], skills: [], plugins: [], problems: [] }
  }

  /** What Claude says as a turn begins. */
  begun(init: unknown): void {
    this.#learn({
      agents: few(textsAt(init, "agents")),
      skills: few(textsAt(init, "skills")),
      plugins: few(
        listAt(init, "plugins")
          .filter(isAdded)
          .map((plugin) => textAt(plugin, "name") ?? "?"),
      ),
      problems: few(
        listAt(init, "plugin_errors").map((error) => `${textAt(error, "plugin") ?? "?"}: ${textAt(error, "message") ?? "?"}`),
      ),
    })
    this.#place(listAt(init, "mcp_servers"), false)
    this.#looks = 0
    // The message has no reasons.
    if (this.#known.servers.some(({ status }) => status !== "connected" && status !== "disabled")) void this.#look()
  }

  /** No more is asked. */
  close(): void {
    clearTimeout(this.#timer)
    this.#looks = LOOKS_MAX
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      const servers = await this.#options.servers()
      if (Array.isArray(servers)) this.#place(servers, true)
    } catch (error) {
      this.#options.log(`the state of the MCP servers is not known: ${String(error)}`)
      return
    }
    const isStarting = this.#known.servers.some(({ status }) => status === "pending")
    if (!isStarting || ++this.#looks >= LOOKS_MAX) return
    this.#timer = setTimeout(() => void this.#look(), LOOK_MILLIS)
    this.#timer.unref()
  }

  /** Servers as they are now; with `tells` people are told of those that became useless or useful again. */
  #place(list: ReadonlyArray<unknown>, tells: boolean): void {
    const servers = list.slice(0, LIST_MAX).map((one): LoadedServer => {
      const error = textAt(one, "error")
      return {
        name: cut(textAt(one, "name") ?? "?"),
        status: cut(textAt(one, "status") ?? "unknown"),
        ...(error === undefined ? {} : { error: cut(error) }),
      }
    })
    const before = this.#known.servers
    this.#learn({ servers: tells ? servers : servers.map((server) => ({ ...before.find(same(server)), ...server })) })
    for (const server of servers) if (tells || server.status === "connected") this.#tell(server)
  }

  readonly #last = new Map<string, string>()

  #tell({ name, status, error }: LoadedServer): void {
    const before = this.#last.get(name)
    if (before === status || status === "pending") return
    this.#last.set(name, status)
    const why = error === undefined ? "" : `: ${error}`
    if (status === "failed") this.#warn(`the MCP server ${name} did not start${why}`)
    if (status === "needs-auth") this.#warn(`the MCP server ${name} wants a person to sign in${why}`)
    if (status === "connected" && before !== undefined) this.#options.chunk(notice(`the MCP server ${name} is connected`))
  }

  #warn(text: string): void {
    this.#options.chunk(namedChunk("data-notice", { text, severity: "warning" }))
  }

  #learn(more: Partial<Told>): void {
    this.#known = { ...this.#known, ...more }
    const told = JSON.stringify(this.#known)
    if (told === this.#told) return
    this.#told = told
    this.#options.info({ loaded: this.#known })
  }
}

const same =
  ({ name, status }: LoadedServer) =>
  (other: LoadedServer): boolean =>
    other.name === name && other.status === status

/** Claude's own parts are plugins too. */
const isAdded = (plugin: unknown): boolean => textAt(plugin, "path") !== "builtin"
const notice = (text: string): AgentChunk => namedChunk("data-notice", { text })
const cut = (text: string): string => (text.length > TEXT_MAX ? `${headOf(text, TEXT_MAX - 1)}…` : text)
const few = (list: ReadonlyArray<string>): ReadonlyArray<string> => list.slice(0, LIST_MAX).map(cut)

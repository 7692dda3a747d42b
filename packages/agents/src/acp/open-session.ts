/**
 * Opens the agent's session: handshake, sign-in, then resumed from its own memory, loaded from it, or new with our messages
 * as context.
 */
import { PROTOCOL_VERSION, RequestError } from "@agentclientprotocol/sdk"
import type { Resumed } from "@holdfast/protocol/agent/agent"
import { headOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentStart } from "@holdfast/link/agent-messages"
import type { AgentHost } from "../host/AgentHost.ts"
import { historyContext } from "../host/history.ts"
import { type AcpConnection, AcpClosed } from "./AcpConnection.ts"
import type { AgentChoices } from "./AgentChoices.ts"
import type { PromptKinds } from "./content.ts"
import { type AcpOptions, withVariables } from "./options.ts"
import { AUTH_REQUIRED, errorText } from "./prompt-end.ts"
import { at, isObject, type JsonObject, listOf, textOf } from "./read-json.ts"

/** A session that takes prompts. */
export interface OpenedSession {
  readonly id: string
  readonly resumed: Resumed
  readonly kinds: PromptKinds
  readonly version: string | undefined
  /** Goes before the first prompt. */
  readonly context: string | undefined
  /** Why the agent did not continue from its own memory, for people. */
  readonly notice: string | undefined
  /** Whether it takes `session/close`. */
  readonly closes: boolean
}

/** How long an agent may take to list its sessions, in milliseconds, and the most pages that are looked at. */
const LIST_MILLIS = 5000
const PAGES_MAX = 50

/** Without an update for this long a replay is over; and the longest that is waited for that, in milliseconds. */
const REPLAY_MILLIS = 100
const REPLAY_MOST = 5000

const clientWith = ({ files }: AcpOptions): JsonObject => ({
  protocolVersion: PROTOCOL_VERSION,
  clientCapabilities: { fs: { readTextFile: files === "read-write", writeTextFile: files !== "none" }, terminal: true },
  clientInfo: { name: "holdfast", title: "Holdfast", version: "0.1.0" },
})

/** Opens a session. Rejects with `AdapterRefused`, which says what to do, or `AcpClosed`. */
export async function openSession(
  connection: AcpConnection,
  host: AgentHost,
  options: AcpOptions,
  choices: AgentChoices,
): Promise<OpenedSession> {
  const { start } = host
  const hello = await connection.request("initialize", clientWith(options)).catch(explain("it could not be started"))
  const version = at(hello, "protocolVersion")
  if (version !== PROTOCOL_VERSION) {
    throw new AdapterRefused(
      "AgentUnsupported",
      `${start.name} speaks version ${String(version)} of ACP, not ${PROTOCOL_VERSION}`,
    )
  }
  const able = at(hello, "agentCapabilities")
  checkServers(options, able)
  const methods = listOf(at(hello, "authMethods")).flatMap((method) => textOf(at(method, "id")) ?? [])
  if (start.auth !== undefined) {
    await connection
      .request("authenticate", { methodId: start.auth })
      .catch(explain(`it could not sign in with ${start.auth}`, methods))
  }
  const place = { cwd: start.cwd, mcpServers: withVariables(options.mcpServers, host.environment) }
  const goneOn = await goOn(connection, host, able, place)
  const before = typeof goneOn === "string" ? undefined : goneOn
  const opened = before ?? (await newSession(connection, host, place, methods))
  const id = before?.id ?? textOf(at(opened, "sessionId"))
  if (id === undefined) throw new AdapterRefused("AgentMalformed", `${start.name} created a session without an id`)
  choices.learn(before === undefined ? opened : before.answer)
  await configure(connection, id, options, choices)
  const context = before === undefined ? await contextOf(host) : undefined
  const prompt = at(able, "promptCapabilities")
  return {
    id,
    resumed: before !== undefined ? "resumed" : context === undefined ? "new" : "replayed",
    kinds: {
      image: at(prompt, "image") === true,
      audio: at(prompt, "audio") === true,
      embedded: at(prompt, "embeddedContext") === true,
    },
    version: textOf(at(hello, "agentInfo", "version")),
    context,
    notice: typeof goneOn === "string" ? `${goneOn} ${context === undefined ? NOTHING_KEPT : OUR_WORDS}` : undefined,
    closes: isObject(at(able, "sessionCapabilities", "close")),
  }
}

const OUR_WORDS = "It gets the earlier messages as context."
const NOTHING_KEPT = "It starts without the earlier messages."

/** Turns an agent's error into what a person can act on. */
const explain =
  (what: string, methods: ReadonlyArray<string> = []) =>
  (error: unknown): never => {
    if (!(error instanceof RequestError)) throw error
    if (error.code !== AUTH_REQUIRED) throw new AdapterRefused("AgentFailed", `${what}: ${errorText(error)}`)
    const ways = methods.length === 0 ? "" : `, or name one of its ways as auth in the configuration: ${methods.join(", ")}`
    throw new AdapterRefused("AgentUnauthorized", `${what}: ${errorText(error)}; sign in with the agent's own program${ways}`)
  }

/** Variables that hold the key for a way to sign in; an agent that has the key may still want to be told to use it. */
const KEYS: Readonly<Record<string, string>> = {
  "openai-api-key": "OPENAI_API_KEY",
  "codex-api-key": "CODEX_API_KEY",
  "gemini-api-key": "GEMINI_API_KEY",
}

/** A new session; signs in with a key of the environment when the agent wants that and the configuration names no way. */
async function newSession(
  connection: AcpConnection,
  { start, environment, log }: AgentHost,
  place: JsonObject,
  methods: ReadonlyArray<string>,
): Promise<unknown> {
  const refused = explain("it created no session", methods)
  return connection.request("session/new", place).catch(async (error: unknown) => {
    const isLocked = error instanceof RequestError && error.code === AUTH_REQUIRED
    const way = methods.find((method) => Boolean(environment[KEYS[method] ?? ""]))
    if (!isLocked || start.auth !== undefined || way === undefined) return refused(error)
    log.say(`the agent is not signed in: ${way} is tried, as ${KEYS[way]} is set`)
    await connection.request("authenticate", { methodId: way }).catch(explain(`it could not sign in with ${way}`, methods))
    return connection.request("session/new", place).catch(refused)
  })
}

function checkServers({ mcpServers }: AcpOptions, able: unknown): void {
  for (const server of mcpServers) {
    const type = "type" in server ? server.type : "stdio"
    if (type !== "stdio" && at(able, "mcpCapabilities", type) !== true) {
      throw new AdapterRefused("Unprocessable", `option mcpServers: this agent takes no ${type} servers (${server.name})`)
    }
  }
}

/** Takes up the agent's own session, without its replay where it can; why not, when it cannot; undefined when there is none. */
async function goOn(
  connection: AcpConnection,
  { start, log }: AgentHost,
  able: unknown,
  place: JsonObject,
): Promise<{ readonly id: string; readonly answer: unknown } | string | undefined> {
  const id = start.resume?.native
  if (id === undefined) return undefined
  const ways = [
    ...(isObject(at(able, "sessionCapabilities", "resume")) ? ["session/resume"] : []),
    ...(at(able, "loadSession") === true ? ["session/load"] : []),
  ]
  for (const way of ways) {
    try {
      const answer = await connection.request(way, { sessionId: id, ...place })
      // Some continue with their replay after the answer.
      if (way === "session/load") await connection.quiet(REPLAY_MILLIS, REPLAY_MOST)
      return { id, answer }
    } catch (error) {
      if (error instanceof AcpClosed) throw error
      log.say(`${way} of ${id} failed: ${errorText(error)}`)
      if (way === ways.at(-1)) return whyNot(start, await isListed(connection, able, id, start.cwd), errorText(error))
    }
  }
  return undefined
}

function whyNot({ name }: AgentStart, listed: boolean | undefined, error: string): string {
  if (listed === false) return `${name} no longer has its own record of this session.`
  return `${name} could not resume from its own record of this session: ${headOf(error, 500).replace(/\.$/, "")}.`
}

/** Whether the agent still has a session; undefined when it does not say. */
async function isListed(connection: AcpConnection, able: unknown, id: string, cwd: string): Promise<boolean | undefined> {
  if (!isObject(at(able, "sessionCapabilities", "list"))) return undefined
  const until = performance.now() + LIST_MILLIS
  let cursor: string | undefined
  for (let page = 0; page < PAGES_MAX && performance.now() < until; page++) {
    const asked = connection.request("session/list", { cwd, ...(cursor === undefined ? {} : { cursor }) })
    const answer = await Promise.race([asked.catch(() => undefined), pass(until - performance.now())])
    if (answer === undefined) return undefined
    if (listOf(at(answer, "sessions")).some((session) => at(session, "sessionId") === id)) return true
    cursor = textOf(at(answer, "nextCursor"))
    if (cursor === undefined || cursor === "") return false
  }
  return undefined
}

const pass = (milliseconds: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds).unref())

async function contextOf({ start, log }: AgentHost): Promise<string | undefined> {
  const history = start.resume?.history
  if (history === undefined) return undefined
  const context = await historyContext(history, start.cwd)
  if (context !== undefined)
    log.say(`the agent has no memory of this session: ${context.length} characters of it go before the next message`)
  return context
}

async function configure(connection: AcpConnection, id: string, options: AcpOptions, choices: AgentChoices): Promise<void> {
  for (const kind of ["model", "mode"] as const) {
    const wanted = options[kind]
    if (wanted === undefined || choices.info[kind] === wanted) continue
    const setting = choices.setting(id, kind, wanted)
    if (typeof setting === "string") throw new AdapterRefused("Unprocessable", `option ${kind}: ${setting}`)
    const answer = await connection.request(setting.method, setting.params).catch(explain(`option ${kind}`))
    choices.set(kind, wanted)
    choices.learn(answer)
  }
}

/**
 * Settings: every limit, port, path and timeout, with its default, in one place (row:J4).
 *
 * A setting's name in the environment is `HOLDFAST_` and the key in capitals with `_` for each word
 * (`socketMaxFrame` → `HOLDFAST_SOCKET_MAX_FRAME`); the configuration file uses the key itself.
 */
import { SESSION_KINDS } from "./session-kinds.ts"
import { WEBHOOK_SCHEDULE } from "./webhook-schedule.ts"

/** Description of one setting. Sizes are bytes, times milliseconds. */
export interface Setting<T extends string | number | boolean> {
  readonly default: T
  /** The names of which a text is a list, separated by commas. */
  readonly names?: ReadonlyArray<string>
  readonly minimum?: number
  readonly maximum?: number
  readonly about: string
}

const KiB = 1024
const MiB = 1024 * KiB
const minute = 60_000
const day = 24 * 60 * minute

const text = (value: string, about: string): Setting<string> => ({ default: value, about })
const list = (names: ReadonlyArray<string>, about: string): Setting<string> => ({ default: names.join(","), names, about })
const flag = (value: boolean, about: string): Setting<boolean> => ({ default: value, about })
const number = (value: number, minimum: number, maximum: number, about: string): Setting<number> => ({
  default: value,
  minimum,
  maximum,
  about,
})

/** All settings. */
export const SETTINGS = {
  port: number(4653, 0, 65_535, "port to listen on; 0 picks a free one"),
  host: text("127.0.0.1", "address to listen on; any but loopback needs tlsCert or trustProxy"),
  data: text("", "data directory; empty means the platform's default"),
  sessionDirectories: text("", "absolute path under which sessions keep their files; empty means sessions in the data directory"),
  browseRoots: text(
    "",
    "directories below which people may look for one for a session, separated by commas; empty means the home directory",
  ),
  kinds: list(SESSION_KINDS, "kinds of session that may be created, separated by commas: terminal, agent"),
  store: text("", "store: sqlite:PATH or memory:; empty means SQLite in the data directory"),
  token: text("", "fixed bearer token with full access, for automation"),
  open: flag(true, "open a browser at the first start"),
  tlsCert: text("", "path of a TLS certificate chain (PEM)"),
  tlsKey: text("", "path of the TLS key (PEM)"),
  trustProxy: text(
    "",
    "address at which a TLS proxy publishes this hub, for example https://hold.example.org or https://example.org/holdfast",
  ),
  publicUrl: text(
    "",
    "further addresses at which people reach this hub, for example https://laptop.local:4653, separated by commas; links have the first",
  ),
  corsOrigins: text("", "origins of other pages that may call this hub with a bearer token, separated by commas"),
  durability: text("power", "what durable events survive: power (a power cut; fdatasync) or process (a crash)"),
  detachKey: text(
    "ctrl-]",
    "control key in attach, pressed before d (detach), s (scroll), k (keyboard) or r (redraw); none disables it",
  ),
  runner: text("detached", "where children run: detached (in a process that outlives the hub) or inside (they end with the hub)"),
  logLevel: text("info", "least severe level to log: debug, info, warn or error"),

  bodyMax: number(1 * MiB, KiB, 256 * MiB, "largest HTTP request body; messages with files may have 8 MiB"),
  headerTimeout: number(10_000, 100, 10 * minute, "time limit for receiving a request's headers"),
  rateLimit: number(0, 0, 1_000_000, "maximum number of operations per minute and token; 0 means no limit"),
  requestTimeout: number(60_000, 1000, 60 * minute, "time limit for receiving a whole request"),
  connectionsMax: number(2000, 10, 100_000, "maximum number of open connections"),
  socketMaxFrame: number(8 * MiB, 64 * KiB, 64 * MiB, "largest WebSocket message from a client"),
  socketHelloTimeout: number(10_000, 100, 10 * minute, "time limit from upgrade to Hello"),
  socketSilence: number(
    30_000,
    1000,
    10 * minute,
    "silence after which the hub drops a client; the hub itself sends something at least three times in that period",
  ),
  subscriberWindow: number(
    1 * MiB,
    64 * KiB,
    256 * MiB,
    "unacknowledged bytes per subscriber before live delivery pauses and it catches up from the log",
  ),
  catchUpChunk: number(64 * KiB, 4 * KiB, 4 * MiB, "size of a frame during catch-up"),
  inputQueueMax: number(1 * MiB, KiB, 64 * MiB, "accepted input per session that the child has not read yet"),
  sessionQueueMax: number(10_000, 10, 1_000_000, "maximum number of commands queued in a session's loop"),
  socketIo: flag(true, "whether clients of Socket.IO are served, at /socket.io/"),
  attachmentsMax: number(200, 1, 10_000, "maximum number of attachments per socket"),

  idleUnload: number(5 * minute, 1000, day, "inactivity after which a session is unloaded from memory"),
  linkExpiry: number(10 * minute, 1000, day, "lifetime of a one-time link"),
  signInExpiry: number(30 * day, minute, 3650 * day, "lifetime of a browser sign-in"),

  trashKeep: number(30 * day, 0, 3650 * day, "time in the trash before a deleted session is purged"),
  logMaxBytes: number(
    512 * MiB,
    MiB,
    1024 * 1024 * MiB,
    "terminal output kept per session; older output is trimmed up to a checkpoint",
  ),
  sealBytes: number(64 * KiB, 4 * KiB, 4 * MiB, "size of a sealed segment"),
  checkpointBytes: number(2 * MiB, 64 * KiB, 1024 * MiB, "terminal output between checkpoints"),
  scrollback: number(1000, 0, 100_000, "lines of scrollback in a checkpoint"),

  journalMemory: number(4 * MiB, 64 * KiB, 1024 * MiB, "journal kept in memory per child before it spills to disk"),
  journalDisk: number(8192 * MiB, MiB, 1024 * 1024 * MiB, "journal kept on disk per child before the child is paused"),
  runnerIdle: number(10 * minute, 1000, day, "time after which a runner with no children and no hub ends"),
  killGrace: number(5000, 0, 10 * minute, "grace period from SIGTERM or SIGHUP to SIGKILL of a process group"),
  childrenMax: number(500, 1, 100_000, "maximum number of children per runner"),

  webhookSchedule: text(WEBHOOK_SCHEDULE.join(","), "waits before further tries of a webhook, in seconds, separated by commas"),
  webhookTimeout: number(15_000, 100, 10 * minute, "time limit for one request to a webhook's receiver"),

  agent: text("", "agent for sessions that name none; empty means scripted"),
  agentIdle: number(
    10 * minute,
    1000,
    30 * day,
    "inactivity after which an idle agent's process is ended; the next message restarts it",
  ),
  agentsLive: number(8, 1, 1000, "number of running agents above which the least recently used idle one is ended"),
  agentSilent: number(
    2 * minute,
    1000,
    30 * day,
    "inactivity after which a turn not waiting for permission is reported as silent",
  ),
  agentStall: number(15 * minute, 1000, 30 * day, "inactivity after which a turn not waiting for permission is interrupted"),
  interruptGrace: number(10_000, 100, 10 * minute, "grace period from an interrupt to killing the agent's process group"),
  agentStartTimeout: number(60_000, 1000, 60 * minute, "time limit for an agent's first sign of life after its start"),
  permissionTimeout: number(0, 0, 30 * day, "time after which an unanswered permission request expires; 0 means never"),
  limitContinue: flag(false, "whether a queue held by a usage limit continues automatically when the limit ends"),
} satisfies Record<string, Setting<string> | Setting<number> | Setting<boolean>>

/** Name of a setting. */
export type SettingName = keyof typeof SETTINGS

type Widen<T> = T extends string ? string : T extends number ? number : boolean

/** The settings in force. */
export type Settings = { readonly [N in SettingName]: Widen<(typeof SETTINGS)[N]["default"]> }

/** Where a setting's value came from. */
export type SettingSource = "default" | "file" | "environment" | "option"

/** The part of a configuration file that is no setting: agents by name, read by the hub. */
const AGENTS = "agents"

/** Settings with the source of each value. */
export interface ResolvedSettings {
  readonly values: Settings
  readonly sources: Readonly<Record<SettingName, SettingSource>>
  /** `agents` of the configuration file, as it is there. */
  readonly agents?: unknown
}

/** A setting that cannot be used: which one, from where, and what is accepted. */
export class SettingInvalid extends Error {
  readonly _tag = "SettingInvalid"
  readonly setting: string
  constructor(setting: string, message: string) {
    super(message)
    this.setting = setting
  }
}

/** Environment variable of a setting. */
export function settingVariable(name: string): string {
  return `HOLDFAST_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** A list of known names in their usual form; `undefined` when it is empty or has an unknown name. */
function namesIn(raw: string, known: ReadonlyArray<string>): string | undefined {
  const given = raw.split(",").map((name) => name.trim())
  return given.every((name) => known.includes(name)) ? known.filter((name) => given.includes(name)).join(",") : undefined
}

function parse(name: SettingName, raw: unknown, where: string): string | number | boolean {
  const setting: Setting<string> | Setting<number> | Setting<boolean> = SETTINGS[name]
  const refuse = (wanted: string): never => {
    throw new SettingInvalid(name, `${where}: ${name} must be ${wanted}, not ${JSON.stringify(raw)} (${setting.about})`)
  }
  if (typeof setting.default === "string") {
    if (typeof raw !== "string") return refuse("text")
    return setting.names === undefined ? raw : (namesIn(raw, setting.names) ?? refuse(`some of ${setting.names.join(",")}`))
  }
  if (typeof setting.default === "boolean") {
    if (raw === true || raw === "1" || raw === "true") return true
    if (raw === false || raw === "0" || raw === "false") return false
    return refuse("1 or 0")
  }
  const value = typeof raw === "number" ? raw : typeof raw === "string" && raw.trim() !== "" ? Number(raw) : Number.NaN
  const { minimum = 0, maximum = Number.MAX_SAFE_INTEGER } = setting as Setting<number>
  return Number.isInteger(value) && value >= minimum && value <= maximum
    ? value
    : refuse(`a whole number from ${minimum} to ${maximum}`)
}

/**
 * The settings in force from a configuration file's object, the environment and command-line options, later ones
 * winning. Throws `SettingInvalid` for an unknown name or a value out of range.
 */
export function resolveSettings(
  file: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  options: Readonly<Record<string, unknown>>,
): ResolvedSettings {
  const names = Object.keys(SETTINGS) as Array<SettingName>
  const values: Record<string, string | number | boolean> = {}
  const sources: Record<string, SettingSource> = {}
  const take = (name: SettingName, raw: unknown, source: SettingSource, where: string): void => {
    values[name] = parse(name, raw, where)
    sources[name] = source
  }
  for (const name of Object.keys(file)) {
    if (name !== AGENTS && !Object.hasOwn(SETTINGS, name))
      throw new SettingInvalid(name, `configuration file: ${name} is not a setting; see holdfast config`)
  }
  for (const name of names) {
    values[name] = SETTINGS[name].default
    sources[name] = "default"
    if (Object.hasOwn(file, name)) take(name, file[name], "file", "configuration file")
    const variable = settingVariable(name)
    const raw = environment[variable]
    if (raw !== undefined && raw !== "") take(name, raw, "environment", variable)
    if (options[name] !== undefined) take(name, options[name], "option", `--${name}`)
  }
  return {
    values: values as unknown as Settings,
    sources: sources as Record<SettingName, SettingSource>,
    ...(Object.hasOwn(file, AGENTS) ? { agents: file[AGENTS] } : {}),
  }
}

/**
 * Settings: every limit, port, path and timeout, with its default, in one place (row:J4).
 *
 * A setting's name in the environment is `HOLDFAST_` and the key in capitals with `_` for each word
 * (`socketMaxFrame` → `HOLDFAST_SOCKET_MAX_FRAME`); the configuration file uses the key itself.
 */

/** Description of one setting. Sizes are bytes, times milliseconds. */
export interface Setting<T extends string | number | boolean> {
  readonly default: T
  readonly minimum?: number
  readonly maximum?: number
  readonly about: string
}

const KiB = 1024
const MiB = 1024 * KiB
const minute = 60_000
const day = 24 * 60 * minute

const text = (value: string, about: string): Setting<string> => ({ default: value, about })
const flag = (value: boolean, about: string): Setting<boolean> => ({ default: value, about })
const number = (value: number, minimum: number, maximum: number, about: string): Setting<number> => ({
  default: value,
  minimum,
  maximum,
  about,
})

/** All settings. */
export const SETTINGS = {
  port: number(4653, 0, 65_535, "port of the hub; 0 takes a free one"),
  host: text("127.0.0.1", "address to listen on; other than loopback needs tlsCert or trustProxy"),
  data: text("", "data directory; empty means the platform's"),
  store: text("", "store: sqlite:PATH, memory:; empty means sqlite in the data directory"),
  token: text("", "fixed bearer token with all rights, for automation"),
  open: flag(true, "open a browser at first start"),
  tlsCert: text("", "path of a TLS certificate chain (PEM)"),
  tlsKey: text("", "path of the TLS key (PEM)"),
  trustProxy: text("", "origin under which a proxy with TLS publishes this hub, for example https://hold.example.org"),
  durability: text("power", "what a durable event outlasts: power (fdatasync) or process"),
  detachKey: text("ctrl-]", "control key of attach, before d (detach), s (scroll), k (keyboard), r (redraw); none for none"),
  runner: text("detached", "where children live: detached (own process) or inside (ends with the hub)"),
  logLevel: text("info", "debug, info, warn or error"),

  bodyMax: number(1 * MiB, KiB, 256 * MiB, "largest HTTP body, but for messages with files, which have 8 MiB"),
  headerTimeout: number(10_000, 100, 10 * minute, "time for a request's headers"),
  requestTimeout: number(60_000, 1000, 60 * minute, "time for a whole request with its body"),
  connectionsMax: number(2000, 10, 100_000, "open connections"),
  socketMaxFrame: number(8 * MiB, 64 * KiB, 64 * MiB, "largest WebSocket message from a client"),
  socketHelloTimeout: number(10_000, 100, 10 * minute, "time from upgrade to Hello"),
  socketSilence: number(
    30_000,
    1000,
    10 * minute,
    "a client that sends nothing for so long is dropped; the hub speaks three times as often",
  ),
  subscriberWindow: number(
    1 * MiB,
    64 * KiB,
    256 * MiB,
    "unacknowledged bytes per subscriber before it is served from the log again",
  ),
  catchUpChunk: number(64 * KiB, 4 * KiB, 4 * MiB, "bytes per frame in catch-up"),
  inputQueueMax: number(1 * MiB, KiB, 64 * MiB, "accepted input per session that the child has not taken yet"),
  sessionQueueMax: number(10_000, 10, 1_000_000, "commands waiting in one session's loop"),
  attachmentsMax: number(200, 1, 10_000, "attachments per socket"),

  idleUnload: number(5 * minute, 1000, day, "an untouched session leaves the hub's memory after"),
  linkExpiry: number(10 * minute, 1000, day, "a one-time link can be used for"),
  signInExpiry: number(30 * day, minute, 3650 * day, "a browser stays signed in for"),

  trashKeep: number(30 * day, 0, 3650 * day, "a deleted session is purged after"),
  logMaxBytes: number(
    512 * MiB,
    MiB,
    1024 * 1024 * MiB,
    "terminal output kept per session before it is trimmed behind a checkpoint",
  ),
  sealBytes: number(64 * KiB, 4 * KiB, 4 * MiB, "size of a sealed segment"),
  checkpointBytes: number(2 * MiB, 64 * KiB, 1024 * MiB, "terminal output between two checkpoints"),
  scrollback: number(1000, 0, 100_000, "lines of scrollback in a checkpoint"),

  journalMemory: number(4 * MiB, 64 * KiB, 1024 * MiB, "journal per child kept in memory before it spills to disk"),
  journalDisk: number(8192 * MiB, MiB, 1024 * 1024 * MiB, "journal per child on disk before the child is paused"),
  runnerIdle: number(10 * minute, 1000, day, "a runner without children and without a hub ends after"),
  killGrace: number(5000, 0, 10 * minute, "from SIGTERM or SIGHUP to SIGKILL of the process group"),
  childrenMax: number(500, 1, 100_000, "children per runner"),

  agent: text("", "agent of a session that names none; empty means scripted"),
  agentIdle: number(
    10 * minute,
    1000,
    30 * day,
    "an agent's process that has nothing to do is ended after; the next message starts it again",
  ),
  agentsLive: number(8, 1, 1000, "agents' processes at one moment, beyond which the least recently used idle one is ended"),
  agentSilent: number(
    2 * minute,
    1000,
    30 * day,
    "a turn in which nothing happens, and that waits for no permission, is told as silent after",
  ),
  agentStall: number(
    15 * minute,
    1000,
    30 * day,
    "a turn in which nothing happens, and that waits for no permission, is interrupted after",
  ),
  interruptGrace: number(10_000, 100, 10 * minute, "from an interrupt to the kill of an agent's process group"),
  agentStartTimeout: number(60_000, 1000, 60 * minute, "from an agent's start to its first sign of life"),
  permissionTimeout: number(0, 0, 30 * day, "a permission request that nobody answered expires after; 0 means never"),
  limitContinue: flag(false, "a queue that a usage limit holds goes on by itself when the limit is over"),
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
export const settingVariable = (name: string): string =>
  `HOLDFAST_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`

function parse(name: SettingName, raw: unknown, where: string): string | number | boolean {
  const setting: Setting<string> | Setting<number> | Setting<boolean> = SETTINGS[name]
  const refuse = (wanted: string): never => {
    throw new SettingInvalid(name, `${where}: ${name} must be ${wanted}, not ${JSON.stringify(raw)} (${setting.about})`)
  }
  if (typeof setting.default === "string") return typeof raw === "string" ? raw : refuse("text")
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

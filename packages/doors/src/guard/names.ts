/**
 * The names under which a hub answers: its Host and Origin lists (G-2, G-3), and whether it may listen at all (G-9).
 */
import type { Settings } from "@holdfast/protocol/settings"

/** Exact values of Host and Origin that are the hub's own, in lower case. */
export interface OwnNames {
  readonly hosts: ReadonlySet<string>
  readonly origins: ReadonlySet<string>
  /** Origins of other pages that may call this hub (X-29). */
  readonly others: ReadonlySet<string>
  /** The origin that people are sent to. */
  readonly origin: string
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"])
const ANY = new Set(["0.0.0.0", "::"])

/** Whether an address to listen on is loopback. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/** What is wrong with listening on these settings, and what to do; `undefined` when it is safe (G-9). */
export function unprotected(settings: Pick<Settings, "host" | "tlsCert" | "tlsKey" | "trustProxy">): string | undefined {
  if ((settings.tlsCert === "") !== (settings.tlsKey === "")) return "tlsCert and tlsKey belong together; set both or neither"
  if (settings.trustProxy !== "" && proxyOrigin(settings.trustProxy) === undefined) {
    return `trustProxy must be an origin such as https://hold.example.org, not ${settings.trustProxy}`
  }
  if (isLoopback(settings.host) || settings.tlsCert !== "" || settings.trustProxy !== "") return undefined
  return (
    `refusing to listen on ${settings.host} without protection: set tlsCert and tlsKey, or trustProxy to the origin of a ` +
    "proxy that speaks TLS, or keep host at 127.0.0.1"
  )
}

const proxyOrigin = (text: string): string | undefined => {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return (url.protocol === "https:" || url.protocol === "http:") && text.replace(/\/$/, "").toLowerCase() === url.origin
    ? url.origin
    : undefined
}

const listed = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")

/** What is wrong with the origins that are named, and what is accepted; `undefined` when nothing is. */
export function originsProblem({ corsOrigins }: Pick<Settings, "corsOrigins">): string | undefined {
  const wrong = listed(corsOrigins).find((text) => proxyOrigin(text) === undefined || text.endsWith("/"))
  if (wrong === undefined) return undefined
  return `corsOrigins must be origins such as https://app.example.org, separated by commas, not ${wrong}; there is no origin that stands for all`
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host)

/** Gives the hub's own names for the port it listens on. */
export function ownNames(settings: Pick<Settings, "host" | "tlsCert" | "trustProxy" | "corsOrigins">, port: number): OwnNames {
  const scheme = settings.tlsCert === "" ? "http" : "https"
  const standard = port === (scheme === "http" ? 80 : 443)
  const names = ["127.0.0.1", "localhost", "::1", ...(ANY.has(settings.host) ? [] : [settings.host.toLowerCase()])].map(bracketed)
  const hosts = new Set(names.flatMap((name) => (standard ? [name, `${name}:${port}`] : [`${name}:${port}`])))
  const origins = new Set(names.map((name) => `${scheme}://${name}${standard ? "" : `:${port}`}`))
  const proxy = proxyOrigin(settings.trustProxy)
  if (proxy !== undefined) {
    const { host } = new URL(proxy)
    hosts.add(host)
    origins.add(proxy)
  }
  const shown = ANY.has(settings.host) ? "127.0.0.1" : bracketed(settings.host)
  const others = new Set(listed(settings.corsOrigins).map((text) => text.toLowerCase()))
  return { hosts, origins, others, origin: proxy ?? `${scheme}://${shown}${standard ? "" : `:${port}`}` }
}

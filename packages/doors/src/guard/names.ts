/**
 * The names under which a hub answers: its Host and Origin lists (G-2, G-3), and whether it may listen at all (G-9).
 */
import type { HubAddress } from "@holdfast/protocol/http-bodies"
import type { Settings } from "@holdfast/protocol/settings"
import { FIRST_PARTS } from "./routes.ts"

/** Exact values of Host and Origin that are the hub's own, in lower case. */
export interface OwnNames {
  readonly hosts: ReadonlySet<string>
  readonly origins: ReadonlySet<string>
  /** Origins of other pages that may call this hub (X-29). */
  readonly others: ReadonlySet<string>
  /** The origin that people are sent to, and the path below it: empty, or such as `/holdfast`. */
  readonly origin: string
  readonly base: string
  /** Where the hub can be reached, what other devices reach first (G-24). */
  readonly addresses: ReadonlyArray<HubAddress>
  /** Value of Host in requests that came through the stated proxy. */
  readonly proxied?: string
}

/** Where a proxy publishes the hub. */
interface Published {
  readonly origin: string
  readonly host: string
  /** Empty, or a path without a slash at its end. */
  readonly base: string
}

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"])
const ANY = new Set(["0.0.0.0", "::"])

/** Whether an address to listen on is loopback. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

/** Whether a host stands for every address of the machine. */
export function isWildcard(host: string): boolean {
  return ANY.has(host)
}

/** What is wrong with listening on these settings, and what to do; `undefined` when it is safe (G-9). */
export function unprotected(settings: Pick<Settings, "host" | "tlsCert" | "tlsKey" | "trustProxy">): string | undefined {
  if ((settings.tlsCert === "") !== (settings.tlsKey === "")) return "tlsCert and tlsKey belong together; set both or neither"
  if (settings.trustProxy !== "") {
    const proxy = published(settings.trustProxy)
    if (proxy === undefined)
      return `trustProxy must be an origin such as https://hold.example.org, with a path if need be, not ${settings.trustProxy}`
    const [, first = ""] = proxy.base.split("/")
    if (FIRST_PARTS.has(first) || APP_PARTS.has(first))
      return `the path of trustProxy cannot begin with /${first}, which is one of the hub's own`
  }
  if (isLoopback(settings.host) || settings.tlsCert !== "" || settings.trustProxy !== "") return undefined
  return (
    `refusing to listen on ${settings.host} without protection: set tlsCert and tlsKey, or trustProxy to the origin of a ` +
    "proxy that speaks TLS, or keep host at 127.0.0.1"
  )
}

/** First parts of the app's own addresses and files. */
const APP_PARTS = new Set(["assets", "s", "new", "settings"])

/** A path at which a proxy can publish the hub: parts of letters, digits, `.`, `_`, `~` and `-` that begin with no dot. */
const BASE = /^(?:\/[\w~-][\w.~-]*)*$/

/** Reads the address of a proxy; `undefined` for what is none. */
const published = (text: string): Published | undefined => {
  if (!URL.canParse(text)) return undefined
  const { host, origin, pathname, protocol } = new URL(text)
  const base = pathname.replace(/\/$/, "")
  const isWhole = (protocol === "https:" || protocol === "http:") && `${origin}${base}` === bareOf(text, origin.length)
  return isWhole && BASE.test(base) ? { origin, host, base } : undefined
}

/** An address without a slash at its end, its origin in lower case. */
const bareOf = (text: string, origin: number): string =>
  text.slice(0, origin).toLowerCase() + text.slice(origin).replace(/\/$/, "")

const proxyOrigin = (text: string): string | undefined => {
  const proxy = published(text)
  return proxy?.base === "" ? proxy.origin : undefined
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

/** What is wrong with the addresses at which people are said to reach the hub; `undefined` when nothing is (G-24). */
export function publicUrlProblem({ publicUrl }: Pick<Settings, "publicUrl">): string | undefined {
  const wrong = listed(publicUrl).find((text) => proxyOrigin(text) === undefined)
  if (wrong === undefined) return undefined
  return `publicUrl must be addresses without a path, such as https://laptop.local:4653, separated by commas, not ${wrong}; a path belongs to trustProxy`
}

const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host)

/** What the hub's names are made of. */
export type NameSettings = Pick<Settings, "host" | "tlsCert" | "trustProxy" | "publicUrl" | "corsOrigins">

/** What of the machine's addresses is listened on: an IPv4 socket is reached at none of IPv6. */
const heard = (host: string, machine: ReadonlyArray<string>): ReadonlyArray<string> =>
  host === "0.0.0.0" ? machine.filter((address) => !address.includes(":")) : machine

/**
 * Gives the hub's own names for the port it listens on. Where it listens on every address with its own certificate, those of the
 * machine are names too.
 */
export function ownNames(settings: NameSettings, port: number, machine: ReadonlyArray<string> = []): OwnNames {
  const scheme = settings.tlsCert === "" ? "http" : "https"
  const standard = port === (scheme === "http" ? 80 : 443)
  const originOf = (name: string): string => `${scheme}://${name}${standard ? "" : `:${port}`}`
  const reached = !isWildcard(settings.host)
    ? [settings.host.toLowerCase()]
    : settings.tlsCert === ""
      ? []
      : heard(settings.host, machine)
  const names = ["127.0.0.1", "localhost", "::1", ...reached].map(bracketed)
  const hosts = new Set(names.flatMap((name) => (standard ? [name, `${name}:${port}`] : [`${name}:${port}`])))
  const origins = new Set(names.map(originOf))
  const proxy = published(settings.trustProxy)
  const stated = listed(settings.publicUrl).flatMap((text) => published(text) ?? [])
  for (const { host, origin } of [...(proxy === undefined ? [] : [proxy]), ...stated]) {
    hosts.add(host)
    origins.add(origin)
  }
  const others = new Set(listed(settings.corsOrigins).map((text) => text.toLowerCase()))
  const shown = originOf(isWildcard(settings.host) ? "127.0.0.1" : bracketed(settings.host))
  const [first = shown] = stated.map(({ origin }) => origin)
  const addresses = addressesOf([
    ...(proxy === undefined ? [] : [proxy.origin + proxy.base]),
    ...stated.map(({ origin }) => origin),
    ...reached.map((name) => originOf(bracketed(name))),
    originOf("127.0.0.1"),
  ])
  const own = { hosts, origins, others, addresses }
  return proxy === undefined
    ? { ...own, origin: first, base: "" }
    : { ...own, origin: proxy.origin, base: proxy.base, proxied: proxy.host }
}

/** Each address once; those that lead every device to itself last. */
function addressesOf(addresses: ReadonlyArray<string>): ReadonlyArray<HubAddress> {
  const all = [...new Set(addresses)].map((address) => ({ address, isLocal: isLoopback(unbracketed(new URL(address).hostname)) }))
  return [...all.filter(({ isLocal }) => !isLocal), ...all.filter(({ isLocal }) => isLocal)]
}

const unbracketed = (name: string): string => name.replace(/^\[(.*)\]$/, "$1")

/** What is looked at of a request. */
interface Reached {
  readonly url: string
  readonly host: string | undefined
  /** Value of `X-Forwarded-Prefix`. */
  readonly prefix?: string | undefined
}

const isProxied = ({ host }: Reached, { proxied }: OwnNames): boolean => proxied !== undefined && host?.toLowerCase() === proxied

/** The target of a request without the path at which the proxy publishes the hub, if the proxy left it there (G-19). */
export function targetOf(reached: Reached, names: OwnNames): string {
  const { url } = reached
  const { base } = names
  if (base === "" || !isProxied(reached, names) || !url.startsWith(base)) return url
  const rest = url.slice(base.length)
  return rest === "" || rest.startsWith("?") ? `/${rest}` : rest.startsWith("/") ? rest : url
}

/**
 * The path below which the client of a request sees the hub: that of the stated proxy or, where none is stated, what the proxy
 * says. No one else is believed (G-19).
 */
export function baseOf(reached: Reached, names: OwnNames): string {
  if (!isProxied(reached, names)) return ""
  if (names.base !== "") return names.base
  const said = (reached.prefix ?? "").replace(/\/$/, "")
  return BASE.test(said) ? said : ""
}

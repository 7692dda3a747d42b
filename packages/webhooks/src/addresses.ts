/**
 * Which addresses a receiver may have (docs/protocol/rules.md, Y-6): whoever may make webhooks must not reach, by way of the hub,
 * what only the hub's machine and its network can reach.
 */
import { lookup, type LookupAddress, type LookupOptions } from "node:dns"
import { BlockList, isIP, type LookupFunction } from "node:net"

/** One list for each version: a list of both would look for an IPv4 address among those of IPv6 too. */
const PRIVATE_4 = new BlockList()
const PRIVATE_6 = new BlockList()

/** Special-purpose networks (IANA registries for IPv4 and IPv6): none of them is on the public internet. */
const NETWORKS: ReadonlyArray<readonly [network: string, prefix: number]> = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
]

/** Of IPv6 the global unicast addresses are public, without those that stand for others or are for documents. */
const NETWORKS_6: ReadonlyArray<readonly [network: string, prefix: number]> = [
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]

for (const [network, prefix] of NETWORKS) PRIVATE_4.addSubnet(network, prefix, "ipv4")
for (const [network, prefix] of NETWORKS_6) PRIVATE_6.addSubnet(network, prefix, "ipv6")

/** Whether an address is on loopback, in a private or link-local network, or in no public network otherwise. */
export function isPrivateAddress(address: string): boolean {
  return isIP(address) === 6 ? PRIVATE_6.check(address, "ipv6") : PRIVATE_4.check(address, "ipv4")
}

/** A receiver whose address it may not have. */
export class AddressNotAllowed extends Error {
  readonly _tag = "AddressNotAllowed"
  constructor(host: string, address: string) {
    const at = host === address ? host : `${host}, which is ${address},`
    super(`${at} is not a public address; to reach it, allow that with allowPrivate (--allow-private on the command line)`)
  }
}

/** The host of an address as it is resolved: an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname
}

/** Gives all addresses of a name. */
type Resolve = (
  host: string,
  options: LookupOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: ReadonlyArray<LookupAddress>) => void,
) => void

/**
 * Resolves names for one request: every address that a name has is checked, and the connection goes to those that were checked.
 * An address that is written as such is not resolved and must be checked before.
 */
export const checkedLookup: LookupFunction = checkedBy((host, options, done) => lookup(host, { ...options, all: true }, done))

/** The same over what resolves names; it is asked once for each request. */
export function checkedBy(resolve: Resolve): LookupFunction {
  return (host, options, done) => {
    resolve(host, options, (error, addresses) => {
      if (error !== null) return done(error, "")
      const wrong = addresses.find(({ address }) => isPrivateAddress(address))
      if (wrong !== undefined) return done(new AddressNotAllowed(host, wrong.address), "")
      const [first] = addresses
      if (first === undefined) return done(new Error(`${host} has no address`), "")
      if (options.all === true) return done(null, [...addresses])
      done(null, first.address, first.family)
    })
  }
}

/** What is wrong with the address of a receiver; `undefined` when it can be one. A name that cannot be resolved now may be one later. */
export async function addressProblem(url: URL, allowPrivate: boolean): Promise<AddressNotAllowed | undefined> {
  if (allowPrivate) return undefined
  const host = hostOf(url)
  if (isIP(host) !== 0) return isPrivateAddress(host) ? new AddressNotAllowed(host, host) : undefined
  return new Promise((resolve) => {
    checkedLookup(host, { all: true }, (error) => resolve(error instanceof AddressNotAllowed ? error : undefined))
  })
}

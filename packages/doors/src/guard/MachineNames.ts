/**
 * The hub's own names while it runs: a machine that changes its network has other addresses than at the start (G-24).
 */
import { isIP } from "node:net"
import { networkInterfaces } from "node:os"
import { isWildcard, type NameSettings, ownNames, type OwnNames } from "./names.ts"

/** Milliseconds between two looks at the machine's addresses that requests for unknown ones can cause. */
const LOOK_PAUSE = 1000

/** Where the addresses come from; a test has its own. */
interface Machine {
  readonly addresses: () => ReadonlyArray<string>
  /** Milliseconds that never go back. */
  readonly now: () => number
}

/** The names, as they were when the machine was last looked at. */
export class MachineNames {
  readonly #settings: NameSettings
  readonly #machine: Machine
  #port: number
  #names: OwnNames
  #lookedAt: number

  constructor(settings: NameSettings, port: number, machine: Machine = MACHINE) {
    this.#settings = settings
    this.#machine = machine
    this.#port = port
    this.#lookedAt = machine.now()
    this.#names = ownNames(settings, port, machine.addresses())
  }

  /** The names as they are now. */
  get now(): OwnNames {
    return this.#look()
  }

  /** The port is known once it is listened on. */
  listens(port: number): OwnNames {
    this.#port = port
    return this.#look()
  }

  /** The names to judge a request by: an address that is not known may be one that the machine has got since. */
  for(host: string | undefined): OwnNames {
    const isNew = host !== undefined && !this.#names.hosts.has(host.toLowerCase()) && isWildcard(this.#settings.host)
    if (!isNew || !isAddress(host) || this.#machine.now() - this.#lookedAt < LOOK_PAUSE) return this.#names
    return this.#look()
  }

  #look(): OwnNames {
    this.#lookedAt = this.#machine.now()
    this.#names = ownNames(this.#settings, this.#port, this.#machine.addresses())
    return this.#names
  }
}

const isAddress = (host: string): boolean => isIP(host.replace(/:\d+$/, "")) === 4 || /^\[[\d.:a-f]+\](?::\d+)?$/i.test(host)

/** Addresses of this machine but those that hold on one link alone. */
const MACHINE: Machine = {
  now: () => performance.now(),
  addresses: () =>
    Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ address, internal }) => !internal && !/^fe80:/i.test(address))
      .sort((one, other) => one.family.localeCompare(other.family))
      .map(({ address }) => address),
}

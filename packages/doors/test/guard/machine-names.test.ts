import { describe, expect, it } from "vitest"
import { MachineNames } from "../../src/guard/MachineNames.ts"
import { ownNames } from "../../src/guard/names.ts"

const SETTINGS = { host: "0.0.0.0", tlsCert: "/cert", trustProxy: "", publicUrl: "", corsOrigins: "" }

/** A machine whose network changes, and how often it is looked at. */
class Network {
  addresses: ReadonlyArray<string> = ["192.168.1.5"]
  looks = 0
  clock = 0
  names(more: object = {}): MachineNames {
    return new MachineNames({ ...SETTINGS, ...more }, 4653, {
      addresses: () => {
        this.looks++
        return this.addresses
      },
      now: () => this.clock,
    })
  }
}

describe("the names of a machine", () => {
  it("G-24 have the machine's addresses where the hub listens on all of them with a certificate, and nowhere else", () => {
    const machine = ["192.168.1.5", "fd00::5"]
    const of = (more: object) =>
      ownNames({ host: "0.0.0.0", tlsCert: "/cert", trustProxy: "", publicUrl: "", corsOrigins: "", ...more }, 4653, machine)
    const own = of({})
    expect(own.addresses).toEqual([
      { address: "https://192.168.1.5:4653", isLocal: false },
      { address: "https://127.0.0.1:4653", isLocal: true },
    ])
    // An IPv4 socket is not reached at an address of IPv6; one for both is.
    const both = of({ host: "::" })
    expect(both.addresses).toEqual([
      { address: "https://192.168.1.5:4653", isLocal: false },
      { address: "https://[fd00::5]:4653", isLocal: false },
      { address: "https://127.0.0.1:4653", isLocal: true },
    ])
    const known = (names: typeof own) => ["192.168.1.5:4653", "[fd00::5]:4653"].map((host) => names.hosts.has(host))
    expect([known(own), known(both)]).toEqual([
      [true, false],
      [true, true],
    ])
    for (const more of [{ tlsCert: "", trustProxy: "https://example.org" }, { host: "127.0.0.1" }])
      expect(of(more).hosts.has("192.168.1.5:4653")).toBe(false)
  })

  it("G-24 a link is at an address that the machine has when it is asked for", () => {
    const network = new Network()
    const names = network.names()
    expect(names.now.addresses[0]?.address).toBe("https://192.168.1.5:4653")
    network.addresses = ["10.0.0.7"]
    expect(names.now.addresses.map(({ address }) => address)).toEqual(["https://10.0.0.7:4653", "https://127.0.0.1:4653"])
    const { hosts } = names.for(undefined)
    expect([hosts.has("10.0.0.7:4653"), hosts.has("192.168.1.5:4653")]).toEqual([true, false])
    expect(names.listens(5000).origins.has("https://10.0.0.7:5000")).toBe(true)
  })

  it("G-2 G-24 a request to an address that the machine has got since is one to the hub, and one to any other is not", () => {
    const network = new Network()
    const names = network.names({ host: "::" })
    network.addresses = ["10.0.0.7", "fd00::7"]
    network.clock = 1000
    for (const host of ["10.0.0.7:4653", "[FD00::7]:4653"]) expect(names.for(host).hosts.has(host.toLowerCase())).toBe(true)
    network.clock = 2000
    expect(names.for("10.0.0.8:4653").hosts.has("10.0.0.8:4653")).toBe(false)
  })

  it("G-2 G-24 what strangers name makes it look at most once a second, and only for addresses, where it listens on all", () => {
    const network = new Network()
    const names = network.names()
    const before = network.looks
    network.clock = 1500
    for (const host of [undefined, "", "evil.example:4653", "192.168.1.5:4653", "LOCALHOST:4653", "1.2.3:4653"]) names.for(host)
    expect(network.looks).toBe(before)
    for (let turn = 0; turn < 1000; turn++) names.for(`10.0.0.${turn % 250}:4653`)
    expect(network.looks).toBe(before + 1)
    const one = network.names({ host: "10.0.0.1" })
    network.clock = 9000
    one.for("10.0.0.9:4653")
    expect(network.looks).toBe(before + 2)
  })
})

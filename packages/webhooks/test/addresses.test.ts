import { describe, expect, it } from "vitest"
import { addressProblem, checkedLookup, isPrivateAddress } from "../src/addresses.ts"

describe("addresses of receivers", () => {
  it("Y-6 loopback, private, link-local and special networks are told from public ones, in IPv4 and IPv6", () => {
    const inside = [
      ...[
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
      ],
      ...["100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "192.0.0.170"],
      ...["::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1"],
      ...["2001:db8::1", "2002:7f00:1::", "2001::1", "100::1"],
    ]
    for (const address of inside) expect([address, isPrivateAddress(address)]).toEqual([address, true])
    const outside = [
      "1.1.1.1",
      "8.8.8.8",
      "172.32.0.1",
      "172.15.255.255",
      "192.169.0.1",
      "100.128.0.1",
      "11.0.0.1",
      "2606:4700::1111",
      "2a00:1450::1",
    ]
    for (const address of outside) expect([address, isPrivateAddress(address)]).toEqual([address, false])
  })

  it("Y-6 every way to write such an address is refused, and so is a name that stands for one", async () => {
    const urls = [
      "http://127.0.0.1/",
      "http://127.1/",
      "http://2130706433/",
      "http://0x7f.1/",
      "http://0177.0.0.1/",
      "http://[::1]/",
    ]
    for (const url of [...urls, "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://LOCALHOST:80/"])
      expect([url, (await addressProblem(new URL(url), false))?.message ?? "none"]).toEqual([
        url,
        expect.stringContaining("allowPrivate"),
      ])
    expect(await addressProblem(new URL("http://127.0.0.1/"), true)).toBeUndefined()
    expect(await addressProblem(new URL("https://8.8.8.8/"), false)).toBeUndefined()
    expect(await addressProblem(new URL("https://no-such-host.invalid/"), false)).toBeUndefined()
    const problem = await new Promise((resolve) => checkedLookup("localhost", {}, (error) => resolve(error)))
    expect(problem).toMatchObject({ _tag: "AddressNotAllowed" })
  })
})

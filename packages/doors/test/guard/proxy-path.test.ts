import { describe, expect, it } from "vitest"
import { baseOf, ownNames, targetOf, unprotected } from "../../src/guard/names.ts"

describe("the path of a proxy", () => {
  const behind = (trustProxy: string) =>
    ownNames({ host: "127.0.0.1", tlsCert: "", trustProxy, publicUrl: "", corsOrigins: "" }, 4653)
  const names = behind("https://example.org/team/holdfast/")
  const host = "example.org"

  it("G-19 is taken off where the proxy left it, for requests that came through the proxy alone", () => {
    const table: ReadonlyArray<readonly [url: string, target: string]> = [
      ["/team/holdfast", "/"],
      ["/team/holdfast?x", "/?x"],
      ["/team/holdfast/", "/"],
      ["/team/holdfast/api/sessions?limit=1", "/api/sessions?limit=1"],
      ["/api/sessions", "/api/sessions"],
      ["/team/holdfastened", "/team/holdfastened"],
      ["/TEAM/holdfast/", "/TEAM/holdfast/"],
    ]
    for (const [url, target] of table) expect([url, targetOf({ url, host }, names)]).toEqual([url, target])
    const url = "/team/holdfast/api/sessions"
    expect(targetOf({ url, host: "127.0.0.1:4653" }, names)).toBe(url)
    expect(targetOf({ url, host: undefined }, names)).toBe(url)
    expect(targetOf({ url, host: "EXAMPLE.org" }, names)).toBe("/api/sessions")
  })

  it("G-19 is that of the setting or, without one, what the proxy says, if it is a path; no one else is believed", () => {
    const url = "/"
    expect(baseOf({ url, host, prefix: "/other" }, names)).toBe("/team/holdfast")
    expect(baseOf({ url, host: "127.0.0.1:4653", prefix: "/other" }, names)).toBe("")
    const without = behind("https://example.org")
    expect(baseOf({ url, host, prefix: "/other/" }, without)).toBe("/other")
    for (const prefix of [undefined, "", "/", "other", "//evil.example", "/a//b", '/a"><script>', "/../x", "/a?b", "/a, /b"])
      expect([prefix, baseOf({ url, host, prefix }, without)]).toEqual([prefix, ""])
    expect(baseOf({ url, host: "127.0.0.1:4653", prefix: "/other" }, without)).toBe("")
    expect(baseOf({ url, host, prefix: "/other" }, behind(""))).toBe("")
  })

  it("G-19 cannot begin like the hub's own paths, and is nothing but a path", () => {
    const plain = { host: "127.0.0.1", tlsCert: "", tlsKey: "" }
    for (const trustProxy of ["https://a.example/x", "https://a.example/x/y/", "https://a.example/~me/h.1"])
      expect(unprotected({ ...plain, trustProxy })).toBeUndefined()
    for (const first of ["api", "ai", "rpc", "socket.io", "open", "docs", "assets", "s", "new", "settings"])
      expect(unprotected({ ...plain, trustProxy: `https://a.example/${first}/x` })).toContain(`cannot begin with /${first}`)
    for (const trustProxy of [
      "https://a.example/x?y",
      "https://a.example/x#y",
      "https://a.example/%78",
      "https://a.example/x/../y",
    ])
      expect([trustProxy, unprotected({ ...plain, trustProxy })]).toEqual([
        trustProxy,
        expect.stringContaining("trustProxy must be"),
      ])
  })

  it("G-19 (fault:N49) is part of where people are sent to, and of no origin", () => {
    expect(names).toMatchObject({ origin: "https://example.org", base: "/team/holdfast", proxied: "example.org" })
    expect(names.origins.has("https://example.org")).toBe(true)
    expect(names.hosts.has("example.org")).toBe(true)
  })
})

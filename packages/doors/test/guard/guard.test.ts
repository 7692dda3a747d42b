import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { guard, HEADERS_MAX, type GuardPolicy } from "../../src/guard/guard.ts"
import { isLoopback, originsProblem, ownNames, publicUrlProblem, unprotected } from "../../src/guard/names.ts"
import { findRoute, ROUTES, SOCKET_PATHS } from "../../src/guard/routes.ts"
import type { Principal } from "@holdfast/hub/Hub"

const principals: Readonly<Record<string, Principal>> = {
  all: { name: "owner", credential: "o", scope: "all" },
  write: { name: "w", credential: "w", scope: "write" },
  read: { name: "r", credential: "r", scope: "read" },
}
const policy: GuardPolicy = {
  names: ownNames(
    { host: "127.0.0.1", tlsCert: "", trustProxy: "", publicUrl: "", corsOrigins: "https://app.example.org, http://127.0.0.1:9" },
    4653,
  ),
  authenticate: (secret) => principals[secret],
  expired: (secret) => ({ over: { expiresAt: 1000, isBrowser: false }, key: { expiresAt: 1000, isBrowser: true } })[secret],
  headersMax: HEADERS_MAX,
  isFile: (path, isPage) => path === "/" || path === "/assets/main-x1.js" || (isPage && path.startsWith("/s/")),
}
const own = ["Host", "127.0.0.1:4653"]
const bearer = (scope: string): ReadonlyArray<string> => ["Authorization", `Bearer ${scope}`]
const ask = (
  rawHeaders: ReadonlyArray<string>,
  { method = "GET", url = "/api/sessions", upgrade = false } = {},
): ReturnType<typeof guard> => guard({ method, url, rawHeaders, upgrade }, policy)
const status = (decision: ReturnType<typeof guard>): number =>
  decision._tag === "Refused" ? decision.status : decision._tag === "Preflight" ? 204 : 200

describe("the guard", () => {
  it("X-21 tells whoever shows an expired secret, on every door, that it has expired and what to do; no one else", () => {
    const at = "expired at 1970-01-01T00:00:01.000Z"
    const doors = [ask([...own, ...bearer("over")]), ask([...own, ...bearer("over")], { method: "PUT", url: "/nowhere" })]
    for (const url of Object.values(SOCKET_PATHS).flat()) doors.push(ask([...own, ...bearer("over")], { url, upgrade: true }))
    for (const decision of doors)
      expect(decision).toMatchObject({
        status: 401,
        tag: "Unauthorized",
        fields: { expiredAt: 1000 },
        message: expect.stringContaining(at) as string,
      })
    expect(doors[0]).toMatchObject({ message: expect.stringContaining("holdfast token new") as string })
    expect(ask([...own, ...bearer("key")])).toMatchObject({ message: expect.stringContaining("holdfast open") as string })
    for (const secret of ["nonsense", "ove", ""])
      expect(ask([...own, ...bearer(secret)])).toMatchObject({
        status: 401,
        message: expect.stringMatching(/^a valid credential/) as string,
      })
  })

  it("G-2 check:S2 only the hub's own names and port pass as Host, exactly once", () => {
    for (const host of ["127.0.0.1:4653", "localhost:4653", "[::1]:4653", "LOCALHOST:4653"]) {
      expect([host, status(ask(["Host", host, ...bearer("all")]))]).toEqual([host, 200])
    }
    const foreign = [
      "127.0.0.1",
      "localhost",
      "127.0.0.1:4654",
      "127.0.0.1:04653",
      "localhost.:4653",
      "localhost:4653.",
      "localhost.evil.example:4653",
      "evil.localhost:4653",
      "evil.example",
      "2130706433:4653",
      "0x7f.1:4653",
      "127.1:4653",
      "0.0.0.0:4653",
      "[::]:4653",
      "::1:4653",
      "[::ffff:127.0.0.1]:4653",
      "127.0.0.1:4653,evil.example",
      "user@127.0.0.1:4653",
      "127.0.0.1:4653/",
      " 127.0.0.1:4653 x",
      "",
    ]
    for (const host of foreign) expect([host, status(ask(["Host", host, ...bearer("all")]))]).toEqual([host, 403])
    expect(status(ask(bearer("all")))).toBe(403)
    expect(status(ask([...own, ...own, ...bearer("all")]))).toBe(403)
    expect(status(ask([...own, "HOST", "127.0.0.1:4653", ...bearer("all")]))).toBe(403)
  })

  it("G-3 check:S3 a foreign Origin is refused, on requests and upgrades, whatever credential comes with it", () => {
    const foreign = [
      "null",
      "http://127.0.0.1:4654",
      "https://127.0.0.1:4653",
      "http://127.0.0.1",
      "http://localhost.evil.example:4653",
      "http://evil.example",
      "http://127.0.0.1:4653.evil.example",
      "http://127.0.0.1:4653/",
      "file://",
      "",
      "http://127.0.0.1:4653, http://evil.example",
    ]
    for (const origin of foreign) {
      for (const target of [
        {},
        { method: "POST" },
        { url: "/api/socket", upgrade: true },
        { url: "/health/live" },
        { url: "/open?link=x" },
      ]) {
        expect([origin, target, status(ask([...own, ...bearer("all"), "Origin", origin], target))]).toEqual([origin, target, 403])
      }
    }
    expect(status(ask([...own, ...bearer("all"), "Origin", "http://localhost:4653"]))).toBe(200)
    expect(status(ask([...own, ...bearer("all"), "Origin", "http://localhost:4653", "Origin", "http://localhost:4653"]))).toBe(
      403,
    )
  })

  it("G-3 a body that a form could send is refused", () => {
    const body = (type: string) => [
      ...own,
      ...bearer("all"),
      "Content-Length",
      "2",
      ...(type === "" ? [] : ["Content-Type", type]),
    ]
    for (const type of [
      "",
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/jsonx",
      "text/plain; application/json",
    ]) {
      expect([type, status(ask(body(type), { method: "POST" }))]).toEqual([type, 400])
    }
    for (const type of ["application/json", "application/json; charset=utf-8", "Application/JSON"])
      expect(status(ask(body(type), { method: "POST" }))).toBe(200)
    expect(status(ask([...own, ...bearer("all"), "Transfer-Encoding", "chunked"], { method: "POST" }))).toBe(400)
  })

  it("G-1 G-4 check:S1 every route without, with a wrong and with a doubled credential is 401 outside the public list", () => {
    const open = ROUTES.filter(({ needs }) => needs === "public")
      .map(({ path }) => path)
      .sort()
    expect(open).toEqual(["/api/proof", "/docs", "/health/live", "/health/ready", "/open", "/openapi.json"])
    const presented = [
      [],
      ["Authorization", "Bearer wrong"],
      ["Authorization", "Bearer "],
      ["Authorization", "Basic YWxs"],
      ["Authorization", "all"],
      [...bearer("all"), ...bearer("all")],
      ["Cookie", "all"],
      ["Cookie", "holdfast-key=all"],
      ["Sec-WebSocket-Protocol", "holdfast.1, holdfast.key.wrong"],
      ["Sec-WebSocket-Protocol", "holdfast.key.all", "Sec-WebSocket-Protocol", "holdfast.key.all"],
      ["Authorization", "Bearer wrong", "Sec-WebSocket-Protocol", "holdfast.key.all"],
    ]
    for (const route of ROUTES.filter(({ needs }) => needs !== "public")) {
      for (const headers of presented) {
        const url = route.path.replaceAll(/:\w+/g, "x")
        const decision = ask([...own, ...headers], { method: route.method, url, upgrade: route.socket })
        expect([route.name, headers, status(decision)]).toEqual([route.name, headers, 401])
      }
    }
    for (const url of ["/nothing", "/api", "//health/live", "/health/live/", "/HEALTH/live", "/%68ealth/live"]) {
      expect([url, status(ask(own, { url }))]).toEqual([url, 401])
      expect([url, status(ask([...own, ...bearer("all")], { url }))]).toEqual([url, 404])
    }
  })

  it("G-4 G-20 files and pages of the app are for everyone, by GET and HEAD, where no route stands; nothing else is", () => {
    const page = ["Accept", "text/html,application/xhtml+xml"]
    for (const method of ["GET", "HEAD"]) {
      expect(ask(own, { method, url: "/?from=home" })).toEqual({ _tag: "File", path: "/" })
      expect(ask(own, { method, url: "/assets/main-x1.js" })).toEqual({ _tag: "File", path: "/assets/main-x1.js" })
      expect(ask([...own, ...page], { method, url: "/s/x/m/y" })).toEqual({ _tag: "File", path: "/s/x/m/y" })
    }
    for (const [url, headers] of [
      ["/s/x", []],
      ["/s/x", ["Accept", "application/json"]],
      ["/assets/other.js", page],
      ["/assets/../api/sessions", page],
      ["/api/sessions", page],
    ] as const)
      expect([url, status(ask([...own, ...headers], { url }))]).toEqual([url, 401])
    expect(status(ask(own, { method: "POST", url: "/" }))).toBe(401)
    expect(status(ask(own, { url: "/", upgrade: true }))).toBe(401)
    expect(status(ask(["Host", "evil.example"], { url: "/" }))).toBe(403)
    expect(status(ask([...own, "Origin", "https://evil.example"], { url: "/" }))).toBe(403)
  })

  it("G-16 (fault:N49) a key in a subprotocol opens the socket, and nothing else", () => {
    const key = ["Sec-WebSocket-Protocol", "holdfast.1, holdfast.key.all"]
    expect(status(ask([...own, ...key], { url: "/api/socket", upgrade: true }))).toBe(200)
    expect(status(ask([...own, ...key]))).toBe(401)
  })

  it("G-8 a token's scope opens what its scope allows and nothing else", () => {
    const rank = { public: 0, read: 1, write: 2, all: 3 }
    for (const route of ROUTES) {
      for (const scope of ["read", "write", "all"] as const) {
        const url = route.path.replaceAll(/:\w+/g, "x")
        const decision = ask([...own, ...bearer(scope)], { method: route.method, url, upgrade: route.socket })
        expect([route.name, scope, status(decision)]).toEqual([route.name, scope, rank[scope] >= rank[route.needs] ? 200 : 403])
      }
    }
    const reading = ROUTES.filter(({ needs }) => needs === "read")
    // What is polled carries a protocol of its own, whose operations are asked for one by one (K-2).
    const changing = reading.filter(({ method, polled }) => method !== "GET" && method !== "HEAD" && polled !== true)
    // It ends the sign-in of who asks alone (G-26).
    expect(changing.map(({ name }) => name)).toEqual(["signIn.end"])
  })

  it("X-2 a wrong method is 405 with the methods that are there, an upgrade elsewhere 400", () => {
    const decision = ask([...own, ...bearer("all")], { method: "PUT" })
    expect(decision).toMatchObject({ status: 405, allow: ["POST", "GET"] })
    expect(status(ask([...own, ...bearer("all")], { upgrade: true }))).toBe(400)
    expect(status(ask([...own, ...bearer("all")], { url: "/api/socket" }))).toBe(400)
    expect(findRoute("HEAD", "/metrics")._tag).toBe("Route")
    expect(findRoute("HEAD", "/api/sessions/stream")._tag).toBe("WrongMethod")
    expect(findRoute("GET", "/api/sessions/stream")).toMatchObject({ route: { name: "sessions.watch" } })
  })

  it("G-10 too many headers and a target that is not a path are refused first", () => {
    expect(status(ask([...own, ...bearer("all"), ...Array.from({ length: 2 * HEADERS_MAX }, () => "x")]))).toBe(431)
    for (const url of ["http://evil.example/", "*", "evil.example:80", ""])
      expect(status(ask([...own, ...bearer("all")], { url }))).toBe(400)
  })

  it("check:B1 never throws and never lets a request through without a credential, whatever comes in", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "Host",
        "127.0.0.1:4653",
        "Origin",
        "Authorization",
        "Bearer",
        "Cookie",
        "Sec-WebSocket-Protocol",
        "holdfast.key.",
        "upgrade",
      ),
    )
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 20 }),
        fc.string(),
        fc.constantFrom("GET", "POST", "X", ""),
        fc.boolean(),
        (headers, url, method, upgrade) => {
          const decision = ask([...own, ...headers], { url: `/${url}`, method, upgrade })
          expect(decision._tag === "Allowed" && decision.route.needs !== "public").toBe(false)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe("pages of other origins", () => {
  const from = (origin: string): ReadonlyArray<string> => [...own, "Origin", origin]
  const asks = ["Access-Control-Request-Method", "PATCH"]

  it("X-29 a named origin passes with a credential, on requests and upgrades, and nothing else is easier for it", () => {
    for (const origin of ["https://app.example.org", "HTTPS://APP.example.org", "http://127.0.0.1:9"]) {
      expect(status(ask([...from(origin), ...bearer("all")]))).toBe(200)
      expect(status(ask([...from(origin), ...bearer("all")], { url: "/api/socket", upgrade: true }))).toBe(200)
      expect(status(ask(from(origin)))).toBe(401)
      expect(status(ask([...from(origin), ...bearer("read")], { method: "POST" }))).toBe(403)
    }
    const foreign = ["https://app.example.org:444", "http://app.example.org", "https://evil.example", "null", "*", ""]
    for (const origin of foreign) {
      expect([origin, status(ask([...from(origin), ...bearer("all")]))]).toEqual([origin, 403])
      expect([origin, status(ask([...from(origin), ...asks], { method: "OPTIONS" }))]).toEqual([origin, 403])
    }
  })

  it("X-29 its preflight is answered with the methods of the place, and an OPTIONS that is none is refused", () => {
    const preflight = ask([...from("https://app.example.org"), ...asks], { method: "OPTIONS", url: "/api/sessions/x?y" })
    expect(preflight).toEqual({ _tag: "Preflight", origin: "https://app.example.org", methods: ["GET", "PATCH", "DELETE"] })
    expect(status(ask(from("https://app.example.org"), { method: "OPTIONS" }))).toBe(401)
    expect(status(ask([...own, ...asks], { method: "OPTIONS" }))).toBe(401)
  })

  it("X-29 only origins can be named", () => {
    for (const good of ["", "https://a.example", " https://a.example , http://localhost:5173 "])
      expect(originsProblem({ corsOrigins: good })).toBeUndefined()
    for (const bad of [
      "*",
      "null",
      "a.example",
      "https://a.example/",
      "https://a.example/x",
      "https://u@a.example",
      "ftp://a.example",
    ])
      expect(originsProblem({ corsOrigins: bad })).toContain("corsOrigins must be origins")
  })
})

describe("versions of the API", () => {
  it("X-28 a version that is served passes, another one is refused with those that are", () => {
    expect(status(ask([...own, ...bearer("all"), "Holdfast-Version", "1"]))).toBe(200)
    for (const version of ["2", "0", "1.0", "x".repeat(500), ""]) {
      const refused = ask([...own, ...bearer("all"), "holdfast-version", version])
      expect(refused).toMatchObject({ status: 400, tag: "VersionNotServed", fields: { served: [1] } })
    }
    expect(status(ask([...own, "Holdfast-Version", "1", "Holdfast-Version", "2"], { url: "/health/live" }))).toBe(400)
  })
})

describe("the hub's own names", () => {
  it("G-2 hold the proxy's origin, the standard port without a number, and nothing for an any-address", () => {
    const proxied = ownNames(
      { host: "0.0.0.0", tlsCert: "", trustProxy: "https://hold.example.org", publicUrl: "", corsOrigins: "" },
      4653,
    )
    expect([...proxied.hosts].sort()).toEqual(["127.0.0.1:4653", "[::1]:4653", "hold.example.org", "localhost:4653"])
    expect(proxied.origin).toBe("https://hold.example.org")
    const standard = ownNames({ host: "127.0.0.1", tlsCert: "/cert", trustProxy: "", publicUrl: "", corsOrigins: "" }, 443)
    expect(standard.hosts.has("localhost")).toBe(true)
    expect(standard.origins.has("https://localhost")).toBe(true)
  })

  it("G-24 say where the hub is reached: what other devices reach first, and what leads every device to itself", () => {
    const of = (more: object, machine?: ReadonlyArray<string>) =>
      ownNames({ host: "127.0.0.1", tlsCert: "", trustProxy: "", publicUrl: "", corsOrigins: "", ...more }, 4653, machine)
    const local = { address: "http://127.0.0.1:4653", isLocal: true }
    expect(of({}).addresses).toEqual([local])
    const stated = of({ publicUrl: "http://127.0.0.1:9000, https://Laptop.local:4653/" })
    expect(stated.addresses).toEqual([
      { address: "https://laptop.local:4653", isLocal: false },
      { address: "http://127.0.0.1:9000", isLocal: true },
      local,
    ])
    expect([stated.hosts.has("laptop.local:4653"), stated.origins.has("https://laptop.local:4653")]).toEqual([true, true])
    expect([stated.origin, stated.base, stated.proxied]).toEqual(["http://127.0.0.1:9000", "", undefined])
    const proxied = of({ trustProxy: "https://example.org/team", publicUrl: "https://laptop.local:4653" })
    expect(proxied.addresses.map(({ address }) => address)).toEqual([
      ...["https://example.org/team", "https://laptop.local:4653", "http://127.0.0.1:4653"],
    ])
    expect(proxied.origin + proxied.base).toBe("https://example.org/team")
    expect(of({ publicUrl: "https://[::1]:1" }).addresses[0]).toEqual({ address: "https://[::1]:1", isLocal: true })
  })

  it("G-24 publicUrl holds addresses without a path", () => {
    for (const publicUrl of ["", "https://a.example", "https://a.example/, http://b.example:8080"])
      expect([publicUrl, publicUrlProblem({ publicUrl })]).toEqual([publicUrl, undefined])
    for (const publicUrl of [
      "a.example",
      "https://a.example/x",
      "ftp://a.example",
      "https://a.example?x",
      "https://me@a.example",
    ])
      expect([publicUrl, publicUrlProblem({ publicUrl })]).toEqual([publicUrl, expect.stringContaining("publicUrl must be")])
  })

  it("G-9 check:S7 only loopback may listen without TLS or a stated proxy", () => {
    const plain = { tlsCert: "", tlsKey: "", trustProxy: "" }
    for (const host of ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
      expect([host, unprotected({ ...plain, host })]).toEqual([host, undefined])
    for (const host of ["0.0.0.0", "::", "", "10.0.0.1", "example.org", "127.0.0.1.example.org", "localhost.example.org"]) {
      expect([host, isLoopback(host), unprotected({ ...plain, host })]).toEqual([
        host,
        false,
        expect.stringContaining("refusing"),
      ])
    }
    expect(unprotected({ ...plain, host: "0.0.0.0", tlsCert: "c", tlsKey: "k" })).toBeUndefined()
    expect(unprotected({ ...plain, host: "0.0.0.0", tlsCert: "c" })).toContain("belong together")
    expect(unprotected({ ...plain, host: "0.0.0.0", trustProxy: "https://a.example" })).toBeUndefined()
    for (const trustProxy of ["yes", "a.example", "https://a.example/path?x", "https://u@a.example", "ftp://a.example"]) {
      expect([trustProxy, unprotected({ ...plain, host: "0.0.0.0", trustProxy })]).toEqual([
        trustProxy,
        expect.stringContaining("origin"),
      ])
    }
  })
})

import { decodeQR } from "qr/decode.js"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { PairingMade, TokenShown } from "@holdfast/protocol/http-bodies"
import { startHub } from "@holdfast/testkit/hub-process"
import type { HubProcess } from "@holdfast/testkit/hub-process"
import { commandLine, UserTerminal } from "./user-terminal.ts"

/** Pixels of a side of a module, as a camera sees them. */
const SIDE = 4

/** The text of the code that a screen shows in half blocks: ink on paper, or light on a dark screen. */
function codeOn(rows: ReadonlyArray<string>, isLight: boolean): string {
  const lines = rows.filter((row) => /[▀▄█]/.test(row))
  const width = Math.max(...lines.map((line) => line.length))
  const isDark = (x: number, y: number): boolean => {
    const sign = lines[y >> 1]?.[x] ?? " "
    const isInked = sign === "█" || sign === (y % 2 === 0 ? "▀" : "▄")
    return isInked !== isLight
  }
  const [columns, height] = [(width + 8) * SIDE, (lines.length * 2 + 8) * SIDE]
  const data = new Uint8ClampedArray(columns * height * 4).fill(255)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < columns; x++) {
      const [column, row] = [Math.floor(x / SIDE) - 4, Math.floor(y / SIDE) - 4]
      const isInside = column >= 0 && row >= 0 && column < width && row < lines.length * 2
      if (isInside && isDark(column, row)) data.fill(0, (y * columns + x) * 4, (y * columns + x) * 4 + 3)
    }
  return decodeQR({ width: columns, height, data }, { timeLimit: 5000 })
}

describe("pairing a phone from the command line", () => {
  let hub: HubProcess
  beforeAll(async () => {
    hub = await startHub({ settings: { HOLDFAST_PUBLIC_URL: "https://laptop.local:4653" } })
  })
  afterAll(() => hub.stop())

  const { run, ok } = commandLine(() => hub)
  const json = async <A>(...args: ReadonlyArray<string>): Promise<A> => JSON.parse(await ok(...args, "--json")) as A
  const open = (url: string) => fetch(hub.url() + url.slice(url.indexOf("/open")))

  it("G-23 G-24 shows a code and a link, says what a phone can use, and who has come; the device is listed, renamed, revoked", async () => {
    const terminal = new UserTerminal(hub.environment(), ["pair", "my phone"], { cols: 100, rows: 60 })
    await terminal.sees("the link stays good")
    const [link = ""] = /https:\/\/laptop\.local:4653\/open\?link=[\w-]+/.exec(terminal.text) ?? []
    expect(codeOn(terminal.screen, false)).toBe(link)
    expect(terminal.text).toContain("(this machine only)")
    expect(terminal.text).not.toContain("A phone cannot reach")
    expect((await open(link)).status).toBe(200)
    await terminal.sees(/my phone is signed in \(\w+\)/)
    expect(await terminal.ended).toBe(0)
    expect(await ok("token", "ls")).toMatch(/my phone +device +write/)
    expect(await ok("token", "rename", "my phone", "old phone")).toMatch(/^my phone is now old phone/)
    const [device] = await json<ReadonlyArray<TokenShown>>("token", "ls")
    expect(device).toMatchObject({ name: "old phone", device: true })
    expect(await ok("token", "revoke", "old phone")).toMatch(/^revoked old phone/)
    expect((await run("token", "rename", "old phone", "x")).stderr).toContain("no token with id or name")
  })

  it("G-24 draws the code without colours too, and says that a phone cannot use an address that leads to itself", async () => {
    const local = (await json<PairingMade>("pair")).addresses.find(({ isLocal }) => isLocal)?.address ?? ""
    const plain = { ...hub.environment(), NO_COLOR: "1" }
    const terminal = new UserTerminal(plain, ["pair", "--url", local], { cols: 100, rows: 60 })
    await terminal.sees("the link stays good")
    expect(codeOn(terminal.screen, true)).toMatch(new RegExp(`^${local}/open\\?link=`))
    expect(terminal.text).toContain(`A phone cannot reach ${local} by itself`)
    terminal.type("\u0003")
    await terminal.ended
    const narrow = new UserTerminal(plain, ["pair"], { cols: 30, rows: 40 })
    await narrow.sees("The terminal is too narrow")
    narrow.type("\u0003")
    await narrow.ended
    expect((await ok("pair")).trim()).toMatch(/^https:\/\/laptop\.local:4653\/open\?link=[\w-]+$/)
    const piped = await run("pair", "--url", local)
    expect(piped.stdout.trim()).toMatch(/^http\S+link=[\w-]+$/)
    expect(piped.stderr).toContain("A phone cannot reach")
    const { code, stderr } = await run("pair", "--url", "https://elsewhere.example")
    expect([code, stderr]).toEqual([1, expect.stringContaining("publicUrl")])
  })
})

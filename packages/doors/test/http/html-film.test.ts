import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { gunzipSync } from "node:zlib"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { encodeOutput } from "@holdfast/protocol/record"
import type { Session } from "@holdfast/protocol/session"
import { FilmWriter } from "../../src/http/html-film.ts"
import { type Door, startDoor } from "./start.ts"

const HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'

/** The lines that a page holds between its two halves. */
function linesIn(page: string): ReadonlyArray<Record<string, unknown>> {
  const text = page.slice("<before>".length, -"<after>".length)
  expect(text).toMatch(/^[A-Za-z0-9+/]+={0,2}$/)
  const lines = gunzipSync(Buffer.from(text, "base64")).toString().trimEnd().split("\n")
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe("a log as an HTML file", () => {
  let folder: string
  let door: Door | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-film-"))
  })
  afterEach(async () => {
    await door?.stop()
    door = undefined
    rmSync(folder, { recursive: true })
  })
  const player = (): string => {
    const path = join(folder, "player.html")
    writeFileSync(path, "<before><!--film--><after>")
    return path
  }

  it("H-29 (check:S9) it has the record, every event and the end, and no text of the log outside of its base64", async () => {
    door = await startDoor({}, player())
    const id = await door.create({ label: HOSTILE })
    for (let i = 0; i < 300; i++) door.output(id, Buffer.from(`${i} ${HOSTILE}`))
    await door.send(`/api/sessions/${id}/marks`, { method: "POST", body: JSON.stringify({ text: HOSTILE }) })
    const answer = await door.send(`/api/sessions/${id}/export?format=html`)
    expect(answer.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-disposition": `attachment; filename="${id}.html"`,
    })
    const [record, ...rest] = linesIn(answer.text)
    expect(record).toMatchObject({ id, label: HOSTILE, kind: "terminal", terminal: { cols: 80, rows: 24 } })
    expect(Object.keys(record ?? {})).not.toContain("owner")
    expect(rest.at(-1)).toEqual({ end: { lastSeq: 303 } })
    expect(rest.slice(0, -1).map(({ seq }) => seq)).toEqual(Array.from({ length: 303 }, (_, at) => at + 1))
    expect(door.attachments()).toBe(0)
  })

  it("H-29 a hub without a player says so, and one that cannot read it says why", async () => {
    const other = join(folder, "other.html")
    writeFileSync(other, "<html>")
    for (const [path, words] of [
      [undefined, "npm run build"],
      [join(folder, "nothing.html"), "npm run build"],
      [folder, "EISDIR"],
      [other, "other.html is no player"],
    ] as const) {
      door = await startDoor({}, path)
      const id = await door.create()
      const answer = await door.send(`/api/sessions/${id}/export?format=html`)
      expect([answer.status, answer.json().error?.["tag"]]).toEqual([503, "Unavailable"])
      expect(answer.json().error?.["message"]).toContain(words)
      await door.stop()
      door = undefined
    }
  })

  it("H-29 a log beyond the limit is cut at a whole event, and the file says where", async () => {
    const response = new PassThrough()
    const chunks: Array<Buffer> = []
    response.on("data", (chunk: Buffer) => chunks.push(chunk))
    const session = { id: "s", kind: "terminal", label: "long", lastSeq: 1000, firstSeq: 1, createdAt: 0 } as unknown as Session
    const page = { head: "<before>", tail: "<after>" }
    const film = new FilmWriter(response as unknown as ServerResponse, page, session, 10_000)
    film.begin()
    for (let seq = 1; seq <= 1000 && !film.isFull; seq++) {
      const text = film.lines([encodeOutput(seq, seq, Buffer.from("some output")).bytes])
      await new Promise<void>((resolve) => film.write(text, () => resolve()))
    }
    film.end()
    await new Promise((resolve) => response.once("end", resolve))
    const lines = linesIn(Buffer.concat(chunks).toString())
    expect(lines.at(-1)).toEqual({ end: { lastSeq: 1000, cutAt: 10_000 } })
    const events = lines.slice(1, -1)
    expect(events.length).toBeGreaterThan(50)
    expect(events.map(({ seq }) => seq)).toEqual(Array.from(events, (_, at) => at + 1))
    expect(JSON.stringify(events).length).toBeLessThan(11_000)
  })
})

/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs"
import { operationEntries, type OperationName } from "@holdfast/protocol/operations"
import { expect, it } from "vitest"

/** Routes that the client has no function for, and why. */
const WITHOUT: { readonly [N in OperationName]?: string } = {
  "credential.prove": "a program proves a hub before it makes a client, and sends nothing but the question",
  "links.open": "a page that a browser opens",
  "messages.file": "bytes, whose address a page puts into a link or a picture",
  "server.docs": "a page that a browser opens",
  "server.home": "a page that a browser opens",
}

it("every operation over HTTP is a function of the client, or stands here with a reason", () => {
  const folder = new URL("../src/http/", import.meta.url)
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"))
  const called = new Set(
    sources.flatMap((source) => [...source.matchAll(/\b(?:call|open|stream)<"([\w.]+)">\(/g)].map(([, name]) => name)),
  )
  const missing = operationEntries.flatMap(([name, { http }]) => (http === undefined || called.has(name) ? [] : [name]))
  expect(missing.sort()).toEqual(Object.keys(WITHOUT).sort())
})

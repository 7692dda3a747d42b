/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs"
import { operationEntries, type OperationName } from "@holdfast/protocol/operations"
import { expect, it } from "vitest"
import { makeAgentApi } from "../src/http/agent-api.ts"
import { makeApi } from "../src/http/api.ts"
import { makeDeskApi } from "../src/http/desk-api.ts"
import { makeDeviceApi } from "../src/http/device-api.ts"
import { makeFilesApi } from "../src/http/files-api.ts"
import { makeHistoryApi } from "../src/http/history-api.ts"
import type { HttpOptions } from "../src/http/request.ts"
import { makePushApi } from "../src/http/push-api.ts"
import { makeWebhookApi } from "../src/http/webhook-api.ts"

/** Routes that the client has no function for, and why. */
const WITHOUT: { readonly [N in OperationName]?: string } = {
  "agents.install": "pages ask for it over the socket; programs on the hub's machine run `holdfast agents install`",
  "credential.prove": "a program proves a hub before it makes a client, and sends nothing but the question",
  "links.open": "a page that a browser opens",
  "server.docs": "a page that a browser opens",
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

it("C-34 every function over HTTP takes a signal behind its other arguments", async () => {
  const signal = AbortSignal.abort()
  let isGivenUp = false
  const fetch: HttpOptions["fetch"] = (_, sent) => {
    isGivenUp ||= sent.signal.aborted
    return Promise.reject(new TypeError("no network"))
  }
  const options = { origin: "http://127.0.0.1:1", fetch }
  const makers = [makeApi, makeAgentApi, makeDeskApi, makeDeviceApi, makeFilesApi, makeHistoryApi, makePushApi, makeWebhookApi]
  const functions = makers.flatMap((make): ReadonlyArray<readonly [string, (...args: ReadonlyArray<never>) => unknown]> =>
    Object.entries(make(options)),
  )
  const without: Array<string> = []
  for (const [name, f] of functions) {
    isGivenUp = false
    for (let others = 0; others < 5 && !isGivenUp; others++) {
      const call: ReadonlyArray<unknown> = [...Array.from({ length: others }, () => "x"), { signal }]
      const answer: unknown = Reflect.apply(f, undefined, call)
      const step =
        typeof answer === "object" && answer !== null && "next" in answer
          ? Reflect.apply(answer.next as () => unknown, answer, [])
          : answer
      const ended = await Promise.resolve(step).catch(({ tag }: { readonly tag: string }) => tag)
      // A stream that is given up before it began ends.
      isGivenUp ||= ended === "Aborted" || (typeof ended === "object" && ended !== null && "done" in ended)
    }
    if (!isGivenUp) without.push(name)
  }
  expect(functions.length).toBeGreaterThan(50)
  expect(without).toEqual([])
})

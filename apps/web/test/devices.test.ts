import { expect, it } from "vitest"
import { HoldfastError } from "@holdfast/client"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import { deviceOf } from "../src/settings/device-of.ts"

const PAUSES = { first: 1, most: 2 }
const device = { id: "t", name: "Phone" } as unknown as TokenShown

/** A server that answers as it is set to, one question after the other. */
function answering(...answers: ReadonlyArray<{ readonly device?: TokenShown; readonly isOpen: boolean } | Error>) {
  let asked = 0
  const ask = () => {
    const answer = answers[asked++] ?? new Error("it was asked too often")
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  return { ask, asked: () => asked }
}

it("APP-29 a device is heard of although a question about it had no answer", async () => {
  const { signal } = new AbortController()
  const away = new HoldfastError("Unreachable", "no route")
  const proxy = new HoldfastError("HttpError", "Bad gateway", {}, 502)
  const { ask, asked } = answering(
    { isOpen: true },
    away,
    proxy,
    new TypeError("fetch failed"),
    { isOpen: true },
    { device, isOpen: false },
  )
  expect(await deviceOf(ask, signal, PAUSES)).toBe(device)
  expect(asked()).toBe(6)
  expect(await deviceOf(answering(away, { isOpen: false }).ask, signal, PAUSES)).toBe("over")
})

it("APP-29 nothing is asked again once the person has left, or where the server refuses", async () => {
  const gone = new AbortController()
  const left = answering(new HoldfastError("Unreachable", "no route"))
  const waiting = deviceOf(left.ask, gone.signal, { first: 60_000, most: 60_000 })
  gone.abort()
  await expect(waiting).rejects.toBeDefined()
  expect(left.asked()).toBe(1)
  const refused = answering(new HoldfastError("Unauthorized", "no"))
  await expect(deviceOf(refused.ask, new AbortController().signal, PAUSES)).rejects.toMatchObject({ tag: "Unauthorized" })
  expect(refused.asked()).toBe(1)
})

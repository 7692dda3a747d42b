import { HoldfastError } from "@holdfast/client"
import { expect, it } from "vitest"
import { AskedOnce } from "../src/app/AskedOnce.ts"

/** A hub that answers as it is told, one call after the other, and the keys that it was sent. */
function answering(...answers: ReadonlyArray<unknown>) {
  const keys: Array<string> = []
  const call = (key: string): Promise<unknown> => {
    keys.push(key)
    const answer = answers[keys.length - 1]
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  return { call, keys }
}

const online = { online: () => Promise.resolve() }
const offline = { online: () => Promise.reject(new HoldfastError("TimedOut", "no answer")) }
const lost = new HoldfastError("ConnectionLost", "the connection was lost")

it("APP-78 what was asked for over a connection that was lost is asked for again with its key", async () => {
  const { call, keys } = answering(lost, lost, "made")
  expect(await new AskedOnce().ask(online, "fork", call)).toBe("made")
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
})

it("APP-78 who asks while it is being made gets no second one, and who asks afterwards another one", async () => {
  const { call, keys } = answering("one", "two", "three")
  const asked = new AskedOnce()
  const both = [asked.ask(online, "fork", call), asked.ask(online, "fork", call)]
  expect(await Promise.all(both)).toEqual(["one", undefined])
  expect(await asked.ask(online, "fork", call)).toBe("two")
  expect(await asked.ask(online, "another", call)).toBe("three")
  expect(new Set(keys).size).toBe(3)
})

it("APP-78 the key of what may be there is kept, that of what was refused is not", async () => {
  const { call, keys } = answering(lost, "one", new HoldfastError("Unprocessable", "no"), "two")
  const asked = new AskedOnce()
  await expect(asked.ask(offline, "fork", call)).rejects.toBe(lost)
  expect(await asked.ask(online, "fork", call)).toBe("one")
  await expect(asked.ask(online, "fork", call)).rejects.toMatchObject({ tag: "Unprocessable" })
  expect(await asked.ask(online, "fork", call)).toBe("two")
  expect(keys[0]).toBe(keys[1])
  expect(new Set(keys).size).toBe(3)
})

import { describe, expect, it } from "vitest"
import { Draft } from "../src/Draft.ts"

type Ways = Parameters<Draft["send"]>[2]

/** A hub whose answers are lost, and an outbox that stores what it is given; both note what they got. */
const ways = () => {
  const sent: Array<string | undefined> = []
  const added: Array<string | undefined> = []
  const service: Ways["service"] = {
    send: (_, message) => {
      sent.push(typeof message === "string" ? undefined : message.key)
      return Promise.reject(new Error("the answer was lost"))
    },
  }
  const box: NonNullable<Ways["box"]> = {
    send: (_session, _message, options) => {
      added.push(options?.key)
      return { id: "one", stored: Promise.resolve(), done: new Promise(() => undefined) }
    },
  }
  return { service, box, sent, added }
}

describe("the message of a composer", () => {
  it("U-10 C-50 goes into an outbox that has opened meanwhile under the key that it was sent with", async () => {
    const { service, box, sent, added } = ways()
    const draft = new Draft()
    for (let tried = 0; tried < 2; tried++)
      await expect(draft.send("s", "text", { box: undefined, service })).rejects.toThrow("lost")
    await draft.send("s", "text", { box, service })
    expect(sent[0]).toMatch(/^[0-9a-f]{32}$/)
    expect([sent[1], ...added]).toEqual([sent[0], sent[0]])
    // The next message has a key of its own.
    await draft.send("s", "next", { box, service })
    expect(added[1]).toBe(undefined)
  })

  it("U-10 is another message once its text has changed", async () => {
    const { service, sent } = ways()
    const draft = new Draft()
    await expect(draft.send("s", "text", { box: undefined, service })).rejects.toThrow("lost")
    draft.changed()
    await expect(draft.send("s", "other", { box: undefined, service })).rejects.toThrow("lost")
    expect(sent[0]).not.toBe(sent[1])
  })
})
